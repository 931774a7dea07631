"""What labeling jobs, their functions and their workflow may do."""

from collections.abc import Iterable, Sequence

from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.access import (
    catalog_resources,
    change_objects,
    read_objects,
    start_athena,
    use_catalog_key,
    use_key,
    write_objects,
)
from components.arns import arn, bucket_arn, objects_arn
from components.assets import StoredFile
from components.labeling_topics import LabelingTopics
from components.policy import Statement
from components.zones import Zones

OBJECTS = "objects"
MANIFESTS = "manifests"
OUTPUT = "jobs"
RESULTS = "results"
LABEL_TABLES = ("labels", "label_answers")
# Ground Truth makes a queue of its own for a streaming job, and names it like this.
# https://docs.aws.amazon.com/sagemaker/latest/dg/sms-streaming-labeling-job.html
_STREAM_QUEUES = "*GroundTruth*"


def run_jobs(
    scope: Construct,
    *,
    bucket: s3.IBucket,
    zones: Zones,
    files: Iterable[StoredFile],
    functions: Sequence[str],
    topics: LabelingTopics,
) -> list[Statement]:
    """Do what a labeling job does in its owner's name.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permission-execution-role.html
    """
    statements = [
        *read_objects(bucket, [OBJECTS, MANIFESTS]),
        *change_objects(bucket, [OUTPUT]),
        Statement(actions=["s3:GetObject"], resources=[file.arn for file in files]),
        Statement(actions=["lambda:InvokeFunction"], resources=list(functions)),
        use_key(zones.key),
        # Ground Truth logs each job, and counts what its workers do: neither has a name beforehand.
        Statement(
            actions=["logs:CreateLogStream", "logs:CreateLogGroup", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[arn(scope, "logs", "log-group:/aws/sagemaker/*")],
        ),
        Statement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringLike": {"cloudwatch:namespace": "AWS/SageMaker*"}},
        ),
    ]
    return [*statements, *_stream(scope, topics)]


def _stream(scope: Construct, topics: LabelingTopics) -> list[Statement]:
    if not topics.inputs or not topics.output:
        return []
    return [
        Statement(
            actions=["sns:Subscribe", "sns:ListSubscriptionsByTopic"],
            resources=[topic.topic_arn for topic in topics.inputs.values()],
        ),
        Statement(actions=["sns:Publish"], resources=[topics.output.topic_arn]),
        Statement(
            actions=[
                "sqs:CreateQueue",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
                "sqs:SetQueueAttributes",
            ],
            resources=[arn(scope, "sqs", _STREAM_QUEUES)],
        ),
    ]


def check_objects(bucket: s3.IBucket, ledger_arn: str) -> list[Statement]:
    """Look at objects before workers do, and note which need none."""
    return [
        *read_objects(bucket, [OBJECTS]),
        Statement(actions=["dynamodb:GetItem", "dynamodb:PutItem"], resources=[ledger_arn]),
    ]


def ask_services(*, rekognition: bool, comprehend_endpoint_arn: str) -> list[Statement]:
    """Ask services that label; Rekognition has nothing to name, because an image comes with the question."""
    statements = []
    if rekognition:
        statements.append(Statement(actions=["rekognition:DetectLabels"], resources=["*"]))
    if comprehend_endpoint_arn:
        statements.append(Statement(actions=["comprehend:ClassifyDocument"], resources=[comprehend_endpoint_arn]))
    return statements


def read_payloads(bucket: s3.IBucket) -> list[Statement]:
    """Read what workers answered, where Ground Truth puts it for the function that consolidates."""
    return change_objects(bucket, [OUTPUT])


