"""What a team may do: its own workgroup, its own results, the zones that it is given."""

from collections.abc import Iterable, Iterator

from aws_cdk import aws_iam as iam
from constructs import Construct

from components.access import (
    BROWSE_CATALOG,
    READ_CATALOG,
    catalog_resources,
    read_objects,
    start_athena,
    use_catalog_key,
    write_objects,
)
from components.acknowledge import acknowledge_wildcards
from components.arns import arn, bucket_arn, home, objects_arn
from components.policy import Statement, document, trust_account
from components.team_access_point import TeamAccessPoint
from components.zones import QUARANTINE, Zones
from config.model import WorkgroupConfig

_QUERY = [
    "athena:BatchGetNamedQuery",
    "athena:BatchGetPreparedStatement",
    "athena:BatchGetQueryExecution",
    "athena:GetNamedQuery",
    "athena:GetPreparedStatement",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetQueryRuntimeStatistics",
    "athena:GetWorkGroup",
    "athena:ListNamedQueries",
    "athena:ListPreparedStatements",
    "athena:ListQueryExecutions",
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
]
_SAVE = [
    f"athena:{verb}{kind}" for verb in ("Create", "Update", "Delete") for kind in ("NamedQuery", "PreparedStatement")
]
_WRITE_CATALOG = [
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
    "glue:BatchUpdatePartition",
    "glue:CreatePartition",
    "glue:CreateTable",
    "glue:DeletePartition",
    "glue:DeleteTable",
    "glue:UpdatePartition",
    "glue:UpdateTable",
]


class TeamAccess(Construct):
    """A policy that holds exactly a team's permissions, and a role that people of this account may be let into.

    The policy is for permission sets of an identity centre, or users; the role serves who has neither.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: WorkgroupConfig,
        zones: Zones,
        access_points: Iterable[TeamAccessPoint],
    ) -> None:
        super().__init__(scope, construct_id)
        self._config = config
        self._zones = zones
        own_points = [point for point in access_points if point.config.team == config.team]
        statements = [
            *self._query(),
            *self._catalog(),
            *self._data([point.arn for point in own_points]),
            *read_objects(zones.results, [config.team]),
            *write_objects(zones.results, [config.team]),
            use_catalog_key(zones.key),
        ]
        self.policy = iam.CfnManagedPolicy(
            self,
            "Policy",
            description=f"Athena for {config.team}: own workgroup, results, zones {', '.join(config.readable_zones)}",
            policy_document=document(statements),
        )
        acknowledge_wildcards(
            self.policy,
            statements,
            because="a team reads whole zones, whatever tables and files they will hold, and its own result prefix; "
            "the names of catalogs and workgroups can only be listed as a whole",
            revisit_when="access is granted by table, for example with Lake Formation",
        )
        here = home(self)
        self.role = iam.CfnRole(
            self,
            "Role",
            description=f"People of {config.team}",
            # The account as principal leaves the choice of people to identity policies.
            assume_role_policy_document=trust_account(here.partition, here.account),
            managed_policy_arns=[self.policy.ref],
        )

    def _query(self) -> list[Statement]:
        workgroup = f"workgroup/{workgroup_name(self._config.team)}"
        return [
            Statement(actions=_QUERY + _SAVE, resources=[arn(self, "athena", workgroup)]),
            Statement(actions=BROWSE_CATALOG, resources=[arn(self, "athena", "datacatalog/AwsDataCatalog")]),
            # These lists know no resources; they show names only.
            Statement(actions=["athena:ListDataCatalogs", "athena:ListWorkGroups"], resources=["*"]),
        ]

    def _catalog(self) -> Iterator[Statement]:
        yield start_athena(self)
        for actions, names in (
            (READ_CATALOG, self._config.readable_zones),
            (_WRITE_CATALOG, self._config.writable_zones),
        ):
            if names:
                tables = (catalog_resources(self, f"lake_{zone}") for zone in names)
                yield Statement(actions=actions, resources=sorted({arn for arns in tables for arn in arns}))

    def _data(self, access_point_arns: list[str]) -> Iterator[Statement]:
        readable = [self._zones.bucket(zone) for zone in self._config.readable_zones]
        writable = [self._zones.bucket(zone) for zone in self._config.writable_zones]
        yield Statement(
            actions=["s3:GetObject"],
            resources=[objects_arn(bucket, "*") for bucket in readable]
            + [f"{arn}/object/*" for arn in access_point_arns],
        )
        yield Statement(
            actions=["s3:GetBucketLocation", "s3:ListBucket"],
            resources=[bucket_arn(bucket) for bucket in readable] + access_point_arns,
        )
        for bucket in writable:
            yield from write_objects(bucket, [""])
        if self._config.reads_quarantine:
            yield from read_objects(self._zones.failures, [QUARANTINE])


def workgroup_name(team: str) -> str:
    """Name the workgroup of a team; people type it, so it is fixed."""
    return f"lake-{team}"
