"""The same work as a Glue workflow, for those who schedule in Glue: crawl, curate every product, aggregate."""

from collections.abc import Sequence

from aws_cdk import aws_glue as glue
from constructs import Construct

from components.crawler import Crawler
from components.spark_job import SparkJob

_Trigger = glue.CfnTrigger


class GlueWorkflow(Construct):
    """Crawler, then all curate jobs at once, then the aggregate job when all of them succeeded.

    It has neither ledger nor verification: the state machines do more, and are the default.

    Parameters
    ----------
    schedule
        `cron(...)` in UTC, or "none" for a workflow that is started by hand.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        crawler: Crawler,
        curate: Sequence[SparkJob],
        aggregate: SparkJob,
        schedule: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._workflow = glue.CfnWorkflow(
            self, "Resource", description="Batch processing of all products", max_concurrent_runs=1
        )
        crawled = _Trigger.ConditionProperty(
            logical_operator="EQUALS", crawler_name=crawler.name, crawl_state="SUCCEEDED"
        )
        curated = [
            _Trigger.ConditionProperty(logical_operator="EQUALS", job_name=job.name, state="SUCCEEDED")
            for job in curate
        ]
        self._start(crawler, schedule)
        self._follow("Curate", after=[crawled], run=curate)
        self._follow("Aggregate", after=curated, run=[aggregate])

    @property
    def name(self) -> str:
        """Name of the workflow."""
        return self._workflow.ref

    def _start(self, crawler: Crawler, schedule: str) -> None:
        scheduled = schedule != "none"
        _Trigger(
            self,
            "Start",
            workflow_name=self._workflow.ref,
            type="SCHEDULED" if scheduled else "ON_DEMAND",
            schedule=schedule if scheduled else None,
            start_on_creation=True if scheduled else None,
            actions=[_Trigger.ActionProperty(crawler_name=crawler.name)],
        )

    def _follow(self, construct_id: str, *, after: list[_Trigger.ConditionProperty], run: Sequence[SparkJob]) -> None:
        _Trigger(
            self,
            construct_id,
            workflow_name=self._workflow.ref,
            type="CONDITIONAL",
            start_on_creation=True,
            predicate=_Trigger.PredicateProperty(logical="AND", conditions=after),
            actions=[_Trigger.ActionProperty(job_name=job.name) for job in run],
        )
