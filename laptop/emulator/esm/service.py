"""Event source mappings on Kinesis streams: corrections of the emulator.

The emulator loses records after a partial failure, and knows no bisect, retry bound, age, window or S3 destination.
Its own poller keeps the mappings on SQS queues and DynamoDB streams; this one has those on Kinesis.

| what | behaviour | source (Lambda developer guide and API) |
|---|---|---|
| batches, retries, bisect, age, partial responses | see `lane` and `responses` | "Process Kinesis records" |
| tumbling windows | see `windows` | "Stateful processing" |
| ParallelizationFactor | that many batches per shard; order per partition key (`lanes`) | "Parallelization factor" |
| StartingPosition | TRIM_HORIZON, LATEST (from the mapping's creation), AT_TIMESTAMP | API, CreateEventSourceMapping |
| resharding | children begin when their parents are done | "Polling and batching" |
| FilterCriteria | on `data` as JSON and on the metadata; what does not match is skipped | "Event filtering" |
| a consumer's ARN | the same records; a throughput of its own means nothing here | "Enhanced fan-out" |
| failure destination | S3 with the event, SQS and SNS with metadata (`destination`) | "Discarded records" |
| Enabled, UpdateEventSourceMapping | takes effect within a second, and goes on at the checkpoint | API |
| State | Disabling until the last batch is done; never Creating, Enabling or Updating | API, GetEventSourceMapping |
| IteratorAge, DestinationDeliveryFailures | metrics of AWS/Lambda | "Metrics for Lambda" |

Not here: provisioned pollers, a schema registry, on-success destinations. `LAKE_LAMBDA_BACKOFF_SECONDS` sets the wait
before the first retry.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Callable
from typing import Any

from laptop.emulator import kinesis_shards
from laptop.emulator.clients import background
from laptop.emulator.esm import positions, settings
from laptop.emulator.esm.lane import Outcome, Throttled
from laptop.emulator.esm.runner import Assignment, Runner, outcome_of
from laptop.emulator.registry import Json, on_start, on_stop

logger = logging.getLogger("laptop.lambda")

_LOOK_SECONDS = 0.2
_EXTRA_MEMBERS = ("StartingPositionTimestamp", "MetricsConfig", "KMSKeyArn", "LoggingConfig")
_REFUSED_MEMBERS = ("ProvisionedPollerConfig", "ScalingConfig", "SourceAccessConfigurations")

_CONSUMER = re.compile(r"stream/(?P<stream>[^/]+)/consumer/[^/]+")

LaneKey = tuple[str, str, int]
_runners: dict[LaneKey, tuple[Runner, str]] = {}
_stopping = threading.Event()


def apply() -> None:
    """Replace the functions of the emulator that are corrected."""
    from ministack.services import lambda_svc  # noqa: PLC0415 (only the emulator's process has it)

    lambda_svc._kinesis_stream_name_from_arn_spec = _stream_name(lambda_svc._kinesis_stream_name_from_arn_spec)
    lambda_svc._create_esm = _create(lambda_svc, lambda_svc._create_esm)
    lambda_svc._update_esm = _update(lambda_svc, lambda_svc._update_esm)
    lambda_svc._delete_esm = _delete(lambda_svc._delete_esm)
    lambda_svc._esm_response = _response(lambda_svc._esm_response)
    # Ours serves these mappings.
    lambda_svc._poll_kinesis = lambda: False


def _is_ours(mapping: Json) -> bool:
    return ":kinesis:" in str(mapping.get("EventSourceArn", ""))


def _stream_name(original: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    def name(spec: Any) -> str | None:
        consumer = _CONSUMER.fullmatch(spec.resource) if spec.service == "kinesis" else None
        return consumer["stream"] if consumer else original(spec)

    return name


def _create(engine: Any, original: Callable[[Json], Any]) -> Callable[[Json], Any]:
    def create(request: Json) -> Any:
        if not _is_ours(request):
            return original(request)
        refused = settings.problem(request) or _unsupported(request) or _missing_source(request)
        if refused:
            return engine._invalid_parameter_value(refused)
        # It is seen at once, and must not be served with half of its settings.
        answer = original({**request, "Enabled": False})
        if answer[0] >= 300:
            return answer
        mapping = engine._esms[json.loads(answer[2])["UUID"]]
        full = settings.with_defaults(request)
        mapping |= {name: full[name] for name in (*settings.MEMBERS, *_EXTRA_MEMBERS) if name in full}
        if mapping["StartingPosition"] == "LATEST":
            positions.start_at(mapping["UUID"], _newest(mapping))
        if _is_enabled(request):
            mapping |= {"State": "Enabled", "Enabled": True}
        return engine.json_response(engine._esm_response(mapping), 202)

    return create


def _update(engine: Any, original: Callable[[str, Json], Any]) -> Callable[[str, Json], Any]:
    def update(mapping_id: str, request: Json) -> Any:
        mapping = engine._esms.get(mapping_id)
        if mapping is None or not _is_ours(mapping):
            return original(mapping_id, request)
        refused = settings.problem({**mapping, **request}) or _unsupported(request)
        if refused:
            return engine._invalid_parameter_value(refused)
        answer = original(mapping_id, request)
        if answer[0] >= 300:
            return answer
        mapping |= {name: request[name] for name in (*settings.MEMBERS, *_EXTRA_MEMBERS) if name in request}
        return engine.json_response(engine._esm_response(mapping), 202)

    return update


def _delete(original: Callable[[str], Any]) -> Callable[[str], Any]:
    def delete(mapping_id: str) -> Any:
        answer = original(mapping_id)
        for key, (runner, _) in list(_runners.items()):
            if key[0] == mapping_id:
                runner.stop()
        positions.forget(mapping_id)
        return answer

    return delete


def _response(original: Callable[[Json], Json]) -> Callable[[Json], Json]:
    def respond(mapping: Json) -> Json:
        return original({**mapping, "State": _state(mapping)} if _is_ours(mapping) else mapping)

    return respond


def _state(mapping: Json) -> str:
    lanes = [runner for key, (runner, _) in list(_runners.items()) if key[0] == mapping["UUID"]]
    if mapping["State"] == "Disabled" and not all(runner.has_ended for runner in lanes):
        return "Disabling"
    return str(mapping["State"])


def _unsupported(request: Json) -> str | None:
    for name in _REFUSED_MEMBERS:
        if request.get(name):
            return f"{name} on a Kinesis stream is not implemented on the laptop"
    target = ((request.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if target and target.split(":")[2:3] not in (["s3"], ["sqs"], ["sns"]):
        return f"DestinationConfig.OnFailure.Destination must be an S3 bucket, SQS queue or SNS topic; got {target}"
    return None


def _missing_source(request: Json) -> str | None:
    from ministack.services import kinesis  # noqa: PLC0415

    arn = str(request["EventSourceArn"])
    if _stream(request) is None or ("/consumer/" in arn and arn not in kinesis._consumers):
        return f"EventSourceArn must be a stream or a consumer that exists; got {arn}"
    return None


def _stream(mapping: Json) -> Json | None:
    from ministack.services import kinesis  # noqa: PLC0415

    found: Json | None = kinesis._streams.get(str(mapping["EventSourceArn"]).split("/")[1])
    return found


def _newest(mapping: Json) -> dict[str, str | None]:
    stream = _stream(mapping)
    shards = kinesis_shards.all_shards(stream) if stream else {}
    return {name: kinesis_shards.last_number(shard) for name, shard in shards.items()}


@on_start
def poll() -> None:
    """Serve the mappings until the emulator stops."""
    _stopping.clear()
    background(_look_forever)


@on_stop
def stop() -> None:
    """End the lanes; their checkpoints are written."""
    _stopping.set()
    for runner, _ in list(_runners.values()):
        runner.stop()


def _look_forever() -> None:
    while not _stopping.wait(_LOOK_SECONDS):
        try:
            _look()
        except Exception:
            # One mapping must not stop the others.
            logger.exception("event source mappings")


def _look() -> None:
    """Start the lanes that are due and stop the others."""
    from ministack.services import lambda_svc  # noqa: PLC0415

    from laptop.emulator import scopes  # noqa: PLC0415

    wanted: set[LaneKey] = set()
    for account_id, region_name, mapping in lambda_svc._iter_all_esms():
        with scopes.within(account_id, region_name):
            if _is_ours(mapping) and _is_enabled(mapping):
                wanted |= _serve(lambda_svc, mapping)
    for key in _runners.keys() - wanted:
        _runners[key][0].stop()
        if _runners[key][0].has_ended:
            del _runners[key]


def _is_enabled(mapping: Json) -> bool:
    return str(mapping.get("Enabled", True)).lower() == "true"


def _serve(engine: Any, mapping: Json) -> set[LaneKey]:
    """Start the lanes of a mapping; return all that it should have."""
    stream = _stream(mapping)
    record, _ = engine._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    if stream is None or record is None:
        return set()
    how = settings.from_mapping(mapping, float(os.environ.get("LAKE_LAMBDA_BACKOFF_SECONDS", "1")))
    shards = kinesis_shards.all_shards(stream)
    wanted: set[LaneKey] = set()
    for name, shard in shards.items():
        if positions.is_finished(mapping["UUID"], name) or _waits_for_parents(mapping["UUID"], shard, shards):
            continue
        lanes = {(mapping["UUID"], name, lane) for lane in range(how.parallelization)}
        if all(key in _runners and _runners[key][0].has_finished for key in lanes):
            positions.finish(mapping["UUID"], name)
            continue
        wanted |= lanes
        for key in lanes:
            _start(engine, mapping, how, key)
    return wanted


def _waits_for_parents(mapping_id: str, shard: Json, shards: Json) -> bool:
    present = [parent for parent in kinesis_shards.parents(shard) if parent in shards]
    return not all(positions.is_finished(mapping_id, parent) for parent in present)


def _start(engine: Any, mapping: Json, how: settings.Settings, key: LaneKey) -> None:
    """Start a lane, or restart it when its mapping has changed."""
    version = json.dumps({name: mapping.get(name) for name in (*settings.MEMBERS, "FunctionArn", "FilterCriteria")})
    if key in _runners:
        runner, served = _runners[key]
        if served == version and not runner.is_stopping and (runner.has_finished or not runner.has_ended):
            return
        runner.stop()
        if not runner.has_ended:
            # Two of them would deliver the same records at the same time.
            return
    record, config = engine._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    role = str(((record or {}).get("config") or config or {}).get("Role", ""))
    assignment = Assignment(dict(mapping), key[1], key[2], how, str(mapping["FunctionArn"]), role)
    made = Runner(
        assignment, _source(mapping, key[1]), _function(engine, mapping), _filter(engine, mapping), _metric(mapping)
    )
    _runners[key] = made, version
    background(made.run)


def _source(mapping: Json, shard: str) -> Callable[[], Json | None]:
    def look() -> Json | None:
        stream = _stream(mapping)
        return kinesis_shards.all_shards(stream).get(shard) if stream else None

    return look


def _function(engine: Any, mapping: Json) -> Callable[[Json], tuple[Outcome, str | None]]:
    def call(event: Json) -> tuple[Outcome, str | None]:
        record, _ = engine._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
        if record is None:
            return Throttled(), None
        result: Json = engine._execute_function(record, event)
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed" if result.get("error") else "OK"
        return outcome_of(result)

    return call


def _filter(engine: Any, mapping: Json) -> Callable[[Json], bool]:
    return lambda record: bool(engine._apply_filter_criteria([record], mapping))


def _metric(mapping: Json) -> Callable[[str, float, str], object]:
    from ministack.services import cloudwatch  # noqa: PLC0415

    dimensions = {"FunctionName": mapping["FunctionName"]}
    return lambda name, value, unit: cloudwatch.record_metric("AWS/Lambda", name, value, unit, dimensions)


apply()
