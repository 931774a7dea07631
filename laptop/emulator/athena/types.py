"""Hive column types (Glue), DuckDB types and Trino types (Athena's results), from one to the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_HIVE_TO_DUCKDB = {
    "string": "VARCHAR",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "binary": "BLOB",
}
_HIVE_TO_TRINO = {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary"}
_DUCKDB_TO_TRINO = {
    "boolean": "boolean",
    "tinyint": "tinyint",
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
    "hugeint": "bigint",
    "utinyint": "smallint",
    "usmallint": "integer",
    "uinteger": "bigint",
    "ubigint": "bigint",
    "float": "float",
    "double": "double",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "timestamp_s": "timestamp",
    "timestamp_ms": "timestamp",
    "timestamp_ns": "timestamp",
    "timestamp with time zone": "timestamp with time zone",
    "blob": "varbinary",
    "interval": "interval day to second",
}
_TRINO_TO_HIVE = {
    "varchar": "string",
    "integer": "int",
    "varbinary": "binary",
    "unknown": "string",
    "json": "string",
}


@dataclass(frozen=True)
class HiveType:
    """A parsed Hive type: `array<struct<a:int>>` is array(children=(struct(children=(int,), fields=("a",)),))."""

    name: str
    children: tuple[HiveType, ...] = ()
    fields: tuple[str, ...] = ()
    arguments: tuple[int, ...] = ()

    @property
    def duckdb(self) -> str:
        if self.name == "array":
            return f"{self.children[0].duckdb}[]"
        if self.name == "map":
            return f"MAP({self.children[0].duckdb}, {self.children[1].duckdb})"
        if self.name == "struct":
            members = ", ".join(
                f'"{field}" {child.duckdb}' for field, child in zip(self.fields, self.children, strict=True)
            )
            return f"STRUCT({members})"
        if self.name == "decimal":
            precision, scale = (*self.arguments, 0)[:2] if self.arguments else (10, 0)
            return f"DECIMAL({precision},{scale})"
        return _HIVE_TO_DUCKDB[self.name]

    @property
    def trino(self) -> str:
        if self.name == "array":
            return f"array({self.children[0].trino})"
        if self.name == "map":
            return f"map({self.children[0].trino}, {self.children[1].trino})"
        if self.name == "struct":
            members = (f'"{field}" {child.trino}' for field, child in zip(self.fields, self.children, strict=True))
            return f"row({', '.join(members)})"
        if self.name == "decimal":
            return self.duckdb.lower()
        if self.name == "timestamp":
            return "timestamp(3)"
        name = _HIVE_TO_TRINO.get(self.name, self.name)
        return f"{name}({self.arguments[0]})" if self.arguments and name in {"varchar", "char"} else name

    @property
    def complex(self) -> bool:
        return self.name in {"array", "map", "struct"}


_TOKEN = re.compile(r"[<>(),:]|[^<>(),:\s]+")


def parse_hive(text: str) -> HiveType:
    """Parse a Hive type as Glue stores it.

    Raises
    ------
    ValueError
        If the type is none that Athena can read.
    """
    tokens = iter(_TOKEN.findall(text.lower()))
    parsed, rest = _parse(next(tokens, ""), tokens, text)
    if rest is not None:
        raise ValueError(f"expected the end of the type {text!r}; got {rest!r}")
    return parsed


def _parse(name: str, tokens: Iterator[str], text: str) -> tuple[HiveType, str | None]:
    """Parse one type that starts with `name`; also return the token after it."""
    if name in {"array", "map", "struct"}:
        if next(tokens, None) != "<":
            raise ValueError(f"expected '<' after {name} in the type {text!r}")
        children: list[HiveType] = []
        fields: list[str] = []
        separator: str | None = ","
        while separator == ",":
            word = next(tokens, "")
            if name == "struct":
                fields.append(word)
                if next(tokens, None) != ":":
                    raise ValueError(f"expected ':' after the field {word!r} in the type {text!r}")
                word = next(tokens, "")
            child, separator = _parse(word, tokens, text)
            children.append(child)
        if separator != ">":
            raise ValueError(f"expected '>' in the type {text!r}; got {separator!r}")
        return HiveType(name, tuple(children), tuple(fields)), next(tokens, None)
    if name not in _HIVE_TO_DUCKDB and name != "decimal":
        raise ValueError(f"{name!r} in {text!r} is not a type that Athena can read")
    following = next(tokens, None)
    arguments: list[int] = []
    if following == "(":
        while following != ")":
            arguments.append(int(next(tokens)))
            following = next(tokens, ")")
        following = next(tokens, None)
    return HiveType(name, arguments=tuple(arguments)), following


def trino_of(kind: Any) -> str:  # noqa: PLR0911 (one for each kind)
    """Return Trino's full name of a DuckDB result type (`duckdb.DuckDBPyType`), e.g. `array(varchar)`."""
    if kind.id in {"list", "array"}:
        return f"array({trino_of(kind.children[0][1])})"
    if kind.id == "map":
        return f"map({trino_of(kind.children[0][1])}, {trino_of(kind.children[1][1])})"
    if kind.id == "struct":
        return "row(" + ", ".join(f"{name} {trino_of(child)}" for name, child in kind.children) + ")"
    if kind.id == "decimal":
        return str(kind).lower()
    if str(kind).lower() == "json":
        return "json"
    if str(kind) == '"NULL"' or kind.id == "sqlnull":
        return "unknown"
    return _DUCKDB_TO_TRINO.get(str(kind).lower(), "varchar")


def hive_of(kind: Any) -> str:
    """Return the Hive type of a DuckDB result type, as CTAS and views store it in Glue."""
    if kind.id in {"list", "array"}:
        return f"array<{hive_of(kind.children[0][1])}>"
    if kind.id == "map":
        return f"map<{hive_of(kind.children[0][1])},{hive_of(kind.children[1][1])}>"
    if kind.id == "struct":
        return "struct<" + ",".join(f"{name.lower()}:{hive_of(child)}" for name, child in kind.children) + ">"
    trino = trino_of(kind)
    return _TRINO_TO_HIVE.get(trino, trino)