def make_manifests(
    scope: Construct, *, bucket: s3.IBucket, zones: Zones, files: Iterable[StoredFile], ledger_arn: str, results: str
) -> list[Statement]:
    """Look for objects, and write down which a job shall label."""
    return [
        *read_objects(bucket, [OBJECTS, OUTPUT]),
        *write_objects(bucket, [MANIFESTS]),
        *read_objects(zones.results, [results]),
        Statement(actions=["s3:GetObject"], resources=[file.arn for file in files]),
        Statement(actions=["dynamodb:Query"], resources=[ledger_arn]),
        Statement(actions=["sagemaker:DescribeLabelingJob"], resources=[labeling_jobs(scope)]),
    ]


def bring_in(
    scope: Construct, *, bucket: s3.IBucket, zones: Zones, ledger_arn: str, curated_database: str
) -> list[Statement]:
    """Read the results of jobs, and let the tables of labels show them."""
    return [
        *read_objects(bucket, [OUTPUT]),
        *change_objects(bucket, [RESULTS]),
        Statement(actions=["s3:DeleteObject"], resources=_tables(zones.curated)),
        Statement(actions=["s3:ListBucket"], resources=[bucket_arn(zones.curated)]),
        Statement(actions=["dynamodb:GetItem", "dynamodb:BatchWriteItem"], resources=[ledger_arn]),
        Statement(
            actions=["glue:GetTable", "glue:CreatePartition", "glue:BatchUpdatePartition"],
            resources=catalog_resources(scope, curated_database, LABEL_TABLES),
        ),
        use_catalog_key(zones.key),
    ]


def orchestrate(
    scope: Construct, *, role_arn: str, functions: Sequence[str], ledger_arn: str, topic_arn: str
) -> list[Statement]:
    """Order jobs, wait for them, and keep the ledger.

    https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
    """
    return [
        Statement(
            actions=[
                "sagemaker:CreateLabelingJob",
                "sagemaker:DescribeLabelingJob",
                "sagemaker:StopLabelingJob",
            ],
            resources=[labeling_jobs(scope)],
        ),
        # The page names the rules of training and of transform jobs, and not that of labeling jobs.
        Statement(
            actions=["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            resources=[arn(scope, "events", "rule/StepFunctionsGetEventsForSageMaker*")],
        ),
        Statement(
            actions=["iam:PassRole"],
            resources=[role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        Statement(actions=["lambda:InvokeFunction"], resources=list(functions)),
        Statement(actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], resources=[ledger_arn]),
        Statement(actions=["sns:Publish"], resources=[topic_arn]),
    ]


def write_tables(
    scope: Construct, *, workgroup: str, zones: Zones, bucket: s3.IBucket, databases: Sequence[str], results: str
) -> list[Statement]:
    """Ask for objects in any table that people may read, and write labels as Parquet.

    https://docs.aws.amazon.com/athena/latest/ug/unload.html
    """
    return [
        Statement(
            actions=[
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
                "athena:GetQueryExecution",
                "athena:GetWorkGroup",
            ],
            resources=[arn(scope, "athena", f"workgroup/{workgroup}")],
        ),
        start_athena(scope),
        Statement(actions=["athena:GetDataCatalog"], resources=[arn(scope, "athena", "datacatalog/AwsDataCatalog")]),
        Statement(
            actions=["glue:GetDatabase", "glue:GetTable", "glue:GetPartition", "glue:GetPartitions"],
            resources=[resource for database in databases for resource in catalog_resources(scope, database)],
        ),
        *read_objects(zones.curated, [""]),
        *read_objects(zones.analytics, [""]),
        *read_objects(bucket, [RESULTS]),
        *write_objects(zones.curated, LABEL_TABLES),
        *change_objects(zones.results, [results]),
        use_catalog_key(zones.key),
    ]


def labeling_jobs(scope: Construct) -> str:
    """Name the labeling jobs of the account: a job is called by what it labels."""
    return arn(scope, "sagemaker", "labeling-job/*")


def _tables(curated: s3.IBucket) -> list[str]:
    return [objects_arn(curated, f"{table}/*") for table in LABEL_TABLES]
