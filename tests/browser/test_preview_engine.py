"""What the preview computes, against DuckDB and against numbers worked out by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
import sqlglot
from playwright.sync_api import Page

from laptop.emulator.quicksight.expression_sql import compile_column
from laptop.emulator.quicksight.expressions import parse

Json = dict[str, Any]
NOW = 1_795_291_200_000  # 2026-11-21 20:00 UTC
TYPES = {"t": "STRING", "n": "INTEGER", "x": "DECIMAL", "d": "DATETIME"}
ROWS: list[tuple[str | None, int | None, float | None, str | None]] = [
    ("Grüne", 3, 1.25, "1997-02-28T23:59:59"),
    ("", 0, -2.5, "1998-01-01T00:00:00"),
    ("a b,c", -7, 0.0, "2024-02-29T12:30:00"),
    (None, None, None, None),
    ("LOUD", 12, 99.995, "2026-11-01T05:06:07"),
]
EXPRESSIONS = (
    "ifelse({n} > 2, 'many', {n} = 0, 'none', 'few')",
    "ifelse(isNull({t}), 'unknown', {t})",
    "coalesce({t}, 'nothing')",
    "nullIf({n}, 0)",
    "concat({t}, '-', toString({n}))",
    "toUpper({t})",
    "toLower({t})",
    "substring({t}, 2, 3)",
    "left({t}, 2)",
    "right({t}, 2)",
    "strlen({t})",
    "replace({t}, 'b', 'xx')",
    "locate({t}, 'b')",
    "contains({t}, 'OU')",
    "startsWith({t}, 'Gr')",
    "endsWith({t}, 'c')",
    "{n} + 2 * {x} - 1",
    "{x} / {n}",
    "abs({n})",
    "ceil({x})",
    "floor({x})",
    "round({x}, 2)",
    "mod({n}, 5)",
    "{n} >= 0 AND {x} < 50",
    "in({n}, [3, 12])",
    "notIn({t}, ['LOUD', ''])",
    "switch({n}, 3, 'three', 12, 'dozen', 'other')",
    "extract('YYYY', {d})",
    "extract('Q', {d})",
    "extract('MM', {d})",
    "extract('WD', {d})",
    "extract('HH', {d})",
    "truncDate('MM', {d})",
    "truncDate('WK', {d})",
    "truncDate('Q', {d})",
    "addDateTime(1, 'MM', {d})",
    "addDateTime(-3, 'DD', {d})",
    "dateDiff({d}, addDateTime(400, 'DD', {d}), 'MM')",
    "dateDiff({d}, addDateTime(400, 'HH', {d}))",
    "{d} > '1998-01-01'",
)


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("CREATE TABLE r (i INTEGER, t VARCHAR, n BIGINT, x DOUBLE, d TIMESTAMP)")
    connection.executemany("INSERT INTO r VALUES (?, ?, ?, ?, ?)", [(i, *row) for i, row in enumerate(ROWS)])
    return connection


def milliseconds(text: str | None) -> int | None:
    return None if text is None else round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def comparable(value: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.replace(tzinfo=UTC).timestamp() * 1000)
    return float(value) if isinstance(value, (bool, int, float)) else value


def columns() -> dict[str, Any]:
    values = {name: [row[place] for row in ROWS] for place, name in enumerate(TYPES)}
    values["d"] = [milliseconds(row[3]) for row in ROWS]
    return {name: {"type": TYPES[name], "values": values[name]} for name in TYPES}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_calculated_field_has_the_value_that_the_emulators_sql_gives(
    engine: Page, duck: duckdb.DuckDBPyConnection, text: str
) -> None:
    tree = parse(text)
    sql = sqlglot.transpile(compile_column(tree, TYPES).sql, read="athena", write="duckdb")[0]
    wanted = [comparable(value) for (value,) in duck.execute(f"SELECT {sql} FROM r ORDER BY i").fetchall()]
    got = engine.evaluate(
        """([tree, columns, count, now]) => {
          const table = new Lake.data.Table("d", {count, columns});
          const definition = {CalculatedFields: [{DataSetIdentifier: "d", Name: "f", Expression: "e"}]};
          return new Lake.model.Model({definition, formulas: {e: tree}, tables: {d: table}, now}).values("d", "f");
        }""",
        [tree, columns(), len(ROWS), NOW],
    )
    assert [comparable(value) for value in got] == [
        pytest.approx(value) if isinstance(value, float) else value for value in wanted
    ]


AGGREGATIONS = {
    "SUM": "sum(v)",
    "AVERAGE": "avg(v)",
    "MIN": "min(v)",
    "MAX": "max(v)",
    "COUNT": "count(v)",
    "DISTINCT_COUNT": "count(DISTINCT v)",
    "MEDIAN": "median(v)",
    "VAR": "var_samp(v)",
    "VARP": "var_pop(v)",
    "STDEV": "stddev_samp(v)",
    "STDEVP": "stddev_pop(v)",
    "PERCENTILE": "quantile_cont(v, 0.9)",
}


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_an_aggregation_gives_what_sql_gives_and_leaves_null_out(engine: Page, name: str) -> None:
    dice = random.Random(7)
    values = [None if dice.random() < 0.1 else round(dice.uniform(-500, 9000), 2) for _ in range(3000)]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE v AS SELECT unnest(?::DOUBLE[]) AS v", [values])
    ((wanted,),) = connection.execute(f"SELECT {AGGREGATIONS[name]} FROM v").fetchall()
    got = engine.evaluate(
        "([name, values]) => Lake.aggregate.aggregate(name, values.keys(), (row) => values[row], 90)", [name, values]
    )
    assert got == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "wanted"), [("SUM", None), ("COUNT", 0), ("DISTINCT_COUNT", 0), ("MEDIAN", None), ("STDEV", None)]
)
def test_an_aggregation_of_nothing_is_null_and_a_count_zero(engine: Page, name: str, wanted: object) -> None:
    assert engine.evaluate("(name) => Lake.aggregate.aggregate(name, [0, 1], () => null)", name) == wanted


def test_an_amount_in_cents_adds_up_in_any_order(engine: Page) -> None:
    values = [0.1] * 10 + [1e15, -1e15]
    assert engine.evaluate("(values) => Lake.aggregate.sum(values)", values) == pytest.approx(1.0, abs=1e-9)


def category(member: str, operator: str, **more: Any) -> Json:
    return {"CategoryFilter": {"Configuration": {member: {"MatchOperator": operator, **more}}}, "column": "t"}


def listed(operator: str, *values: str, null: str = "NON_NULLS_ONLY") -> Json:
    return category("FilterListConfiguration", operator, CategoryValues=list(values), NullOption=null)


def custom(operator: str, **more: Any) -> Json:
    return category("CustomFilterConfiguration", operator, NullOption="NON_NULLS_ONLY", **more)


def on(column: str, kind: str, **more: Any) -> Json:
    return {kind: {"NullOption": "NON_NULLS_ONLY"} | more, "column": column}


def relative(type_: str, unit: str, **more: Any) -> Json:
    anchor = {"AnchorOption": "NOW"}
    members = {"AnchorDateConfiguration": anchor, "TimeGranularity": unit, "RelativeDateType": type_} | more
    return on("d", "RelativeDatesFilter", **members)


def number(value: int) -> Json:
    return {"StaticValue": value}


def day(text: str) -> Json:
    return {"StaticValue": f"{text}T00:00:00Z"}


SUM_OF_N = {
    "Column": {"DataSetIdentifier": "d", "ColumnName": "n"},
    "SortDirection": "DESC",
    "AggregationFunction": {"NumericalAggregationFunction": {"SimpleNumericalAggregation": "SUM"}},
}
ALL = {"SelectAllOptions": "FILTER_ALL_VALUES", "NullOption": "ALL_VALUES"}
BOTH = {"IncludeMinimum": True, "IncludeMaximum": True, "TimeGranularity": "DAY"}
FILTERS: dict[str, tuple[Json, list[int]]] = {
    "one of": (listed("CONTAINS", "LOUD", "Grüne"), [0, 4]),
    "none of, with null": (listed("DOES_NOT_CONTAIN", "LOUD", null="ALL_VALUES"), [0, 1, 2, 3]),
    "all": (category("FilterListConfiguration", "CONTAINS", **ALL), [0, 1, 2, 3, 4]),
    "text contains": (custom("CONTAINS", CategoryValue="b"), [2]),
    "text begins": (custom("STARTS_WITH", CategoryValue="Gr"), [0]),
    "by a parameter": (custom("EQUALS", ParameterName="P"), [4]),
    "only null": (on("n", "NumericEqualityFilter", MatchOperator="EQUALS", Value=3, NullOption="NULLS_ONLY"), [3]),
    "a number": (on("n", "NumericEqualityFilter", MatchOperator="EQUALS", Value=3), [0]),
    "not a number": (on("n", "NumericEqualityFilter", MatchOperator="DOES_NOT_EQUAL", Value=3), [1, 2, 4]),
    "a range without its lower border": (
        on("n", "NumericRangeFilter", RangeMinimum=number(0), RangeMaximum=number(12), IncludeMaximum=True),
        [0, 4],
    ),
    "days, both inclusive": (
        on("d", "TimeRangeFilter", RangeMinimumValue=day("1997-02-28"), RangeMaximumValue=day("1998-01-01"), **BOTH),
        [0, 1],
    ),
    "a rolling date": (
        on("d", "TimeRangeFilter", RangeMinimumValue={"RollingDate": {"Expression": "rolling"}}, IncludeMinimum=True),
        [4],
    ),
    "one day": (on("d", "TimeEqualityFilter", Value="2024-02-29T00:00:00Z", TimeGranularity="DAY"), [2]),
    "the last 30 days": (relative("LAST", "DAY", RelativeDateValue=30), [4]),
    "the last 20 days": (relative("LAST", "DAY", RelativeDateValue=20), []),
    "this year": (relative("THIS", "YEAR", NullOption="ALL_VALUES"), [3, 4]),
    "the previous year": (relative("PREVIOUS", "YEAR"), []),
    "the two with most": (on("t", "TopBottomFilter", Limit=2, AggregationSortConfigurations=[SUM_OF_N]), [0, 4]),
}

APPLY = """([group, columns, count, now, rolling]) => {
  const tables = {d: new Lake.data.Table("d", {count, columns}), e: new Lake.data.Table("e", {count, columns})};
  const definition = {FilterGroups: [group], ParameterDeclarations: [{StringParameterDeclaration: {
    Name: "P", ParameterValueType: "SINGLE_VALUED", DefaultValues: {StaticValues: ["LOUD"]}}}]};
  const model = new Lake.model.Model({definition, formulas: {rolling}, tables, now});
  const rows = (sheetId, visualId, dataSet) => Lake.filters.apply(model, {sheetId, visualId, dataSet}).rows;
  return {here: rows("s", "v", "d"), beside: rows("s", "w", "d"),
    elsewhere: rows("z", "v", "d"), other: rows("s", "v", "e")};
}"""


def applied(engine: Page, filters: dict[str, Any], scope: dict[str, Any], cross: str = "SINGLE_DATASET") -> Any:
    (kind, body), column = next(item for item in filters.items() if item[0] != "column"), filters["column"]
    whole = {"FilterId": "f", "Column": {"DataSetIdentifier": "d", "ColumnName": column}, **body}
    group = {"FilterGroupId": "g", "Filters": [{kind: whole}], "ScopeConfiguration": scope, "CrossDataset": cross}
    rolling = parse("addDateTime(-1, 'MM', truncDate('DD', now()))")
    return engine.evaluate(APPLY, [group, columns(), len(ROWS), NOW, rolling])


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_lets_through(engine: Page, name: str) -> None:
    filters, wanted = FILTERS[name]
    assert applied(engine, filters, {"AllSheets": {}})["here"] == wanted


def test_a_filter_holds_where_its_scope_says(engine: Page) -> None:
    everything = list(range(len(ROWS)))
    selected = {"SheetId": "s", "Scope": "SELECTED_VISUALS", "VisualIds": ["v"]}
    scope = {"SelectedSheets": {"SheetVisualScopingConfigurations": [selected]}}
    rows = applied(engine, FILTERS["a number"][0], scope)
    assert rows == {"here": [0], "beside": everything, "elsewhere": everything, "other": everything}


def test_a_filter_over_all_data_sets_reaches_columns_of_the_same_name(engine: Page) -> None:
    rows = applied(engine, FILTERS["a number"][0], {"AllSheets": {}}, "ALL_DATASETS")
    assert rows["other"] == [0]


@pytest.mark.parametrize("granularity", ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"])
def test_dates_are_cut_and_counted_as_sql_does_it(engine: Page, granularity: str) -> None:
    dice = random.Random(granularity)
    moments = [datetime(1996, 2, 29) + timedelta(seconds=dice.randint(0, 10**9)) for _ in range(40)]
    part = granularity.lower()
    wanted = [
        comparable(cut)
        for (cut,) in duckdb.execute(f"SELECT date_trunc('{part}', unnest(?::TIMESTAMP[]))", [moments]).fetchall()
    ]
    spans = duckdb.execute(
        f"SELECT date_diff('{part}', TIMESTAMP '1999-05-05 05:05:05', unnest(?::TIMESTAMP[]))", [moments]
    ).fetchall()
    got = engine.evaluate(
        """([moments, granularity, start]) => {
          Lake.dates.week.start = 1;
          const { truncate, difference } = Lake.dates;
          return moments.map((one) => [truncate(one, granularity), difference(start, one, granularity)]);
        }""",
        [[comparable(one) for one in moments], granularity, milliseconds("1999-05-05T05:05:05")],
    )
    assert [cut for cut, _ in got] == wanted
    if granularity != "WEEK":  # DuckDB counts whole weeks there, Trino and QuickSight borders
        assert [span for _, span in got] == [span for (span,) in spans]


def shown(kind: str, decimals: int | None = None, **more: Any) -> Json:
    places = {} if decimals is None else {"DecimalPlacesConfiguration": {"DecimalPlaces": decimals}}
    return {f"{kind}DisplayFormatConfiguration": places | more}


@pytest.mark.parametrize(
    ("value", "format_", "wanted"),
    [
        (1234567.891, {}, "1,234,567.89"),
        (0.12345, shown("Percentage", 1), "12.3%"),
        (-5.5, shown("Currency", 2, Symbol="USD"), "-$5.50"),
        (2_600_000, shown("Number", 1, NumberScale="AUTO"), "2.6M"),
        (12.5, shown("Number", Suffix=" MiB", SeparatorConfiguration={"DecimalSeparator": "COMMA"}), "12,5 MiB"),
        (1234, shown("Number", SeparatorConfiguration={"ThousandsSeparator": {"Visibility": "HIDDEN"}}), "1234"),
        (None, shown("Number", NullValueFormatConfiguration={"NullString": "none"}), "none"),
        (-0.001, shown("Number", 0), "0"),
    ],
)
def test_a_number_is_written_as_its_format_says(engine: Page, value: float | None, format_: Any, wanted: str) -> None:
    assert engine.evaluate("([value, format]) => Lake.format.number(value, format)", [value, format_]) == wanted


def test_a_forecast_finds_a_season_and_goes_on_with_it(engine: Page) -> None:
    season = [10.0, 20.0, 40.0, 10.0, 5.0, 60.0, 80.0]
    series = [value + week * 2 for week in range(8) for value in season]
    got = engine.evaluate(
        "(series) => Lake.forecast.forecast(series, {periods: 7, granularity: 'DAY', interval: 90})", series
    )
    assert [point["value"] for point in got] == pytest.approx([value + 16 for value in season], abs=6)
    assert all(point["low"] <= point["value"] <= point["high"] for point in got)
    assert got[6]["high"] - got[6]["low"] >= got[0]["high"] - got[0]["low"]


def test_a_forecast_keeps_its_bounds_and_needs_three_values(engine: Page) -> None:
    falling = engine.evaluate("() => Lake.forecast.forecast([90, 60, 30, 5], {periods: 5, low: 0})")
    assert min(point["low"] for point in falling) == 0
    assert engine.evaluate("() => Lake.forecast.forecast([1, 2], {periods: 1})") is None


def test_a_period_that_is_not_over_is_no_part_of_the_trend(engine: Page) -> None:
    complete = "([latest, start]) => Lake.forecast.isComplete(Date.parse(latest), Date.parse(start), 'MONTH')"
    assert engine.evaluate(complete, ["1998-06-30T00:00:00Z", "1998-06-01T00:00:00Z"]) is True
    assert engine.evaluate(complete, ["1998-06-29T00:00:00Z", "1998-06-01T00:00:00Z"]) is False


TABLE = """([text, limit]) => {
  const tables = {d: new Lake.data.Table("d", {count: 6, columns: {
    g: {type: "STRING", values: ["a", "a", "a", "b", "b", "b"]}, m: {type: "INTEGER", values: [1, 2, 3, 1, 2, 3]},
    x: {type: "DECIMAL", values: [10, 20, 30, 5, 5, 10]}}})};
  const definition = {CalculatedFields: [{DataSetIdentifier: "d", Name: "f", Expression: "e"}]};
  const model = new Lake.model.Model({definition, formulas: {e: text}, tables, now: 0});
  const column = (name) => ({DataSetIdentifier: "d", ColumnName: name});
  const dimensions = Lake.fields.dimensions([{CategoricalDimensionField: {FieldId: "g", Column: column("g")}},
    {NumericalDimensionField: {FieldId: "m", Column: column("m")}}]);
  const measures = Lake.fields.measures([{NumericalMeasureField: {FieldId: "f", Column: column("f")}}]);
  const cube = new Lake.cube.Cube(model, {sheetId: "s", visualId: "v", dataSet: "d"}, dimensions, measures);
  return limit ? cube.axis(1, {limit}).members.map((member) => cube.value(0, member))
    : cube.groups.map((group) => cube.value(0, group));
}"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sum({x}) / count({x})", [10, 20, 30, 5, 5, 10]),
        ("sumIf({x}, {m} > 1)", [None, 20, 30, None, 5, 10]),
        ("sumOver(sum({x}), [{g}])", [60, 60, 60, 20, 20, 20]),
        ("percentOfTotal(sum({x}), [{g}])", [1 / 6, 1 / 3, 1 / 2, 0.25, 0.25, 0.5]),
        ("runningSum(sum({x}), [{m} ASC], [{g}])", [10, 30, 60, 5, 10, 20]),
        ("runningSum(sum({x}), [{m} DESC], [{g}])", [60, 50, 30, 20, 15, 10]),
        ("lag(sum({x}), [{m} ASC], 1, [{g}])", [None, 10, 20, None, 5, 5]),
        ("difference(sum({x}), [{m} ASC], -1, [{g}])", [None, 10, 10, None, 0, 5]),
        ("percentDifference(sum({x}), [{m} ASC], -1, [{g}])", [None, 1, 0.5, None, 0, 1]),
        ("windowAvg(sum({x}), [{m} ASC], 1, 0, [{g}])", [10, 15, 25, 5, 5, 7.5]),
        ("rank([sum({x}) DESC], [{g}])", [3, 2, 1, 2, 2, 1]),
    ],
)
def test_a_calculated_field_over_groups(engine: Page, text: str, wanted: list[float | None]) -> None:
    got = engine.evaluate(TABLE, [parse(text), None])
    assert got == [None if value is None else pytest.approx(value) for value in wanted]


def test_what_a_limit_leaves_out_has_its_share_of_the_whole(engine: Page) -> None:
    limit = {"ItemsLimit": 1, "OtherCategories": "INCLUDE"}
    got = engine.evaluate(TABLE, [parse("percentOfTotal(sum({x}))"), limit])
    assert got == [pytest.approx(15 / 80), pytest.approx(65 / 80)]


@pytest.mark.parametrize("text", ["sum({x}, [{g}])", "{x} + sum({x})"])
def test_fails_on_a_formula_that_it_would_compute_wrongly(engine: Page, text: str) -> None:
    with pytest.raises(Exception, match=r"level-aware|must be aggregated"):
        engine.evaluate(TABLE, [parse(text), None])
