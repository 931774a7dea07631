"""Parameters, filters, sheets: what readers choose, and what it does."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboards.definition import filter_controls, filters
from dashboards.definition.charts import pie
from dashboards.definition.fields import dimension, total
from dashboards.definition.layout import row, row_of, sheet
from dashboards.definition.parameters import choice, day, days_ago, decimal, one_of, whole_number
from dashboards.definition.visuals import Visual

DATA = "lake-orders"
SEGMENT = choice("Segment", title="Segment", data_set=DATA, column="segment")
FIRST = day("First", title="From", default=date(1997, 1, 1))
LAST = days_ago("Last", title="To", days=3)


def only(group: dict[str, Any]) -> dict[str, Any]:
    """Give the body of the one filter of a group."""
    (item,) = group["Filters"]
    (body,) = item.values()
    found: dict[str, Any] = body
    return found


def visual(name: str) -> Visual:
    return pie(name, title="?", category=dimension(DATA, "segment"), value=total(DATA, "amount"))


def test_nothing_chosen_of_a_list_means_all() -> None:
    body = SEGMENT.declaration["StringParameterDeclaration"]
    assert body["ParameterValueType"] == "MULTI_VALUED"
    assert (body["DefaultValues"], body["ValueWhenUnset"]) == ({}, {"ValueWhenUnsetOption": "RECOMMENDED_VALUE"})


def test_other_parameters_begin_with_a_value() -> None:
    parameters = [
        FIRST,
        LAST,
        one_of("Split", title="Split", values=["a", "b"], default="b"),
        whole_number("Top", title="Top", least=1, most=9, step=1, default=5),
        decimal("Cost", title="Cost", least=0, most=1, step=0.1, default=0.5),
    ]
    assert [next(iter(parameter.declaration.values()))["DefaultValues"] for parameter in parameters] == [
        {"StaticValues": ["1997-01-01T00:00:00Z"]},
        {"RollingDate": {"Expression": "addDateTime(-3, 'DD', truncDate('DD', now()))"}},
        {"StaticValues": ["b"]},
        {"StaticValues": [5]},
        {"StaticValues": [0.5]},
    ]


def test_each_sheet_has_a_control_of_its_own_for_a_parameter() -> None:
    one, other = (SEGMENT.control_on(name)["Dropdown"] for name in ("revenue", "customers"))
    assert one["SourceParameterName"] == other["SourceParameterName"] == "Segment"
    assert one["ParameterControlId"] != other["ParameterControlId"]


def test_a_filter_works_everywhere_unless_it_has_a_scope() -> None:
    assert filters.chosen("a", DATA, "segment", SEGMENT)["ScopeConfiguration"] == {"AllSheets": {}}
    group = filters.chosen("a", DATA, "segment", SEGMENT, scope=filters.on_visuals("revenue", "pie"))
    assert group["ScopeConfiguration"]["SelectedSheets"]["SheetVisualScopingConfigurations"] == [
        {"SheetId": "revenue", "Scope": "SELECTED_VISUALS", "VisualIds": ["pie"]}
    ]


def test_a_range_of_days_is_inclusive_at_both_ends() -> None:
    body = only(filters.between("a", DATA, "order_date", FIRST, LAST))
    assert (body["IncludeMinimum"], body["IncludeMaximum"]) == (True, True)
    assert (body["RangeMinimumValue"], body["RangeMaximumValue"]) == ({"Parameter": "First"}, {"Parameter": "Last"})


def test_a_day_without_an_end_bounds_nothing_above() -> None:
    body = only(filters.since("a", DATA, "order_date", FIRST))
    assert {key: value for key, value in body.items() if "Minimum" in key or "Maximum" in key} == {
        "IncludeMinimum": True,
        "RangeMinimumValue": {"Parameter": "First"},
    }


def test_numbers_lie_between_fixed_ones_or_above_a_chosen_one() -> None:
    least = whole_number("Least", title="Least", least=0, most=9, step=1, default=0)
    within, above = (
        {key: value for key, value in only(group).items() if "Minimum" in key or "Maximum" in key}
        for group in (filters.within("a", DATA, "quantity", 1, 5), filters.at_least("b", DATA, "quantity", least))
    )
    assert within == {
        "IncludeMinimum": True,
        "IncludeMaximum": True,
        "RangeMinimum": {"StaticValue": 1},
        "RangeMaximum": {"StaticValue": 5},
    }
    assert above == {"IncludeMinimum": True, "RangeMinimum": {"Parameter": "Least"}}


def test_a_fixed_list_keeps_its_values() -> None:
    kept = only(filters.among("a", DATA, "segment", ["new"]))["Configuration"]["FilterListConfiguration"]
    assert (kept["MatchOperator"], kept["CategoryValues"]) == ("EQUALS", ["new"])


def test_open_filters_keep_everything_until_somebody_chooses() -> None:
    scope = filters.on_sheets("revenue")
    for group in (filters.open_list("a", DATA, "segment", scope=scope), filters.searched("a", DATA, "id", scope=scope)):
        (configuration,) = only(group)["Configuration"].values()
        assert configuration["SelectAllOptions"] == "FILTER_ALL_VALUES"


def test_most_are_told_by_the_measure_and_counted_by_the_parameter() -> None:
    number = whole_number("Top", title="Top", least=1, most=9, step=1, default=5)
    group, amount = dimension(DATA, "segment"), total(DATA, "amount")
    body = only(filters.top("a", group, amount, number, scope=filters.on_sheets("revenue")))
    (order,) = body["AggregationSortConfigurations"]
    assert (body["Column"], body["ParameterName"]) == (group.column, "Top")
    assert (order["Column"], order["SortDirection"]) == (amount.column, "DESC")
    assert order["AggregationFunction"] == {"NumericalAggregationFunction": {"SimpleNumericalAggregation": "SUM"}}


def test_controls_of_filters_know_their_filter() -> None:
    group = filters.last("recent", DATA, "order_date", 7, "DAY", scope=filters.on_sheets("live"))
    assert filter_controls.relative_date(group, "Look back") == {
        "RelativeDateTime": {"FilterControlId": "recent-control", "Title": "Look back", "SourceFilterId": "recent"}
    }


def test_rows_of_a_sheet_lie_below_each_other_and_visuals_side_by_side() -> None:
    made = sheet(
        "revenue",
        title="Revenue",
        description="How much was sold",
        parameters=[SEGMENT],
        rows=[
            row(5, *(visual(name) for name in "abcde")),
            row_of(9, (visual("f"), 20), (visual("g"), 16)),
        ],
    )
    places = made["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]
    assert [(p["ElementId"], p["ColumnIndex"], p["ColumnSpan"], p["RowIndex"], p["RowSpan"]) for p in places] == [
        ("a", 0, 8, 0, 5),
        ("b", 8, 7, 0, 5),
        ("c", 15, 7, 0, 5),
        ("d", 22, 7, 0, 5),
        ("e", 29, 7, 0, 5),
        ("f", 0, 20, 5, 9),
        ("g", 20, 16, 5, 9),
    ]
    (control,) = made["SheetControlLayouts"][0]["Configuration"]["GridLayout"]["Elements"]
    assert (control["ElementId"], control["ElementType"]) == ("revenue-Segment", "PARAMETER_CONTROL")
