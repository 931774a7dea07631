from __future__ import annotations

from typing import Any

import pytest

from dashboards.definition.charts import bar, line, pie, scatter
from dashboards.definition.fields import dimension, moment, step, total
from dashboards.definition.maps import heat_map
from dashboards.definition.ordering import ascending, ascending_by, descending
from dashboards.definition.tables import kpi, pivot_table, table
from dashboards.definition.visuals import id_of

DATA = "lake-orders"
SEGMENT = dimension(DATA, "segment", "Segment")
AMOUNT = total(DATA, "amount", "Revenue")
MONTH = moment(DATA, "order_date", "MONTH")


def chart(visual: dict[str, Any]) -> dict[str, Any]:
    (body,) = visual.values()
    configuration: dict[str, Any] = body["ChartConfiguration"]
    return configuration


def test_the_name_of_a_visual_is_its_id() -> None:
    assert id_of(bar("by-segment", title="?", category=SEGMENT, values=[AMOUNT])) == "by-segment"


def test_bars_come_longest_first_unless_an_order_is_given() -> None:
    by_value = chart(bar("a", title="?", category=SEGMENT, values=[AMOUNT]))
    by_name = chart(bar("a", title="?", category=SEGMENT, values=[AMOUNT], order=ascending(SEGMENT)))
    assert by_value["SortConfiguration"]["CategorySort"] == [descending(AMOUNT)]
    assert by_name["SortConfiguration"]["CategorySort"] == [ascending(SEGMENT)]


def test_bars_can_be_ordered_by_a_number_that_is_not_shown() -> None:
    order = ascending_by(DATA, "weekday_number")
    (sort,) = chart(bar("a", title="?", category=SEGMENT, values=[AMOUNT], order=order))["SortConfiguration"][
        "CategorySort"
    ]
    assert sort["ColumnSort"]["SortBy"] == {"DataSetIdentifier": DATA, "ColumnName": "weekday_number"}


def test_a_limit_leaves_bars_out_and_takes_parts_of_a_ring_together() -> None:
    limited = chart(bar("a", title="?", category=SEGMENT, values=[AMOUNT], limit=5))
    ring = chart(pie("a", title="?", category=SEGMENT, value=AMOUNT))
    assert limited["SortConfiguration"]["CategoryItemsLimit"] == {"ItemsLimit": 5, "OtherCategories": "EXCLUDE"}
    assert ring["SortConfiguration"]["CategoryItemsLimit"] == {"ItemsLimit": 8, "OtherCategories": "INCLUDE"}


def test_axes_are_labelled_as_their_fields() -> None:
    assert chart(bar("a", title="?", category=SEGMENT, values=[AMOUNT]))["ValueLabelOptions"] == {
        "AxisLabelOptions": [
            {"CustomLabel": "Revenue", "ApplyTo": {"FieldId": "amount-sum", "Column": AMOUNT.column}},
        ]
    }


def test_a_click_filters_the_sheet_only_if_asked() -> None:
    quiet = bar("a", title="?", category=SEGMENT, values=[AMOUNT])["BarChartVisual"]
    loud = bar("a", title="?", category=SEGMENT, values=[AMOUNT], filters_sheet=True)["BarChartVisual"]
    assert "Actions" not in quiet
    assert loud["Actions"][0]["Trigger"] == "DATA_POINT_CLICK"


def test_a_line_goes_on_in_time_and_may_look_ahead() -> None:
    plain = chart(line("a", title="?", time=MONTH, values=[AMOUNT]))
    ahead = chart(line("a", title="?", time=MONTH, values=[AMOUNT], forecast_periods=8))
    assert plain["SortConfiguration"]["CategorySort"] == [ascending(MONTH)]
    assert "ForecastConfigurations" not in plain
    assert ahead["ForecastConfigurations"][0]["ForecastProperties"]["PeriodsForward"] == 8


def test_fails_for_a_forecast_of_several_lines_which_quicksight_has_not() -> None:
    with pytest.raises(ValueError, match=r"line a: a forecast is of one line; got color segment"):
        line("a", title="?", time=MONTH, values=[AMOUNT], color=SEGMENT, forecast_periods=8)


def test_a_scatter_has_a_point_for_each_label_and_colour() -> None:
    visual = scatter("a", title="?", x=AMOUNT, y=AMOUNT, points=step(DATA, "orders"), color=SEGMENT, size=AMOUNT)
    wells = chart(visual)["FieldWells"]["ScatterPlotCategoricallyAggregatedFieldWells"]
    assert [list(field) for field in wells["Label"] + wells["Category"]] == [
        ["NumericalDimensionField"],
        ["CategoricalDimensionField"],
    ]


def test_a_heat_map_reads_from_top_left_unless_told_otherwise() -> None:
    plain = chart(heat_map("a", title="?", rows=SEGMENT, columns=MONTH, value=AMOUNT))["SortConfiguration"]
    latest_first = heat_map("a", title="?", rows=SEGMENT, columns=MONTH, value=AMOUNT, column_order=descending(MONTH))
    assert (plain["HeatMapRowSort"], plain["HeatMapColumnSort"]) == ([ascending(SEGMENT)], [ascending(MONTH)])
    assert chart(latest_first)["SortConfiguration"]["HeatMapColumnSort"] == [descending(MONTH)]


def test_a_number_is_compared_only_if_it_has_periods() -> None:
    assert "Comparison" not in chart(kpi("a", title="A", value=AMOUNT))["KPIOptions"]
    assert chart(kpi("a", title="A", value=AMOUNT, trend=MONTH))["KPIOptions"]["Comparison"] == {
        "ComparisonMethod": "PERCENT_DIFFERENCE"
    }


def test_a_table_is_red_where_it_alarms() -> None:
    visual = table("a", title="?", group_by=[SEGMENT], values=[AMOUNT], alarming=(AMOUNT, "> 0"))["TableVisual"]
    (option,) = visual["ConditionalFormatting"]["ConditionalFormattingOptions"]
    assert option["Cell"]["FieldId"] == "amount-sum"
    assert option["Cell"]["TextFormat"]["TextColor"]["Solid"]["Expression"] == "SUM({amount}) > 0"


def test_columns_of_tables_are_headed_by_labels() -> None:
    options = chart(table("a", title="?", group_by=[SEGMENT, MONTH], values=[AMOUNT]))["FieldOptions"]
    assert options["SelectedFieldOptions"] == [
        {"FieldId": "segment", "CustomLabel": "Segment"},
        {"FieldId": "amount-sum", "CustomLabel": "Revenue"},
    ]


def test_a_pivot_table_sorts_each_of_its_dimensions_and_has_totals() -> None:
    found = chart(pivot_table("a", title="?", rows=[SEGMENT], columns=[MONTH], values=[AMOUNT]))
    assert [item["FieldId"] for item in found["SortConfiguration"]["FieldSortOptions"]] == [
        "segment",
        "order_date-month",
    ]
    assert found["TotalOptions"]["RowTotalOptions"]["TotalsVisibility"] == "VISIBLE"
