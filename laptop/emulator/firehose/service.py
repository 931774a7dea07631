"""Firehose: delivery streams to S3, in place of the emulator's, which writes an object per record and drops failures.

| what | behaviour | source (Firehose developer guide) |
|---|---|---|
| a Kinesis source | read from the creation on, KPL aggregates taken apart, at least once | "Source" |
| buffering | per partition, by size or age | "Buffering hints" |
| dynamic partitioning | by the part of jq in `jq` | "Dynamic partitioning" |
| record format conversion | JSON to Parquet by the Glue table (`conversion`) | "Convert input data format" |
| prefixes, error prefix | see `prefixes` and `failures` | "Custom prefixes" |
| AppendDelimiterToRecord, GZIP | | "Data delivery" |
| PutRecord, PutRecordBatch | limits of 1,000 KiB, 500 records and 4 MiB | API |
| S3 refuses an object | tried again, nothing is dropped | "Data delivery failure handling" |
| DeliveryToS3.DataFreshness, DeliveryToS3.Records | metrics of AWS/Firehose | "Metrics" |

Other destinations, sources, processors (Lambda too) and options are refused. Objects on AWS are also cut by the size
of what was converted, which nobody documents. `LAKE_FIREHOSE_SPEED=60` makes a minute of buffering a second.
"""

from __future__ import annotations

import base64
import logging
import os
import threading
import time
import uuid
from collections import deque
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from laptop.emulator import kinesis_shards
from laptop.emulator.clients import background
from laptop.emulator.firehose import destination, kpl
from laptop.emulator.firehose.delivery import Delivery, at_place
from laptop.emulator.firehose.failures import Incoming
from laptop.emulator.registry import Call, Json, ServiceError, on_start, on_stop, operation
from laptop.emulator.store import Store

logger = logging.getLogger("laptop.firehose")

_LOOK_SECONDS = 0.2
_READ_RECORDS = 2_000
_RECORD_BYTES, _BATCH_RECORDS, _BATCH_BYTES = 1000 * 1024, 500, 4 * 1024 * 1024

# Per delivery stream: where it goes on in each shard, and what was put to it and is not delivered.
_positions = Store("firehose-positions")
_direct = Store("firehose-records")
_stopping = threading.Event()
_runners: dict[str, Runner] = {}
# No runner starts while somebody holds it. A record that is put then must reach it once: from the store or by hand.
_start_lock = threading.Lock()


class Runner:
    """Reads the source of one delivery stream and delivers, on a thread of its own."""

    def __init__(self, name: str, stream: Json) -> None:
        self._name = name
        self.version = str(stream["version"])
        self._source = (stream.get("kinesis_source") or {}).get("KinesisStreamARN")
        speed = float(os.environ.get("LAKE_FIREHOSE_SPEED", "1"))
        target = destination.from_config(stream["destinations"][0]["config"])
        self._delivery = Delivery(name, self.version, target, speed, _metric(name))
        self._read_to: dict[str, str | None] = dict(_positions.get(name) or {})
        self._saved = dict(self._read_to)
        self.put: deque[Incoming] = deque(_undelivered(name))
        self._stop = threading.Event()
        self.has_ended = False

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        try:
            while not self._stop.is_set():
                busy = self._read_source() or self._read_put()
                self._write()
                if not busy:
                    self._stop.wait(_LOOK_SECONDS)
        finally:
            self.has_ended = True

    def _read_source(self) -> bool:
        stream = _kinesis_stream(self._source) if self._source else None
        if stream is None:
            return False
        busy = False
        for shard_id, shard in kinesis_shards.all_shards(stream).items():
            found = kinesis_shards.read(shard, self._read_to.get(shard_id), _READ_RECORDS)
            for record in found:
                for index, data in enumerate(kpl.user_records(base64.b64decode(record["Data"]))):
                    self._delivery.accept(at_place(data, record, shard_id, index))
            if found:
                self._read_to[shard_id] = found[-1]["SequenceNumber"]
                busy = True
        return busy

    def _read_put(self) -> bool:
        busy = bool(self.put)
        while self.put:
            self._delivery.accept(self.put.popleft())
        return busy

    def _write(self) -> None:
        try:
            for written in self._delivery.write_due():
                for record in written:
                    if record.shard is None:
                        _direct.delete(f"{self._name}|{record.number}")
                self._save()
        except (ClientError, BotoCoreError) as error:
            # Firehose tries again; what it buffers here stays in the stream or in the store.
            logger.warning("%s could not deliver: %s", self._name, error)
            self._stop.wait(1)

    def _save(self) -> None:
        pending = self._delivery.buffers.first_numbers()
        # Begin again before the first record that is not delivered.
        done = {
            shard: str(int(pending[shard]) - 1).zfill(len(pending[shard])) if shard in pending else number
            for shard, number in self._read_to.items()
        }
        if done != self._saved:
            _positions.put(self._name, done)
            self._saved = done


@operation("firehose", "CreateDeliveryStream")
def create(request: Json, call: Call) -> Json:
    config = _config(request, "Configuration")
    _require(config)
    source = request.get("KinesisStreamSourceConfiguration", {}).get("KinesisStreamARN")
    if request.get("DeliveryStreamType", "DirectPut") not in ("DirectPut", "KinesisStreamAsSource"):
        raise ServiceError(
            "InvalidArgumentException", f"{request['DeliveryStreamType']} is not implemented on the laptop"
        )
    stream = _kinesis_stream(source) if source else None
    if source and stream is None:
        raise ServiceError("InvalidArgumentException", f"Kinesis stream {source} must exist")
    shards = kinesis_shards.all_shards(stream) if stream else {}
    latest = {name: kinesis_shards.last_number(shard) for name, shard in shards.items()}
    # A runner that starts at once must not begin with what was in the stream before.
    with _start_lock:
        answer = call("CreateDeliveryStream", request)
        _positions.put(request["DeliveryStreamName"], latest)
    return answer


