"""What the steps of a product's pipeline may do."""

from collections.abc import Iterable, Sequence

from constructs import Construct
from lake_common.contract import Contract

from components.access import catalog_resources, glue_arn, read_objects, start_athena, write_objects
from components.arns import arn
from components.catalog import Catalog
from components.policy import Statement
from components.quality_gate import QualityGate
from components.spark_job import SparkJob
from components.zones import QUARANTINE, Zones

# The workgroup writes its results below its team's name.
_RESULTS = "pipeline"
_QUERY = [
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetPreparedStatement",
    "athena:GetWorkGroup",
]
_READ_CATALOG = ["glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions"]
# https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html
_REGISTER_PARTITIONS = ["glue:BatchCreatePartition", "glue:CreatePartition", "glue:BatchGetPartition"]


def crawl_and_check(scope: Construct, catalog: Catalog, gate: QualityGate, tables: Iterable[str]) -> list[Statement]:
    """Crawl the raw zone and evaluate the rulesets of the tables."""
    names = sorted(tables)
    return [
        Statement(actions=["glue:StartCrawler", "glue:GetCrawler"], resources=[catalog.raw_crawler.arn]),
        Statement(
            actions=["glue:StartDataQualityRulesetEvaluationRun"],
            resources=[gate.arn(table) for table in names],
        ),
        # A run and its result are found by their own ids, which no ARN holds:
        # https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html
        Statement(
            actions=["glue:GetDataQualityRulesetEvaluationRun", "glue:GetDataQualityResult"],
            resources=[glue_arn(scope, "dataQualityRuleset", "*")],
        ),
        Statement(
            actions=["iam:PassRole"],
            resources=[gate.role.arn],
            conditions={"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}},
        ),
        Statement(actions=_READ_CATALOG, resources=catalog_resources(scope, catalog.databases["raw"].ref, names)),
    ]


def run_jobs(jobs: Sequence[SparkJob]) -> Statement:
    """Start jobs, wait for them and stop them.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
    """
    return Statement(
        actions=["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"],
        resources=[job.arn for job in jobs],
    )


def query(
    scope: Construct, *, workgroup: str, zones: Zones, catalog: Catalog, contracts: tuple[Contract, ...]
) -> list[Statement]:
    """Register partitions of the given tables and verify them, in one workgroup.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html
    """
    curated, analytics = (
        (catalog.databases[zone].ref, [contract.name for contract in contracts if contract.zone == zone])
        for zone in ("curated", "analytics")
    )
    tables = [*catalog_resources(scope, *curated), *catalog_resources(scope, *analytics)]
    return [
        Statement(actions=_QUERY, resources=[arn(scope, "athena", f"workgroup/{workgroup}")]),
        start_athena(scope),
        Statement(actions=["athena:GetDataCatalog"], resources=[arn(scope, "athena", "datacatalog/AwsDataCatalog")]),
        Statement(actions=[*_READ_CATALOG, *_REGISTER_PARTITIONS], resources=tables),
        *read_objects(zones.curated, curated[1]),
        *read_objects(zones.analytics, analytics[1]),
        *read_objects(zones.failures, [QUARANTINE]),
        *read_objects(zones.results, [_RESULTS]),
        *write_objects(zones.results, [_RESULTS]),
    ]


def refresh(scope: Construct, data_sets: Sequence[str]) -> list[Statement]:
    """Start refreshes of data sets and look at them; nothing where there are none.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonquicksight.html
    """
    if not data_sets:
        return []
    arns = [arn(scope, "quicksight", f"dataset/{data_set}") for data_set in data_sets]
    return [
        Statement(
            actions=["quicksight:CreateIngestion", "quicksight:DescribeIngestion"],
            resources=[*arns, *(f"{data_set}/ingestion/*" for data_set in arns)],
        )
    ]
