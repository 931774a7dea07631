"""What the preview shows when there is little to show, too much, or something it cannot draw."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from laptop.preview.snapshot import Rows
from tests.browser.preview_support import open_page, small, snapshot, with_rows, write

Json = dict[str, Any]


def column(name: str) -> Json:
    return {"DataSetIdentifier": "d", "ColumnName": name}


def category(name: str) -> Json:
    return {"CategoricalDimensionField": {"FieldId": name, "Column": column(name)}}


def total(name: str, how: str = "SUM") -> Json:
    function = {"SimpleNumericalAggregation": how}
    return {
        "NumericalMeasureField": {"FieldId": f"{name}-{how}", "Column": column(name), "AggregationFunction": function}
    }


def bars(name: str = "bars", value: str = "x", **chart: Any) -> Json:
    wells = {"BarChartAggregatedFieldWells": {"Category": [category("g")], "Values": [total(value)]}}
    title = {"FormatText": {"PlainText": "Bars"}}
    return {"BarChartVisual": {"VisualId": name, "Title": title, "ChartConfiguration": {"FieldWells": wells} | chart}}


def board(*visuals: Json, **more: Any) -> Json:
    return {"Sheets": [{"SheetId": "s", "Name": "Sheet", "Visuals": list(visuals)}], **more}


TYPES = {"g": "STRING", "x": "DECIMAL", "y": "DECIMAL"}


def show(page: Page, folder: Path, definition: Json, values: dict[str, list[Any]]) -> None:
    open_page(page, write(small(definition, TYPES, values), folder))


def tile(page: Page, name: str = "bars") -> Any:
    return page.locator(f'[data-visual="{name}"]')


def test_an_empty_data_set_says_so_in_every_visual(quiet: Page, tmp_path: Path) -> None:
    whole = snapshot()
    columns = whole.people[0].rows["lake-orders"].types
    empty = with_rows(whole, "lake-orders", Rows(count=0, types=columns, values={name: [] for name in columns}))
    open_page(quiet, write(empty, tmp_path), user="ada", dashboard="lake-orders", sheet="revenue")
    states = quiet.eval_on_selector_all("article.visual", "(all) => all.map((one) => one.dataset.state)")
    assert set(states) == {"empty"}
    expect(tile(quiet, "revenue-by-week")).to_contain_text("0 rows: the data set is empty.")


def test_a_person_without_any_row_is_told_that_it_is_row_level_security(quiet: Page, tmp_path: Path) -> None:
    columns = snapshot().people[0].rows["lake-orders"].types
    none = Rows(count=0, types=columns, values={name: [] for name in columns})
    file = write(with_rows(snapshot(), "lake-orders", none, rows=9000), tmp_path)
    open_page(quiet, file, user="ada", dashboard="lake-orders", sheet="revenue")
    expect(tile(quiet, "revenue-by-week")).to_contain_text("0 rows for ada: row-level security shows none of 9,000.")


def test_a_column_that_is_all_null_is_named(quiet: Page, tmp_path: Path) -> None:
    show(quiet, tmp_path, board(bars()), {"g": ["a", "b", "b"], "x": [None] * 3, "y": [1, 2, 3]})
    expect(tile(quiet)).to_have_attribute("data-state", "empty")
    expect(tile(quiet)).to_contain_text("x is null in all rows: 0 of 3 have a value.")


def test_ten_thousand_values_are_cut_and_the_visual_says_to_how_many(quiet: Page, tmp_path: Path) -> None:
    dice = random.Random(1)
    values = [dice.uniform(1, 100) for _ in range(10_000)]
    limited: Json = {"SortConfiguration": {"CategoryItemsLimit": {"ItemsLimit": 10, "OtherCategories": "INCLUDE"}}}
    definition = board(bars(), bars("ten", **limited))
    names = [f"value {number}" for number in range(10_000)]
    show(quiet, tmp_path, definition, {"g": names, "x": values, "y": values})
    expect(tile(quiet).locator(".note")).to_have_text("top 200 of 10,000")
    expect(tile(quiet, "ten").locator(".note")).to_have_text("top 10 of 10,000")
    drawn = quiet.evaluate("Lake.sheet.chartOf('ten').getOption().series[0].data")
    assert drawn[:10] == pytest.approx(sorted(values, reverse=True)[:10])
    assert sum(drawn) == pytest.approx(sum(values))


def test_a_control_over_ten_thousand_values_can_be_searched(quiet: Page, tmp_path: Path) -> None:
    declaration = {"Name": "G", "ParameterValueType": "MULTI_VALUED", "DefaultValues": {"StaticValues": []}}
    control: Json = {"ParameterControlId": "c", "Title": "Group", "SourceParameterName": "G", "Type": "MULTI_SELECT"}
    control["SelectableValues"] = {"LinkToDataSetColumn": column("g")}
    by_parameter = {"MatchOperator": "EQUALS", "ParameterName": "G", "NullOption": "NON_NULLS_ONLY"}
    filters = {
        "CategoryFilter": {
            "FilterId": "f",
            "Column": column("g"),
            "Configuration": {"CustomFilterConfiguration": by_parameter},
        }
    }
    group = {
        "FilterGroupId": "fg",
        "Filters": [filters],
        "ScopeConfiguration": {"AllSheets": {}},
        "CrossDataset": "SINGLE_DATASET",
    }
    definition = board(
        bars(), ParameterDeclarations=[{"StringParameterDeclaration": declaration}], FilterGroups=[group]
    )
    definition["Sheets"][0]["ParameterControls"] = [{"Dropdown": control}]
    names = [f"value {number}" for number in range(10_000)]
    show(quiet, tmp_path, definition, {"g": names, "x": [1.0] * 10_000, "y": [1.0] * 10_000})
    quiet.locator("details.several summary").click()
    assert quiet.locator(".choices label").count() == 100
    quiet.get_by_placeholder("Search 10,000 values").fill("value 9999")
    quiet.get_by_role("checkbox", name="value 9999").check()
    assert quiet.evaluate("Lake.sheet.chartOf('bars').getOption().series[0].data") == [1]


def test_filters_that_leave_nothing_say_of_how_many_rows(quiet: Page, tmp_path: Path) -> None:
    wanted = {"MatchOperator": "EQUALS", "CategoryValue": "z", "NullOption": "NON_NULLS_ONLY"}
    filters = {
        "CategoryFilter": {
            "FilterId": "f",
            "Column": column("g"),
            "Configuration": {"CustomFilterConfiguration": wanted},
        }
    }
    group = {
        "FilterGroupId": "fg",
        "Filters": [filters],
        "ScopeConfiguration": {"AllSheets": {}},
        "CrossDataset": "SINGLE_DATASET",
    }
    show(quiet, tmp_path, board(bars(), FilterGroups=[group]), {"g": ["a"], "x": [1], "y": [1]})
    expect(tile(quiet)).to_contain_text("No data: the filters leave none of 1 rows.")


def test_a_failed_refresh_is_announced_and_the_last_good_rows_stay(quiet: Page, tmp_path: Path) -> None:
    whole = snapshot()
    failed = replace(
        whole.data_sets["lake-orders"],
        status="FAILED",
        created="2026-11-21T19:59:00",
        error="SQL_EXCEPTION: TABLE_NOT_FOUND: lake_curated.orders",
    )
    file = write(replace(whole, data_sets={**whole.data_sets, "lake-orders": failed}), tmp_path)
    open_page(quiet, file, user="ada", dashboard="lake-orders", sheet="revenue")
    banner = quiet.locator('.banner[data-data-set="lake-orders"]')
    expect(banner).to_contain_text("The refresh of Orders failed (2026-11-21 19:59 UTC).")
    expect(banner).to_contain_text("TABLE_NOT_FOUND: lake_curated.orders")
    expect(banner).to_contain_text("What you see are the 9,000 rows of 2026-11-21 19:58 UTC.")
    expect(tile(quiet, "revenue-by-week")).to_have_attribute("data-state", "drawn")


def test_a_visual_over_a_withheld_column_is_not_drawn_and_says_why(quiet: Page, tmp_path: Path) -> None:
    whole = small(board(bars()), TYPES, {"g": ["a"], "x": [1.0], "y": [1.0]})
    rows = Rows(count=1, types={"x": "DECIMAL"}, values={"x": [1.0]}, hidden=("g",))
    open_page(quiet, write(with_rows(whole, "d", rows), tmp_path))
    expect(tile(quiet)).to_have_attribute("data-state", "withheld")
    expect(tile(quiet)).to_contain_text("You may not read the column g: column-level security withholds it.")


def test_rows_that_cannot_be_read_are_told_with_the_reason(quiet: Page, tmp_path: Path) -> None:
    whole = small(board(bars()), TYPES, {"g": ["a"], "x": [1.0], "y": [1.0]})
    failed = Rows(count=0, types={}, values={}, error="WorkGroup nowhere is not found.")
    open_page(quiet, write(with_rows(whole, "d", failed), tmp_path))
    expect(tile(quiet)).to_have_attribute("data-state", "refused")
    expect(tile(quiet)).to_contain_text("The rows of d cannot be read: WorkGroup nowhere is not found.")


def test_what_the_preview_cannot_draw_says_so_and_the_rest_is_drawn(quiet: Page, tmp_path: Path) -> None:
    unknown = {"WaterfallVisual": {"VisualId": "falls", "ChartConfiguration": {}}}
    broken = {"DataSetIdentifier": "d", "Name": "f", "Expression": "unheardOf({x})"}
    definition = board(unknown, bars("wrong", "f"), bars("gone", "nowhere"), bars(), CalculatedFields=[broken])
    show(quiet, tmp_path, definition, {"g": ["a"], "x": [1.0], "y": [1.0]})
    expect(tile(quiet, "falls")).to_contain_text("The preview does not draw a WaterfallVisual.")
    expect(tile(quiet, "wrong")).to_contain_text("unheardOf")
    expect(tile(quiet, "gone")).to_contain_text("The data set d has no column nowhere.")
    assert tile(quiet).get_attribute("data-state") == "drawn"


def test_text_of_the_data_is_never_markup(quiet: Page, tmp_path: Path) -> None:
    hostile = '<img src=x onerror="document.title=1">'
    wells = {"TableAggregatedFieldWells": {"GroupBy": [category("g")], "Values": [total("x")]}}
    table = {"TableVisual": {"VisualId": "table", "ChartConfiguration": {"FieldWells": wells}}}
    show(quiet, tmp_path, board(bars(), table), {"g": [hostile], "x": [1.0], "y": [1.0]})
    assert quiet.locator("img").count() == 0
    expect(tile(quiet, "table")).to_contain_text(hostile)
    quiet.evaluate("Lake.sheet.chartOf('bars').dispatchAction({type: 'showTip', seriesIndex: 0, dataIndex: 0})")
    expect(quiet.locator("b", has_text=hostile)).to_be_visible()
    assert quiet.locator("img").count() == 0


def test_bars_may_have_colours_without_a_category(quiet: Page, tmp_path: Path) -> None:
    wells = {"BarChartAggregatedFieldWells": {"Category": [], "Colors": [category("g")], "Values": [total("x")]}}
    definition = board(bars(FieldWells=wells), bars("other"))
    action = {"CustomActionId": "a", "Name": "Filter", "Trigger": "DATA_POINT_CLICK"}
    filters: Json = {"SelectedFieldsConfiguration": {}, "TargetVisualsConfiguration": {}}
    definition["Sheets"][0]["Visuals"][0]["BarChartVisual"]["Actions"] = [
        {**action, "ActionOperations": [{"FilterOperation": filters}]}
    ]
    show(quiet, tmp_path, definition, {"g": ["a", "b", "b"], "x": [1, 2, 3], "y": [1, 2, 3]})
    drawn = "(id) => Lake.sheet.chartOf(id).getOption().series.map(({name, data}) => [name, data])"
    assert quiet.evaluate(drawn, "bars") == [["b", [5]], ["a", [1]]]
    quiet.evaluate("Lake.sheet.chartOf('bars').trigger('click', {dataIndex: 0, seriesIndex: 1})")
    expect(quiet.locator(".chip")).to_have_text("g: a ✕")
    assert quiet.evaluate(drawn, "other") == [["x (Sum)", [1]]]


def test_a_pivot_table_sorts_outer_rows_as_wholes(quiet: Page, tmp_path: Path) -> None:
    wells = {"PivotTableAggregatedFieldWells": {"Rows": [category("g"), category("y")], "Values": [total("x")]}}
    by_x = {"Field": {"FieldId": "x-SUM", "Direction": "DESC"}}
    sorts = {"FieldSortOptions": [{"FieldId": name, "SortBy": by_x} for name in ("g", "y")]}
    chart = {"FieldWells": wells, "SortConfiguration": sorts, "TotalOptions": {"RowSubtotalOptions": {}}}
    visual = {"PivotTableVisual": {"VisualId": "one", "ChartConfiguration": chart}}
    # The largest row is of a, and b is larger as a whole.
    values: dict[str, list[Any]] = {"g": ["a", "a", "b", "b"], "x": [9.0, 1.0, 6.0, 7.0], "y": [1.0, 2.0, 1.0, 2.0]}
    show(quiet, tmp_path, board(visual), values)
    rows = [row.split("\t") for row in tile(quiet, "one").locator("tbody").inner_text().splitlines()]
    assert rows == [
        ["b", "2", "7"],
        ["", "1", "6"],
        ["b \N{EN DASH} total", "13"],
        ["a", "1", "9"],
        ["", "2", "1"],
        ["a \N{EN DASH} total", "10"],
    ]


def test_a_click_sets_parameters_and_controls_titles_and_addresses_tell_them(quiet: Page, tmp_path: Path) -> None:
    declared = [
        {"StringParameterDeclaration": {"Name": "G", "DefaultValues": {"StaticValues": ["a"]}}},
        {"DateTimeParameterDeclaration": {"Name": "D", "DefaultValues": {"StaticValues": ["2026-02-03T00:00:00Z"]}}},
    ]
    source = {"DestinationParameterName": "G", "Value": {"SourceField": "g"}}
    visual = bars()
    visual["BarChartVisual"]["Title"] = {"FormatText": {"PlainText": "<<$G>> since ${D}, not <<$constructor>>"}}
    operations = [
        {"SetParametersOperation": {"ParameterValueConfigurations": [source]}},
        {"URLOperation": {"URLTemplate": "https://example.com/?g=<<g>>&p=<<$G>>", "URLTarget": "NEW_TAB"}},
        {"URLOperation": {"URLTemplate": "javascript:document.title=1", "URLTarget": "NEW_TAB"}},
    ]
    visual["BarChartVisual"]["Actions"] = [{"Trigger": "DATA_POINT_CLICK", "ActionOperations": operations}]
    definition = board(visual, ParameterDeclarations=declared)
    sheet = definition["Sheets"][0]
    sheet["ParameterControls"] = [{"TextField": {"ParameterControlId": "c", "Title": "G", "SourceParameterName": "G"}}]
    show(quiet, tmp_path, definition, {"g": ["a", "b & c"], "x": [1, 2], "y": [1, 2]})
    expect(tile(quiet).locator("h3")).to_have_text("a since Feb 3, 2026, not <<$constructor>>")
    quiet.evaluate("() => { window.opened = []; window.open = (address) => opened.push(address); }")
    quiet.evaluate("Lake.sheet.chartOf('bars').trigger('click', {dataIndex: 0, seriesIndex: 0})")
    expect(tile(quiet).locator("h3")).to_have_text("b & c since Feb 3, 2026, not <<$constructor>>")
    expect(quiet.get_by_label("G")).to_have_value("b & c")
    assert quiet.evaluate("opened") == ["https://example.com/?g=b%20%26%20c&p=b%20%26%20c"]


def test_a_slider_moves_the_end_that_its_range_has_and_a_broken_text_spoils_nothing_else(
    quiet: Page, tmp_path: Path
) -> None:
    most = {"FilterId": "f", "Column": column("x"), "RangeMaximum": {"StaticValue": 7}, "IncludeMaximum": True}
    group = {"FilterGroupId": "fg", "Filters": [{"NumericRangeFilter": most}], "ScopeConfiguration": {"AllSheets": {}}}
    slider = {"FilterControlId": "c", "Title": "At most", "SourceFilterId": "f", "Type": "SINGLE_POINT"}
    definition = board(bars(), FilterGroups=[group])
    sheet = definition["Sheets"][0]
    sheet["FilterControls"] = [{"Slider": {**slider, "MinimumValue": 0, "MaximumValue": 10, "StepSize": 1}}]
    sheet["TextBoxes"] = [{"SheetTextBoxId": "t", "Content": "<text-box><video/></text-box>"}]
    places = [{"ElementId": name, "ColumnSpan": 18, "RowSpan": 9} for name in ("t", "bars")]
    sheet["Layouts"] = [{"Configuration": {"GridLayout": {"Elements": places}}}]
    show(quiet, tmp_path, definition, {"g": ["a", "b", "c"], "x": [3.0, 5.0, 9.0], "y": [1, 2, 3]})
    expect(quiet.locator(".text-box")).to_contain_text("an element that the preview does not know: video")
    drawn = "Lake.sheet.chartOf('bars').getOption().series[0].data"
    assert quiet.evaluate(drawn) == [5, 3]
    expect(quiet.get_by_label("At most")).to_have_value("7")
    quiet.get_by_label("At most").fill("4")
    assert quiet.evaluate(drawn) == [3]


def number(name: str) -> Json:
    return {"NumericalDimensionField": {"FieldId": name, "Column": column(name)}}


COMBO = {"Category": [category("g")], "BarValues": [total("x")], "LineValues": [total("y")]}
LISTED = {"Values": [{"FieldId": name, "Column": column(name)} for name in ("g", "x")]}
WELLS: dict[str, Json] = {
    "ComboChartVisual": {"ComboChartAggregatedFieldWells": COMBO},
    "HistogramVisual": {"HistogramAggregatedFieldWells": {"Values": [total("x")]}},
    "PieChartVisual": {"PieChartAggregatedFieldWells": {"Category": [category("g")], "Values": [total("x")]}},
    "ScatterPlotVisual": {"ScatterPlotUnaggregatedFieldWells": {"XAxis": [number("x")], "YAxis": [number("y")]}},
    "TableVisual": {"TableUnaggregatedFieldWells": LISTED},
}


@pytest.mark.parametrize("kind", WELLS)
def test_visuals_that_the_lake_does_not_use_are_drawn_too(quiet: Page, tmp_path: Path, kind: str) -> None:
    visual = {kind: {"VisualId": "one", "ChartConfiguration": {"FieldWells": WELLS[kind]}}}
    show(quiet, tmp_path, board(visual), {"g": ["a", "b", "a"], "x": [1.0, 5.5, 9.0], "y": [3.0, 2.0, 1.0]})
    expect(tile(quiet, "one")).to_have_attribute("data-state", "drawn")
    assert tile(quiet, "one").locator("svg path, td").count()


def test_an_insight_without_a_narrative_tells_what_it_computed(quiet: Page, tmp_path: Path) -> None:
    computations = [
        {"TotalAggregation": {"ComputationId": "All", "Value": total("x")}},
        {
            "TopBottomRanked": {
                "ComputationId": "Top",
                "Category": category("g"),
                "Value": total("x"),
                "Type": "TOP",
                "ResultSize": 1,
            }
        },
        {"UniqueValues": {"ComputationId": "Kinds", "Category": category("g")}},
    ]
    visual = {
        "InsightVisual": {
            "VisualId": "one",
            "DataSetIdentifier": "d",
            "InsightConfiguration": {"Computations": computations},
        }
    }
    show(quiet, tmp_path, board(visual), {"g": ["a", "b", "a"], "x": [1.0, 5.5, 9.0], "y": [3.0, 2.0, 1.0]})
    expect(tile(quiet, "one")).to_contain_text("x (Sum) is 15.5.")
    expect(tile(quiet, "one")).to_contain_text("a: 10")
    expect(tile(quiet, "one")).to_contain_text("2 different values of g")
