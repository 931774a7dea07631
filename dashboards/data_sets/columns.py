"""Columns of data sets, with the types and the descriptions that the contracts give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lake_common.contract import Column, Contract

from dashboards.model import ColumnType, DataColumn, GeographicRole

SQL = Path(__file__).parent.parent / "sql"

# https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html
_TYPES: Mapping[str, ColumnType] = {
    "string": "STRING",
    "boolean": "BOOLEAN",
    "tinyint": "INTEGER",
    "smallint": "INTEGER",
    "int": "INTEGER",
    "bigint": "INTEGER",
    "float": "DECIMAL",
    "double": "DECIMAL",
    "decimal": "DECIMAL",
    "date": "DATETIME",
    "timestamp": "DATETIME",
}
# QuickSight knows no lists: SQL has to make rows or a number of them.
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
        found = self._find(source)
        return DataColumn(
            name=name or source.split(".")[1],
            type=_type(found) if found else _UNKNOWN,
            description=found.description if found else "",
            sources=(source, *via),
            geographic_role=geographic_role,
            personal=personal,
            folder=folder,
        )

    def columns(self, table: str, *names: str, folder: str | None = None) -> tuple[DataColumn, ...]:
        """Take several columns of a table as they are."""
        return tuple(self.column(f"{table}.{name}", folder=folder) for name in names)

    def _find(self, source: str) -> Column | None:
        table, name = source.split(".")
        return self._columns.get((table, name))


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


def _type(column: Column) -> ColumnType:
    return _TYPES.get(column.type.split("(")[0], _UNKNOWN)
