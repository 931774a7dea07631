"""Streams, their consumers and event source mappings, made through the services' own APIs.

The emulator's types drop encryption, shard-level metrics, shard counts, tumbling windows and starting timestamps.

| type | operations |
|---|---|
| AWS::Kinesis::Stream | CreateStream, UpdateShardCount, retention, encryption, EnableEnhancedMonitoring, tags |
| AWS::Kinesis::StreamConsumer | RegisterStreamConsumer, DeregisterStreamConsumer, TagResource, UntagResource |
| AWS::Lambda::EventSourceMapping | CreateEventSourceMapping, UpdateEventSourceMapping, DeleteEventSourceMapping |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from laptop.emulator.clients import account, client, region
from laptop.emulator.cloudformation.reads import READS, ReadBack, ask
from laptop.emulator.cloudformation.shape import is_true, pick, tag_map
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type

# What an on-demand stream begins with.
_ON_DEMAND_SHARDS = 4
_DEFAULT_RETENTION_HOURS = 24


@resource_type("AWS::Kinesis::Stream")
class Stream(Resource):
    replaced_by = frozenset({"Name"})
    properties = frozenset(
        {
            "Name",
            "ShardCount",
            "StreamModeDetails",
            "RetentionPeriodHours",
            "StreamEncryption",
            "DesiredShardLevelMetrics",
            "Tags",
        }
    )

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("Name", context.name)
        mode = properties.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED")
        shards = _ON_DEMAND_SHARDS if mode == "ON_DEMAND" else int(properties.get("ShardCount", 1))
        client("kinesis").create_stream(StreamName=name, ShardCount=shards, StreamModeDetails={"StreamMode": mode})
        return self._apply(name, {**properties, "ShardCount": shards}, {"ShardCount": shards})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        if old.get("StreamModeDetails") != new.get("StreamModeDetails"):
            raise ValueError("AWS::Kinesis::Stream must keep its StreamModeDetails on the laptop")
        return self._apply(physical_id, new, old)

    def delete(self, physical_id: str, properties: Json) -> None:
        client("kinesis").delete_stream(StreamName=physical_id, EnforceConsumerDeletion=True)

    def _apply(self, name: str, new: Json, old: Json) -> Created:
        api = client("kinesis")
        if "ShardCount" in new and int(new["ShardCount"]) != int(old.get("ShardCount", 1)):
            api.update_shard_count(
                StreamName=name, TargetShardCount=int(new["ShardCount"]), ScalingType="UNIFORM_SCALING"
            )
        _set_retention(api, name, new)
        _set_encryption(api, name, new.get("StreamEncryption"), old.get("StreamEncryption"))
        _set_metrics(api, name, set(new.get("DesiredShardLevelMetrics", [])), old)
        gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
        if gone:
            api.remove_tags_from_stream(StreamName=name, TagKeys=gone)
        if new.get("Tags"):
            api.add_tags_to_stream(StreamName=name, Tags=tag_map(new["Tags"]))
        summary = api.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        return Created(name, {"Arn": summary["StreamARN"]})


def _set_retention(api: Any, name: str, new: Json) -> None:
    hours = int(new.get("RetentionPeriodHours", _DEFAULT_RETENTION_HOURS))
    current = api.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["RetentionPeriodHours"]
    if hours > current:
        api.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)
    elif hours < current:
        api.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)


def _set_encryption(api: Any, name: str, new: Json | None, old: Json | None) -> None:
    if new == old:
        return
    if new:
        api.start_stream_encryption(StreamName=name, EncryptionType=new["EncryptionType"], KeyId=new["KeyId"])
    elif old:
        api.stop_stream_encryption(StreamName=name, EncryptionType=old["EncryptionType"], KeyId=old["KeyId"])


def _set_metrics(api: Any, name: str, wanted: set[str], old: Json) -> None:
    unwanted = set(old.get("DesiredShardLevelMetrics", [])) - wanted
    if unwanted:
        api.disable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=sorted(unwanted))
    if wanted:
        api.enable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=sorted(wanted))


@resource_type("AWS::Kinesis::StreamConsumer")
class StreamConsumer(Resource):
    replaced_by = frozenset({"ConsumerName", "StreamARN"})
    properties = frozenset({"ConsumerName", "StreamARN", "Tags"})

    def create(self, properties: Json, context: Context) -> Created:
        names = pick(properties, "ConsumerName", "StreamARN")
        made = client("kinesis").register_stream_consumer(**names)["Consumer"]
        if properties.get("Tags"):
            client("kinesis").tag_resource(ResourceARN=made["ConsumerARN"], Tags=tag_map(properties["Tags"]))
        return self._created(properties)

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
        if gone:
            client("kinesis").untag_resource(ResourceARN=physical_id, TagKeys=gone)
        if new.get("Tags"):
            client("kinesis").tag_resource(ResourceARN=physical_id, Tags=tag_map(new["Tags"]))
        return self._created(new)

    def _created(self, properties: Json) -> Created:
        names = pick(properties, "ConsumerName", "StreamARN")
        made = client("kinesis").describe_stream_consumer(**names)["ConsumerDescription"]
        attributes = {name: made[name] for name in ("ConsumerARN", "ConsumerName", "ConsumerStatus")}
        stamp = made["ConsumerCreationTimestamp"].isoformat()
        return Created(
            made["ConsumerARN"],
            {**attributes, "StreamARN": properties["StreamARN"], "ConsumerCreationTimestamp": stamp},
        )

    def delete(self, physical_id: str, properties: Json) -> None:
        client("kinesis").deregister_stream_consumer(ConsumerARN=physical_id)


_NUMBERS = (
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "ParallelizationFactor",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "TumblingWindowInSeconds",
)
_SWITCHES = ("Enabled", "BisectBatchOnFunctionError")
_AS_THEY_ARE = ("DestinationConfig", "FilterCriteria", "FunctionResponseTypes", "KmsKeyArn", "MetricsConfig")
_FIXED = ("EventSourceArn", "StartingPosition", "StartingPositionTimestamp")


@resource_type("AWS::Lambda::EventSourceMapping")
class EventSourceMapping(Resource):
    replaced_by = frozenset(_FIXED)
    properties = frozenset({"FunctionName", "ScalingConfig", "Tags", *_NUMBERS, *_SWITCHES, *_AS_THEY_ARE, *_FIXED})

    def create(self, properties: Json, context: Context) -> Created:
        arguments = _arguments(properties) | pick(properties, "EventSourceArn", "StartingPosition")
        if "StartingPositionTimestamp" in properties:
            arguments["StartingPositionTimestamp"] = datetime.fromtimestamp(
                float(properties["StartingPositionTimestamp"]), UTC
            )
        if "Tags" in properties:
            arguments["Tags"] = tag_map(properties["Tags"])
        made = client("lambda").create_event_source_mapping(**arguments)
        return _mapping(made["UUID"])

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        # What a template no longer says has its default again.
        defaults = {name: _DEFAULTS[name] for name in old.keys() - new.keys() if name in _DEFAULTS}
        client("lambda").update_event_source_mapping(UUID=physical_id, **defaults, **_arguments(new))
        arn = _mapping_arn(physical_id)
        gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
        if gone:
            client("lambda").untag_resource(Resource=arn, TagKeys=gone)
        if new.get("Tags"):
            client("lambda").tag_resource(Resource=arn, Tags=tag_map(new["Tags"]))
        return _mapping(physical_id)

    def delete(self, physical_id: str, properties: Json) -> None:
        client("lambda").delete_event_source_mapping(UUID=physical_id)


_DEFAULTS: Json = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "MaximumRetryAttempts": -1,
    "MaximumRecordAgeInSeconds": -1,
    "TumblingWindowInSeconds": 0,
    "Enabled": True,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "FilterCriteria": {"Filters": []},
    "FunctionResponseTypes": [],
}


def _arguments(properties: Json) -> Json:
    """Return the properties that can change, of the types that the API takes."""
    numbers = {name: int(properties[name]) for name in _NUMBERS if name in properties}
    switches = {name: is_true(properties[name]) for name in _SWITCHES if name in properties}
    arguments = pick(properties, "FunctionName", *_AS_THEY_ARE)
    if "KmsKeyArn" in arguments:
        arguments["KMSKeyArn"] = arguments.pop("KmsKeyArn")
    if "ScalingConfig" in properties:
        limit = properties["ScalingConfig"].get("MaximumConcurrency")
        arguments["ScalingConfig"] = {"MaximumConcurrency": int(limit)} if limit else {}
    return {**arguments, **numbers, **switches}


def _mapping(mapping_id: str) -> Created:
    return Created(mapping_id, {"Id": mapping_id, "EventSourceMappingArn": _mapping_arn(mapping_id)})


def _mapping_arn(mapping_id: str) -> str:
    return f"arn:aws:lambda:{region()}:{account()}:event-source-mapping:{mapping_id}"


def _read_mapping(mapping_id: str, properties: Json, attributes: Json) -> Any:
    found = client("lambda").get_event_source_mapping(UUID=mapping_id)
    moment = found.pop("StartingPositionTimestamp", None)
    arn = found["FunctionArn"]
    return [
        found,
        {"FunctionName": [arn, arn.partition(":function:")[2]]},
        {"Enabled": found["State"] == "Enabled", "Timestamp": moment and moment.timestamp()},
    ]


READS |= {
    "AWS::Kinesis::Stream": ReadBack(
        (
            ask("kinesis", "describe_stream_summary", StreamName="{id}"),
            ask("kinesis", "list_tags_for_stream", StreamName="{id}"),
        ),
        aliases={
            "Name": "StreamName",
            "ShardCount": "OpenShardCount",
            "DesiredShardLevelMetrics": "ShardLevelMetrics",
        },
    ),
    "AWS::Kinesis::StreamConsumer": ReadBack(
        (
            ask("kinesis", "describe_stream_consumer", ConsumerARN="{id}"),
            ask("kinesis", "list_tags_for_resource", ResourceARN="{id}"),
        ),
    ),
    "AWS::Lambda::LayerVersion": ReadBack(
        (
            ask("lambda", "get_layer_version_by_arn", Arn="{id}"),
            lambda arn, properties, attributes: {"LayerName": arn.split(":")[6]},
        ),
        unread={"Content": "shown as the hash of the package"},
    ),
    "AWS::Lambda::EventInvokeConfig": ReadBack(
        (
            ask(
                "lambda",
                "get_function_event_invoke_config",
                FunctionName="{p[FunctionName]}",
                Qualifier="{p[Qualifier]}",
            ),
            lambda key, properties, attributes: {"Qualifier": key.rpartition(":")[2]},
        ),
        unread={"FunctionName": "the key"},
    ),
    "AWS::Logs::LogStream": ReadBack(
        (ask("logs", "describe_log_streams", logGroupName="{p[LogGroupName]}"),),
        unread={"LogGroupName": "the key"},
    ),
    "AWS::Lambda::EventSourceMapping": ReadBack(
        (
            _read_mapping,
            lambda mapping, properties, attributes: client("lambda").list_tags(Resource=_mapping_arn(mapping)),
        ),
        aliases={"StartingPositionTimestamp": "Timestamp", "KmsKeyArn": "KMSKeyArn"},
    ),
}
