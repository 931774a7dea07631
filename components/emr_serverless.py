"""EMR Serverless: the same steps without a cluster."""

from functools import cached_property

from aws_cdk import aws_emrserverless as serverless
from constructs import Construct

from components.access import read_objects, write_objects
from components.acknowledge import acknowledge_wildcards
from components.arns import bucket_name, key_arn
from components.emr_applications import GLUE_CATALOG, PYTHON
from components.emr_files import packages_archive
from components.emr_setup import LOGS, EmrSettings
from components.service_role import ServiceRole

_Application = serverless.CfnApplication
# Where an archive is unpacked, beside the code.
_PACKAGES = "packages"


class EmrServerless(Construct):
    """An application in the lake's network, which starts with a job and stops when it has been idle."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: EmrSettings, security_group: str) -> None:
        super().__init__(scope, construct_id)
        config, key = settings.config.serverless, key_arn(settings.zones.key)
        self.job_role = self._role(settings)
        self._application = _Application(
            self,
            "Resource",
            release_label=settings.config.release,
            type="Spark",
            architecture=settings.config.cluster.architecture,
            auto_start_configuration=_Application.AutoStartConfigurationProperty(enabled=True),
            auto_stop_configuration=_Application.AutoStopConfigurationProperty(
                enabled=True, idle_timeout_minutes=config.idle_minutes
            ),
            maximum_capacity=_Application.MaximumAllowedResourcesProperty(
                cpu=f"{config.maximum_vcpu} vCPU",
                memory=f"{config.maximum_memory_gib} GB",
                disk=f"{config.maximum_disk_gib} GB",
            ),
            network_configuration=_Application.NetworkConfigurationProperty(
                subnet_ids=list(settings.subnets.ids), security_group_ids=[security_group]
            ),
            monitoring_configuration=_Application.MonitoringConfigurationProperty(
                s3_monitoring_configuration=_Application.S3MonitoringConfigurationProperty(
                    log_uri=f"{settings.log_uri}serverless/", encryption_key_arn=key
                ),
                managed_persistence_monitoring_configuration=_Application.ManagedPersistenceMonitoringConfigurationProperty(
                    enabled=True, encryption_key_arn=key
                ),
            ),
            runtime_configuration=[
                _Application.ConfigurationObjectProperty(
                    classification="spark-defaults", properties=_spark_defaults(bucket_name(settings.files))
                )
            ],
        )

    @cached_property
    def application_id(self) -> str:
        """Id of the application."""
        return self._application.attr_application_id

    def _role(self, settings: EmrSettings) -> ServiceRole:
        statements = [
            *settings.statements,
            *read_objects(settings.files, ["wheelhouse"]),
            *write_objects(settings.zones.artifacts, [LOGS]),
        ]
        role = ServiceRole(
            self,
            "JobRole",
            description="Steps of the text pipeline on EMR Serverless",
            services=["emr-serverless.amazonaws.com"],
            policy_name="Access",
            statements=statements,
        )
        acknowledge_wildcards(
            role,
            statements,
            because="documents, files of tables and logs have no fixed names",
            revisit_when="one of these can be named",
        )
        return role


def _spark_defaults(files_bucket: str) -> dict[str, str]:
    """Give the Python, the packages and the catalog that a cluster gets by its bootstrap action and classifications."""
    settings = {
        "spark.archives": f"s3://{files_bucket}/{packages_archive()}#{_PACKAGES}",
        "spark.hadoop.hive.metastore.client.factory.class": GLUE_CATALOG,
    }
    for place in ("spark.emr-serverless.driverEnv", "spark.executorEnv"):
        settings |= {f"{place}.PYSPARK_PYTHON": PYTHON, f"{place}.PYTHONPATH": f"./{_PACKAGES}"}
    return settings
