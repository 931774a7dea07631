"""What fails rings, in words that lead to the runbook."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from components.products import products
from contracts.loader import load_contracts
from tests.synthesis import Assembly

PRODUCTS = [product.name for product in products(load_contracts())]


def alarms(assembly: Assembly) -> dict[str, dict[str, Any]]:
    return {
        each.logical_id[len("Alarms") : -8]: dict(each.properties)
        for each in assembly.resources("Observability", "AWS::CloudWatch::Alarm")
    }


def rules(assembly: Assembly) -> dict[str, dict[str, Any]]:
    return {
        each.logical_id[len("Notices") : -8]: dict(each.properties)
        for each in assembly.resources("Observability", "AWS::Events::Rule")
    }


def metric_names(alarm: dict[str, Any]) -> set[str]:
    return {item["MetricStat"]["Metric"]["MetricName"] for item in alarm["Metrics"] if "MetricStat" in item}


def test_there_is_an_alarm_for_each_pipeline_team_and_queue(laptop_assembly: Assembly) -> None:
    expected = {f"Pipeline{name}" for name in PRODUCTS}
    expected |= {
        "Undelivered",
        "EventsUnread",
        "FailuresGrow",
        "Scannedanalysts",
        "Scannedbi",
        "Scannedengineers",
        "Scannedpipeline",
    }

    assert set(alarms(laptop_assembly)) == expected


def test_alarms_ring_and_stop_ringing_at_the_topic(laptop_assembly: Assembly) -> None:
    for alarm in alarms(laptop_assembly).values():
        assert alarm["ActionsEnabled"] is True
        assert "Alerts" in str(alarm["AlarmActions"])
        assert alarm["OKActions"] == alarm["AlarmActions"]
        assert alarm["TreatMissingData"] == "notBreaching"


def test_pipeline_alarm_counts_failures_time_outs_and_aborts_together(laptop_assembly: Assembly) -> None:
    alarm = alarms(laptop_assembly)["Pipelineorders"]

    assert metric_names(alarm) == {"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"}
    (result,) = [item for item in alarm["Metrics"] if item["ReturnData"]]
    assert all(f"FILL({item['Id']}, 0)" in result["Expression"] for item in alarm["Metrics"] if "MetricStat" in item)
    assert alarm["Threshold"] == 1


def test_metric_ids_begin_with_a_lower_case_letter_as_cloudwatch_demands(laptop_assembly: Assembly) -> None:
    ids = [item["Id"] for alarm in alarms(laptop_assembly).values() for item in alarm["Metrics"]]

    assert ids
    assert all(re.fullmatch(r"[a-z]\w*", each) for each in ids)


def test_scan_alarm_counts_what_is_billed_cancelled_queries_included(laptop_assembly: Assembly) -> None:
    alarm = alarms(laptop_assembly)["Scannedanalysts"]
    counted = [
        dimension["Value"]
        for item in alarm["Metrics"]
        if "MetricStat" in item
        for dimension in item["MetricStat"]["Metric"]["Dimensions"]
        if dimension["Name"] == "QueryState"
    ]

    assert counted == ["SUCCEEDED", "CANCELED"]


def test_scan_limit_of_a_day_is_in_bytes(assembly_of: Callable[[str], Assembly]) -> None:
    limits = {name: alarms(assembly_of(name))["Scannedanalysts"]["Threshold"] for name in ("laptop", "dev")}

    assert limits == {"laptop": 1024**3, "dev": 100 * 1024**3}


@pytest.mark.parametrize(
    ("rule", "source", "kind"),
    [
        ("JobFailed", "aws.glue", "Glue Job State Change"),
        ("CrawlerFailed", "aws.glue", "Glue Crawler State Change"),
        ("QualityFailed", "aws.glue-dataquality", "Data Quality Evaluation Results Available"),
        ("KeyInDanger", "aws.kms", "AWS API Call via CloudTrail"),
    ],
)
def test_failures_of_glue_and_threats_to_the_key_are_told_at_the_topic(
    laptop_assembly: Assembly, rule: str, source: str, kind: str
) -> None:
    given = rules(laptop_assembly)[rule]

    assert given["EventPattern"]["source"] == [source]
    assert given["EventPattern"]["detail-type"] == [kind]
    assert "Alerts" in str(given["Targets"][0]["Arn"])


def test_notice_of_jobs_covers_every_job_and_every_bad_end(laptop_assembly: Assembly) -> None:
    detail = rules(laptop_assembly)["JobFailed"]["EventPattern"]["detail"]

    assert set(detail["state"]) == {"FAILED", "TIMEOUT", "STOPPED", "ERROR"}
    assert len(detail["jobName"]) == len(list(laptop_assembly.resources("Processing", "AWS::Glue::Job")))


def test_messages_use_only_what_their_rule_extracts(laptop_assembly: Assembly) -> None:
    for rule in rules(laptop_assembly).values():
        transformer = rule["Targets"][0]["InputTransformer"]
        assert set(re.findall(r"<(\w+)>", transformer["InputTemplate"])) == set(transformer["InputPathsMap"])


def test_dashboard_shows_every_pipeline_job_workgroup_and_the_budget(laptop_assembly: Assembly) -> None:
    body = laptop_assembly.only("Observability", "AWS::CloudWatch::Dashboard").properties["DashboardBody"]
    text = "".join(part if isinstance(part, str) else "token" for part in body["Fn::Join"][1])
    widgets = {widget["properties"]["title"]: widget["properties"]["metrics"] for widget in json.loads(text)["widgets"]}

    assert [metric[-1]["label"] for metric in widgets["Pipelines: runs that failed"]] == PRODUCTS
    assert {metric[-1]["label"] for metric in widgets["Glue: skewness"]} == {
        *(f"curate-{product}" for product in PRODUCTS),
        "aggregate",
        "compact",
    }
    assert "Cost of the month (USD); the budget is 10" in widgets


def test_metrics_of_jobs_have_the_dimensions_with_which_glue_publishes_them(laptop_assembly: Assembly) -> None:
    body = laptop_assembly.only("Observability", "AWS::CloudWatch::Dashboard").properties["DashboardBody"]
    text = "".join(part if isinstance(part, str) else "token" for part in body["Fn::Join"][1])
    metrics = [metric for widget in json.loads(text)["widgets"] for metric in widget["properties"]["metrics"]]

    groups = {metric[1]: metric[-2] for metric in metrics if metric[0] == "Glue"}
    assert groups == {
        "glue.driver.workerUtilization": "resource_utilization",
        "glue.driver.skewness.job": "job_performance",
    }
    assert {tuple(metric[2:-2:2]) for metric in metrics if metric[0] == "Glue"} == {
        ("JobName", "JobRunId", "Type", "ObservabilityGroup")
    }


def test_widgets_do_not_overlap(laptop_assembly: Assembly) -> None:
    body = laptop_assembly.only("Observability", "AWS::CloudWatch::Dashboard").properties["DashboardBody"]
    text = "".join(part if isinstance(part, str) else "token" for part in body["Fn::Join"][1])
    places = [(widget["x"], widget["y"]) for widget in json.loads(text)["widgets"]]

    assert len(places) == len(set(places))
    assert all(x + 12 <= 24 for x, _ in places)
