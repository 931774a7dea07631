"""Buckets, keys, tables and queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from delivery.assembly import Resource
from delivery.cost.prices import HOURS
from delivery.cost.rules import Line, Month, priced

_STANDARD = "STANDARD"


@priced("AWS::S3::Bucket")
def bucket(resource: Resource, month: Month) -> Iterator[Line]:
    storage = month.workload.storage
    gib = storage.gib.get(_name(resource), 0.0)
    for storage_class, share in classes(resource.properties, storage.history_days).items():
        if gib * share:
            price = month.prices("s3", storage_class)
            yield Line("S3", f"{_name(resource)}, {storage_class}", gib * share, "GB-month", gib * share * price)
    share = month.share(resource)
    for what, count, item in (("writes", storage.puts, "put_per_1000"), ("reads", storage.gets, "get_per_1000")):
        if count:
            yield Line(
                "S3", f"{what} of objects", count * share, "requests", count * share / 1000 * month.prices("s3", item)
            )


def classes(properties: Mapping[str, Any], history_days: float) -> dict[str, float]:
    """Split what came together evenly over some days by storage class.

    Each object moves at the ages that the lifecycle rules say; what would have expired is not there.
    """
    rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
    ages = [rule for rule in rules if rule.get("Status") == "Enabled" and "Prefix" not in rule]
    steps = [
        (float(step["TransitionInDays"]), step["StorageClass"]) for rule in ages for step in rule.get("Transitions", [])
    ]
    expiry = min((float(rule["ExpirationInDays"]) for rule in ages if "ExpirationInDays" in rule), default=history_days)
    oldest = min(history_days, expiry)
    bounds = [(0.0, _STANDARD), *sorted(steps), (oldest, "")]
    shares: dict[str, float] = {}
    for (start, storage_class), (end, _) in pairwise(bounds):
        days = max(0.0, min(end, oldest) - start)
        if days:
            shares[storage_class] = shares.get(storage_class, 0.0) + days / oldest
    return shares


@priced("AWS::KMS::Key")
def key(resource: Resource, month: Month) -> Iterator[Line]:
    yield Line("KMS", "keys", 1, "keys", month.prices("kms", "key_month"))
    requests = month.workload.storage.kms_requests * month.share(resource)
    yield Line("KMS", "requests", requests, "requests", requests / 10_000 * month.prices("kms", "requests_per_10000"))


@priced("AWS::DynamoDB::Table")
def table(resource: Resource, month: Month) -> Iterator[Line]:
    """Two writes and two reads a run in the ledger; a write for each counter of a call, and for each file."""
    if "Counters" in resource.logical_id:
        stream = month.workload.stream
        writes = stream.events_per_second * HOURS * 3600 / stream.events_per_call * 10
        reads = 0.0
    else:
        writes = reads = 2 * month.workload.pipelines.runs
    for what, count in (("writes", writes), ("reads", reads)):
        if count:
            price = month.prices("dynamodb", f"{what}_per_million")
            yield Line("DynamoDB", what, count, "requests", count / 1e6 * price)


@priced("AWS::SQS::Queue")
def queue(resource: Resource, month: Month) -> Iterator[Line]:
    requests = month.workload.storage.puts * month.share(resource)
    yield Line("SQS", "messages", requests, "requests", requests / 1e6 * month.prices("sqs", "requests_per_million"))


def _name(resource: Resource) -> str:
    """Name a bucket as the workload does: its logical id without the hash."""
    return resource.logical_id[:-8]
