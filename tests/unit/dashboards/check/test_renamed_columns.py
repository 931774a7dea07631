"""A contract's column that is renamed breaks the check with one sentence that names all that needs it."""

from dataclasses import replace

import pytest
from lake_common.contract import Column, Contract

from dashboards.catalog import load
from dashboards.check import DashboardError, examine, require
from dashboards.check.definition import Visual
from tests.unit.dashboards.check.draft import COLLECTION, CONTRACTS

USED = sorted({source for each in COLLECTION.data_sets for column in each.columns for source in column.sources})


def renamed(source: str, to: str) -> tuple[Contract, ...]:
    """Give the contracts with a column that is called otherwise, in every place of its contract."""
    table, name = source.split(".")

    def new(column: Column) -> Column:
        return replace(column, name=to) if column.name == name else column

    def other(contract: Contract) -> Contract:
        names = {
            key: tuple(to if each == name else each for each in getattr(contract, key))
            for key in ("sort_by", "bloom_filter")
        }
        version = to if contract.version_column == name else contract.version_column
        projection = {key.replace(f".{name}.", f".{to}."): value for key, value in contract.projection.items()}
        columns = tuple(new(column) for column in contract.columns)
        return replace(
            contract,
            columns=columns,
            version_column=version,
            quality=(),
            projection=projection,
            **names,  # type: ignore[arg-type]
        )

    return tuple(other(contract) if contract.name == table else contract for contract in CONTRACTS)


@pytest.mark.parametrize("source", USED)
def test_fails_with_one_sentence_when_a_column_is_renamed(source: str) -> None:
    table, name = source.split(".")
    contracts = renamed(source, f"{name}_new")
    # As a synthesis does it: the collection is made from the contracts as they are.
    (problem,) = examine(load(contracts), contracts)
    assert problem.rule == "contract_columns.missing_columns"
    assert problem.text.startswith(f"contract {table} has no column {name}; did you mean ")


def test_the_sentence_names_every_data_set_dashboard_and_visual() -> None:
    contracts = renamed("orders.order_date", "ordered_on")
    with pytest.raises(DashboardError) as error:
        require(load(contracts), contracts)
    text = str(error.value)
    board = next(each for each in COLLECTION.dashboards if each.name == "orders")
    needing = {
        body["VisualId"]
        for sheet in board.definition["Sheets"]
        for union in sheet["Visuals"]
        for body in union.values()
        if {name for _, name in Visual("", body, "").uses} & {"order_date", "weekday", "weekday_number"}
    }
    assert len(needing) > 3
    assert "data set orders needs it for order_date, weekday_number, weekday" in text
    assert "dashboard orders (sheet revenue: " in text
    assert "filters orders-in-range" in text
    assert [name for name in needing if name not in text] == []


def test_the_sentence_says_if_row_level_security_needs_the_column() -> None:
    contracts = renamed("customer_history.segment", "class")
    (problem,) = examine(load(contracts), contracts)
    assert "data set orders needs it for segment (and for its row-level security by segment)" in problem.text
    assert "data set customers needs it for segment" in problem.text


def test_a_column_is_followed_through_calculated_fields_of_dashboards() -> None:
    contracts = renamed("orders.amount", "paid")
    (problem,) = examine(load(contracts), contracts)
    # Its value is the field average_order, which the dashboard calculates.
    assert "average-order" in problem.text
