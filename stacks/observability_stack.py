"""Observability: a dashboard, alarms that ring at the alerts topic, and notices of what fails."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_athena as athena
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from components.alarms import Alarms
from components.arns import bucket_name
from components.catalog import Catalog
from components.dashboard import DashboardSubjects, dashboard_body
from components.lake_jobs import LakeJobs
from components.notices import Notices
from components.product_pipelines import ProductPipelines
from components.zones import Zones
from config.model import ObservabilityConfig


class ObservabilityStack(cdk.Stack):
    """What an operator looks at, and what calls the operator."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: ObservabilityConfig,
        zones: Zones,
        catalog: Catalog,
        jobs: LakeJobs,
        pipelines: ProductPipelines,
        workgroups: Mapping[str, athena.CfnWorkGroup],
        topic: sns.ITopic,
        budget_usd: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config, self._zones, self._pipelines, self._workgroups = config, zones, pipelines, workgroups
        self._jobs = jobs.by_name
        self._ring(topic, catalog)
        self._tell(topic, catalog)
        if config.dashboard:
            cloudwatch.CfnDashboard(
                self, "Dashboard", dashboard_body=self.to_json_string(dashboard_body(self._subjects(budget_usd)))
            )

    def _ring(self, topic: sns.ITopic, catalog: Catalog) -> None:
        alarms = Alarms(self, "Alarms", topic=topic, actions_enabled=self._config.alarm_actions_enabled)
        for product, pipeline in self._pipelines.by_product.items():
            alarms.pipeline_failed(product, pipeline.arn)
        alarms.start_undelivered(self._pipelines.undelivered.queue_name)
        if catalog.unread_events:
            alarms.events_unread(catalog.unread_events.queue_name)
        for team, workgroup in self._workgroups.items():
            alarms.scanned_too_much(team, workgroup.ref, self._config.athena_scanned_gib_per_day)
        alarms.failures_grow(bucket_name(self._zones.failures), self._config.failure_objects_per_day)

    def _tell(self, topic: sns.ITopic, catalog: Catalog) -> None:
        notices = Notices(self, "Notices", topic=topic)
        notices.job_failed([job.name for job in self._jobs.values()])
        notices.crawler_failed([crawler.name for crawler in catalog.crawlers])
        notices.quality_failed(catalog.databases["raw"].ref)
        notices.key_in_danger(self._zones.key)

    def _subjects(self, budget_usd: int) -> DashboardSubjects:
        zones = self._zones
        buckets = {"raw": zones.raw, "curated": zones.curated, "analytics": zones.analytics, "failures": zones.failures}
        return DashboardSubjects(
            region=self.region,
            pipelines={product: pipeline.arn for product, pipeline in self._pipelines.by_product.items()},
            jobs={label: job.name for label, job in self._jobs.items()},
            workgroups={team: workgroup.ref for team, workgroup in self._workgroups.items()},
            buckets={zone: bucket_name(bucket) for zone, bucket in buckets.items()},
            undelivered=self._pipelines.undelivered.queue_name,
            budget_usd=budget_usd,
        )
