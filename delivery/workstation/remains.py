"""What carries the lake's tags and is still there, what it costs a month, and how to delete it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from delivery.cost import prices
from delivery.doctor.account import Account, error_code

_BYTES_PER_GB = 2**30
_PRICES = prices.load()


@dataclass(frozen=True)
class Remain:
    """A resource that was not deleted."""

    arn: str
    usd: float
    note: str
    command: str


def remains(account: Account) -> Iterator[Remain]:
    """Find what has the tags that every resource of the environment gets, and the logs that services made for it."""
    yield from _tagged(account)
    yield from _logs_of_services(account)


def _tagged(account: Account) -> Iterator[Remain]:
    tags = {"application": "ml-data-lake", "environment": account.name}
    filters = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    tagging = account.client("resourcegroupstaggingapi")
    for page in tagging.get_paginator("get_resources").paginate(TagFilters=filters):
        for item in page["ResourceTagMappingList"]:
            arn = item["ResourceARN"]
            look = _LOOKS.get(arn.split(":")[2], _other)
            found = look(account, arn)
            if found:
                yield found


def _bucket(account: Account, arn: str) -> Remain | None:
    name = arn.rpartition(":")[2]
    gigabytes = _stored_bytes(account, name) / _BYTES_PER_GB
    command = f"{account.aws} s3 rb s3://{name} --force   (versions: empty it in the console first)"
    return Remain(
        arn,
        gigabytes * _PRICES("s3", "STANDARD"),
        f"{gigabytes:.2f} GB in STANDARD; other classes are not counted",
        command,
    )


def _stored_bytes(account: Account, bucket: str) -> float:
    """Ask for the size that S3 reported last; it does so once a day."""
    now = datetime.now(UTC)
    answer = account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/S3",
        MetricName="BucketSizeBytes",
        Dimensions=[{"Name": "BucketName", "Value": bucket}, {"Name": "StorageType", "Value": "StandardStorage"}],
        StartTime=now - timedelta(days=3),
        EndTime=now,
        Period=86400,
        Statistics=["Average"],
    )
    return max((point["Average"] for point in answer["Datapoints"]), default=0.0)


def _key(account: Account, arn: str) -> Remain | None:
    state = account.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
    if state == "PendingDeletion":
        return Remain(arn, 0.0, "waits for its deletion, at no charge", "")
    command = f"{account.aws} kms schedule-key-deletion --pending-window-in-days 7 --key-id {arn}"
    return Remain(arn, _PRICES("kms", "key_month"), "without it, what it encrypted cannot be read", command)


def _table(account: Account, arn: str) -> Remain | None:
    name = arn.rpartition("/")[2]
    size = account.client("dynamodb").describe_table(TableName=name)["Table"]["TableSizeBytes"]
    command = f"{account.aws} dynamodb delete-table --table-name {name}"
    return Remain(arn, size / _BYTES_PER_GB * _PRICES("dynamodb", "gb_month"), f"{size} bytes", command)


def _logs_of_services(account: Account) -> Iterator[Remain]:
    """Find the log groups of crawlers: Glue makes them, without tags, and names them after the crawlers' roles."""
    groups = account.client("logs").get_paginator("describe_log_groups")
    for page in groups.paginate(logGroupNamePrefix="/aws-glue/crawlers"):
        for group in page["logGroups"]:
            if f"lake-{account.name}-" in group["logGroupName"]:
                yield _logs(account, group["arn"], group["logGroupName"], group["storedBytes"])


def _log_group(account: Account, arn: str) -> Remain | None:
    name = arn.split(":log-group:")[1].removesuffix(":*")
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return _logs(account, arn, name, sum(group["storedBytes"] for group in groups if group["logGroupName"] == name))


def _logs(account: Account, arn: str, name: str, stored: int) -> Remain:
    command = f"{account.aws} logs delete-log-group --log-group-name {name}"
    return Remain(arn, stored / _BYTES_PER_GB * _PRICES("cloudwatch", "log_gb_month"), f"{stored} bytes", command)


def _stack(account: Account, arn: str) -> Remain | None:
    """Leave out stacks that are deleted: their tags are answered for a while."""
    name = arn.split("/")[1]
    try:
        status = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if error_code(error) == "ValidationError":
            return None
        raise
    return Remain(arn, 0.0, status, f"{account.aws} cloudformation delete-stack --stack-name {name}")


def _other(account: Account, arn: str) -> Remain | None:
    return Remain(arn, 0.0, "its cost is not known here", "")


_LOOKS: dict[str, Callable[[Account, str], Remain | None]] = {
    "cloudformation": _stack,
    "dynamodb": _table,
    "kms": _key,
    "logs": _log_group,
    "s3": _bucket,
}
