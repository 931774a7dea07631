"""Lists of Glue: a member of the request that leaves entries out is obeyed or refused, never passed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from laptop.emulator import crawlers, data_quality, glue_triggers
from laptop.emulator.registry import Json, NotImplementedOnLaptop
from laptop.emulator.store import Store

NAMES = ["a", "b", "c"]


def call(operation: str, request: Json) -> Json:
    """Answer as the emulator does, which gives all crawlers at once."""
    return {"Crawlers": [{"Name": name} for name in NAMES]} if operation == "GetCrawlers" else {}


@pytest.fixture(autouse=True)
def three_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, names in (
        (data_quality, ("rulesets", "runs", "results")),
        (glue_triggers, ("workflow_runs",)),
        (crawlers, ("crawls",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, Store(name, tmp_path))
    for name in NAMES:
        source = {"DataSource": {"GlueTable": {"DatabaseName": "d", "TableName": name}}, "StartedOn": 1.0}
        data_quality.rulesets.put(name, {"Name": name, "Ruleset": "Rules = [RowCount > 0]"})
        data_quality.runs.put(name, {"RunId": name, "Status": "SUCCEEDED", **source})
        data_quality.results.put(name, {"ResultId": name, **source})
        glue_triggers.workflow_runs.put(f"w/{name}", {"WorkflowRunId": name, "Actions": [], "Fired": []})


@pytest.mark.parametrize(
    ("handler", "member", "key"),
    [
        (data_quality.list_rulesets, "Rulesets", "Name"),
        (data_quality.list_runs, "Runs", "RunId"),
        (data_quality.list_results, "Results", "ResultId"),
        (glue_triggers.get_workflow_runs, "Runs", "WorkflowRunId"),
        (crawlers.get_crawlers, "Crawlers", "Name"),
        (crawlers.get_crawler_metrics, "CrawlerMetricsList", "CrawlerName"),
    ],
)
def test_a_list_ends_after_as_many_as_were_asked_for_and_goes_on_from_there(
    handler: Any, member: str, key: str
) -> None:
    first = handler({"Name": "w", "MaxResults": 2}, call)
    second = handler({"Name": "w", "NextToken": first["NextToken"]}, call)
    pages = [[entry[key] for entry in answer[member]] for answer in (first, second)]
    assert [len(page) for page in pages] == [2, 1]
    assert sorted(pages[0] + pages[1]) == NAMES
    assert "NextToken" not in second


@pytest.mark.parametrize(
    ("handler", "request_"),
    [
        (data_quality.list_rulesets, {"Filter": {"Name": "a"}}),
        (data_quality.list_rulesets, {"Tags": {"team": "a"}}),
        (data_quality.list_runs, {"Filter": {"StartedAfter": 1}}),
        (data_quality.list_results, {"Filter": {"JobName": "a"}}),
        (data_quality.start_run, {"RulesetNames": ["a"], "AdditionalDataSources": {"b": {}}}),
    ],
)
def test_fails_for_filters_and_sources_that_would_be_passed_over(handler: Any, request_: Json) -> None:
    with pytest.raises(NotImplementedOnLaptop):
        handler(request_, call)


def test_runs_of_data_quality_are_listed_by_table() -> None:
    wanted = {"Filter": {"DataSource": {"GlueTable": {"DatabaseName": "d", "TableName": "b"}}}}
    assert [run["RunId"] for run in data_quality.list_runs(wanted, call)["Runs"]] == ["b"]
