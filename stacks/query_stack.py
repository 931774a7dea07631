"""Query: Athena for teams, with limits that nobody can step around."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_athena as athena
from constructs import Construct

from components.arns import bucket_name, key_arn
from components.saved_query import SavedQuery, load_queries
from components.team_access import TeamAccess, workgroup_name
from components.team_access_point import TeamAccessPoint
from components.zones import Zones
from config.model import QueryConfig, WorkgroupConfig

_BYTES_PER_GIB = 1024**3


class QueryStack(cdk.Stack):
    """One workgroup per team, the team's permissions, and the queries that come with the lake."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: QueryConfig,
        zones: Zones,
        access_points: Sequence[TeamAccessPoint],
        retain_data: bool,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data)
        self._key = zones.key
        self._results = zones.results
        self._retain_data = retain_data
        self._workgroups = {team.team: self._workgroup(team) for team in config.workgroups}
        for team in config.workgroups:
            if team.for_people:
                self._let_in(team, zones, access_points)
        for query in load_queries():
            self._offer(query)

    def workgroup(self, team: str) -> athena.CfnWorkGroup:
        """Return the workgroup of a team."""
        return self._workgroups[team]

    @property
    def workgroups(self) -> dict[str, athena.CfnWorkGroup]:
        """The workgroups by team."""
        return self._workgroups

    def _workgroup(self, team: WorkgroupConfig) -> athena.CfnWorkGroup:
        workgroup = athena.CfnWorkGroup
        name = team.team.capitalize()
        resource = athena.CfnWorkGroup(
            self,
            name,
            name=workgroup_name(team.team),
            description=f"Queries of {team.team}, at most {team.scan_limit_gib:g} GiB scanned by each",
            state="ENABLED",
            # Deletes the workgroup's history and saved queries with it; results are objects of the results bucket.
            recursive_delete_option=not self._retain_data,
            work_group_configuration=workgroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                requester_pays_enabled=False,
                bytes_scanned_cutoff_per_query=int(team.scan_limit_gib * _BYTES_PER_GIB),
                engine_version=workgroup.EngineVersionProperty(selected_engine_version="Athena engine version 3"),
                result_configuration=workgroup.ResultConfigurationProperty(
                    output_location=f"s3://{bucket_name(self._results)}/{team.team}/",
                    expected_bucket_owner=self.account,
                    encryption_configuration=workgroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_KMS", kms_key=key_arn(self._key)
                    ),
                ),
            ),
        )
        cdk.CfnOutput(self, f"{name}WorkgroupName", value=resource.ref)
        return resource

    def _let_in(self, team: WorkgroupConfig, zones: Zones, access_points: Sequence[TeamAccessPoint]) -> None:
        name = team.team.capitalize()
        access = TeamAccess(self, f"{name}Access", config=team, zones=zones, access_points=access_points)
        cdk.CfnOutput(self, f"{name}RoleArn", value=access.role.attr_arn)
        cdk.CfnOutput(self, f"{name}PolicyArn", value=access.policy.ref)

    def _offer(self, query: SavedQuery) -> None:
        """Deploy a query as a named query, or as a prepared statement if it has parameters."""
        team = query.workgroup.removeprefix("lake-")
        if team not in self._workgroups:
            raise ValueError(f"query {query.name} must be of a workgroup in {sorted(self._workgroups)}; got {team!r}")
        workgroup = self._workgroups[team].ref
        construct_id = "".join(part.capitalize() for part in query.name.split("_"))
        if query.parameters:
            athena.CfnPreparedStatement(
                self,
                construct_id,
                statement_name=query.name,
                description=query.description,
                work_group=workgroup,
                query_statement=query.sql,
            )
        else:
            athena.CfnNamedQuery(
                self,
                construct_id,
                name=query.name,
                description=query.description,
                database=query.database,
                work_group=workgroup,
                query_string=query.sql,
            )
