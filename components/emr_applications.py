"""What runs on the cluster, and how it is set up: the classifications of EMR's configuration.

https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html
"""

from typing import Any

from config.emr import ClusterConfig

# Python of the steps: the release's default is older than what they are written in.
PYTHON = "/usr/bin/python3.11"
GLUE_CATALOG = "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
_ALWAYS = ("Hadoop", "Spark")


def applications(config: ClusterConfig) -> list[str]:
    """Name what is installed."""
    return [*_ALWAYS, *config.applications]


def configurations(config: ClusterConfig, *, hbase_root: str) -> list[dict[str, Any]]:
    """Give the classifications of what is installed, and no others: EMR refuses those of missing applications."""
    installed = set(config.applications)
    settings = {
        "spark": _SPARK,
        "spark-defaults": _SPARK_DEFAULTS,
        "spark-hive-site": _METASTORE,
        "yarn-site": _YARN,
    }
    if "Hive" in installed:
        settings["hive-site"] = _METASTORE
    if "Trino" in installed:
        settings["trino-connector-hive"] = {"hive.metastore": "glue"}
    if "HBase" in installed:
        # Tables live in S3 and outlast the cluster; only one cluster may write them.
        settings["hbase"] = {"hbase.emr.storageMode": "s3"}
        settings["hbase-site"] = {"hbase.rootdir": hbase_root}
    return [
        *({"Classification": name, "Properties": properties} for name, properties in settings.items()),
        _environment("spark-env", {"PYSPARK_PYTHON": PYTHON, "PYSPARK_DRIVER_PYTHON": PYTHON}),
    ]


def _environment(classification: str, variables: dict[str, str]) -> dict[str, Any]:
    return {
        "Classification": classification,
        "Properties": {},
        "Configurations": [{"Classification": "export", "Properties": variables}],
    }


# One executor per node with all of its memory would leave nothing to give back when a spot node goes.
_SPARK = {"maximizeResourceAllocation": "false"}
_SPARK_DEFAULTS = {
    "spark.dynamicAllocation.enabled": "true",
    "spark.shuffle.service.enabled": "true",
    # A task may lose its spot node several times before the step is to blame.
    "spark.task.maxFailures": "8",
    # Two copies of a task would write twice where a sink is not idempotent.
    "spark.speculation": "false",
    # What is on a node that is being taken away moves elsewhere; its loss does not count as a failure of the stage.
    "spark.decommission.enabled": "true",
    "spark.storage.decommission.enabled": "true",
    "spark.storage.decommission.rddBlocks.enabled": "true",
    "spark.storage.decommission.shuffleBlocks.enabled": "true",
    "spark.stage.attempt.ignoreOnDecommissionFetchFailure": "true",
}
_METASTORE = {"hive.metastore.client.factory.class": GLUE_CATALOG}
_YARN = {
    # Drivers and application masters stay off spot nodes.
    # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-instances-guidelines.html
    "yarn.node-labels.enabled": "true",
    "yarn.node-labels.am.default-node-label-expression": "CORE",
    "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs": "3600",
}
