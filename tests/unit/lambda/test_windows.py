"""Counts of a tumbling window."""

from __future__ import annotations

import json
from typing import Any

import pytest
from clickstream_counters.table import UnprocessedItemsError, put_items
from clickstream_counters.windows import Item, Window, count
from lake_common.stream_events import EventCheck

from tests.unit.lambda_support import ARRIVED, FIRST, SHARD, Make


def test_minutes_are_those_of_the_arrival(check: EventCheck, record: Make, click: Make) -> None:
    late = click(0, event_time="2020-01-01T00:00:00Z")
    counted = count({"Records": [record(0, late), record(1, late, arrived=ARRIVED + 1)]}, check)

    assert list(counted.window.counts) == ["2026-11-21T15:04", "2026-11-21T15:05"]


def test_state_survives_json_and_keeps_the_first_record_of_the_window(
    check: EventCheck, record: Make, click: Make
) -> None:
    first = count({"Records": [record(0, click(0))]}, check)
    state = json.loads(json.dumps(first.response["state"]))
    second = count({"Records": [record(1, click(0))], "state": state}, check)

    assert second.window.first == str(FIRST)
    assert second.window.counts["2026-11-21T15:04"]["page#/catalog"] == 2
    assert first.window.counts["2026-11-21T15:04"]["page#/catalog"] == 1


def test_windows_that_end_early_write_different_items(check: EventCheck, record: Make, click: Make) -> None:
    windows = [count({"Records": [record(number, click(0))]}, check).window for number in (0, 1)]
    keys = [{item.counter for item in window.items(SHARD, 0)} for window in windows]

    assert keys[0].isdisjoint(keys[1])


def test_names_with_a_hash_stay_whole(check: EventCheck, record: Make, click: Make) -> None:
    window = count({"Records": [record(0, click(0, page="/a#b"))]}, check).window

    assert ("page", "/a#b") in {(item.kind, item.name) for item in window.items(SHARD, 0)}


def test_state_holds_what_came_before_an_unexpected_error_and_nothing_after(
    check: EventCheck, record: Make, click: Make
) -> None:
    broken = record(1, click(1))
    del broken["kinesis"]["approximateArrivalTimestamp"]
    counted = count({"Records": [record(0, click(0)), broken, record(2, click(2))]}, check)

    assert counted.response["batchItemFailures"] == [{"itemIdentifier": str(FIRST + 1)}]
    assert counted.window.counts["2026-11-21T15:04"]["event#product_view"] == 1
    assert isinstance(counted.error, KeyError)


def test_empty_window_writes_nothing() -> None:
    assert list(Window.restore({}).items(SHARD, 0)) == []


class Throttled:
    """A table that takes one item of each request, as often as it is told to."""

    def __init__(self, times: int) -> None:
        self.times, self.items = times, set[str]()

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        (requests,) = RequestItems.values()
        assert len(requests) <= 25
        taken = requests if self.times <= 0 else requests[:1]
        self.times -= 1
        self.items |= {each["PutRequest"]["Item"]["counter"]["S"] for each in taken}
        left = requests[len(taken) :]
        return {"UnprocessedItems": {"counters": left} if left else {}}


ITEMS = [Item("2026-11-21T15:04", f"page#{number}", "page", str(number), 1, 0) for number in range(60)]


def test_items_that_the_table_did_not_process_are_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    table: Any = Throttled(times=3)

    assert put_items(table, "counters", ITEMS) == 60
    assert len(table.items) == 60


def test_fails_if_the_table_stays_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    table: Any = Throttled(times=100)

    with pytest.raises(UnprocessedItemsError, match="19 are left after 6 attempts"):
        put_items(table, "counters", ITEMS)
