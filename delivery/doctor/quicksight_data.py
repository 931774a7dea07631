"""What QuickSight needs to get data: its way to Athena, and room in SPICE."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from delivery.doctor.account import Account, error_code
from delivery.doctor.finding import Finding, State, Suite, good, problem, warning
from delivery.doctor.quicksight import MISSING, OFF, arguments, command, listed

suite = Suite()

DATA_SOURCE = "lake-athena"
VPC_CONNECTION = "lake"
# Beyond that part of its capacity, the next refresh of a large data set may find no room.
_FULL = 0.9


@suite.check("No asset of QuickSight of somebody else has an id of the lake")
def strangers(account: Account) -> Iterator[Finding]:
    """Look for ids that the stack would give: another environment of the lake in the same account has the same ones."""
    if not account.config.bi.enabled:
        yield good(OFF)
        return
    client, taken = account.client("quicksight"), False
    for kind, operation, member, name in (
        ("data source", "list_data_sources", "DataSources", "DataSourceId"),
        ("data set", "list_data_sets", "DataSetSummaries", "DataSetId"),
        ("dashboard", "list_dashboards", "DashboardSummaryList", "DashboardId"),
    ):
        for found in listed(client, operation, member, name, arguments(account)):
            if found.startswith("lake-") and not any(each.endswith(f"|{found}") for each in account.deployed):
                taken = True
                words = kind.replace(" ", "-")
                yield problem(
                    f"the {kind} {found} exists and belongs to no stack of the lake",
                    why="CloudFormation does not take over what exists: the deployment would fail.",
                    fix="If nothing needs it: "
                    + command(account, account.region, f"delete-{words} --{words}-id {found}"),
                )
    if not taken:
        yield good("nothing in the way")


@suite.check("QuickSight reaches Athena")
def data_source(account: Account) -> Iterator[Finding]:
    """Look at the state that QuickSight gives its data source, and its connection to the network."""
    bi = account.config.bi
    if not bi.enabled:
        yield good(OFF)
        return
    client = account.client("quicksight")
    try:
        found = client.describe_data_source(DataSourceId=DATA_SOURCE, **arguments(account))["DataSource"]
    except ClientError as error:
        if error_code(error) != MISSING:
            raise
        yield good("the data source is not deployed yet")
        return
    if found.get("Status", "").endswith("_FAILED"):
        told = found.get("ErrorInfo", {})
        yield problem(
            f"the data source {DATA_SOURCE} is in {found['Status']}: {told.get('Type')}: {told.get('Message')}",
            why="No data set can be refreshed; dashboards show the last good data, or none.",
            fix=f"make deploy ENV={account.name} STACKS=Bi   (then look at "
            f"{command(account, account.region, f'describe-data-source --data-source-id {DATA_SOURCE}')})",
        )
    else:
        yield good(f"data source {DATA_SOURCE} in {found.get('Status')}")
    if bi.vpc_connection:
        yield _connection(account, client)


@suite.check("SPICE has room")
def spice(account: Account) -> Iterator[Finding]:
    """Ask CloudWatch: QuickSight has an operation that buys capacity, and none that tells of it."""
    if not account.config.bi.enabled:
        yield good(OFF)
        return
    limit, used = (_newest(account, name) for name in ("SPICECapacityLimitInMB", "SPICECapacityConsumedInMB"))
    if limit is None or used is None:
        yield Finding(
            State.UNKNOWN,
            "CloudWatch has no figures of SPICE",
            "A refresh that finds no room fails; the last good data stays.",
            "Look at Manage QuickSight, SPICE capacity; switch on auto-purchase there",
        )
    elif used > _FULL * limit:
        yield warning(
            f"{used:,.0f} of {limit:,.0f} MB of SPICE are used",
            why="A refresh that finds no room fails; the last good data stays.",
            fix=command(account, account.region, "update-spice-capacity-configuration --purchase-mode AUTO_PURCHASE"),
        )
    else:
        yield good(f"{used:,.0f} of {limit:,.0f} MB of SPICE are used")


def _connection(account: Account, client: Any) -> Finding:
    try:
        found = client.describe_vpc_connection(VPCConnectionId=VPC_CONNECTION, **arguments(account))["VPCConnection"]
    except ClientError as error:
        if error_code(error) != MISSING:
            raise
        return good("the connection to the network is not deployed yet")
    availability = found.get("AvailabilityStatus", "unknown")
    if availability == "UNAVAILABLE" or found.get("Status", "").endswith("_FAILED"):
        return problem(
            f"the connection to the network is {availability}, in {found.get('Status')}",
            why="Data sources that go through it cannot be reached.",
            fix=command(account, account.region, f"describe-vpc-connection --vpc-connection-id {VPC_CONNECTION}")
            + "   (its interfaces say why), then deploy the stack Bi again",
        )
    return good(f"connection to the network {availability}")


def _newest(account: Account, metric: str) -> float | None:
    now = datetime.now(UTC)
    points = account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/QuickSight",
        MetricName=metric,
        StartTime=now - timedelta(days=1),
        EndTime=now,
        Period=3600,
        Statistics=["Maximum"],
    )["Datapoints"]
    newest = max(points, key=lambda point: point["Timestamp"], default=None)
    return float(newest["Maximum"]) if newest else None
