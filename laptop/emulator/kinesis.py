"""Kinesis Data Streams: corrections of the emulator.

| what | behaviour | source |
|---|---|---|
| SplitShard, MergeShards, UpdateShardCount | parents are closed and keep their records; the emulator lost them | "Resharding a Stream" |
| GetShardIterator, GetRecords | by sequence number, so that expiry skips nothing; the end of a closed shard has ChildShards | API, GetRecords |
| DescribeStream, ListShards | closed shards with EndingSequenceNumber; shard-level metrics | API, Shard |
| ListShards with a ShardFilter | all types but those by time, which are refused | API, ShardFilter |
| UpdateShardCount of an on-demand stream, more than double, less than half | refused | API, UpdateShardCount |
| TagResource, UntagResource, ListTagsForResource | tags of streams and of consumers | API |
| SubscribeToShard, resource policies | refused: not verified | |

Verified to be right in the emulator: PutRecord and PutRecords with their limits of 500 records, 1 MiB and 5 MiB, hash
keys, ExplicitHashKey, rising sequence numbers (30 digits; AWS has 56), retention, tags, encryption as a setting,
consumers as records. A shard is never throttled: ProvisionedThroughputExceededException does not happen.
"""  # noqa: E501

from __future__ import annotations

import base64
import json
import time

from laptop.emulator import kinesis_shards
from laptop.emulator.registry import Call, Json, NotImplementedOnLaptop, ServiceError, operation

_ITERATOR_SECONDS = 300


def stream_of(request: Json) -> Json:
    """Return the emulator's document of the stream that a request names."""
    from ministack.services import kinesis  # noqa: PLC0415 (only the emulator's process has it)

    name, stream = kinesis._resolve_stream(request)
    if stream is None:
        raise ServiceError("ResourceNotFoundException", f"Stream {name} not found")
    found: Json = stream
    kinesis_shards.forget_expired(found, time.time())
    return found


def next_number() -> str:
    from ministack.services import kinesis  # noqa: PLC0415

    number: str = kinesis._next_sequence_number()
    return number


@operation("kinesis", "SplitShard")
def split_shard(request: Json, _call: Call) -> Json:
    stream = stream_of(request)
    shard = _open_shard(stream, request["ShardToSplit"])
    start = int(request["NewStartingHashKey"])
    if not int(shard["starting_hash_key"]) < start <= int(shard["ending_hash_key"]):
        raise ServiceError("InvalidArgumentException", f"NewStartingHashKey {start} must be inside the shard's range")
    kinesis_shards.split(stream, request["ShardToSplit"], start, next_number)
    return {}


@operation("kinesis", "MergeShards")
def merge_shards(request: Json, _call: Call) -> Json:
    stream = stream_of(request)
    pair = request["ShardToMerge"], request["AdjacentShardToMerge"]
    for shard_id in pair:
        _open_shard(stream, shard_id)
    if not kinesis_shards.are_adjacent(stream, *pair):
        raise ServiceError("InvalidArgumentException", f"{pair[0]} and {pair[1]} must be adjacent")
    kinesis_shards.merge(stream, *pair, next_number)
    return {}


@operation("kinesis", "UpdateShardCount")
def update_shard_count(request: Json, _call: Call) -> Json:
    stream = stream_of(request)
    current, target = kinesis_shards.open_shard_count(stream), int(request["TargetShardCount"])
    if stream["StreamModeDetails"]["StreamMode"] == "ON_DEMAND":
        raise ServiceError("ValidationException", "UpdateShardCount is for streams in provisioned mode")
    if not current / 2 <= target <= current * 2:
        message = f"TargetShardCount must be from {-(-current // 2)} to {current * 2}; got {target}"
        raise ServiceError("LimitExceededException", message)
    if target != current:
        kinesis_shards.resize(stream, target, next_number)
    counts = {"CurrentShardCount": current, "TargetShardCount": target}
    return {"StreamName": stream["StreamName"], "StreamARN": stream["StreamARN"], **counts}


@operation("kinesis", "ListShards")
def list_shards(request: Json, call: Call) -> Json:
    if "NextToken" in request:
        # All shards of a stream fit the first page.
        return {"Shards": []}
    shards = kinesis_shards.all_shards(stream_of(request))
    wanted = request.get("ShardFilter") or {"Type": "FROM_TRIM_HORIZON"}
    match wanted["Type"]:
        case "FROM_TRIM_HORIZON":
            listed = list(shards)
        case "AT_TRIM_HORIZON":
            listed = [name for name, shard in shards.items() if not shards.keys() & kinesis_shards.parents(shard)]
        case "AT_LATEST":
            listed = [name for name, shard in shards.items() if "ending_sequence_number" not in shard]
        case "AFTER_SHARD_ID":
            listed = [name for name in shards if name > wanted["ShardId"]]
        case other:
            raise NotImplementedOnLaptop(f"the ShardFilter {other}")
    after = request.get("ExclusiveStartShardId", "")
    return {"Shards": [_described(name, shards[name]) for name in listed if name > after]}


@operation("kinesis", "DescribeStream")
def describe_stream(request: Json, call: Call) -> Json:
    stream = stream_of(request)
    described = call("DescribeStream", request)["StreamDescription"]
    shards = kinesis_shards.all_shards(stream)
    described["Shards"] = [_described(name, shard) for name, shard in shards.items()]
    described["HasMoreShards"] = False
    return {"StreamDescription": described | _monitoring(stream)}


@operation("kinesis", "DescribeStreamSummary")
def describe_stream_summary(request: Json, call: Call) -> Json:
    summary = call("DescribeStreamSummary", request)["StreamDescriptionSummary"]
    return {"StreamDescriptionSummary": summary | _monitoring(stream_of(request))}


