"""Quotas of the account against what the environment may use at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from delivery.cost.processing import DPU
from delivery.doctor.account import Account
from delivery.doctor.finding import Finding, Suite, good, problem

suite = Suite()

# Jobs of different products run side by side; two at a time is what the schedules make.
_CONCURRENT_JOBS = 2
_XLARGE_VCPUS = 4


@dataclass(frozen=True)
class Quota:
    """A quota of the service of that name."""

    service: str
    code: str
    what: str


ON_DEMAND = Quota("ec2", "L-1216C47A", "vCPUs of standard instances on demand")
SPOT = Quota("ec2", "L-34B43A08", "vCPUs of standard spot instances")
GLUE_DPUS = Quota("glue", "L-08F3B322", "data processing units of Glue")


@suite.check("Glue may run the jobs")
def glue(account: Account) -> Iterator[Finding]:
    processing = account.config.processing
    needed = DPU[processing.worker_type] * processing.max_workers * _CONCURRENT_JOBS
    key = f"max_workers under [processing] in {account.file}"
    yield compare(account, GLUE_DPUS, needed, f"{_CONCURRENT_JOBS} jobs of {processing.max_workers} workers", key)


@suite.check("EC2 may start the nodes of a cluster")
def nodes(account: Account) -> Iterator[Finding]:
    """Count as many nodes as managed scaling may start; a unit of a fleet is an xlarge, one of a group an instance."""
    if not account.config.emr.enabled:
        yield good("no clusters in this environment")
        return
    cluster = account.config.emr.cluster
    scaling, task = cluster.scaling, cluster.task
    unit = _XLARGE_VCPUS if cluster.layout == "fleets" else _vcpus(task.instance_types)
    on_demand = _vcpus(cluster.primary.instance_types) + unit * scaling.maximum_on_demand_units
    spot = unit * (scaling.maximum_units - cluster.core.units)
    key = f"maximum_units under [emr.cluster.scaling] in {account.file}"
    yield compare(account, ON_DEMAND, on_demand, "the largest cluster on demand", key)
    yield compare(account, SPOT, spot, "its spot nodes", key)


@suite.check("Kinesis may have the shards")
def kinesis(account: Account) -> Iterator[Finding]:
    stream = account.config.ingestion.stream
    if not account.config.ingestion.enabled:
        yield good("no stream in this environment")
        return
    if stream.shards == 0:
        yield good("Kinesis chooses the shards (on demand)")
        return
    limits = account.client("kinesis").describe_limits()
    free = limits["ShardLimit"] - limits["OpenShardCount"]
    # Those of a lake that is deployed are among the open ones.
    needed = 0 if _has_stream(account) else stream.shards
    if needed <= free:
        yield good(f"{free} of {limits['ShardLimit']} shards are free; the lake adds {needed}")
        return
    yield problem(
        f"{free} of {limits['ShardLimit']} shards are free; the lake adds {needed}",
        why="The stream could not be created.",
        fix=f"Request more in the console of Service Quotas (Kinesis, shards per region), or lower shards under "
        f"[ingestion.stream] in {account.file}",
    )


def _vcpus(types: tuple[str, ...]) -> int:
    """Give the processors of the largest type, whose size is named by its multiple of xlarge."""
    sizes = (name.split(".")[1].removesuffix("xlarge") for name in types)
    return max(_XLARGE_VCPUS * int(size or 1) if size != "large" else 2 for size in sizes)


def compare(account: Account, quota: Quota, needed: float, use: str, key: str) -> Finding:
    """Compare a quota with what is needed."""
    asked = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    value = account.client("service-quotas").get_service_quota(**asked)["Quota"]["Value"]
    if needed <= value:
        return good(f"{value:g} {quota.what}; {use} need {needed:g}")
    return problem(
        f"{value:g} {quota.what}; {use} need {needed:g}",
        why="Runs beyond the quota fail or wait, at the busiest moment first.",
        fix=f"{account.aws} service-quotas request-service-quota-increase --service-code {quota.service} "
        f"--quota-code {quota.code} --desired-value {needed:g}, or lower {key}",
    )


def _has_stream(account: Account) -> bool:
    pages = account.client("kinesis").get_paginator("list_streams").paginate()
    return any(name in account.deployed for page in pages for name in page["StreamNames"])
