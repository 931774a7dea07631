from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator.quicksight.definitions import errors

COLUMNS = {"sales": {"shop": "STRING", "amount": "DECIMAL", "day": "DATETIME"}}


def column(name: str, data_set: str = "sales") -> dict[str, str]:
    return {"DataSetIdentifier": data_set, "ColumnName": name}


def with_field(**field: Any) -> dict[str, Any]:
    return {"Sheets": [{"Visuals": [{"BarChartVisual": {"FieldWells": {"Values": [field]}}}]}]}


def test_a_definition_whose_references_are_there_has_no_errors() -> None:
    definition = {
        "CalculatedFields": [
            {"DataSetIdentifier": "sales", "Name": "big", "Expression": "ifelse({amount} > ${Limit}, 1, 0)"}
        ],
        "ParameterDeclarations": [{"DecimalParameterDeclaration": {"Name": "Limit"}}],
        **with_field(NumericalMeasureField={"FieldId": "a", "Column": column("amount")}),
        "FilterGroups": [
            {"Filters": [{"CategoryFilter": {"Column": column("big")}}]},
            {"Filters": [{"NumericEqualityFilter": {"Column": column("amount"), "ParameterName": "Limit"}}]},
        ],
    }
    assert errors(definition, COLUMNS) == []


@pytest.mark.parametrize(
    ("definition", "kind", "message"),
    [
        (with_field(CategoricalDimensionField={"Column": column("town")}), "COLUMN_REPLACEMENT_MISSING", "got town"),
        (with_field(CategoricalDimensionField={"Column": column("shop", "x")}), "DATA_SET_NOT_FOUND", "got x"),
        (
            with_field(NumericalMeasureField={"Column": column("shop")}),
            "COLUMN_TYPE_MISMATCH",
            "got shop of type STRING",
        ),
        (with_field(DateDimensionField={"Column": column("amount")}), "COLUMN_TYPE_MISMATCH", "of type DATETIME; got"),
        ({"FilterGroups": [{"ParameterName": "Limit"}]}, "PARAMETER_NOT_FOUND", "got Limit"),
        (
            {"CalculatedFields": [{"DataSetIdentifier": "sales", "Name": "x", "Expression": "sum({town})"}]},
            "COLUMN_REPLACEMENT_MISSING",
            "calculated field x must use columns of sales; got town",
        ),
        (
            {"CalculatedFields": [{"DataSetIdentifier": "shops", "Name": "x", "Expression": "1"}]},
            "DATA_SET_NOT_FOUND",
            "must use a data set that is declared; got shops",
        ),
        (
            {"CalculatedFields": [{"DataSetIdentifier": "sales", "Name": "x", "Expression": "sum({amount}"}]},
            "PARAMETER_VALUE_INCOMPATIBLE",
            "calculated field x",
        ),
        (
            {"CalculatedFields": [{"DataSetIdentifier": "sales", "Name": "x", "Expression": "{amount} * ${Rate}"}]},
            "PARAMETER_NOT_FOUND",
            "got Rate",
        ),
    ],
)
def test_fails_for_a_reference_to_what_is_not_there(definition: dict[str, Any], kind: str, message: str) -> None:
    (error,) = errors(definition, COLUMNS)
    assert error["Type"] == kind
    assert message in error["Message"]
    assert error["ViolatedEntities"][0]["Path"]


def test_a_missing_data_set_is_one_error_and_not_one_for_each_of_its_columns() -> None:
    definition = with_field(NumericalMeasureField={"Column": column("amount")})
    (error,) = errors(definition, {"sales": None})
    assert (error["Type"], error["Message"]) == ("DATA_SET_NOT_FOUND", "data set sales must exist")
