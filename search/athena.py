"""Run one statement on Athena and read its rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient

ANALYSTS = "lake-analysts"
TIMEOUT_SECONDS = 120.0
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.5

Row = dict[str, str | None]


class AthenaError(RuntimeError):
    """A statement that Athena did not answer; the message is Athena's own."""


@dataclass(frozen=True)
class Answer:
    """Rows as texts by column, and what they cost."""

    rows: tuple[Row, ...]
    scanned_bytes: int
    engine_milliseconds: int


class Athena:
    """Athena, in one workgroup."""

    def __init__(self, client: AthenaClient, workgroup: str = ANALYSTS) -> None:
        self._client, self._workgroup = client, workgroup

    def query(self, sql: str) -> Answer:
        """Run a statement.

        Raises
        ------
        AthenaError
            If it fails, or takes longer than two minutes; then it is stopped.
        """
        query = self._client.start_query_execution(QueryString=sql, WorkGroup=self._workgroup)["QueryExecutionId"]
        statistics = self._wait(query)
        rows = tuple(self._rows(query))
        return Answer(rows, statistics.get("DataScannedInBytes", 0), statistics.get("EngineExecutionTimeInMillis", 0))

    def _wait(self, query: str) -> dict[str, int]:
        started, wait = time.monotonic(), _FIRST_WAIT
        while True:
            execution = self._client.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            state = execution["Status"]["State"]
            if state == "SUCCEEDED":
                return {key: value for key, value in execution["Statistics"].items() if isinstance(value, int)}
            if state in {"FAILED", "CANCELLED"}:
                raise AthenaError(execution["Status"].get("StateChangeReason", state))
            if time.monotonic() - started > TIMEOUT_SECONDS:
                self._client.stop_query_execution(QueryExecutionId=query)
                raise AthenaError(f"query {query} did not end within {TIMEOUT_SECONDS:.0f} seconds")
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _rows(self, query: str) -> Iterator[Row]:
        names: list[str] = []
        for page in self._client.get_paginator("get_query_results").paginate(QueryExecutionId=query):
            for row in page["ResultSet"]["Rows"]:
                values = [cell.get("VarCharValue") for cell in row["Data"]]
                if names:
                    yield dict(zip(names, values, strict=True))
                else:
                    # The first row of a SELECT is its header.
                    names = [str(value) for value in values]
