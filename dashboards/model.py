"""What a data set and a dashboard of QuickSight are, before CloudFormation sees them.

Definitions are plain data with the member names of the QuickSight API
(https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersionDefinition.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

# What a column of a prepared data set can be.
ColumnType = Literal["STRING", "INTEGER", "DECIMAL", "DATETIME", "BOOLEAN"]
ImportMode = Literal["SPICE", "DIRECT_QUERY"]
GeographicRole = Literal["COUNTRY", "STATE", "COUNTY", "CITY", "POSTCODE", "LONGITUDE", "LATITUDE"]
Definition = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DataColumn:
    """A column that a data set takes from its table or its SQL.

    Attributes
    ----------
    sources
        The columns of contracts that it is made of, as `table.column`. They tie it to the contracts: if one of them is
        renamed, the check names every data set, dashboard and visual that would break.
    personal
        Whether it says something of a person; only those may read it whom the data set lets (column-level security).
    folder
        Field folder in which authors find it; parts are separated by slashes.
    """

    name: str
    type: ColumnType
    description: str
    sources: tuple[str, ...]
    geographic_role: GeographicRole | None = None
    personal: bool = False
    folder: str | None = None


@dataclass(frozen=True, kw_only=True)
class CalculatedColumn:
    """A calculated field of a data set: an expression of QuickSight over its columns, each written as `{name}`."""

    name: str
    type: ColumnType
    expression: str
    description: str
    folder: str | None = None


@dataclass(frozen=True, kw_only=True)
class LookBack:
    """The window that an incremental refresh reads again: `size` units back from now in a DATETIME column."""

    column: str
    size: int
    unit: Literal["HOUR", "DAY", "WEEK"]


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """A schedule of SPICE; an incremental one needs the data set's `look_back`.

    `time_of_day` is `HH:MM`, in the time zone of the environment; it is None where the interval is shorter than a day.
    """

    id: str
    kind: Literal["FULL_REFRESH", "INCREMENTAL_REFRESH"]
    interval: Literal["MINUTE15", "MINUTE30", "HOURLY", "DAILY", "WEEKLY", "MONTHLY"]
    time_of_day: str | None = None
    day: str | None = None


@dataclass(frozen=True, kw_only=True)
class RowRule:
    """What a group sees: rows whose columns have one of the values. A column that is not named is not restricted."""

    group: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class RowAccess:
    """Row-level security of a data set. Who has no rule sees no row.

    Attributes
    ----------
    columns
        The STRING columns by which rows are told apart.
    rules
        What members of groups see; a member of several sees the rows of all of them.
    tags
        For embedding without a user: session tag -> column. A session has to give every tag.
    """

    columns: tuple[str, ...]
    rules: tuple[RowRule, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A data set over one table of the catalog, or over SQL of Athena.

    Attributes
    ----------
    name
        Lower case, parts separated by hyphens. `lake-<name>` is the data set's id in QuickSight, and the identifier by
        which definitions know it.
    products
        Data products whose pipelines refresh it when they have written; empty if only schedules do.
    tables
        Contracts that it reads; a data set without `sql` reads exactly one.
    sql
        Text of the query; None if the table is taken as it is.
    personal_readers
        Groups that may read the personal columns.
    """

    name: str
    title: str
    description: str
    products: tuple[str, ...]
    tables: tuple[str, ...]
    sql: str | None
    import_mode: ImportMode
    columns: tuple[DataColumn, ...]
    calculated: tuple[CalculatedColumn, ...] = ()
    row_access: RowAccess | None = None
    personal_readers: tuple[str, ...] = ()
    look_back: LookBack | None = None
    refreshes: tuple[Refresh, ...] = ()

    @property
    def id(self) -> str:
        """The data set's id in QuickSight."""
        return f"lake-{self.name}"


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A dashboard.

    Attributes
    ----------
    data_sets
        What it shows. The stack declares them in the definition: identifier (the data set's id) and ARN.
    definition
        All members of a DashboardVersionDefinition but DataSetIdentifierDeclarations.
    readers
        Groups that may look at it.
    """

    name: str
    title: str
    description: str
    data_sets: tuple[DataSet, ...]
    definition: Definition
    readers: tuple[str, ...]

    @property
    def id(self) -> str:
        """The dashboard's id in QuickSight."""
        return f"lake-{self.name}"


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of people; the stack creates it, and somebody in charge of people puts members into it."""

    name: str
    description: str
    # Whether its members own dashboards and data sets: may change and share them.
    authors: bool


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Everything that is deployed: what `dashboards.catalog.load()` gives and `dashboards.check.problems()` takes."""

    groups: tuple[Group, ...]
    data_sets: tuple[DataSet, ...]
    dashboards: tuple[Dashboard, ...]
    theme: Definition
