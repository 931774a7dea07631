"""The page for authors of dashboards says what is true."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from contracts.loader import load_contracts
from dashboards import data_sets
from dashboards.catalog import load
from dashboards.definition import charts, fields, filter_controls, filters, formats, insights, layout, parameters

PAGE = (Path(__file__).parents[3] / "docs" / "dashboards.md").read_text(encoding="utf-8")
COLLECTION = load(load_contracts())


def test_the_example_is_a_visual_of_the_orders_dashboard() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {name: value for module in (charts, fields, formats, data_sets) for name, value in vars(module).items()}
    (kind, body), *_ = eval(example, names).items()
    deployed: list[dict[str, Any]] = [
        visual[kind] for sheet in orders_definition()["Sheets"] for visual in sheet["Visuals"] if kind in visual
    ]
    (same,) = [visual for visual in deployed if visual["VisualId"] == body["VisualId"]]
    assert same["ChartConfiguration"]["FieldWells"] == body["ChartConfiguration"]["FieldWells"]
    assert same["Title"] == body["Title"]


def orders_definition() -> dict[str, Any]:
    return dict(next(dashboard for dashboard in COLLECTION.dashboards if dashboard.name == "orders").definition)


def test_it_lists_the_dashboards_with_their_sheets() -> None:
    table = PAGE[: PAGE.index("| where | what |")]
    listed = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE))
    assert {name: sheets.split(", ") for name, sheets in listed.items()} == {
        dashboard.name: [sheet["Name"] for sheet in dashboard.definition["Sheets"]]
        for dashboard in COLLECTION.dashboards
    }


def test_the_builders_that_it_names_are_there() -> None:
    modules = (charts, fields, filter_controls, filters, insights, layout, parameters)
    known = {name for module in modules for name in vars(module)}
    steps = PAGE[PAGE.index("## Add a visual") : PAGE.index("## Add a data set")]
    text = re.sub(r"```.*?```", "", steps, flags=re.DOTALL)
    named = set(re.findall(r"`([a-z_]+)`", text)) - {"calculated", "readers", "scope"}
    assert len(named) > 20
    assert named <= known, named - known


def test_it_names_every_filter_and_every_control_of_one() -> None:
    made = {
        name
        for module in (filters, filter_controls)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and not name.startswith("_") and value.__module__ == module.__name__
    }
    assert {name for name in made if f"`{name}`" not in PAGE} == {"everywhere"}
