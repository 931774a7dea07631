"""Glue Data Quality: the contracts' rules on the raw tables, and the role that evaluates them."""

from aws_cdk import aws_glue as glue
from constructs import Construct
from lake_common.contract import Contract
from lake_common.dqdl import ruleset

from components.access import catalog_resources, change_objects, glue_arn, read_objects, use_catalog_key
from components.arns import bucket_name, home
from components.catalog import Catalog
from components.glue_role import GlueRole
from components.policy import Statement
from components.service_role import ServiceRole
from components.zones import Zones

_RESULTS = "quality"


class QualityGate(Construct):
    """One ruleset per table that comes from raw files."""

    def __init__(
        self, scope: Construct, construct_id: str, *, contracts: tuple[Contract, ...], zones: Zones, catalog: Catalog
    ) -> None:
        super().__init__(scope, construct_id)
        self._database = catalog.databases["raw"].ref
        self._zones = zones
        self._rulesets = {contract.name: self._ruleset(contract) for contract in contracts if contract.source}
        self._role = GlueRole(
            self,
            "Role",
            description="Evaluation of data quality rules on the raw zone",
            metric_namespace="Glue Data Quality",
            statements=self._statements(),
        )

    @property
    def role(self) -> ServiceRole:
        """The role that an evaluation runs as."""
        return self._role

    @property
    def results(self) -> str:
        """`s3://` address below which the results of evaluations are written."""
        return f"s3://{bucket_name(self._zones.artifacts)}/{_RESULTS}/"

    def arn(self, table: str) -> str:
        """ARN of a table's ruleset."""
        return glue_arn(self, "dataQualityRuleset", self._rulesets[table].ref)

    def _ruleset(self, contract: Contract) -> glue.CfnDataQualityRuleset:
        return glue.CfnDataQualityRuleset(
            self,
            f"Ruleset-{contract.name}",
            # CloudFormation wants a name here; the pipeline finds a table's ruleset by the name of the table.
            name=contract.name,
            description=f"Contract of {contract.name}, version {contract.version}, on its raw table",
            ruleset=ruleset(contract),
            target_table=glue.CfnDataQualityRuleset.DataQualityTargetTableProperty(
                database_name=self._database, table_name=contract.name
            ),
        )

    def _statements(self) -> list[Statement]:
        tables, here = sorted(self._rulesets), home(self)
        return [
            *read_objects(self._zones.raw, tables),
            *change_objects(self._zones.artifacts, [_RESULTS]),
            use_catalog_key(self._zones.key),
            Statement(
                actions=["glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions"],
                resources=catalog_resources(self, self._database, tables),
            ),
            # What an evaluation does in the name of the role: look up its run, publish the result, load the service's
            # own library. https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html
            Statement(
                actions=[
                    "glue:GetDataQualityRuleset",
                    "glue:GetDataQualityRulesetEvaluationRun",
                    "glue:PublishDataQuality",
                ],
                resources=[glue_arn(self, "dataQualityRuleset", "*")],
            ),
            Statement(
                actions=["s3:GetObject"],
                resources=[f"arn:{here.partition}:s3:::aws-glue-ml-data-quality-assets-{here.region}/*"],
            ),
        ]
