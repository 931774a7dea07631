"""A pipeline that builds the assembly once and takes it from account to account."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codestarnotifications as notifications
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import pipelines
from constructs import Construct
from lake_common.contract import Contract

from components.acknowledge import acknowledge
from config.model import LakeConfig
from delivery.pipeline.settings import PipelineSettings
from stacks.platform_stage import PlatformStage

APP = '--app ".venv/bin/python -m delivery.pipeline.app"'
# The role that `delivery/accounts/access.yaml` makes in each account for the smoke tests of the pipeline.
SMOKE_ROLE = "lake-smoke"
_EVENTS = ("pipeline-execution-failed", "manual-approval-needed", "manual-approval-failed")


class PipelineStack(cdk.Stack):
    """Source, build, self-mutation, then each environment: approval, deployment, smoke tests."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        environments: Sequence[LakeConfig],
        contracts: tuple[Contract, ...],
    ) -> None:
        env = cdk.Environment(account=settings.account, region=settings.region)
        super().__init__(scope, construct_id, env=env, termination_protection=True)
        self._settings = settings
        self._key = self._new_key()
        self._topic = self._new_topic(settings.email)
        pipeline = self._new_pipeline(settings)
        for config in environments:
            name = config.environment.name
            stage = PlatformStage(self, f"lake-{name}", config=config, contracts=contracts)
            pipeline.add_stage(
                stage,
                pre=[pipelines.ManualApprovalStep(f"Approve-{name}")] if name in settings.approved else [],
                post=[self._smoke(config)],
            )
        pipeline.build_pipeline()
        self._notify(pipeline.pipeline)
        self._accept_wildcards(pipeline)

    def _new_key(self) -> kms.Key:
        """Encrypt artifacts with a key that the roles of other accounts may use."""
        return kms.Key(self, "Key", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.RETAIN)

    def _new_topic(self, email: str) -> sns.Topic:
        topic = sns.Topic(self, "Notices", master_key=self._key, enforce_ssl=True)
        sns.CfnSubscription(self, "Email", topic_arn=topic.topic_arn, protocol="email", endpoint=email)
        return topic

    def _bucket(self, construct_id: str, **options: object) -> s3.Bucket:
        return s3.Bucket(
            self,
            construct_id,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(90))],
            **options,  # type: ignore[arg-type]
        )

    def _accept_wildcards(self, pipeline: pipelines.CodePipeline) -> None:
        """Answer for the permissions that CDK Pipelines itself writes."""
        projects = [node for node in pipeline.node.find_all() if isinstance(node, codebuild.CfnProject)]
        builds = {self.resolve(self.get_logical_id(project)) for project in projects}
        where = f"{self.region}:{self.account}"
        logged, reported = f"arn:aws:logs:{where}:log-group:/aws/codebuild/", f"arn:aws:codebuild:{where}:report-group/"
        artifacts = self.resolve(self.get_logical_id(self._artifacts.node.default_child))  # type: ignore[arg-type]
        acknowledge(
            pipeline,
            "IAM5",
            because="the actions are families of one bucket and one key, which hold nothing but artifacts",
            revisit_when="CDK Pipelines grants single actions",
            findings=[
                *(f"Action::s3:{family}*" for family in ("Abort", "DeleteObject", "GetBucket", "GetObject", "List")),
                *(f"Action::kms:{family}*" for family in ("GenerateDataKey", "ReEncrypt")),
                f"Resource::<{artifacts}.Arn>/*",
            ],
        )
        acknowledge(
            pipeline,
            "IAM5",
            because="a project makes log streams and report groups below its own name",
            revisit_when="CDK Pipelines lets projects do without",
            findings=[f"Resource::{logged}*", f"Resource::{reported}*"]
            + [f"Resource::{logged}<{name}>:*" for name in sorted(builds)]
            + [f"Resource::{reported}<{name}>-*" for name in sorted(builds)],
        )
        acknowledge(
            pipeline,
            "IAM5",
            because="roles are taken only by the tag of the bootstrap stack, and stacks have no ARN before they exist",
            revisit_when="the bootstrap stack has roles of fixed names in every account",
            findings=["Resource::*", f"Resource::arn:*:iam::{self.account}:role/*"],
        )

    def _new_pipeline(self, settings: PipelineSettings) -> pipelines.CodePipeline:
        access_logs = self._bucket("AccessLogs", encryption=s3.BucketEncryption.S3_MANAGED)
        self._artifacts = self._bucket(
            "Artifacts",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self._key,
            bucket_key_enabled=True,
            versioned=True,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix="artifacts/",
        )
        source = pipelines.CodePipelineSource.connection(
            settings.repository, settings.branch, connection_arn=settings.connection_arn
        )
        logged = logs.LogGroup(
            self,
            "BuildLogs",
            retention=logs.RetentionDays[_RETENTIONS[settings.log_retention_days]],
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        return pipelines.CodePipeline(
            self,
            "Pipeline",
            pipeline_type=codepipeline.PipelineType.V2,
            artifact_bucket=self._artifacts,
            cross_account_keys=True,
            self_mutation=True,
            # One project for all assets, instead of one for each.
            publish_assets_in_parallel=False,
            synth=pipelines.ShellStep(
                "Build",
                input=source,
                install_commands=["n 22"],
                commands=["make test", f"node_modules/.bin/cdk synth --quiet --no-lookups --no-notices {APP}"],
                primary_output_directory="cdk.out",
            ),
            code_build_defaults=pipelines.CodeBuildOptions(
                build_environment=codebuild.BuildEnvironment(
                    build_image=codebuild.LinuxBuildImage.STANDARD_7_0, compute_type=codebuild.ComputeType.MEDIUM
                ),
                logging=codebuild.LoggingOptions(cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=logged)),
                timeout=cdk.Duration.hours(2),
            ),
        )

    def _smoke(self, config: LakeConfig) -> pipelines.CodeBuildStep:
        """Prove an environment with a role of its account; a failure stops the pipeline before the next one."""
        name, account = config.environment.name, config.environment.account
        role = f"arn:{self.partition}:iam::{account}:role/{SMOKE_ROLE}"
        profile = f"role_arn={role}\\ncredential_source=EcsContainer\\nregion={config.environment.region}"
        return pipelines.CodeBuildStep(
            f"Prove-{name}",
            install_commands=["n 22", "make install"],
            commands=[
                f"mkdir -p ~/.aws && printf '[profile lake]\\n{profile}\\n' >> ~/.aws/config",
                f"AWS_PROFILE=lake make smoke ENV={name}",
            ],
            role_policy_statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role])],
        )

    def _notify(self, pipeline: codepipeline.IPipeline) -> None:
        notifications.CfnNotificationRule(
            self,
            "Rule",
            name="lake-delivery",
            detail_type="BASIC",
            resource=pipeline.pipeline_arn,
            event_type_ids=[f"codepipeline-pipeline-{event}" for event in _EVENTS],
            targets=[
                notifications.CfnNotificationRule.TargetProperty(
                    target_type="SNS", target_address=self._topic.topic_arn
                )
            ],
        )
        principal = iam.ServicePrincipal("codestar-notifications.amazonaws.com")
        self._topic.grant_publish(principal)
        self._key.grant(principal, "kms:Decrypt", "kms:GenerateDataKey*")


_RETENTIONS = {30: "ONE_MONTH", 60: "TWO_MONTHS", 90: "THREE_MONTHS", 180: "SIX_MONTHS", 365: "ONE_YEAR"}
