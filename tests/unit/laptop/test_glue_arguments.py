from __future__ import annotations

import pytest

from laptop.emulator.glue_arguments import (
    for_script,
    is_on,
    log_groups,
    merge,
    refuse_what_would_not_run,
    spark_conf,
)
from laptop.emulator.registry import NotImplementedOnLaptop


def test_non_overridable_arguments_win_over_those_of_the_run_and_those_over_the_defaults() -> None:
    job = {"DefaultArguments": {"--a": "1", "--b": "1", "--c": "1"}, "NonOverridableArguments": {"--c": "3"}}
    assert merge(job, {"--b": "2", "--c": "2"}) == {"--a": "1", "--b": "2", "--c": "3"}


def test_script_gets_no_argument_that_glue_consumes() -> None:
    arguments = {
        "--tables": "orders",
        "--conf": "spark.x=1",
        "--extra-py-files": "s3://x/y.zip",
        "--TempDir": "s3://t/",
    }
    passed = for_script(arguments, "curate", "jr_1")
    assert dict(zip(passed[::2], passed[1::2], strict=True)) == {
        "--JOB_NAME": "curate",
        "--JOB_RUN_ID": "jr_1",
        "--JOB_ID": "j_1",
        "--tables": "orders",
        "--TempDir": "s3://t/",
    }


def test_chained_settings_are_told_apart() -> None:
    assert spark_conf("spark.a=1 --conf spark.b=x=y") == {"spark.a": "1", "spark.b": "x=y"}
    assert spark_conf("") == {}


@pytest.mark.parametrize("value", ["spark.a", "other=1"])
def test_fails_on_what_is_no_setting(value: str) -> None:
    with pytest.raises(ValueError, match=r"spark\.<key>=<value>"):
        spark_conf(value)


@pytest.mark.parametrize(
    "arguments",
    [
        {"--job-bookmark-option": "job-bookmark-enable"},
        {"--extra-jars": "s3://x/y.jar"},
        {"--additional-python-modules": "polars==1.0,Missing_Module>=2"},
    ],
)
def test_fails_on_arguments_that_would_change_the_result(arguments: dict[str, str]) -> None:
    with pytest.raises(NotImplementedOnLaptop, match=r"bookmark|extra-jars|missing-module"):
        refuse_what_would_not_run(arguments, frozenset({"polars"}))


def test_installed_modules_are_accepted() -> None:
    refuse_what_would_not_run({"--additional-python-modules": "Polars==1.0"}, frozenset({"polars"}))


@pytest.mark.parametrize(("value", "on"), [("", True), ("true", True), ("false", False)])
def test_switch_needs_no_value(value: str, on: bool) -> None:
    assert is_on({"--enable-metrics": value}, "--enable-metrics") is on
    assert not is_on({}, "--enable-metrics")


def test_log_groups_follow_the_security_configuration_and_the_role() -> None:
    role = "arn:aws:iam::000000000000:role/glue-role"
    assert log_groups({}, "", role) == ("/aws-glue/jobs/output", "/aws-glue/jobs/error")
    assert log_groups({}, "secure", role)[1] == "/aws-glue/jobs/secure-role/glue-role/error"
    assert log_groups({"--custom-logGroup-prefix": "/lake"}, "secure", role)[0] == "/lake/output"
