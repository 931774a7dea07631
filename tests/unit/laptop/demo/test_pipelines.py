import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from datasets.prepare import FIRST, RawFile
from laptop.demo.pipelines import Execution, Pipelines, key_prefixes, spans

START = datetime(2026, 1, 1, tzinfo=UTC)


def _events(*events: tuple[int, str, str]) -> list[dict[str, Any]]:
    return [
        {"timestamp": START + timedelta(seconds=second), "type": kind, "stateEnteredEventDetails": {"name": name}}
        for second, kind, name in events
    ]


def _seconds(history: list[dict[str, Any]]) -> list[tuple[str, float, float]]:
    return [
        (span.state, (span.begun - START).total_seconds(), (span.ended - START).total_seconds())
        for span in spans(history)
    ]


def test_a_state_lasts_until_its_last_event() -> None:
    history = _events(
        (0, "ExecutionStarted", ""),
        (1, "TaskStateEntered", "Claim"),
        (2, "TaskSucceeded", ""),
        (3, "TaskStateExited", ""),
        (3, "TaskStateEntered", "Curate"),
        (9, "TaskScheduled", ""),
    )
    assert _seconds(history) == [("Claim", 1, 3), ("Curate", 3, 9)]


def test_states_inside_a_map_count_as_the_map() -> None:
    history = _events(
        (0, "MapStateEntered", "CheckQuality"),
        (1, "TaskStateEntered", "StartEvaluation"),
        (2, "TaskStateExited", ""),
        (3, "SucceedStateEntered", "Good"),
        (4, "MapStateExited", ""),
        (4, "TaskStateEntered", "Curate"),
        (6, "TaskStateExited", ""),
    )
    assert _seconds(history) == [("CheckQuality", 0, 4), ("Curate", 4, 6)]


def test_a_map_of_nothing_does_not_hide_what_follows() -> None:
    history = _events(
        (0, "MapStateEntered", "Verify"),
        (1, "MapStateExited", ""),
        (1, "TaskStateEntered", "MarkSucceeded"),
    )
    assert [state for state, _, _ in _seconds(history)] == ["Verify", "MarkSucceeded"]


def test_an_execution_that_has_ended_stops_its_clock() -> None:
    execution = Execution("orders", "arn", "key", START, ended=START + timedelta(seconds=7))
    assert execution.seconds == 7


def test_rules_that_wait_for_objects_are_known_by_the_beginnings_of_keys() -> None:
    pattern = '{"detail": {"object": {"key": [{"prefix": "flights/"}, {"prefix": "weather/"}, {"suffix": ".csv"}]}}}'

    assert key_prefixes({"Name": "NewObject", "EventPattern": pattern}) == {"flights/", "weather/"}
    assert key_prefixes({"Name": "Failed", "EventPattern": '{"detail": {"state": ["FAILED"]}}'}) == set()
    assert key_prefixes({"Name": "Daily", "ScheduleExpression": "rate(1 day)"}) == set()


class Lake:
    """A lake whose raw zone holds files, and whose pipeline of orders has had executions."""

    def __init__(self, uploaded: dict[str, int], executions: list[tuple[dict[str, str], str]]) -> None:
        self.outputs = {"OrdersPipelineArn": "arn:orders"}
        self.uploaded = uploaded
        self.executions = executions
        self.started: list[dict[str, Any]] = []

    def client(self, _service: str) -> Any:
        return self

    def bucket(self, _zone: str) -> str:
        return "raw"

    def list_objects_v2(self, **asked: str) -> dict[str, Any]:
        return {
            "Contents": [{"Key": key, "Size": size} for key, size in self.uploaded.items() if key == asked["Prefix"]]
        }

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        self.uploaded[key] = Path(path).stat().st_size

    def list_executions(self, **_: Any) -> dict[str, Any]:
        statuses = enumerate(status for _, status in self.executions)
        return {
            "executions": [
                {"executionArn": str(number), "status": status, "startDate": START} for number, status in statuses
            ]
        }

    def describe_execution(self, **asked: str) -> dict[str, Any]:
        return {"input": json.dumps(self.executions[int(asked["executionArn"])][0])}

    def start_execution(self, **asked: str) -> None:
        self.started.append(json.loads(asked["input"]))


def test_a_repeated_delivery_starts_what_did_not_succeed_and_waits_for_what_runs(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id\n1\n")
    keys = [f"orders/{name}.csv" for name in ("new", "good", "repaired", "running", "failed", "silent")]
    new, good, repaired, running, failed, silent = keys
    executions = [
        ({"key": good}, "SUCCEEDED"),
        ({"key": repaired}, "FAILED"),
        ({"request": repaired}, "SUCCEEDED"),
        ({"key": running}, "RUNNING"),
        ({"key": failed}, "FAILED"),
    ]
    lake: Any = Lake({key: path.stat().st_size for key in keys if key != new}, executions)
    pipelines = Pipelines(lake, Console(file=io.StringIO()))

    awaited = pipelines.deliver([RawFile(FIRST, path, key) for key in keys], {"orders": "orders"})
    assert awaited == {new, running, failed, silent}
    assert lake.started == [{"tables": ["orders"], "request": key} for key in (failed, silent)]
    # The execution that runs already is among those that are waited for.
    assert [execution.cause for execution in pipelines._new(awaited)] == [running]
