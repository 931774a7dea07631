"""What QuickSight may do in the lake's name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from constructs import Construct
from lake_common.contract import Contract

from components.access import (
    BROWSE_CATALOG,
    READ_CATALOG,
    catalog_resources,
    read_objects,
    start_athena,
    use_catalog_key,
    write_objects,
)
from components.arns import arn
from components.policy import Statement
from components.private_network import Subnets
from components.zones import QUARANTINE, Zones

_QUERY = [
    "athena:BatchGetQueryExecution",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetWorkGroup",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
]


def query_tables(
    scope: Construct, *, workgroup: str, team: str, zones: Zones, tables: Sequence[Contract]
) -> list[Statement]:
    """Ask Athena for some tables and no others, in one workgroup.

    https://docs.aws.amazon.com/quicksight/latest/user/datasource-run-as-role.html

    Parameters
    ----------
    team
        The workgroup writes its results below this prefix.
    """
    return [
        Statement(actions=_QUERY, resources=[arn(scope, "athena", f"workgroup/{workgroup}")]),
        Statement(actions=BROWSE_CATALOG, resources=[arn(scope, "athena", "datacatalog/AwsDataCatalog")]),
        # These lists know no resources; they show names only.
        Statement(actions=["athena:ListDataCatalogs", "athena:ListWorkGroups"], resources=["*"]),
        start_athena(scope),
        Statement(actions=READ_CATALOG, resources=_catalog(scope, tables)),
        *_data(zones, tables),
        *read_objects(zones.results, [team]),
        *write_objects(zones.results, [team]),
        use_catalog_key(zones.key),
    ]


def _catalog(scope: Construct, tables: Sequence[Contract]) -> list[str]:
    listed = [
        catalog_resources(scope, f"lake_{zone}", names)
        for zone in ("curated", "analytics")
        if (names := _in(zone, tables))
    ]
    return list(dict.fromkeys(arn for arns in listed for arn in arns))


def _data(zones: Zones, tables: Sequence[Contract]) -> Iterable[Statement]:
    """Read the files of the tables; those of quarantined rows lie with the failures."""
    for zone in ("curated", "analytics"):
        names = [name for name in _in(zone, tables) if name != QUARANTINE]
        if names:
            yield from read_objects(zones.bucket(zone), names)
    if any(table.name == QUARANTINE for table in tables):
        yield from read_objects(zones.failures, [QUARANTINE])


def _in(zone: str, tables: Sequence[Contract]) -> list[str]:
    return sorted(table.name for table in tables if table.zone == zone)


def attach_to_network(scope: Construct, *, subnets: Subnets, security_group: str) -> list[Statement]:
    """Keep network interfaces in the lake's subnets.

    https://docs.aws.amazon.com/quicksight/latest/user/vpc-creating-a-connection-in-quicksight-cli.html
    """
    vpc = arn(scope, "ec2", f"vpc/{subnets.vpc_id}")
    interfaces = arn(scope, "ec2", "network-interface/*")
    places = [arn(scope, "ec2", f"subnet/{subnet}") for subnet in subnets.ids]
    return [
        Statement(
            actions=["ec2:CreateNetworkInterface"],
            resources=[*places, arn(scope, "ec2", f"security-group/{security_group}"), interfaces],
        ),
        Statement(
            actions=["ec2:DeleteNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute"],
            resources=[interfaces],
            conditions={"ArnEquals": {"ec2:Vpc": vpc}},
        ),
        # Modifying an interface names its security group as well.
        Statement(
            actions=["ec2:ModifyNetworkInterfaceAttribute"],
            resources=[arn(scope, "ec2", f"security-group/{security_group}")],
        ),
        # These know no resources.
        Statement(actions=["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"], resources=["*"]),
    ]
