"""Athena as QuickSight asks it: a data source with a workgroup and a role of its own."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct
from lake_common.contract import Contract

from components.acknowledge import acknowledge_wildcards
from components.arns import home
from components.bi_access import query_tables
from components.quicksight import QuickSightResource
from components.service_role import ServiceRole
from components.zones import Zones
from dashboards import permissions


class BiDataSource(Construct):
    """The data source, which may read the tables of data sets and nothing else of the lake.

    Parameters
    ----------
    workgroup, team
        Name of the workgroup, and the prefix of its results.
    connection
        ARN of the connection to the lake's network; None to ask Athena from outside of it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workgroup: str,
        team: str,
        zones: Zones,
        tables: Sequence[Contract],
        owners: Sequence[str],
        folder: str,
        connection: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = query_tables(self, workgroup=workgroup, team=team, zones=zones, tables=tables)
        role = ServiceRole(
            self,
            "Role",
            description="Queries of QuickSight",
            services=["quicksight.amazonaws.com"],
            policy_name="Query",
            statements=statements,
        )
        acknowledge_wildcards(
            role,
            statements,
            because="files of tables and results have no fixed names, and the names of catalogs and workgroups can "
            "only be listed as a whole",
            revisit_when="one of these can be named",
        )
        self.arn = QuickSightResource(
            self,
            "Resource",
            kind="DataSource",
            properties={
                "AwsAccountId": home(self).account,
                "DataSourceId": "lake-athena",
                "Name": "Data lake",
                "Type": "ATHENA",
                "DataSourceParameters": {"AthenaParameters": {"WorkGroup": workgroup, "RoleArn": role.arn}},
                "SslProperties": {"DisableSsl": False},
                **({"VpcConnectionProperties": {"VpcConnectionArn": connection}} if connection else {}),
                "FolderArns": [folder],
                "Permissions": permissions.grants("data source", "owner", owners),
            },
        ).arn
