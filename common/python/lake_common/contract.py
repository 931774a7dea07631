"""The data contract of a table, as every part of the lake sees it: catalog, jobs, quality rules, queries, tests."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal, Self

Zone = Literal["curated", "analytics"]

ZONES = ("curated", "analytics")
FORMATS = ("csv", "json")
STORED_AS = ("parquet", "json")
EPOCH_SECONDS = "epoch_seconds"

# Beside this module in the zip that jobs run from; written there by components/assets.py.
PACKAGED = resources.files("lake_common") / "contracts"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TYPE = re.compile(
    r"string|boolean|tinyint|smallint|int|bigint|float|double|date|timestamp|decimal\(\d{1,2},\d{1,2}\)|array<string>"
)


class ContractError(ValueError):
    """A contract that contradicts itself. The message names the table and the column."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    `type` is written as Glue and Athena write it. A column with `transform` (a Spark SQL expression over the other,
    already typed columns) is computed and does not occur in raw files.
    """

    name: str
    type: str
    description: str
    required: bool = False
    primary_key: bool = False
    unique: bool = False
    partition: bool = False
    transform: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    pattern: str | None = None
    max_length: int | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """How the raw files of a table are written; compression follows from the file name.

    `timestamp_format` is a Spark datetime pattern, or `epoch_seconds`. Without it, ISO 8601 is expected; a timestamp
    without offset is UTC.
    """

    format: Literal["csv", "json"]
    delimiter: str = ","
    null_value: str = ""
    quote: str = '"'
    escape: str = '"'
    multiline: bool = False
    date_format: str | None = None
    timestamp_format: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A quality rule that each row must meet: a boolean Spark SQL expression over the typed columns."""

    name: str
    expression: str


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One table. Columns are in table order, partition columns last.

    `stored_as` says what its files are: Parquet, or compressed lines of JSON, which a function writes without a library
    that is larger than itself.
    """

    name: str
    product: str
    zone: Zone
    version: str
    description: str
    columns: tuple[Column, ...]
    source: Source | None = None
    sort_by: tuple[str, ...] = ()
    bloom_filter: tuple[str, ...] = ()
    version_column: str | None = None
    projection: Mapping[str, str] = field(default_factory=dict, hash=False)
    quarantine_limit: float = 0.0
    quality: tuple[Rule, ...] = ()
    stored_as: Literal["parquet", "json"] = "parquet"

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ContractError(f"contract {self.name}: {problem}")

    @property
    def data_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.partition)

    @property
    def partition_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.partition)

    @property
    def raw_columns(self) -> tuple[Column, ...]:
        """The columns that raw files hold: all that are not computed."""
        return tuple(column for column in self.columns if column.transform is None)

    @property
    def primary_key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.primary_key)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `from_dict` is its inverse."""
        return dataclasses.asdict(self) | {"projection": dict(self.projection)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        source = data.get("source")
        return cls(
            **{key: value for key, value in data.items() if key not in {"columns", "source", "quality"}}
            | {key: tuple(data.get(key, ())) for key in ("sort_by", "bloom_filter")},
            columns=tuple(
                Column(**dict(item) | {"allowed": tuple(item.get("allowed", ()))}) for item in data["columns"]
            ),
            source=Source(**source) if source else None,
            quality=tuple(Rule(**item) for item in data.get("quality", ())),
        )


def packaged(name: str) -> Contract:
    """Read a contract that was packed as JSON beside this module, in the zip that jobs run from.

    Raises
    ------
    ContractError
        If the zip holds no contract of that name.
    """
    file = PACKAGED / f"{name}.json"
    if not file.is_file():
        raise ContractError(f"no contract {name!r} is packed with lake_common; expected {file}")
    return Contract.from_dict(json.loads(file.read_text(encoding="utf-8")))


def _problems(contract: Contract) -> list[str]:
    names = [column.name for column in contract.columns]
    partitions = [column.partition for column in contract.columns]
    found = [f"column {name!r} must match {_NAME.pattern}" for name in names if not _NAME.fullmatch(name)]
    found += [f"column {name!r} occurs twice" for name in sorted(set(names)) if names.count(name) > 1]
    found += [
        f"column {column.name!r} has type {column.type!r}; expected a Glue type that matches {_TYPE.pattern}"
        for column in contract.columns
        if not _TYPE.fullmatch(column.type)
    ]
    found += [
        f"{key} names column {name!r}, which the table does not have; it has {names}"
        for key, listed in (
            ("sort_by", contract.sort_by),
            ("bloom_filter", contract.bloom_filter),
            ("version_column", (contract.version_column,) if contract.version_column else ()),
        )
        for name in listed
        if name not in names
    ]
    if partitions != sorted(partitions):
        found.append("partition columns must come last")
    if contract.zone not in ZONES:
        found.append(f"zone must be one of {ZONES}; got {contract.zone!r}")
    if contract.stored_as not in STORED_AS:
        found.append(f"stored_as must be one of {STORED_AS}; got {contract.stored_as!r}")
    if contract.source and contract.source.format not in FORMATS:
        found.append(f"source format must be one of {FORMATS}; got {contract.source.format!r}")
    if not 0 <= contract.quarantine_limit <= 1:
        found.append(f"quarantine_limit must be a share from 0 to 1; got {contract.quarantine_limit}")
    if contract.source and not contract.primary_key:
        found.append("a table that is read from raw files needs a primary key")
    return found
