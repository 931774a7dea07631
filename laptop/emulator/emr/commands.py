"""The command of a step: what `command-runner.jar` is told to run. Pure.

| command | here |
|---|---|
| spark-submit of a Python file | runs |
| s3-dist-cp --src --dest | copies between S3 and the cluster's HDFS, which is a folder |
| any other command, other JARs, Scala and Java | refused |

Of spark-submit's options, those that size a cluster or choose where the driver runs mean nothing on one machine.
Source: EMR release guide, "Commands and scripts"; Spark, "Submitting applications".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from laptop.emulator.registry import Json, NotImplementedOnLaptop

_SIZING = """
--master --deploy-mode --name --driver-memory --driver-cores --executor-memory --executor-cores --num-executors
--total-executor-cores --queue --driver-java-options
"""
_FLAGS = ("--supervise", "--verbose", "-v")
# They change what the program is; nothing may succeed that would not on AWS.
_REFUSED = """
--class --jars --packages --exclude-packages --repositories --files --archives --properties-file --proxy-user
--principal --keytab --driver-class-path --driver-library-path
"""
# Settings of a cluster, its packages, its file systems and its network, which the laptop has of its own.
_OF_A_CLUSTER = (
    "spark.archives",
    "spark.authenticate",
    "spark.blockManager.port",
    "spark.decommission",
    "spark.default.parallelism",
    "spark.driver.",
    "spark.dynamicAllocation",
    "spark.emr-serverless.",
    "spark.emr.",
    "spark.eventLog.",
    "spark.executor.",
    "spark.executorEnv.",
    "spark.hadoop.fs.s3",
    "spark.hadoop.hive.metastore",
    "spark.hadoop.mapreduce",
    "spark.history.",
    "spark.io.encryption",
    "spark.local.dir",
    "spark.master",
    "spark.network.crypto",
    "spark.resourceManager.",
    "spark.pyspark.",
    "spark.shuffle.service",
    "spark.sql.catalogImplementation",
    "spark.sql.hive.",
    "spark.sql.parquet.fs.optimized.committer",
    "spark.sql.parquet.output.committer",
    "spark.sql.warehouse.dir",
    "spark.ssl.",
    "spark.stage.",
    "spark.submit.",
    "spark.ui.",
    "spark.yarn.",
)
# A size of the cluster as well, but a step may know better than the laptop.
_SIZES = ("spark.sql.shuffle.partitions",)


@dataclass(frozen=True)
class SparkSubmit:
    """A Python program for Spark; `py_files` and `script` are S3 addresses."""

    script: str
    arguments: Sequence[str] = ()
    py_files: Sequence[str] = ()
    conf: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DistCp:
    """A copy from one address to another, each `s3://` or `hdfs://`."""

    source: str
    target: str


def parse(jar_step: Json) -> SparkSubmit | DistCp:
    """Return what a HadoopJarStep runs.

    Raises
    ------
    NotImplementedOnLaptop
        The laptop cannot run it.
    """
    if jar_step["Jar"] != "command-runner.jar" or not jar_step.get("Args"):
        raise NotImplementedOnLaptop(f"the JAR {jar_step['Jar']} of an EMR step without a command")
    command, *arguments = jar_step["Args"]
    if command == "spark-submit":
        return spark_submit(arguments)
    if command == "s3-dist-cp":
        return dist_cp(arguments)
    raise NotImplementedOnLaptop(f"the command {command} of an EMR step")


def spark_submit(arguments: Sequence[str]) -> SparkSubmit:
    """Return the program and the settings of a spark-submit command line."""
    rest = list(arguments)
    conf: dict[str, str] = {}
    py_files: list[str] = []
    while rest and rest[0].startswith("-"):
        name, separator, value = rest.pop(0).partition("=")
        if name in _FLAGS:
            continue
        if name in _REFUSED.split():
            raise NotImplementedOnLaptop(f"the option {name} of spark-submit")
        if not separator:
            value = rest.pop(0) if rest else ""
        if name in {"--conf", "-c"}:
            key, _, setting = value.partition("=")
            conf[key] = setting
        elif name == "--py-files":
            py_files += [part.strip() for part in value.split(",") if part.strip()]
        elif name not in _SIZING.split():
            raise NotImplementedOnLaptop(f"the option {name} of spark-submit")
    if not rest or not rest[0].endswith(".py"):
        raise NotImplementedOnLaptop(f"spark-submit of {rest[0] if rest else 'nothing'} (a Python file only)")
    return SparkSubmit(rest[0], tuple(rest[1:]), tuple(py_files), portable(conf))


def dist_cp(arguments: Sequence[str]) -> DistCp:
    """Return source and target of an s3-dist-cp command line; its other options are refused."""
    pairs: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        name, separator, value = rest.pop(0).partition("=")
        pairs[name] = value if separator else (rest.pop(0) if rest else "")
    unknown = sorted(pairs.keys() - {"--src", "--dest"})
    if unknown or len(pairs) != 2:
        raise NotImplementedOnLaptop(f"s3-dist-cp with {', '.join(unknown) or 'other options than --src and --dest'}")
    return DistCp(pairs["--src"], pairs["--dest"])


def portable(conf: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a command line that mean the same on one machine."""
    return {key: value for key, value in conf.items() if not key.startswith(_OF_A_CLUSTER)}


def spark_defaults(configurations: Sequence[Json]) -> dict[str, str]:
    """Return the portable settings of the classification `spark-defaults`."""
    found: dict[str, str] = {}
    for configuration in configurations:
        if configuration.get("Classification") == "spark-defaults":
            found |= configuration.get("Properties") or {}
    return {key: value for key, value in portable(found).items() if not key.startswith(_SIZES)}
