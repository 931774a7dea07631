from __future__ import annotations

import copy
from typing import Any

import duckdb
import pytest
import sqlglot

from laptop.emulator.quicksight.filters import condition
from laptop.emulator.quicksight.preparation import prepare
from laptop.emulator.quicksight.steps import PreparationError, Prepared
from laptop.emulator.registry import NotImplementedOnLaptop

ROWS = "SELECT 1 AS id, 'a' AS kind, 2.5 AS amount, true AS ok UNION ALL SELECT 2, 'b', 10.0, false;"
COLUMNS = [
    {"Id": "i", "Name": "id", "Type": "INTEGER"},
    {"Id": "k", "Name": "kind", "Type": "STRING"},
    {"Id": "a", "Name": "amount", "Type": "DECIMAL"},
    {"Id": "o", "Name": "ok", "Type": "BOOLEAN"},
]
TABLE = {"t": {"CustomSql": {"DataSourceArn": "source", "Name": "rows", "SqlQuery": ROWS, "Columns": COLUMNS}}}
IMPORT = {"ImportTableStep": {"Alias": "rows", "Source": {"SourceTableId": "s"}}}


def step(kind: str, source: str = "s0", **members: Any) -> dict[str, Any]:
    return {kind: {"Alias": kind, "Source": {"TransformOperationId": source}, **members}}


def data_set(*steps: dict[str, Any], last: str = "") -> dict[str, Any]:
    """Return a data set whose steps follow each other."""
    named = {f"s{number}": each for number, each in enumerate((IMPORT, *steps))}
    for number in range(1, len(named)):
        ((_, body),) = named[f"s{number}"].items()
        body["Source"] = {**body["Source"], "TransformOperationId": f"s{number - 1}"}
    return {
        "PhysicalTableMap": TABLE,
        "DataPrepConfiguration": {
            "SourceTableMap": {"s": {"PhysicalTableId": "t"}},
            "TransformStepMap": named,
            "DestinationTableMap": {"d": {"Alias": "d", "Source": {"TransformOperationId": last or list(named)[-1]}}},
        },
    }


def rows(prepared: Prepared) -> list[tuple[Any, ...]]:
    names = ", ".join(f'"{column.name}"' for column in prepared.columns)
    statement = f"SELECT {names} FROM ({prepared.sql}) AS r ORDER BY 1"
    (sql,) = sqlglot.transpile(statement, read="athena", write="duckdb")
    return list(duckdb.execute(sql).fetchall())


def test_a_table_alone_has_its_columns_and_truth_becomes_a_number() -> None:
    prepared = prepare({"PhysicalTableMap": TABLE})
    assert prepared.types == {"id": "INTEGER", "kind": "STRING", "amount": "DECIMAL", "ok": "INTEGER"}
    assert rows(prepared) == [(1, "a", 2.5, 1), (2, "b", 10.0, 0)]


def test_steps_are_done_one_after_the_other() -> None:
    prepared = prepare(
        data_set(
            step("FiltersStep", FilterOperations=[{"ConditionExpression": "{amount} > 5"}]),
            step("RenameColumnsStep", RenameColumnOperations=[{"ColumnName": "kind", "NewColumnName": "Kind of it"}]),
            step(
                "CreateColumnsStep",
                Columns=[
                    {"ColumnId": "twice", "ColumnName": "twice", "Expression": "{amount} * 2"},
                    {"ColumnId": "more", "ColumnName": "more", "Expression": "concat({Kind of it}, {twice})"},
                ],
            ),
            step("CastColumnTypesStep", CastColumnTypeOperations=[{"ColumnName": "id", "NewColumnType": "STRING"}]),
            step("ProjectStep", ProjectedColumns=["id", "more"]),
        )
    )
    assert prepared.types == {"id": "STRING", "more": "STRING"}
    assert rows(prepared) == [("2", "b20.0")]


def test_mappings_give_columns_the_ids_by_which_later_steps_know_them() -> None:
    projected = step("ProjectStep", ProjectedColumns=["new"])
    projected["ProjectStep"]["Source"] = {"ColumnIdMappings": [{"SourceColumnId": "k", "TargetColumnId": "new"}]}
    assert prepare(data_set(projected)).types == {"kind": "STRING"}


def of(kind: str, name: str, test: str, **members: Any) -> dict[str, Any]:
    return {f"{kind}FilterCondition": {"ColumnName": name, f"{test}FilterCondition": members}}


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        (of("String", "kind", "Comparison", Operator="EQUALS", Value={"StaticValue": "b"}), [2]),
        (of("String", "kind", "List", Operator="EXCLUDE", Values={"StaticValues": ["b"]}), [1]),
        (of("Numeric", "amount", "Range", RangeMinimum={"StaticValue": 2.5}, IncludeMinimum=False), [2]),
        (of("Numeric", "amount", "Comparison", Operator="LESS_THAN", Value={"StaticValue": 2.6}), [1]),
        (of("Numeric", "amount", "Range", RangeMinimum={"StaticValue": 0}, RangeMaximum={"StaticValue": 9.5}), [1]),
        (of("String", "kind", "Comparison", Operator="CONTAINS", Value={"StaticValue": "b"}), [2]),
        (of("String", "kind", "Comparison", Operator="DOES_NOT_CONTAIN", Value={"StaticValue": "b"}), [1]),
        (of("String", "kind", "Comparison", Operator="ENDS_WITH", Value={"StaticValue": "xb"}), []),
    ],
)
def test_filters_keep_the_rows_that_they_describe(filter_: dict[str, Any], ids: list[int]) -> None:
    prepared = prepare(data_set(step("FiltersStep", FilterOperations=[filter_])))
    assert [row[0] for row in rows(prepared)] == ids