@operation("kinesis", "GetShardIterator")
def get_shard_iterator(request: Json, _call: Call) -> Json:
    stream = stream_of(request)
    shard = _shard(stream, request["ShardId"])
    place = {"arn": stream["StreamARN"], "shard": request["ShardId"], **_start(shard, request)}
    return {"ShardIterator": _encode(place)}


@operation("kinesis", "GetRecords")
def get_records(request: Json, _call: Call) -> Json:
    place = _decode(request["ShardIterator"])
    stream = stream_of({"StreamARN": place["arn"]})
    shard = _shard(stream, place["shard"])
    limit = int(request.get("Limit", kinesis_shards.READ_LIMIT_RECORDS))
    passed = kinesis_shards.read(shard, place["after"], limit)
    records = [record for record in passed if record["ApproximateArrivalTimestamp"] >= place["since"]]
    after = passed[-1]["SequenceNumber"] if passed else place["after"]
    rest = kinesis_shards.read(shard, after, 1)
    behind = max(0.0, time.time() - rest[0]["ApproximateArrivalTimestamp"]) if rest else 0.0
    answer: Json = {
        "Records": [_record(stream, record) for record in records],
        "MillisBehindLatest": int(behind * 1000),
    }
    if rest or "ending_sequence_number" not in shard:
        return answer | {"NextShardIterator": _encode({**place, "after": after})}
    return answer | {"ChildShards": _children(stream, place["shard"])}


@operation("kinesis", "TagResource")
def tag_resource(request: Json, _call: Call) -> Json:
    _tags(request["ResourceARN"]).update(request["Tags"])
    return {}


@operation("kinesis", "UntagResource")
def untag_resource(request: Json, _call: Call) -> Json:
    for name in request["TagKeys"]:
        _tags(request["ResourceARN"]).pop(name, None)
    return {}


@operation("kinesis", "ListTagsForResource")
def list_tags_for_resource(request: Json, _call: Call) -> Json:
    tags = _tags(request["ResourceARN"])
    return {"Tags": [{"Key": name, "Value": value} for name, value in tags.items()]}


def _tags(arn: str) -> dict[str, str]:
    """Return the tags of a stream or consumer; changing them changes its."""
    from ministack.services import kinesis  # noqa: PLC0415 (only the emulator's process has it)

    if "/consumer/" not in arn:
        found: dict[str, str] = stream_of({"StreamARN": arn})["tags"]
        return found
    consumer = kinesis._consumers.get(arn)
    if consumer is None:
        raise ServiceError("ResourceNotFoundException", f"Consumer {arn} not found")
    tags: dict[str, str] = consumer.setdefault("tags", {})
    return tags


def _start(shard: Json, request: Json) -> Json:
    kind = request["ShardIteratorType"]
    number = request.get("StartingSequenceNumber")
    after, since = None, 0.0
    if kind == "LATEST":
        after = kinesis_shards.last_number(shard)
    elif kind == "AFTER_SEQUENCE_NUMBER":
        after = number
    elif kind == "AT_SEQUENCE_NUMBER" and number:
        after = str(int(number) - 1).zfill(len(number))
    elif kind == "AT_TIMESTAMP":
        since = float(request["Timestamp"])
    elif kind != "TRIM_HORIZON":
        raise ServiceError("InvalidArgumentException", f"ShardIteratorType {kind} must be one of the API's")
    return {"after": after, "since": since}


def _encode(place: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps({**place, "at": time.time()}).encode()).decode()


def _decode(iterator: str) -> Json:
    try:
        place: Json = json.loads(base64.urlsafe_b64decode(iterator))
    except ValueError as error:
        raise ServiceError("InvalidArgumentException", "Invalid ShardIterator.") from error
    if time.time() - place["at"] > _ITERATOR_SECONDS:
        raise ServiceError("ExpiredIteratorException", "Iterator expired: it is valid for 5 minutes.")
    return place


def _record(stream: Json, record: Json) -> Json:
    return {**record, "EncryptionType": stream.get("EncryptionType", "NONE")}


def _children(stream: Json, parent: str) -> list[Json]:
    return [
        {"ShardId": name, "ParentShards": kinesis_shards.parents(shard), "HashKeyRange": _keys(shard)}
        for name, shard in kinesis_shards.all_shards(stream).items()
        if parent in kinesis_shards.parents(shard)
    ]


def _described(name: str, shard: Json) -> Json:
    numbers = {"StartingSequenceNumber": shard["starting_sequence_number"]}
    if "ending_sequence_number" in shard:
        numbers["EndingSequenceNumber"] = shard["ending_sequence_number"]
    described: Json = {"ShardId": name, "HashKeyRange": _keys(shard), "SequenceNumberRange": numbers}
    for member, parent in zip(("ParentShardId", "AdjacentParentShardId"), kinesis_shards.parents(shard), strict=False):
        described[member] = parent
    return described


def _keys(shard: Json) -> Json:
    return {"StartingHashKey": shard["starting_hash_key"], "EndingHashKey": shard["ending_hash_key"]}


def _monitoring(stream: Json) -> Json:
    return {"EnhancedMonitoring": [{"ShardLevelMetrics": sorted(stream.get("ShardLevelMetrics", []))}]}


def _open_shard(stream: Json, shard_id: str) -> Json:
    shard = _shard(stream, shard_id)
    if "ending_sequence_number" in shard:
        raise ServiceError("InvalidArgumentException", f"Shard {shard_id} must be open; it was split or merged")
    return shard


def _shard(stream: Json, shard_id: str) -> Json:
    found = kinesis_shards.all_shards(stream).get(shard_id)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"Shard {shard_id} in stream {stream['StreamName']} not found")
    return found
