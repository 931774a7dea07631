"""Computations of insights and the narratives that tell them, with numbers that can be worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

Json = dict[str, Any]
# Sales of two shops in four months: 100, 110, 120 and 133.1 of Oslo; 50, 60, 40 and 70 of Rome.
MONTHS = ["2026-01-15", "2026-02-15", "2026-03-15", "2026-04-30"]
SALES = {"Oslo": [100.0, 110.0, 120.0, 133.1], "Rome": [50.0, 60.0, 40.0, 70.0]}

COMPUTE = """([union, narrative, months, sales]) => {
  const rows = Object.entries(sales).flatMap(([shop, values]) => values.map((value, at) => [shop, Date.parse(months[at]), value]));
  const of = (place) => rows.map((row) => row[place]);
  const table = new Lake.data.Table("d", {count: rows.length, columns: {shop: {type: "STRING", values: of(0)},
    day: {type: "DATETIME", values: of(1)}, amount: {type: "DECIMAL", values: of(2)}}});
  const ParameterDeclarations = [
    {DateTimeParameterDeclaration: {Name: "Since", TimeGranularity: "MONTH", DefaultValues: {StaticValues: ["2026-03-01"]}}},
    {StringParameterDeclaration: {Name: "Shops", DefaultValues: {StaticValues: ["Oslo", "Rome"]}}},
    {IntegerParameterDeclaration: {Name: "Top", DefaultValues: {StaticValues: [3]}}},
    {StringParameterDeclaration: {Name: "None", DefaultValues: {}}},
  ];
  const model = new Lake.model.Model({definition: {ParameterDeclarations}, formulas: {}, tables: {d: table}, now: Date.parse("2026-11-21T20:00")});
  const made = union && Lake.computations.compute(model, {sheetId: "s", visualId: "v"}, union);
  if (!narrative) return made.output;
  const target = document.createElement("div");
  Lake.narrative.render(target, narrative, {computations: made ? {[made.name]: made.output} : {}, model});
  return target.innerHTML;
}"""  # noqa: E501


def column(name: str) -> Json:
    return {"DataSetIdentifier": "d", "ColumnName": name}


TIME = {"DateDimensionField": {"FieldId": "t", "Column": column("day"), "DateGranularity": "MONTH"}}
SHOP = {"CategoricalDimensionField": {"FieldId": "s", "Column": column("shop")}}
AMOUNT = {
    "NumericalMeasureField": {
        "FieldId": "a",
        "Column": column("amount"),
        "AggregationFunction": {"SimpleNumericalAggregation": "SUM"},
    }
}


def compute(engine: Page, kind: str, *, sales: dict[str, list[float]] = SALES, **settings: Any) -> Any:
    union = {kind: {"ComputationId": "C", **settings}}
    return engine.evaluate(COMPUTE, [union, None, MONTHS, sales])


def tell(engine: Page, narrative: str, union: Json | None = None) -> str:
    return str(engine.evaluate(COMPUTE, [union, narrative, MONTHS, SALES]))


def test_the_last_period_is_compared_with_the_one_before(engine: Page) -> None:
    found = compute(engine, "PeriodOverPeriod", Time=TIME, Value=AMOUNT)
    assert found["currentMetricValue"]["value"] == pytest.approx(203.1)
    assert found["previousMetricValue"]["value"] == 160
    assert found["percentDifference"]["value"] == pytest.approx(100 * 43.1 / 160)
    assert found["absoluteDifference"]["value"] == pytest.approx(43.1)
    assert found["currentTimeValue"]["formattedValue"] == "Apr 2026"


def test_growth_is_compounded_over_the_periods_asked_for(engine: Page) -> None:
    oslo = {"Oslo": [100.0, 110.0, 121.0, 133.1]}
    found = compute(engine, "GrowthRate", sales=oslo, Time=TIME, Value=AMOUNT, PeriodSize=3)
    assert found["compoundedGrowthRate"]["value"] == pytest.approx(10)
    assert found["compoundedGrowthRate"]["formattedValue"] == "10.00%"


@pytest.mark.parametrize(("which", "month", "value"), [("MAXIMUM", "Apr 2026", 203.1), ("MINIMUM", "Jan 2026", 150)])
def test_the_highest_and_the_lowest_period(engine: Page, which: str, month: str, value: float) -> None:
    found = compute(engine, "MaximumMinimum", Time=TIME, Value=AMOUNT, Type=which)
    assert found["timeValue"]["formattedValue"] == month
    assert found["metricValue"]["value"] == pytest.approx(value)


def test_movers_are_ranked_by_how_much_they_changed(engine: Page) -> None:
    common: Json = {"Time": TIME, "Category": SHOP, "Value": AMOUNT, "MoverSize": 1}
    by_share = compute(engine, "TopBottomMovers", Type="TOP", SortOrder="PERCENT_DIFFERENCE", **common)
    assert [item["categoryValue"]["value"] for item in by_share["items"]] == ["Rome"]
    assert by_share["items"][0]["percentDifference"]["value"] == pytest.approx(75)
    least = compute(engine, "TopBottomMovers", Type="BOTTOM", SortOrder="ABSOLUTE_DIFFERENCE", **common)
    assert [item["categoryValue"]["value"] for item in least["items"]] == ["Oslo"]
    assert least["itemsCount"] == 1


def test_ranks_totals_and_different_values(engine: Page) -> None:
    ranked = compute(engine, "TopBottomRanked", Category=SHOP, Value=AMOUNT, Type="BOTTOM", ResultSize=1)
    assert [(item["categoryValue"]["value"], item["metricValue"]["value"]) for item in ranked["items"]] == [
        ("Rome", 220)
    ]
    assert compute(engine, "TotalAggregation", Value=AMOUNT)["totalAggregate"]["value"] == pytest.approx(683.1)
    assert compute(engine, "UniqueValues", Category=SHOP)["uniqueGroupValuesCount"] == 2


def test_a_period_to_date_is_compared_with_as_much_of_the_one_before(engine: Page) -> None:
    found = compute(engine, "PeriodToDate", Time=TIME, Value=AMOUNT, PeriodTimeGranularity="QUARTER")
    assert found["currentMetricValue"]["value"] == pytest.approx(203.1)
    assert found["previousMetricValue"]["value"] == 150


def test_one_period_is_nothing_to_compare(engine: Page) -> None:
    one = {"Oslo": [100.0]}
    for kind in ("PeriodOverPeriod", "GrowthRate"):
        assert compute(engine, kind, sales=one, Time=TIME, Value=AMOUNT) is None
    assert compute(engine, "Forecast", sales=one, Time=TIME, Value=AMOUNT, PeriodsForward=1) is None


def test_a_month_without_sales_is_a_zero_of_the_forecast(engine: Page) -> None:
    union = {"Forecast": {"ComputationId": "C", "Time": TIME, "Value": AMOUNT, "PeriodsForward": 1}}
    gap, whole = (
        engine.evaluate(COMPUTE, [union, None, months, {"Oslo": sales}])
        for months, sales in (
            (["2026-01-15", "2026-02-15", "2026-05-31"], [100.0, 110.0, 120.0]),
            (["2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15", "2026-05-31"], [100.0, 110.0, 0.0, 0.0, 120.0]),
        )
    )
    assert gap["timeValue"]["formattedValue"] == "Jun 2026"
    assert gap == whole


def test_a_narrative_has_conditions_loops_and_expressions(engine: Page) -> None:
    union = {"TopBottomRanked": {"ComputationId": "C", "Name": "Top", "Category": SHOP, "Value": AMOUNT, "Type": "TOP"}}
    narrative = (
        '<narrative><if condition="Top.itemsCount &gt; 1 and Top.items[0].metricValue.value &gt;= 400" level="inline">'
        '<b><expression>Top.itemsCount</expression></b> shops</if><if condition="Top.itemsCount = 0">none</if>'
        '<for level="block" listExpression="Top.items"><ul><li>'
        "<expression>Top.items[index].categoryValue.formattedValue</expression></li></ul></for>"
        "<inline color=\"#ff0000\"><expression>ifelse(Top.itemsCount = 1, 'is', 'are')"
        "</expression></inline></narrative>"
    )
    html = tell(engine, narrative, union)
    assert html.startswith("<b>2</b> shops<ul><li>Oslo</li><li>Rome</li></ul>")
    assert html.endswith('<span style="color: rgb(255, 0, 0);">are</span>')


def test_what_was_not_computed_is_a_dash_and_never_a_wrong_word(engine: Page) -> None:
    union = {"PeriodOverPeriod": {"ComputationId": "C", "Time": TIME, "Value": AMOUNT}}
    narrative = (
        "<narrative><expression>C.percentDifference.formattedValue</expression>"
        '<if condition="C.percentDifference.value &gt;= 0">rose</if>'
        '<if condition="C.percentDifference.value &lt; 0">fell</if></narrative>'
    )
    one = engine.evaluate(COMPUTE, [union, narrative, MONTHS, {"Oslo": [100.0]}])
    assert one == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("${Since}", "Mar 2026"),
        ("addDateTime(-1, 'DD', ${Since})", "Feb 28, 2026"),
        ("ifelse(${Top} > 2, ${Since}, now())", "Mar 1, 2026"),
        ("now()", "Nov 21, 2026"),
        ("formatDate(${Since}, 'yyyy-MM-dd')", "2026-03-01"),
        ("Last.currentTimeValue.value", "Apr 1, 2026"),
        ("Last.previousMetricValue.value", "160"),
        ("${Shops}", "Oslo, Rome"),
        ("${Top}", "3"),
        ("${None}", "\N{EN DASH}"),
    ],
)
def test_a_narrative_tells_dates_and_parameters_as_people_read_them(engine: Page, expression: str, text: str) -> None:
    union = {"PeriodOverPeriod": {"ComputationId": "C", "Name": "Last", "Time": TIME, "Value": AMOUNT}}
    escaped = expression.replace(">", "&gt;")
    assert tell(engine, f"<narrative><expression>{escaped}</expression></narrative>", union) == text


@pytest.mark.parametrize(
    ("narrative", "reason"),
    [
        ("<narrative><expression>Nothing.value</expression></narrative>", "there is no Nothing"),
        ("<narrative><script>alert(1)</script></narrative>", "an element that the preview does not know: script"),
        ("<narrative><b></narrative>", "not well-formed XML"),
        ("<narrative><expression>1 +</expression></narrative>", "ends too early"),
    ],
)
def test_fails_on_a_narrative_that_it_cannot_tell(engine: Page, narrative: str, reason: str) -> None:
    with pytest.raises(Exception, match=reason):
        tell(engine, narrative)
