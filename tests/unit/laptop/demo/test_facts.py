from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.loader import load_contracts
from laptop.demo.facts import COLLECTIONS, RAW_OF_AGGREGATE, queries, raw_tables, runs
from laptop.demo.pipelines import Execution, Span

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT count(*) FROM orders", {"orders"}),
        ("select 1 from lake_analytics.daily_revenue", {"orders"}),
        ("SELECT * FROM lake_curated.flights f JOIN weather w ON f.origin = w.origin", {"flights", "weather"}),
    ],
)
def test_queries_are_traced_to_the_raw_tables_behind_them(sql: str, tables: set[str]) -> None:
    assert raw_tables(sql) == tables


def test_named_queries_over_tables_that_the_demo_does_not_make_are_not_asked() -> None:
    class Asked:
        """A lake with two named queries in each workgroup, which notes what it is asked."""

        def __init__(self) -> None:
            self.questions = {"1": "select 1 from orders", "2": "SELECT 1\nFROM rating_histogram\nLIMIT 5"}
            self.asked: set[str] = set()

        def client(self, _: str) -> "Asked":
            return self

        def bucket(self, zone: str) -> str:
            return zone

        def objects(self, *_: str) -> tuple[int, int]:
            return 1, 100

        def get_paginator(self, _: str) -> "Asked":
            return self

        def paginate(self, **_: str) -> list[dict[str, list[str]]]:
            return [{"NamedQueryIds": [identifier]} for identifier in self.questions]

        def get_named_query(self, **given: str) -> dict[str, dict[str, str]]:
            text = self.questions[given["NamedQueryId"]]
            return {"NamedQuery": {"Name": given["NamedQueryId"], "QueryString": text, "Database": "lake_analytics"}}

        def query(self, sql: str, *_: str) -> Any:
            self.asked.add(sql)
            return SimpleNamespace(frame=[], milliseconds=1, scanned_bytes=1)

    lake: Any = Asked()
    assert {query.name for query in queries(lake)} == {"1"}
    assert lake.asked == {"select 1 from orders"}


def test_every_aggregate_has_its_raw_table() -> None:
    contracts = load_contracts()
    raw = {contract.name for contract in contracts if contract.source}
    aggregates = {contract.name for contract in contracts if contract.zone == "analytics"} - {"pipeline_runs", "usage"}
    assert set(RAW_OF_AGGREGATE) == aggregates
    assert set(RAW_OF_AGGREGATE.values()) <= raw | {COLLECTIONS}


def test_runs_are_told_in_seconds_since_the_demo_began() -> None:
    late = Execution("b", "arn", "late", START + timedelta(seconds=5), START + timedelta(seconds=9), "SUCCEEDED")
    early = Execution("a", "arn", "early", START + timedelta(seconds=1), START + timedelta(seconds=4), "SUCCEEDED")
    late.spans = [Span("Curate", START + timedelta(seconds=6), START + timedelta(seconds=8))]
    first, second = runs([late, early], START.timestamp())
    assert (first.cause, first.begun, first.ended) == ("early", 1.0, 4.0)
    assert (second.spans[0].begun, second.spans[0].ended) == (6.0, 8.0)
