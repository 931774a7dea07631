"""Queries that are deployed with the lake: files of SQL with a header of comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "queries"
EACH_TABLE = FOLDER / "each_table"
_HEADER = re.compile(r"--\s*(name|description|workgroup|database):\s*(.*\S)")
_KEYS = ("name", "description", "workgroup", "database")
# Text, quoted names and comments, in which a question mark is not a parameter.
_OPAQUE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class SavedQuery:
    """One query and where it is offered; `parameters` counts its `?`."""

    name: str
    description: str
    workgroup: str
    database: str
    sql: str
    parameters: int


def load_queries(folder: Path = FOLDER) -> Iterator[SavedQuery]:
    """Yield the queries of a folder in the order of their files.

    Raises
    ------
    ValueError
        If a file lacks a key of the header or gives it twice; the message names file and key.
    """
    for file in sorted(folder.glob("*.sql")):
        yield _parse(file, file.read_text(encoding="utf-8"))


def load_queries_of(table: str, folder: Path = EACH_TABLE) -> Iterator[SavedQuery]:
    """Yield the queries that every curated table has; `{table}` in their files stands for its name.

    Athena binds values and not names, so a query about any table has to be written for each.
    """
    for file in sorted(folder.glob("*.sql")):
        yield _parse(file, file.read_text(encoding="utf-8").replace("{table}", table))


def _parse(file: Path, sql: str) -> SavedQuery:
    found = [(match[1], match[2]) for match in map(_HEADER.match, sql.splitlines()) if match]
    names = sorted(key for key, _ in found)
    if names != sorted(_KEYS):
        raise ValueError(f"{file.name} must give each of {list(_KEYS)} once, as '-- name: ...'; got {names}")
    return SavedQuery(**dict(found), sql=sql.strip(), parameters=_OPAQUE.sub("", sql).count("?"))
