"""Columns of data sets, with the types and the descriptions that the contracts give them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lake_common.contract import Contract

from dashboards.contract_types import column_type
from dashboards.model import ColumnType, DataColumn, GeographicRole

SQL = Path(__file__).parent.parent / "sql"

# Stands where the contract has no such column, which the check names, or a list, which QuickSight does not know.
_UNKNOWN: ColumnType = "STRING"


class Tables:
    """The contracts, as data sets ask them.

    A column that is not there is no error here: its source is written down, and the check of dashboards says once what
    is missing and names everything that would break.
    """

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._columns = {(contract.name, column.name): column for contract in contracts for column in contract.columns}

    def column(
        self,
        source: str,
        *,
        name: str | None = None,
        geographic_role: GeographicRole | None = None,
        personal: bool = False,
        folder: str | None = None,
        via: Sequence[str] = (),
    ) -> DataColumn:
        """Take a column as it is.

        Parameters
        ----------
        source
            `table.column` of the contracts.
        name
            What the data set calls it; as the contract does, if not given.
        via
            Further columns of contracts that it depends on: the keys by which SQL joins its table.
        """
        table, _, column = source.partition(".")
        found = self._columns.get((table, column))
        return DataColumn(
            name=name or column,
            type=(column_type(found.type) if found else None) or _UNKNOWN,
            description=found.description if found else "",
            sources=(source, *via),
            geographic_role=geographic_role,
            personal=personal,
            folder=folder,
        )

    def columns(self, table: str, *names: str, folder: str | None = None) -> tuple[DataColumn, ...]:
        """Take several columns of a table as they are."""
        return tuple(self.column(f"{table}.{name}", folder=folder) for name in names)


def computed(name: str, kind: ColumnType, description: str, *sources: str, folder: str | None = None) -> DataColumn:
    """Give a column that the SQL of a data set computes.

    Parameters
    ----------
    sources
        The columns of contracts that it is made of, each as `table.column`.
    """
    return DataColumn(name=name, type=kind, description=description, sources=sources, folder=folder)


def read_sql(data_set: str) -> str:
    """Read the query of a data set."""
    return (SQL / f"{data_set}.sql").read_text(encoding="utf-8").strip()
