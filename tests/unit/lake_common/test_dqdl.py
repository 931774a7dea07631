"""Data quality rules follow from contracts."""

import pytest
from lake_common.contract import Column, Contract, Source
from lake_common.dqdl import ruleset


def contract(*columns: Column, limit: float = 0.05) -> Contract:
    key = Column(name="id", type="string", description="Key", required=True, primary_key=True)
    return Contract(
        name="things",
        product="things",
        zone="curated",
        version="1.0.0",
        description="Things",
        columns=(key, *columns),
        source=Source(format="csv"),
        quarantine_limit=limit,
    )


def test_raw_table_must_have_rows() -> None:
    assert "RowCount > 0" in ruleset(contract())


def test_required_columns_must_exist_and_be_filled_up_to_the_quarantine_limit() -> None:
    rules = ruleset(contract(Column(name="size", type="int", description="Size", required=True)))

    assert 'ColumnExists "size"' in rules
    assert 'Completeness "size" >= 0.95' in rules


def test_no_gap_is_tolerated_without_a_quarantine_limit() -> None:
    assert 'Completeness "id" >= 1\n' in ruleset(contract(limit=0.0))


def test_required_column_with_allowed_values_is_compared_with_them() -> None:
    rules = ruleset(
        contract(Column(name="state", type="string", description="State", required=True, allowed=("new", "old")))
    )

    assert 'ColumnValues "state" in ["new", "old"] with threshold >= 0.95' in rules


@pytest.mark.parametrize(
    "column",
    [
        Column(name="note", type="string", description="Optional", allowed=("a",)),
        Column(name="note", type="string", description="Computed", required=True, transform="lower(id)"),
    ],
    ids=["optional", "computed"],
)
def test_columns_that_raw_files_may_lack_are_left_alone(column: Column) -> None:
    assert "note" not in ruleset(contract(column))
