"""Notices: events of AWS that people must hear of, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from components.arns import key_arn


class Notices(Construct):
    """EventBridge rules that write to one topic."""

    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic

    def job_failed(self, job_names: Sequence[str]) -> None:
        """Tell of a run of a Glue job that ended in any way but success."""
        self._rule(
            "JobFailed",
            description="A Glue job did not succeed",
            pattern={
                "source": ["aws.glue"],
                "detail-type": ["Glue Job State Change"],
                "detail": {"jobName": list(job_names), "state": ["FAILED", "TIMEOUT", "STOPPED", "ERROR"]},
            },
            paths={"job": "$.detail.jobName", "state": "$.detail.state", "run": "$.detail.jobRunId"},
            message='"Glue job <job>: run <run> is <state>. Runbook: docs/runbook.md#a-glue-job-failed"',
        )

    def crawler_failed(self, crawler_names: Sequence[str]) -> None:
        """Tell of a crawl that failed."""
        self._rule(
            "CrawlerFailed",
            description="A crawl failed",
            pattern={
                "source": ["aws.glue"],
                "detail-type": ["Glue Crawler State Change"],
                "detail": {"crawlerName": list(crawler_names), "state": ["Failed"]},
            },
            paths={"crawler": "$.detail.crawlerName"},
            message='"Glue crawler <crawler> failed. Runbook: docs/runbook.md#a-crawler-failed"',
        )

    def quality_failed(self, database_name: str) -> None:
        """Tell of raw tables that break the rules of their contract."""
        self._rule(
            "QualityFailed",
            description="A raw table breaks the rules of its contract",
            pattern={
                "source": ["aws.glue-dataquality"],
                "detail-type": ["Data Quality Evaluation Results Available"],
                "detail": {"context": {"databaseName": [database_name]}, "state": ["FAILED"]},
            },
            paths={
                "table": "$.detail.context.tableName",
                "failed": "$.detail.numRulesFailed",
                "result": "$.detail.resultId",
            },
            message=(
                '"Raw table <table> breaks <failed> rules of its contract (result <result>). '
                'Runbook: docs/runbook.md#raw-data-breaks-its-rules"'
            ),
        )

    def key_in_danger(self, key: kms.IKey) -> None:
        """Tell of a call that disables the key of the data or schedules its deletion: all data would be lost with it.

        Calls become events where the account has a trail of management events.
        """
        self._rule(
            "KeyInDanger",
            description="Somebody disables or deletes the key of the lake's data",
            pattern={
                "source": ["aws.kms"],
                "detail-type": ["AWS API Call via CloudTrail"],
                "detail": {
                    "eventSource": ["kms.amazonaws.com"],
                    "eventName": ["DisableKey", "ScheduleKeyDeletion"],
                    "resources": {"ARN": [key_arn(key)]},
                },
            },
            paths={"call": "$.detail.eventName", "who": "$.detail.userIdentity.arn"},
            message='"<who> called <call> on the key of the lake. Runbook: docs/runbook.md#the-key-is-in-danger"',
        )

    def _rule(
        self, construct_id: str, *, description: str, pattern: Mapping[str, Any], paths: dict[str, str], message: str
    ) -> str:
        """Make a rule, and return its name."""
        return events.CfnRule(
            self,
            construct_id,
            description=description,
            event_pattern=pattern,
            targets=[
                events.CfnRule.TargetProperty(
                    id="Topic",
                    arn=self._topic.topic_arn,
                    input_transformer=events.CfnRule.InputTransformerProperty(
                        input_paths_map=paths, input_template=message
                    ),
                )
            ],
        ).ref