def test_a_date_is_compared_as_a_moment() -> None:
    later = of("Date", "day", "Comparison", Operator="AFTER", Value={"StaticValue": 1767225600})
    assert condition(later, {"day": "DATETIME"}) == "\"day\" > CAST('2026-01-01 00:00:00.000000' AS timestamp)"


def test_a_relation_is_named_with_its_database() -> None:
    table = {"DataSourceArn": "source", "Schema": "lake", "Name": 'odd "name"', "InputColumns": COLUMNS}
    assert 'FROM "lake"."odd ""name"""' in prepare({"PhysicalTableMap": {"t": {"RelationalTable": table}}}).sql


def legacy(*transforms: dict[str, Any]) -> dict[str, Any]:
    return {"l": {"Alias": "l", "Source": {"PhysicalTableId": "t"}, "DataTransforms": transforms}}


def test_legacy_preparation_of_one_table_gives_the_same() -> None:
    transforms: list[dict[str, Any]] = [
        {"RenameColumnOperation": {"ColumnName": "kind", "NewColumnName": "sort"}},
        {"CreateColumnsOperation": {"Columns": [{"ColumnId": "x", "ColumnName": "x", "Expression": "{id} + 1"}]}},
        {"ProjectOperation": {"ProjectedColumns": ["sort", "x"]}},
    ]
    assert rows(prepare({"PhysicalTableMap": TABLE, "LogicalTableMap": legacy(*transforms)})) == [("a", 2), ("b", 3)]


def broken(**changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(data_set())
    made["DataPrepConfiguration"] |= changes
    return made


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (data_set(step("ProjectStep", ProjectedColumns=["nothing"])), "must use columns that exist .*; got nothing"),
        ({"PhysicalTableMap": {"t": {}}}, "a physical table must be of one kind; got none"),
        (
            broken(TransformStepMap={"s0": {**IMPORT, **step("ProjectStep")}}),
            "step s0 must be of one kind; got ImportT",
        ),
        (
            {"PhysicalTableMap": TABLE, "LogicalTableMap": legacy({"ProjectOperation": {}, "FilterOperation": {}})},
            "a transform must be of one kind; got ProjectOperation and FilterOperation",
        ),
        (data_set(last="s7"), "must be in TransformStepMap .*; got s7"),
        (data_set(step("ProjectStep", ProjectedColumns=["id"]), last="s0"), "must lead to the destination .*; got s1"),
        (broken(SourceTableMap={"s": {"PhysicalTableId": "u"}}), "must be in PhysicalTableMap .*; got u"),
        (
            data_set(step("CreateColumnsStep", Columns=[{"ColumnId": "x", "ColumnName": "x", "Expression": "{q}"}])),
            "calculated column x: .* got q",
        ),
        (
            data_set(step("CreateColumnsStep", Columns=[{"ColumnId": "x", "ColumnName": "id", "Expression": "1"}])),
            "must have different names; got id twice",
        ),
    ],
)
def test_fails_for_what_cannot_be_computed_and_says_what(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(PreparationError, match=message):
        prepare(request_)


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        (data_set(step("JoinStep")), "JoinStep"),
        (broken(SourceTableMap={"s": {"DataSet": {}}}), "a parent data set"),
        ({"PhysicalTableMap": {**TABLE, "u": TABLE["t"]}}, "PhysicalTableMap with 2 tables"),
        ({"PhysicalTableMap": TABLE, "DatasetParameters": [{}]}, "DatasetParameters"),
        ({"PhysicalTableMap": {"t": {"S3Source": {}}}}, "S3Source"),
    ],
)
def test_fails_loudly_for_what_runs_on_aws_only(request_: dict[str, Any], what: str) -> None:
    with pytest.raises(NotImplementedOnLaptop, match=f"{what} of a data set is not implemented on the laptop"):
        prepare(request_)


@pytest.mark.parametrize(
    ("filter_", "message"),
    [
        (of("String", "kind", "Comparison", Operator="EQUALS"), "must have a StaticValue in Value"),
        (of("Numeric", "amount", "Comparison", Operator="EQUALS", Value={}), "must have a StaticValue in Value"),
        (of("Numeric", "amount", "Range", RangeMinimum={}), "must have a StaticValue in RangeMinimum"),
        (of("Numeric", "amount", "Range", IncludeMinimum=True), "must have RangeMinimum or RangeMaximum"),
        (of("String", "kind", "List", Operator="INCLUDE"), "must have StaticValues"),
        (of("String", "kind", "List", Operator="INCLUDE", Values={"StaticValues": []}), "must have StaticValues"),
        ({"StringFilterCondition": {"ColumnName": "kind"}}, "must have a comparison, a list or a range; got none"),
        (of("String", "amount", "List", Operator="INCLUDE"), "must be on a column of type STRING; got amount"),
        ({"ConditionExpression": "{amount} + 1"}, "must be true or false; got .* of type DECIMAL"),
        ({}, "must have one condition; got none"),
    ],
)
def test_fails_for_a_filter_that_lacks_what_it_compares_with(filter_: dict[str, Any], message: str) -> None:
    with pytest.raises(PreparationError, match=message):
        prepare(data_set(step("FiltersStep", FilterOperations=[filter_])))


def test_fails_for_steps_that_go_round_in_a_circle() -> None:
    steps = {
        "s0": step("ProjectStep", "s1", ProjectedColumns=["id"]),
        "s1": step("ProjectStep", "s0", ProjectedColumns=["id"]),
    }
    with pytest.raises(PreparationError, match="must not go round in a circle; got s0 -> s1 -> s0"):
        prepare(broken(TransformStepMap=steps))
