"""The consumer as deployed, on the emulator: from a filled stream to the last object in S3."""

from __future__ import annotations

import io
import itertools
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clickstream_to_lake.objects import unpack

from components.function_packages import function_files, layer_files
from laptop import aws, launcher
from laptop.state import Home, Run
from streaming.generator import poisson
from streaming.producer import Plan, produce
from streaming.sender import Sender

RAW, FAILURES, NAME = "bench-raw", "bench-failures", "clicks-to-lake"
RATE, BATCH = 500.0, 2_000
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Passage:
    """How long the records took, in seconds."""

    records: int
    put_seconds: float
    seconds: float

    @property
    def per_second(self) -> float:
        return self.records / self.seconds


def measure(records: int) -> Passage:
    """Fill a stream with two shards, then connect the consumer and wait until S3 holds every record."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        run = launcher.up(home)
        try:
            return _measure(home, run, records)
        finally:
            launcher.down(home)


def _measure(home: Home, run: Run, records: int) -> Passage:
    kinesis, functions, s3 = (aws.client(home, run, service) for service in ("kinesis", "lambda", "s3"))
    for bucket in (RAW, FAILURES):
        s3.create_bucket(Bucket=bucket)
    kinesis.create_stream(StreamName=NAME, ShardCount=2)
    _create_function(functions)
    functions.invoke(FunctionName=NAME, Payload=b'{"Records": []}')
    begun = time.perf_counter()
    start = datetime.now(UTC) - timedelta(seconds=records / RATE)
    events = itertools.islice(poisson(seed=0, rate=RATE, start=start), records)
    produce(Plan(events=events), Sender(kinesis, NAME, sleep=time.sleep))
    connected = time.perf_counter()
    functions.create_event_source_mapping(
        EventSourceArn=kinesis.describe_stream_summary(StreamName=NAME)["StreamDescriptionSummary"]["StreamARN"],
        FunctionName=NAME,
        StartingPosition="TRIM_HORIZON",
        BatchSize=BATCH,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    _Arrivals(s3).wait_for(records)
    return Passage(records, connected - begun, time.perf_counter() - connected)


def _create_function(functions: Any) -> None:
    functions.create_function(
        FunctionName=NAME,
        Runtime="python3.12",
        Handler="clickstream_to_lake.handler.handle",
        Role="arn:aws:iam::000000000000:role/consumer",
        Code={"ZipFile": _package()},
        Timeout=60,
        Environment={
            "Variables": {
                "RAW_BUCKET": RAW,
                "FAILURES_BUCKET": FAILURES,
                "CONTRACT": "clicks",
                "PARALLEL_WRITES": "8",
                "POWERTOOLS_SERVICE_NAME": NAME,
                "POWERTOOLS_METRICS_NAMESPACE": "lake",
            }
        },
    )


def _package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (*function_files("clickstream_to_lake"), *layer_files()):
            archive.writestr(name.removeprefix("python/"), content)
    return buffer.getvalue()


@dataclass
class _Arrivals:
    """Counts the rows in the bucket; reads each object once."""

    s3: Any
    rows: dict[str, int] = field(default_factory=dict)

    def wait_for(self, records: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while sum(self.rows.values()) < records:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{records} rows must arrive in {PATIENCE_SECONDS} s; got {sum(self.rows.values())}")
            time.sleep(0.2)
            self._look()

    def _look(self) -> None:
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=RAW):
            for item in page.get("Contents", []):
                key = item["Key"]
                if key not in self.rows:
                    self.rows[key] = len(unpack(self.s3.get_object(Bucket=RAW, Key=key)["Body"].read()))
