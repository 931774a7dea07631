"""The definitions of all dashboards, against the model of the API and against what a reader needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from contracts.loader import load_contracts
from dashboards.catalog import load
from dashboards.definition.layout import WIDTH
from dashboards.model import Dashboard

COLLECTION = load(load_contracts())
MODEL = botocore.session.get_session().get_service_model("quicksight")
EACH = pytest.mark.parametrize("dashboard", COLLECTION.dashboards, ids=lambda dashboard: dashboard.name)
# What issue and course ask for, and what this data adds.
KINDS = {
    "BarChartVisual",
    "LineChartVisual",
    "ScatterPlotVisual",
    "HeatMapVisual",
    "PieChartVisual",
    "TreeMapVisual",
    "PivotTableVisual",
    "TableVisual",
    "KPIVisual",
    "InsightVisual",
    "FunnelChartVisual",
    "GeospatialMapVisual",
}


def declared(dashboard: Dashboard) -> dict[str, Any]:
    """Complete the definition as the stack does."""
    arns = [{"Identifier": data_set.id, "DataSetArn": f"arn:{data_set.id}"} for data_set in dashboard.data_sets]
    return {"DataSetIdentifierDeclarations": arns, **dashboard.definition}


def strangers(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """Find members and values that the API does not know, which botocore's own validation lets pass."""
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            if name not in shape.members:
                yield f"{path}.{name}: unknown member of {shape.name}"
            else:
                yield from strangers(member, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            yield from strangers(item, shape.member, f"{path}[{index}]")
    elif isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"


def visuals(dashboard: Dashboard) -> Iterator[tuple[str, dict[str, Any]]]:
    for sheet in dashboard.definition["Sheets"]:
        for visual in sheet["Visuals"]:
            yield from visual.items()


@EACH
def test_a_definition_has_what_the_api_requires_and_nothing_that_it_does_not_know(dashboard: Dashboard) -> None:
    shape = MODEL.shape_for("DashboardVersionDefinition")
    report = ParamValidator().validate(declared(dashboard), shape)
    assert not report.has_errors(), report.generate_report()
    assert list(strangers(declared(dashboard), shape)) == []


def test_the_theme_has_nothing_that_the_api_does_not_know() -> None:
    shape = MODEL.shape_for("ThemeConfiguration")
    assert not ParamValidator().validate(dict(COLLECTION.theme), shape).has_errors()
    assert list(strangers(COLLECTION.theme, shape)) == []


@EACH
def test_a_definition_is_plain_data_of_a_size_that_a_synth_does_not_feel(dashboard: Dashboard) -> None:
    text = json.dumps(dashboard.definition)
    assert json.loads(text) == dashboard.definition
    assert len(text) < 60_000
    assert sum(1 for _ in visuals(dashboard)) <= 20


def test_two_loads_give_the_same_definitions() -> None:
    assert load(load_contracts()) == COLLECTION


def test_every_type_of_visual_occurs() -> None:
    assert {kind for dashboard in COLLECTION.dashboards for kind, _ in visuals(dashboard)} == KINDS


@EACH
def test_a_title_says_what_a_visual_answers(dashboard: Dashboard) -> None:
    for kind, visual in visuals(dashboard):
        title = visual["Title"]["FormatText"]["PlainText"]
        if kind in {"KPIVisual", "InsightVisual"}:
            assert title
        else:
            assert title.endswith("?"), visual["VisualId"]


@EACH
def test_rows_of_a_sheet_are_full_and_follow_each_other_without_a_hole(dashboard: Dashboard) -> None:
    for sheet in dashboard.definition["Sheets"]:
        covered = set()
        cells = 0
        for element in sheet["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]:
            for row in range(element["RowIndex"], element["RowIndex"] + element["RowSpan"]):
                columns = range(element["ColumnIndex"], element["ColumnIndex"] + element["ColumnSpan"])
                covered |= {(row, column) for column in columns}
                cells += len(columns)
        height = max(row for row, _ in covered) + 1
        assert covered == {(row, column) for row in range(height) for column in range(WIDTH)}
        assert cells == len(covered)


@EACH
def test_each_sheet_has_a_control_and_each_control_a_place(dashboard: Dashboard) -> None:
    for sheet in dashboard.definition["Sheets"]:
        parameters = [body["ParameterControlId"] for control in sheet["ParameterControls"] for body in control.values()]
        filters = [body["FilterControlId"] for control in sheet["FilterControls"] for body in control.values()]
        elements = sheet["SheetControlLayouts"][0]["Configuration"]["GridLayout"]["Elements"]
        assert [element["ElementId"] for element in elements] == parameters + filters
        assert elements


@EACH
def test_readers_are_shown_no_personal_column(dashboard: Dashboard) -> None:
    text = json.dumps(dashboard.definition)
    personal = {column.name for data_set in dashboard.data_sets for column in data_set.columns if column.personal}
    assert [name for name in sorted(personal) if f'"{name}"' in text or f"{{{name}}}" in text] == []


@EACH
def test_a_number_that_is_shown_has_a_format(dashboard: Dashboard) -> None:
    for field in _members(dashboard.definition, "NumericalMeasureField"):
        assert "FormatConfiguration" in field, field


@EACH
def test_a_chart_by_groups_says_in_which_order_they_are(dashboard: Dashboard) -> None:
    for kind, visual in visuals(dashboard):
        if kind not in {"KPIVisual", "InsightVisual", "ScatterPlotVisual", "GeospatialMapVisual"}:
            assert visual["ChartConfiguration"]["SortConfiguration"], visual["VisualId"]


def _members(value: Any, name: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        for key, member in value.items():
            if key == name:
                yield member
            yield from _members(member, name)
    elif isinstance(value, list):
        for item in value:
            yield from _members(item, name)
