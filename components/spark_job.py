"""A Glue job on plain PySpark, with a role that reaches only what it touches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import aws_cdk as cdk
from aws_cdk import aws_glue as glue
from aws_cdk import aws_logs as logs
from constructs import Construct

from components.access import change_objects, glue_arn, use_key
from components.acknowledge import acknowledge
from components.arns import bucket_name, key_arn
from components.assets import StoredFile
from components.glue_role import GlueRole
from components.policy import Statement
from components.zones import Zones

# Spark 3.5.6, Python 3.11, Java 17: https://docs.aws.amazon.com/glue/latest/dg/release-notes.html
GLUE_VERSION = "5.1"


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """What all jobs of the lake have in common."""

    zones: Zones
    runtime: StoredFile
    security_configuration: glue.CfnSecurityConfiguration
    worker_type: str
    max_workers: int
    flex: bool
    timeout_minutes: int
    spark_ui: bool
    log_retention_days: int


class SparkJob(Construct):
    """One Glue job and its role.

    Parameters
    ----------
    script
        The job's entry; its modules come from the runtime zip of the settings.
    arguments
        What the job is called with when the caller says nothing else, by name without dashes.
    statements
        What the job may read and write.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        settings: JobSettings,
        script: StoredFile,
        arguments: Mapping[str, str],
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        name = cdk.Names.unique_resource_name(self, max_length=128)
        own_prefixes = [f"{kind}/{name}" for kind in ("spark-ui", "temporary")]
        role = GlueRole(
            self,
            "Role",
            description=f"Glue job: {description}",
            statements=[
                *statements,
                *change_objects(settings.zones.artifacts, own_prefixes),
                read_files(script, settings.runtime),
                use_key(settings.zones.key),
            ],
        )
        self._keep_logs(role, settings)
        self._resource = glue.CfnJob(
            self,
            "Resource",
            description=description,
            role=role.arn,
            command=glue.CfnJob.JobCommandProperty(name="glueetl", python_version="3", script_location=script.address),
            glue_version=GLUE_VERSION,
            worker_type=settings.worker_type,
            number_of_workers=settings.max_workers,
            execution_class="FLEX" if settings.flex else "STANDARD",
            timeout=settings.timeout_minutes,
            # The pipeline retries: it would take a second attempt of Glue's for the failure of the first.
            max_retries=0,
            # One writer at a time: concurrent overwrites of a partition lose rows.
            execution_property=glue.CfnJob.ExecutionPropertyProperty(max_concurrent_runs=1),
            security_configuration=settings.security_configuration.ref,
            default_arguments={
                **_arguments(settings, own_prefixes),
                **{f"--{name}": value for name, value in arguments.items()},
            },
        )

        for rule in ("GL1", "GL3"):
            acknowledge(
                self._resource,
                rule,
                because="the security configuration encrypts logs and bookmarks, in a stack that cdk-nag does not read",
                revisit_when="the job gets another security configuration",
            )

    def _keep_logs(self, role: GlueRole, settings: JobSettings) -> None:
        """Make the log groups of the job before Glue does, which would keep the logs for ever and beyond the stack.

        Glue 5 ignores `--continuous-log-logGroup`; under a security configuration it names the groups so:
        https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
        """
        base = f"/aws-glue/jobs/{settings.security_configuration.ref}-role/{role.ref}"
        for kind in ("Error", "Output"):
            group = logs.CfnLogGroup(
                self,
                f"{kind}Logs",
                log_group_name=f"{base}/{kind.lower()}",
                kms_key_id=key_arn(settings.zones.key),
                retention_in_days=settings.log_retention_days,
            )
            group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)

    @cached_property
    def name(self) -> str:
        """Name of the job."""
        return self._resource.ref

    @cached_property
    def arn(self) -> str:
        """ARN of the job."""
        return glue_arn(self, "job", self._resource.ref)


def _arguments(settings: JobSettings, own_prefixes: Sequence[str]) -> dict[str, str]:
    """Give the parameters that Glue itself reads.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
    """
    events, temporary = (f"s3://{bucket_name(settings.zones.artifacts)}/{prefix}/" for prefix in own_prefixes)
    arguments = {
        "--extra-py-files": settings.runtime.address,
        "--enable-auto-scaling": "true",
        "--enable-metrics": "true",
        "--enable-observability-metrics": "true",
        "--TempDir": temporary,
        # A bookmark moves on commit, not with the data: a kill in between loses or doubles files. The lake keeps its
        # own lineage instead (docs/decisions).
        "--job-bookmark-option": "job-bookmark-disable",
    }
    if settings.spark_ui:
        arguments |= {"--enable-spark-ui": "true", "--spark-event-logs-path": events}
    return arguments


def read_files(*files: StoredFile) -> Statement:
    """Read these objects. Replaces `asset.grant_read`, which allows the whole assets bucket."""
    return Statement(actions=["s3:GetObject"], resources=[file.arn for file in files])
