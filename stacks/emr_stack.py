"""EMR: clusters for Spark, EMR Serverless, notebooks, and the pipeline that indexes documents."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct
from lake_common.contract import Contract

from components.arns import key_arn
from components.catalog import Catalog
from components.emr_access import run_steps
from components.emr_alarms import EmrAlarms, EmrNotices
from components.emr_code import step_code
from components.emr_files import CERTIFICATES, wheelhouse_prefix
from components.emr_resident import resident_cluster
from components.emr_serverless import EmrServerless
from components.emr_setup import EmrSettings, EmrSetup
from components.emr_studio import EmrStudio
from components.emr_text import TextParts, TextPipelines
from components.private_network import Subnets
from components.zones import Zones
from config.emr import EmrConfig


@dataclass(frozen=True, kw_only=True)
class EmrBuckets:
    """What EMR keeps besides the lake's zones."""

    # Certificates and Python packages, which nodes fetch when they start.
    files: s3.IBucket
    # Workspaces of EMR Studio, where there is one.
    notebooks: s3.IBucket | None


class EmrStack(cdk.Stack):
    """The heavy engine of the lake. It costs nothing while no pipeline runs, unless its cluster is a resident one."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: EmrConfig,
        environment: str,
        contracts: tuple[Contract, ...],
        zones: Zones,
        buckets: EmrBuckets,
        catalog: Catalog,
        subnets: Subnets,
        ledger: dynamodb.ITable,
        ledger_days: int,
        topic: sns.ITopic,
        topic_key: kms.IKey,
        alarm_actions_enabled: bool,
        retain_data: bool,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data)
        code = step_code(self)
        settings = EmrSettings(
            config=config,
            environment=environment,
            zones=zones,
            files=buckets.files,
            subnets=subnets,
            code=code,
            statements=run_steps(self, zones=zones, catalog=catalog, contracts=contracts, code=code),
        )
        self._settings = settings
        self._setup = EmrSetup(self, "Cluster", settings=settings)
        self._resident = (
            resident_cluster(self, settings, self._setup) if config.cluster.life == "long_running" else None
        )
        self._serverless = self._new_serverless() if config.serverless.enabled else None
        self._studio = self._new_studio(buckets.notebooks) if buckets.notebooks else None
        self._pipelines = TextPipelines(
            self,
            "Text",
            settings=settings,
            setup=self._setup,
            parts=TextParts(
                catalog=catalog,
                ledger=ledger,
                ledger_days=ledger_days,
                topic=topic,
                topic_key=topic_key,
                log_group=self._log_group(),
            ),
            long_running=self._resident,
            serverless=self._serverless,
        )
        self._ring(topic, actions_enabled=alarm_actions_enabled)
        self._publish_outputs()

    def _log_group(self) -> logs.CfnLogGroup:
        log_group = logs.CfnLogGroup(
            self,
            "PipelineLogs",
            kms_key_id=key_arn(self._settings.zones.key),
            retention_in_days=self._settings.config.log_retention_days,
        )
        log_group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        return log_group

    def _new_serverless(self) -> EmrServerless:
        return EmrServerless(self, "Serverless", settings=self._settings, security_group=self._setup.groups.jobs)

    def _new_studio(self, notebooks: s3.IBucket) -> EmrStudio:
        groups = self._setup.groups
        return EmrStudio(
            self,
            "Studio",
            settings=self._settings,
            notebooks=notebooks,
            workspace_group=groups.workspace,
            engine_group=groups.engine,
        )

    def _ring(self, topic: sns.ITopic, *, actions_enabled: bool) -> None:
        limits = self._settings.config.alarms
        notices = EmrNotices(self, "Notices", topic=topic)
        notices.step_failed()
        notices.cluster_failed()
        spot_rule = notices.spot_warned()
        alarms = EmrAlarms(self, "Alarms", topic=topic, actions_enabled=actions_enabled)
        alarms.cluster_idle(limits.idle_minutes)
        alarms.nodes_unhealthy()
        alarms.hdfs_fills(limits.hdfs_utilization_percent)
        alarms.memory_is_short(limits.yarn_memory_available_percent)
        alarms.spot_interrupted(spot_rule, limits.spot_interruptions_per_hour)
        for pipeline in self._pipelines.all:
            alarms.pipeline_failed(f"text-{pipeline.engine}", pipeline.arn)

    def _publish_outputs(self) -> None:
        outputs = {
            "TextPipelineArn": self._pipelines.on_cluster.arn,
            # `make cluster-files` stores there what nodes fetch.
            "EmrWheelhouse": wheelhouse_prefix(),
        }
        if self._settings.config.cluster.encryption_in_transit:
            outputs["EmrCertificates"] = CERTIFICATES
        if self._pipelines.on_serverless:
            outputs["TextPipelineServerlessArn"] = self._pipelines.on_serverless.arn
        if self._serverless:
            outputs["EmrServerlessApplicationId"] = self._serverless.application_id
        if self._resident:
            outputs["EmrClusterId"] = self._resident
        if self._studio:
            outputs["EmrStudioUrl"] = self._studio.url
            outputs["EmrStudioPolicyArn"] = self._studio.policy_arn
        for output_id, value in outputs.items():
            cdk.CfnOutput(self, output_id, value=value)
