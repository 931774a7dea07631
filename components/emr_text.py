"""The text pipelines of the EMR stack: one definition, on each engine that is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from components.access import catalog_resources
from components.arns import bucket_arn, bucket_name, key_arn
from components.catalog import Catalog
from components.emr_cluster import ClusterParts, cluster_request
from components.emr_definition import CLUSTER_NAME, KERBEROS_PASSWORD, complete_definition
from components.emr_engines import run_on_cluster, run_on_serverless
from components.emr_files import CERTIFICATES, wheelhouse_marker
from components.emr_pipeline import TextPipeline, TextPipelineSettings, look_at_executions, stored_definition
from components.emr_serverless import EmrServerless
from components.emr_setup import EmrSettings, EmrSetup
from components.policy import Statement
from components.zones import QUARANTINE

# How the definition writes what is not there: an empty substitution looks like a forgotten one.
_NONE = "none"


@dataclass(frozen=True, kw_only=True)
class TextParts:
    """What the pipelines claim their input in, and where they tell of it."""

    catalog: Catalog
    ledger: dynamodb.ITable
    ledger_days: int
    topic: sns.ITopic
    topic_key: kms.IKey
    log_group: logs.CfnLogGroup


class TextPipelines(Construct):
    """The pipeline on a cluster, and the one on EMR Serverless if there is an application.

    Parameters
    ----------
    long_running
        Id of the cluster that waits for steps; None where each run makes its own.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: EmrSettings,
        setup: EmrSetup,
        parts: TextParts,
        long_running: str | None,
        serverless: EmrServerless | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings, self._setup, self._parts = settings, setup, parts
        shared = self._shared(long_running, serverless)
        self.on_cluster = TextPipeline(
            self,
            "OnCluster",
            engine="cluster",
            settings=shared,
            substitutions={"Corpus": settings.config.text.corpus},
            statements=[*self._cluster_statements(), self._register_quarantine()],
        )
        self.on_serverless = (
            TextPipeline(
                self,
                "OnServerless",
                engine="serverless",
                settings=shared,
                # Job runs have no HDFS to copy to.
                substitutions={"Corpus": "s3"},
                statements=[
                    *run_on_serverless(
                        self, application_id=serverless.application_id, job_role=serverless.job_role.arn
                    ),
                    self._register_quarantine(),
                ],
            )
            if serverless
            else None
        )
        look_at_executions(self, self.all)

    @property
    def all(self) -> list[TextPipeline]:
        """The pipelines that there are."""
        return [self.on_cluster, *([self.on_serverless] if self.on_serverless else [])]

    def _shared(self, long_running: str | None, serverless: EmrServerless | None) -> TextPipelineSettings:
        settings, parts, step_role = self._settings, self._parts, self._setup.step_role
        cluster, references = as_references(self._setup.parts(name=CLUSTER_NAME, kerberos_password=KERBEROS_PASSWORD))
        request = cluster_request(settings.config.release, settings.config.cluster, cluster)
        definition = complete_definition(request, step_role="${StepRoleArn}" if step_role else None)
        used = {name: value for name, value in references.items() if f"${{{name}}}" in definition}
        zones, config = settings.zones, settings.config
        return TextPipelineSettings(
            zones=zones,
            ledger=parts.ledger,
            topic=parts.topic,
            topic_key=parts.topic_key,
            log_group=parts.log_group,
            definition=stored_definition(self, definition),
            substitutions={
                **used,
                **{f"{name.capitalize()}Script": file.address for name, file in settings.code.scripts.items()},
                "AnalyticsBucket": bucket_name(zones.analytics),
                "ClusterFiles": ",".join(needed_files(settings)),
                "CuratedBucket": bucket_name(zones.curated),
                "CuratedDatabase": parts.catalog.databases["curated"].ref,
                "Environment": settings.environment,
                "FailuresBucket": bucket_name(zones.failures),
                "FilesBucket": bucket_name(settings.files),
                "IdleMinutes": str(config.cluster.idle_minutes),
                "KerberosSecret": self._setup.kerberos_secret.ref if self._setup.kerberos_secret else _NONE,
                "KeyArn": key_arn(zones.key),
                "LedgerDays": str(parts.ledger_days),
                "LedgerTable": parts.ledger.table_name,
                "LogUri": settings.log_uri,
                "LongRunningCluster": long_running or _NONE,
                "RawBucket": bucket_name(zones.raw),
                "Runtime": settings.code.runtime.address,
                "ServerlessApplication": serverless.application_id if serverless else _NONE,
                "ServerlessRoleArn": serverless.job_role.arn if serverless else _NONE,
                "TopicArn": parts.topic.topic_arn,
                **({"StepRoleArn": step_role.attr_arn} if step_role else {}),
            },
        )

    def _register_quarantine(self) -> Statement:
        database = self._parts.catalog.databases["curated"].ref
        return Statement(
            actions=["glue:GetTable", "glue:CreatePartition"], resources=catalog_resources(self, database, [QUARANTINE])
        )

    def _cluster_statements(self) -> list[Statement]:
        setup = self._setup
        statements = run_on_cluster(
            self,
            service_role=setup.service_role.arn,
            node_role=setup.node_role.arn,
            step_role=setup.step_role.attr_arn if setup.step_role else None,
        )
        # Whether the files are there that nodes fetch.
        statements.append(Statement(actions=["s3:ListBucket"], resources=[bucket_arn(self._settings.files)]))
        if setup.kerberos_secret:
            statements.append(
                Statement(actions=["secretsmanager:GetSecretValue"], resources=[setup.kerberos_secret.ref])
            )
        return statements


def needed_files(settings: EmrSettings) -> list[str]:
    """Name what must lie in the bucket before a cluster can start."""
    encrypted = settings.config.cluster.encryption_in_transit
    return [wheelhouse_marker(), *([CERTIFICATES] if encrypted else [])]


def as_references(parts: ClusterParts) -> tuple[ClusterParts, Mapping[str, str]]:
    """Replace what a deployment knows by `${...}`, and say what these stand for; expressions stay."""
    references: dict[str, str] = {}
    replaced: dict[str, str] = {}
    for field in fields(parts):
        value = getattr(parts, field.name)
        if isinstance(value, str) and not value.startswith("{%"):
            name = "Cluster" + "".join(part.capitalize() for part in field.name.split("_"))
            references[name] = value
            replaced[field.name] = f"${{{name}}}"
    subnets = {f"ClusterSubnet{number}": subnet for number, subnet in enumerate(parts.subnets, start=1)}
    referring = replace(parts, **replaced, subnets=tuple(f"${{{name}}}" for name in subnets))
    return referring, references | subnets
