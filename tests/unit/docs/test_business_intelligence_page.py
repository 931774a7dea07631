"""The page for operators of dashboards says how fresh they are."""

from __future__ import annotations

import re
from pathlib import Path

from contracts.loader import load_contracts
from dashboards.catalog import load
from dashboards.model import DataSet, Refresh

PAGE = (Path(__file__).parents[3] / "docs" / "business-intelligence.md").read_text(encoding="utf-8")


def test_it_lists_when_each_data_set_is_refreshed() -> None:
    listed = re.findall(r"^\| `([\w-]+)` \| ([^|]*) \| ([^|]*) \|$", PAGE, re.MULTILINE)

    assert listed == [
        (each.name, ", ".join(f"`{product}`" for product in each.products) or "none", schedules(each))
        for each in load(load_contracts()).data_sets
    ]


def schedules(data_set: DataSet) -> str:
    if data_set.import_mode == "DIRECT_QUERY":
        return "never: asked directly"
    return "; ".join(words(data_set, refresh) for refresh in data_set.refreshes)


def words(data_set: DataSet, refresh: Refresh) -> str:
    when = (refresh.day or refresh.interval).capitalize() + (f" {refresh.time_of_day}" if refresh.time_of_day else "")
    if refresh.kind == "FULL_REFRESH":
        return f"{when}, whole"
    back = data_set.look_back
    assert back
    return f"{when}, {back.size} {back.unit.lower()}{'s' if back.size > 1 else ''}"
