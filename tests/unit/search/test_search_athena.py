from __future__ import annotations

from typing import Any

import pytest

from search import athena
from search.athena import Athena, AthenaError


class Client:
    """Athena's API, with the states that one query goes through."""

    def __init__(self, *states: str) -> None:
        self.states, self.stopped = list(states), list[str]()

    def start_query_execution(self, **request: str) -> dict[str, str]:
        self.request = request
        return {"QueryExecutionId": "q1"}

    def get_query_execution(self, **_: str) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        status = {"State": state, "StateChangeReason": "TABLE_NOT_FOUND: line 1"}
        statistics = {"DataScannedInBytes": 10, "EngineExecutionTimeInMillis": 20, "DataManifestLocation": "s3://"}
        return {"QueryExecution": {"Status": status, "Statistics": statistics}}

    def stop_query_execution(self, **request: str) -> None:
        self.stopped.append(request["QueryExecutionId"])

    def get_paginator(self, _: str) -> Client:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        first = [{"Data": [{"VarCharValue": "a"}, {"VarCharValue": "b"}]}, {"Data": [{"VarCharValue": "1"}, {}]}]
        second = [{"Data": [{"VarCharValue": "a"}, {"VarCharValue": "b"}]}]
        return [{"ResultSet": {"Rows": rows}} for rows in (first, second)]


def reach(client: Client) -> Athena:
    made: Any = client
    return Athena(made, "lake-analysts")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.athena.time.sleep", lambda seconds: None)


def test_rows_of_all_pages_come_by_column_and_only_the_first_row_is_a_header() -> None:
    client = Client("QUEUED", "RUNNING", "SUCCEEDED")
    answer = reach(client).query("select a, b")
    assert answer.rows == ({"a": "1", "b": None}, {"a": "a", "b": "b"})
    assert (answer.scanned_bytes, answer.engine_milliseconds) == (10, 20)
    assert client.request == {"QueryString": "select a, b", "WorkGroup": "lake-analysts"}


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_fails_with_the_reason_that_athena_gives(state: str) -> None:
    with pytest.raises(AthenaError, match="TABLE_NOT_FOUND: line 1"):
        reach(Client("RUNNING", state)).query("select a")


def test_fails_when_the_query_takes_too_long_and_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(athena, "TIMEOUT_SECONDS", -1.0)
    client = Client("RUNNING")
    with pytest.raises(AthenaError, match="q1 did not end within"):
        reach(client).query("select a")
    assert client.stopped == ["q1"]
