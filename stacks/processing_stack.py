"""Processing: the jobs, their quality gate, and one batch pipeline per data product."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_athena as athena
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct
from lake_common.contract import Contract

from components.arns import key_arn
from components.assets import runtime_zip
from components.catalog import Catalog
from components.glue_workflow import GlueWorkflow
from components.lake_jobs import LakeJobs
from components.product_pipelines import PipelineParts, ProductPipelines
from components.products import Product, products, system_tables
from components.quality_gate import QualityGate
from components.spark_job import JobSettings
from components.zones import Zones
from config.model import ProcessingConfig


class ProcessingStack(cdk.Stack):
    """Everything that turns raw files into tables."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: ProcessingConfig,
        contracts: tuple[Contract, ...],
        zones: Zones,
        catalog: Catalog,
        topic: sns.ITopic,
        topic_key: kms.IKey,
        workgroup: athena.CfnWorkGroup,
        data_sets: Mapping[str, Sequence[str]],
        retain_data: bool,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data)
        self._config, self._zones, self._catalog = config, zones, catalog
        known = products(contracts)
        _check_schedules(config, known)
        self._jobs = LakeJobs(self, "Jobs", products=known, settings=self._job_settings())
        self._pipelines = ProductPipelines(
            self,
            "Pipelines",
            config=config,
            products=known,
            system_tables=system_tables(contracts),
            parts=PipelineParts(
                zones=zones,
                catalog=catalog,
                gate=QualityGate(self, "QualityGate", contracts=contracts, zones=zones, catalog=catalog),
                jobs=self._jobs,
                topic=topic,
                topic_key=topic_key,
                workgroup=workgroup,
                log_group=self._log_group("PipelineLogs"),
                data_sets=data_sets,
            ),
            retain_data=retain_data,
        )
        if config.glue_workflow:
            self._workflow()
        self._publish_outputs(known)

    @property
    def pipelines(self) -> ProductPipelines:
        """The state machines and what belongs to them."""
        return self._pipelines

    @property
    def jobs(self) -> LakeJobs:
        """The Glue jobs."""
        return self._jobs

    def _log_group(self, construct_id: str) -> logs.CfnLogGroup:
        log_group = logs.CfnLogGroup(
            self,
            construct_id,
            kms_key_id=key_arn(self._zones.key),
            retention_in_days=self._config.log_retention_days,
        )
        log_group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        return log_group

    def _job_settings(self) -> JobSettings:
        return JobSettings(
            zones=self._zones,
            runtime=runtime_zip(self),
            security_configuration=self._catalog.security_configuration,
            worker_type=self._config.worker_type,
            max_workers=self._config.max_workers,
            flex=self._config.flex,
            timeout_minutes=self._config.job_timeout_minutes,
            spark_ui=self._config.spark_ui,
            log_retention_days=self._config.log_retention_days,
        )

    def _workflow(self) -> None:
        workflow = GlueWorkflow(
            self,
            "Workflow",
            crawler=self._catalog.raw_crawler,
            curate=list(self._jobs.curate.values()),
            aggregate=self._jobs.aggregate,
            schedule=self._config.glue_workflow_schedule,
        )
        cdk.CfnOutput(self, "WorkflowName", value=workflow.name)

    def _publish_outputs(self, known: tuple[Product, ...]) -> None:
        outputs = {
            "LedgerTableName": self._pipelines.ledger.table_name,
            "AggregateJobName": self._jobs.aggregate.name,
            "CompactJobName": self._jobs.compact.name,
        }
        for product in known:
            outputs[f"{product.title}PipelineArn"] = self._pipelines.by_product[product.name].arn
            outputs[f"{product.title}CurateJobName"] = self._jobs.curate[product.name].name
        for output_id, value in outputs.items():
            cdk.CfnOutput(self, output_id, value=value)


def _check_schedules(config: ProcessingConfig, known: tuple[Product, ...]) -> None:
    product_names = [product.name for product in known]
    for schedule in config.schedules:
        if schedule.product not in product_names:
            raise ValueError(
                f"processing.schedules must name products out of {product_names}; got {schedule.product!r}"
            )
    strangers = sorted(set(config.scheduled_only) - set(product_names))
    if strangers:
        raise ValueError(f"processing.scheduled_only must name products out of {product_names}; got {strangers}")
