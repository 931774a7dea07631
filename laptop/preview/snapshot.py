"""What the preview is made of. Plain data: `gather` asks for it, `page` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a data set that one person may see.

    Attributes
    ----------
    types
        Type of each column: STRING, INTEGER, DECIMAL or DATETIME.
    values
        Values of each column, as long as there are rows; dates are ISO texts.
    hidden
        Columns that column-level security withholds.
    error
        Why the rows cannot be read: a direct query, or the query of the rules, failed.
    """

    count: int
    types: Mapping[str, str]
    values: Mapping[str, list[Any]]
    hidden: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user of QuickSight: the dashboards (ids) that they may read, and their rows by data set (id)."""

    name: str
    groups: tuple[str, ...]
    dashboards: tuple[str, ...]
    rows: Mapping[str, Rows]


@dataclass(frozen=True, kw_only=True)
class DataSetFact:
    """A data set and how fresh it is; times are ISO texts.

    Attributes
    ----------
    rows
        Rows of everybody, or None if that is not known.
    status, created, error
        Of the newest refresh.
    last_good
        When the refresh began whose rows are shown; None if there is none.
    """

    id: str
    name: str
    import_mode: str
    rows: int | None
    status: str | None = None
    created: str | None = None
    error: str | None = None
    last_good: str | None = None
    geographic_roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DashboardFact:
    """A published dashboard; its definition names data sets by their ids."""

    id: str
    name: str
    description: str
    version: int
    theme: str | None
    data_sets: tuple[str, ...]
    definition: Json

    @property
    def visuals(self) -> int:
        """How many visuals its sheets have."""
        return sum(len(sheet.get("Visuals", ())) for sheet in self.definition["Sheets"])


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything that the page shows; `themes` are theme configurations by id."""

    created: str
    dashboards: tuple[DashboardFact, ...]
    data_sets: Mapping[str, DataSetFact]
    people: tuple[Person, ...]
    themes: Mapping[str, Json]
