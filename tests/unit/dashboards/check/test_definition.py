from dataclasses import replace
from typing import Any

from dashboards.check import examine
from dashboards.check.definition import Visual, identifiers, read_sheet
from tests.unit.dashboards.check.draft import COLLECTION, CONTRACTS, Draft, spoiled

AMOUNT = {"DataSetIdentifier": "lake-orders", "ColumnName": "amount"}


def table(*values: dict[str, Any]) -> dict[str, Any]:
    wells = {"TableUnaggregatedFieldWells": {"Values": list(values)}}
    return {"VisualId": "rows", "ChartConfiguration": {"FieldWells": wells}}


def test_rows_of_a_table_are_fields_without_aggregation() -> None:
    visual = Visual("TableVisual", table({"FieldId": "one", "Column": AMOUNT}), "here")
    (field,) = visual.fields
    assert (field.id, field.kind, field.well, field.column) == ("one", "UnaggregatedField", "Values", AMOUNT)
    assert visual.uses == {("lake-orders", "amount")}


def test_fails_if_a_row_of_a_table_is_there_twice() -> None:
    def edit(draft: Draft) -> None:
        field = {"FieldId": "one", "Column": AMOUNT}
        draft.visual("TableVisual")["ChartConfiguration"] = table(field, field)["ChartConfiguration"]

    (problem,) = spoiled(edit)
    assert problem.rule == "identity.duplicates_of_a_visual"


def test_fields_of_wells_without_a_union_are_found() -> None:
    field = {"FieldId": "one", "Column": AMOUNT}
    body = {"VisualId": "k", "ChartConfiguration": {"FieldWells": {"Values": [{"NumericalMeasureField": field}]}}}
    assert [each.kind for each in Visual("KPIVisual", body, "here").fields] == ["NumericalMeasureField"]


def test_a_sheet_says_where_its_visuals_are() -> None:
    sheet = read_sheet({"SheetId": "one", "Visuals": [{"TableVisual": table()}, {}]}, "dashboard orders")
    assert [visual.where for visual in sheet.visuals] == ["dashboard orders, sheet one, visual rows"]


def test_columns_are_found_however_deep() -> None:
    assert list(identifiers({"a": [{"b": ({"c": AMOUNT},)}]})) == [AMOUNT]


def test_fails_if_the_name_of_a_dashboard_has_a_space() -> None:
    first, *others = COLLECTION.dashboards
    found = examine(replace(COLLECTION, dashboards=(replace(first, name="All orders"), *others)), CONTRACTS)
    assert {problem.rule for problem in found} == {"identity.malformed"}


def test_fails_if_a_data_set_has_no_columns() -> None:
    found = spoiled(lambda draft: draft.change("flights", columns=(), calculated=()))
    assert "data set flights has no columns" in {problem.text for problem in found}


def test_fails_if_a_dashboard_has_more_data_sets_than_quicksight_takes() -> None:
    first, *others = COLLECTION.dashboards
    many = tuple(replace(first.data_sets[0], name=f"orders-{number}") for number in range(51))
    found = examine(replace(COLLECTION, dashboards=(replace(first, data_sets=many), *others)), CONTRACTS)
    assert "dashboard orders has 51 data sets; QuickSight takes 50" in {problem.text for problem in found}