@operation("firehose", "UpdateDestination")
def update(request: Json, call: Call) -> Json:
    stream = _streams().get(request["DeliveryStreamName"]) or {"destinations": [{"config": {}}]}
    _require({**stream["destinations"][0]["config"], **_config(request, "Update")})
    return call("UpdateDestination", request)


@operation("firehose", "DeleteDeliveryStream")
def delete(request: Json, call: Call) -> Json:
    answer = call("DeleteDeliveryStream", request)
    name = request["DeliveryStreamName"]
    _positions.delete(name)
    for key, _ in list(_direct.items(f"{name}|")):
        _direct.delete(key)
    return answer


@operation("firehose", "PutRecord")
def put_record(request: Json, _call: Call) -> Json:
    data = base64.b64decode(request["Record"]["Data"])
    if len(data) > _RECORD_BYTES:
        raise ServiceError("InvalidArgumentException", f"a record must have at most 1,000 KiB; got {len(data)} bytes")
    return {"RecordId": _take(_put_target(request), data), "Encrypted": False}


@operation("firehose", "PutRecordBatch")
def put_record_batch(request: Json, _call: Call) -> Json:
    records = [base64.b64decode(record["Data"]) for record in request["Records"]]
    too_large = any(len(data) > _RECORD_BYTES for data in records)
    if not 1 <= len(records) <= _BATCH_RECORDS or sum(map(len, records)) > _BATCH_BYTES or too_large:
        message = "a batch must have 1 to 500 records of at most 1,000 KiB and 4 MiB together"
        raise ServiceError("InvalidArgumentException", f"{message}; got {len(records)} records")
    name = _put_target(request)
    answers = [{"RecordId": _take(name, data)} for data in records]
    return {"FailedPutCount": 0, "Encrypted": False, "RequestResponses": answers}


def _put_target(request: Json) -> str:
    name = str(request["DeliveryStreamName"])
    stream = _streams().get(name)
    if stream is None:
        raise ServiceError("ResourceNotFoundException", f"Firehose {name} not found.")
    if stream["type"] != "DirectPut":
        message = f"This operation is not permitted on KinesisStreamAsSource delivery stream type: {name}"
        raise ServiceError("InvalidArgumentException", message)
    return name


def _take(name: str, data: bytes) -> str:
    """Keep a record until it is delivered; return its id."""
    record_id = f"{time.time_ns():020d}{uuid.uuid4().hex}"
    document = {"data": base64.b64encode(data).decode(), "arrival": time.time()}
    with _start_lock:
        _direct.put(f"{name}|{record_id}", document)
        if name in _runners:
            _runners[name].put.append(_incoming(record_id, document))
    return record_id


def _undelivered(name: str) -> list[Incoming]:
    return [_incoming(key.partition("|")[2], document) for key, document in _direct.items(f"{name}|")]


def _incoming(record_id: str, document: Json) -> Incoming:
    return Incoming(base64.b64decode(document["data"]), document["arrival"], number=record_id)


def _config(request: Json, suffix: str) -> Json:
    config: Json | None = request.get(f"ExtendedS3Destination{suffix}")
    if config is None:
        raise ServiceError("InvalidArgumentException", "the laptop delivers to ExtendedS3DestinationConfiguration only")
    return config


def _require(config: Json) -> None:
    refused = destination.problem(config)
    if refused:
        raise ServiceError("InvalidArgumentException", refused)


def _streams() -> Any:
    from ministack.services import firehose  # noqa: PLC0415 (only the emulator's process has it)

    return firehose._streams


def _kinesis_stream(arn: str) -> Json | None:
    from ministack.services import kinesis  # noqa: PLC0415

    found: Json | None = kinesis._streams.get(arn.rpartition("/")[2])
    return found


def _metric(name: str) -> Any:
    from ministack.services import cloudwatch  # noqa: PLC0415

    dimensions = {"DeliveryStreamName": name}
    return lambda metric, value, unit: cloudwatch.record_metric("AWS/Firehose", metric, value, unit, dimensions)


def apply() -> None:
    """Keep the emulator's own delivery out of Kinesis."""
    from ministack.services import firehose  # noqa: PLC0415

    firehose.ingest_from_kinesis_source = lambda stream_arn, records: None


@on_start
def deliver() -> None:
    """Serve the delivery streams until the emulator stops."""
    _stopping.clear()
    background(_look_forever)


@on_stop
def stop() -> None:
    _stopping.set()
    for runner in list(_runners.values()):
        runner.stop()


def _look_forever() -> None:
    while not _stopping.wait(_LOOK_SECONDS):
        try:
            _look()
        except Exception:
            # One delivery stream must not stop the others.
            logger.exception("delivery streams")


def _look() -> None:
    """Start and stop the runners as the delivery streams of the lake's account and region ask for."""
    streams = dict(_streams().items())
    for name, runner in list(_runners.items()):
        if name not in streams or str(streams[name]["version"]) != runner.version:
            runner.stop()
        if runner.has_ended:
            del _runners[name]
    for name, stream in streams.items():
        if name not in _runners and stream["destinations"]:
            with _start_lock:
                _runners[name] = Runner(name, stream)
            background(_runners[name].run)


apply()
