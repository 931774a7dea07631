"""Arguments of a Glue job: which reach the script, which steer Glue, and which the laptop cannot honour.

| rule | source |
|---|---|
| NonOverridableArguments override the run's Arguments, which override the job's DefaultArguments | Glue developer guide, "Using job parameters in AWS Glue jobs" |
| Glue consumes the names of SPECIAL; scripts get `--JOB_NAME`, `--JOB_RUN_ID`, `--TempDir` and their own | same page, "AWS Glue recognizes the following argument names" |
| more than one Spark setting: `--conf a=b --conf c=d` in one value | same page, `--conf` |
| log groups with and without a security configuration | "Logging for AWS Glue jobs"; groups seen in accounts |
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laptop.emulator.registry import NotImplementedOnLaptop

Json = dict[str, Any]

# Honoured here, or without meaning on one machine.
_NAMES = """
--additional-python-modules --auto-scale-within-microbatch --class --conf --continuous-log-conversionPattern
--continuous-log-logGroup --continuous-log-logStreamPrefix --customer-driver-env-vars --customer-executor-env-vars
--custom-logGroup-prefix --custom-logStream-prefix --datalake-formats --disable-proxy-v2 --enable-auto-scaling
--enable-continuous-cloudwatch-log --enable-continuous-log-filter --enable-glue-datacatalog --enable-job-insights
--enable-lakeformation-fine-grained-access --enable-metrics --enable-observability-metrics
--enable-rename-algorithm-v2 --enable-s3-parquet-optimized-committer --enable-spark-ui --executor-cores
--extra-files --extra-jars --extra-py-files --job-bookmark-from --job-bookmark-option --job-bookmark-to
--job-language --python-modules-installer-option --scriptLocation --spark-event-logs-path --use-postgres-driver
--user-jars-first --use-spark-event-log-path-prefix
"""
SPECIAL = frozenset(_NAMES.split())
# Changes what the script does, in a way that is not done here. Nothing may succeed that would not on AWS.
_REFUSED = (
    "--extra-jars",
    "--extra-files",
    "--class",
    "--customer-driver-env-vars",
    "--enable-lakeformation-fine-grained-access",
)


def merge(job: Json, run_arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments of a run, those that Glue consumes among them."""
    return {
        **(job.get("DefaultArguments") or {}),
        **run_arguments,
        **(job.get("NonOverridableArguments") or {}),
    }


def for_script(arguments: Mapping[str, str], job_name: str, run_id: str) -> list[str]:
    """Return the command line of the script."""
    own = {"--JOB_NAME": job_name, "--JOB_RUN_ID": run_id, "--JOB_ID": f"j_{run_id.partition('_')[2]}"}
    passed = {**own, **{name: value for name, value in arguments.items() if name not in SPECIAL}}
    return [part for name, value in passed.items() for part in (name, str(value))]


def spark_conf(value: str) -> dict[str, str]:
    """Return the settings of a `--conf` argument, which may chain more of them.

    Raises
    ------
    ValueError
        A setting is not `key=value`.
    """
    settings = {}
    for part in value.split(" --conf "):
        key, separator, setting = part.strip().partition("=")
        if not part.strip():
            continue
        if not separator or not key.startswith("spark."):
            raise ValueError(f"--conf must be spark.<key>=<value>; got {part!r}")
        settings[key] = setting
    return settings


def refuse_what_would_not_run(arguments: Mapping[str, str], installed: frozenset[str]) -> None:
    """Refuse arguments without which the script would do something else.

    Parameters
    ----------
    arguments
        The merged arguments.
    installed
        Distributions of the Spark environment, normalized names.

    Raises
    ------
    NotImplementedOnLaptop
        An argument, or a Python module that is not installed, is asked for.
    """
    for name in _REFUSED:
        if arguments.get(name):
            raise NotImplementedOnLaptop(f"the Glue job argument {name}")
    if arguments.get("--job-bookmark-option", "job-bookmark-disable") == "job-bookmark-enable":
        raise NotImplementedOnLaptop("the Glue job argument --job-bookmark-option job-bookmark-enable")
    missing = [name for name in _modules(arguments.get("--additional-python-modules", "")) if name not in installed]
    if missing:
        raise NotImplementedOnLaptop(f"--additional-python-modules {','.join(missing)} (not in the main environment)")


def _modules(value: str) -> list[str]:
    requirements = [part.strip() for part in value.split(",") if part.strip()]
    return [normalized(part.split("==")[0].split(">=")[0].split("[")[0]) for part in requirements]


def normalized(distribution: str) -> str:
    return distribution.strip().lower().replace("_", "-").replace(".", "-")


def is_on(arguments: Mapping[str, str], name: str) -> bool:
    """Tell whether a switch is on. Of most of them Glue documents that they need no value, an empty one included."""
    return name in arguments and str(arguments[name]).lower() != "false"


def log_groups(arguments: Mapping[str, str], security_configuration: str, role: str) -> tuple[str, str]:
    """Return the log groups of the script's output and of Spark's log."""
    prefix = arguments.get("--custom-logGroup-prefix") or "/aws-glue/jobs"
    if security_configuration and not arguments.get("--custom-logGroup-prefix"):
        prefix = f"/aws-glue/jobs/{security_configuration}-role/{role.rpartition(':role/')[2] or role}"
    return f"{prefix}/output", f"{prefix}/error"
