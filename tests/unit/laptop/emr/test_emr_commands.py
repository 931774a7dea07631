from __future__ import annotations

import pytest

from laptop.emulator.emr import commands
from laptop.emulator.registry import NotImplementedOnLaptop


def runner(*arguments: str) -> dict[str, object]:
    return {"Jar": "command-runner.jar", "Args": list(arguments)}


def test_spark_submit_is_its_program_with_its_own_settings() -> None:
    parsed = commands.parse(
        runner(
            *("spark-submit", "--deploy-mode", "cluster", "--master=yarn", "--num-executors", "4"),
            *("--py-files", "s3://code/runtime.zip, s3://code/more.zip", "--verbose"),
            *("--conf", "spark.sql.ansi.enabled=true", "--conf=spark.yarn.maxAppAttempts=1"),
            *("s3://code/step.py", "--collection", "mail", "--conf", "mine"),
        )
    )
    assert isinstance(parsed, commands.SparkSubmit)
    assert parsed.script == "s3://code/step.py"
    assert parsed.arguments == ("--collection", "mail", "--conf", "mine")
    assert parsed.py_files == ("s3://code/runtime.zip", "s3://code/more.zip")
    assert parsed.conf == {"spark.sql.ansi.enabled": "true"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("spark-submit", "--class", "org.example.Main", "s3://code/app.jar"),
        ("spark-submit", "--packages", "a:b:1", "s3://code/step.py"),
        ("spark-submit", "--unheard-of", "1", "s3://code/step.py"),
        ("spark-submit", "s3://code/app.jar"),
        ("spark-submit",),
        ("hive-script", "--run"),
        ("s3-dist-cp", "--src", "s3://a/", "--dest", "hdfs:///a", "--groupBy", ".*"),
        ("s3-dist-cp", "--src", "s3://a/"),
        (),
    ],
)
def test_fails_for_what_would_run_as_something_else(arguments: tuple[str, ...]) -> None:
    with pytest.raises(NotImplementedOnLaptop, match="not implemented on the laptop"):
        commands.parse(runner(*arguments))


def test_fails_for_a_jar_of_ones_own() -> None:
    with pytest.raises(NotImplementedOnLaptop, match=r"the JAR s3://code/app\.jar"):
        commands.parse({"Jar": "s3://code/app.jar", "Args": ["x"]})


@pytest.mark.parametrize(
    "arguments", [("--src=s3://a/x", "--dest=hdfs:///y"), ("--src", "s3://a/x", "--dest", "hdfs:///y")]
)
def test_copy_has_a_source_and_a_target(arguments: tuple[str, ...]) -> None:
    assert commands.parse(runner("s3-dist-cp", *arguments)) == commands.DistCp("s3://a/x", "hdfs:///y")


def test_defaults_of_a_cluster_hold_unless_they_describe_the_cluster_itself() -> None:
    properties = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "400",
        "spark.dynamicAllocation.enabled": "true",
        "spark.executor.memory": "20g",
        "spark.task.maxFailures": "8",
    }
    configurations = [
        {"Classification": "hive-site", "Properties": {"spark.x": "y"}},
        {"Classification": "spark-defaults", "Properties": properties},
    ]
    assert commands.spark_defaults(configurations) == {
        "spark.sql.session.timeZone": "UTC",
        "spark.task.maxFailures": "8",
    }
