"""A Glue crawler with a role of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from aws_cdk import aws_glue as glue
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.access import catalog_resources, glue_arn, use_catalog_key
from components.arns import bucket_arn, bucket_name, objects_arn
from components.glue_role import GlueRole
from components.policy import Statement

# One table per first folder of the bucket (level 1 is the bucket itself), whatever the files in it look like: drift
# inside a table is the curate job's business. New columns are added, partitions take the types of their table.
_CONFIGURATION = {
    "Version": 1.0,
    "CrawlerOutput": {
        "Partitions": {"AddOrUpdateBehavior": "InheritFromTable"},
        "Tables": {"AddOrUpdateBehavior": "MergeNewColumns"},
    },
    "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas", "TableLevelConfiguration": 2},
    "CreatePartitionIndex": True,
}


@dataclass(frozen=True, kw_only=True)
class CrawlTarget:
    """What to crawl: a prefix of a bucket, which ends with a slash unless it is empty, without the excluded globs."""

    bucket: s3.IBucket
    prefix: str
    exclusions: tuple[str, ...]


class Crawler(Construct):
    """Registers the tables and partitions that it finds under one prefix.

    Parameters
    ----------
    classifiers
        Names of custom classifiers; Glue's own come after them.
    schedule
        `cron(...)` in UTC, or "none" for a crawler that somebody else starts.
    events
        Queue of S3 notifications. With it the crawler lists only the folders with news; Glue allows a single target
        then (https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-event-notifications.html).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        database: glue.CfnDatabase,
        target: CrawlTarget,
        key: kms.IKey,
        security_configuration: str,
        classifiers: Sequence[str],
        schedule: str,
        events: sqs.IQueue | None,
    ) -> None:
        super().__init__(scope, construct_id)
        role = GlueRole(
            self,
            "Role",
            description=f"Crawler: {description}",
            statements=[
                *_read_target(target),
                *([_consume(events)] if events else []),
                *_register_tables(self, database),
                use_catalog_key(key),
            ],
        )
        self._resource = glue.CfnCrawler(
            self,
            "Resource",
            description=description,
            role=role.arn,
            database_name=database.ref,
            classifiers=list(classifiers),
            configuration=json.dumps(_CONFIGURATION),
            crawler_security_configuration=security_configuration,
            targets=glue.CfnCrawler.TargetsProperty(
                s3_targets=[
                    glue.CfnCrawler.S3TargetProperty(
                        path=f"s3://{bucket_name(target.bucket)}/{target.prefix}",
                        exclusions=list(target.exclusions),
                        event_queue_arn=events.queue_arn if events else None,
                    )
                ]
            ),
            recrawl_policy=glue.CfnCrawler.RecrawlPolicyProperty(
                recrawl_behavior="CRAWL_EVENT_MODE" if events else "CRAWL_EVERYTHING"
            ),
            # A folder that is gone may be a mistake: say so, and let a person drop the table.
            schema_change_policy=glue.CfnCrawler.SchemaChangePolicyProperty(
                update_behavior="UPDATE_IN_DATABASE", delete_behavior="LOG"
            ),
            schedule=None if schedule == "none" else glue.CfnCrawler.ScheduleProperty(schedule_expression=schedule),
        )

    @cached_property
    def name(self) -> str:
        """Name of the crawler."""
        return self._resource.ref

    @cached_property
    def arn(self) -> str:
        """ARN of the crawler."""
        return glue_arn(self, "crawler", self.name)


def _read_target(target: CrawlTarget) -> list[Statement]:
    return [
        Statement(actions=["s3:GetObject"], resources=[objects_arn(target.bucket, f"{target.prefix}*")]),
        Statement(actions=["s3:ListBucket", "s3:GetBucketLocation"], resources=[bucket_arn(target.bucket)]),
    ]


def _consume(events: sqs.IQueue) -> Statement:
    """Allow what the documentation asks for, on this queue instead of all of the account."""
    return Statement(
        actions=[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueUrl",
            "sqs:GetQueueAttributes",
            "sqs:ListDeadLetterSourceQueues",
            "sqs:ListQueueTags",
            "sqs:SetQueueAttributes",
            "sqs:PurgeQueue",
        ],
        resources=[events.queue_arn],
    )


def _register_tables(scope: Construct, database: glue.CfnDatabase) -> list[Statement]:
    return [
        Statement(
            actions=[
                "glue:GetDatabase",
                "glue:GetTable",
                "glue:GetTables",
                "glue:CreateTable",
                "glue:UpdateTable",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:BatchGetPartition",
                "glue:CreatePartition",
                "glue:BatchCreatePartition",
                "glue:UpdatePartition",
                "glue:BatchUpdatePartition",
                "glue:CreatePartitionIndex",
                "glue:GetPartitionIndexes",
            ],
            resources=catalog_resources(scope, database.ref),
        ),
        # Classifiers have no ARN to name.
        Statement(actions=["glue:GetClassifier", "glue:GetClassifiers"], resources=["*"]),
    ]
