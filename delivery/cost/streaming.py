"""The stream, its functions and its archive."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from delivery.assembly import Resource
from delivery.cost.prices import HOURS
from delivery.cost.rules import Line, Month, priced

_KIB_PER_PUT_UNIT = 25
_KIB_PER_GIB = 2**20


@priced("AWS::Kinesis::Stream")
def stream(resource: Resource, month: Month) -> Iterator[Line]:
    use, properties, price = month.workload.stream, resource.properties, month.prices
    events = use.events_per_second * 3600 * HOURS
    gib = events * use.event_kib / _KIB_PER_GIB
    shards = properties.get("ShardCount", 0)
    if not shards:
        yield Line("Kinesis", "stream on demand", HOURS, "hours", HOURS * price("kinesis", "stream_hour"))
        yield Line("Kinesis", "written", gib, "GB", gib * price("kinesis", "in_gb"))
        readers = 2 * gib
        yield Line("Kinesis", "read", readers, "GB", readers * price("kinesis", "out_gb"))
    else:
        units = events * ceil(use.event_kib / _KIB_PER_PUT_UNIT)
        hours = shards * HOURS
        yield Line("Kinesis", "shards", hours, "shard-hours", hours * price("kinesis", "shard_hour"))
        yield Line("Kinesis", "written", units, "units", units / 1e6 * price("kinesis", "put_units_per_million"))
        if properties.get("RetentionPeriodHours", 24) > 24:
            extended = hours * price("kinesis", "extended_shard_hour")
            yield Line("Kinesis", "kept longer than a day", hours, "shard-hours", extended)
    metrics = len(properties.get("DesiredShardLevelMetrics", [])) * max(shards, 4)
    yield Line("CloudWatch", "metrics of shards", metrics, "metrics", metrics * price("cloudwatch", "metric_month"))


@priced("AWS::Kinesis::StreamConsumer")
def consumer(resource: Resource, month: Month) -> Iterator[Line]:
    use = month.workload.stream
    gib = use.events_per_second * 3600 * HOURS * use.event_kib / _KIB_PER_GIB
    hours = use.fan_out_readers * HOURS
    yield Line("Kinesis", "fan-out", hours, "shard-hours", hours * month.prices("kinesis", "fan_out_shard_hour"))
    yield Line("Kinesis", "read by fan-out", gib, "GB", gib * month.prices("kinesis", "fan_out_gb"))


@priced("AWS::KinesisFirehose::DeliveryStream")
def delivery_stream(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge what is delivered; a record counts for 5 KB at least."""
    use = month.workload.stream
    gib = use.events_per_second * 3600 * HOURS * ceil(use.event_kib / 5) * 5 / _KIB_PER_GIB
    for what, item in (
        ("delivered", "in_gb"),
        ("converted to Parquet", "conversion_gb"),
        ("partitioned", "partitioning_gb"),
    ):
        yield Line("Firehose", what, gib, "GB", gib * month.prices("firehose", item))


@priced("AWS::Lambda::Function")
def function(resource: Resource, month: Month) -> Iterator[Line]:
    """Charge a call for each full batch of events, or for each new file."""
    use, properties = month.workload.stream, resource.properties
    name = properties["Handler"].split(".")[0]
    if name in ("clickstream_to_lake", "clickstream_counters"):
        calls = use.events_per_second * 3600 * HOURS / use.events_per_call
    else:
        calls = month.workload.pipelines.runs
    seconds = calls * use.milliseconds.get(name, 100.0) / 1000 * properties.get("MemorySize", 128) / 1024
    architecture = properties.get("Architectures", ["x86_64"])[0]
    requests = calls / 1e6 * month.prices("lambda", "requests_per_million")
    yield Line("Lambda", f"calls of {name}", calls, "calls", requests)
    yield Line("Lambda", f"time of {name}", seconds, "GB-seconds", seconds * month.prices("lambda", architecture))
