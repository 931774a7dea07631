"""From files to tables: what a crawler groups together, how it names it, and which folders are partitions.

| rule | source (Glue developer guide) |
|---|---|
| a folder whose files are mostly alike (70 % of the columns) is a table, its sub-folders are partitions | "How does a crawler determine when to create partitions?" |
| `key=value` folders give the key its name; others are `partition_<n>` | same |
| TableLevelConfiguration: tables are the folders of that level; the bucket is level 1 | "How to specify the table location and partitioning level" |
| CombineCompatibleSchemas: one table, however different the columns | "How to create a single schema for each Amazon S3 include path" |
| names: TablePrefix and the folder, lower case, other characters than letters, digits and _ become _ | "Crawler: table name" |
| exclusion globs, relative to the include path: `*`, `**`, `?`, `[a-c]`, `{a,b}` | "Include and exclude patterns" |
"""  # noqa: E501

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from laptop.emulator.classifiers import Schema, widen

_ALIKE = 0.7


@dataclass(frozen=True)
class File:
    """An object with the schema that a classifier found; None if no classifier knew it."""

    bucket: str
    key: str
    size: int
    schema: Schema | None

    @property
    def folder(self) -> str:
        return self.key.rpartition("/")[0]


@dataclass(frozen=True)
class Table:
    """A table to be: its files and its partition folders (path below the root -> values)."""

    name: str
    location: str
    schema: Schema
    partition_keys: tuple[str, ...]
    partitions: dict[str, tuple[str, ...]]
    files: tuple[File, ...]


@dataclass(frozen=True)
class Grouping:
    """How a crawler groups: its `Configuration.Grouping` and its table prefix."""

    level: int | None = None
    combine: bool = False
    prefix: str = ""


def glob_expression(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of an exclusion glob."""
    out, position, depth = [], 0, 0
    while position < len(pattern):
        rest = pattern[position:]
        if rest.startswith("**"):
            out.append(".*")
            position += 2
            continue
        sign = rest[0]
        bracket = re.match(r"\[(!?)([^\]]+)\]", rest)
        if bracket:
            out.append(f"[{'^' if bracket[1] else ''}{bracket[2]}]")
            position += bracket.end()
            continue
        if sign == "\\" and len(rest) > 1:
            out.append(re.escape(rest[1]))
            position += 2
            continue
        depth += {"{": 1, "}": -1}.get(sign, 0)
        comma = "|" if depth else ","
        out.append({"*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": comma}.get(sign, re.escape(sign)))
        position += 1
    return re.compile("".join(out))


def is_excluded(key: str, include: str, exclusions: Iterable[str]) -> bool:
    """Tell whether a glob excludes a key; globs are relative to the include path. Hidden files are excluded always."""
    relative = key.removeprefix(include).lstrip("/")
    return any(glob_expression(pattern).fullmatch(relative) for pattern in exclusions)


def tables(files: Sequence[File], include: str, grouping: Grouping) -> list[Table]:
    """Group the files below an include path into tables.

    Parameters
    ----------
    files
        Files of one bucket that no glob excludes.
    include
        Key prefix of the target, without a slash at its end.
    grouping
        What the crawler's configuration asks for.
    """
    known = [file for file in files if file.schema]
    if not known:
        return []
    if grouping.level:
        return list(_by_level(known, grouping))
    return list(_by_likeness(known, include, grouping))


def _by_level(files: Sequence[File], grouping: Grouping) -> Iterator[Table]:
    depth = (grouping.level or 1) - 1
    roots: dict[str, list[File]] = {}
    for file in files:
        folders = file.key.split("/")[:-1]
        # A file above the level of the tables belongs to none.
        if len(folders) >= depth:
            roots.setdefault("/".join(folders[:depth]), []).append(file)
    for root, members in sorted(roots.items()):
        yield _table(root, members, grouping)


def _by_likeness(files: Sequence[File], root: str, grouping: Grouping) -> Iterator[Table]:
    if grouping.combine or _are_alike(files) or _has_key_folders(files, root):
        yield _table(root, files, grouping)
        return
    children: dict[str, list[File]] = {}
    for file in files:
        below = file.key[len(root) :].lstrip("/")
        child = below.split("/")[0]
        children.setdefault(f"{root}/{child}".lstrip("/"), []).append(file)
    for child, members in sorted(children.items()):
        if members[0].key == child:
            yield _table(child, members, grouping)
        else:
            yield from _by_likeness(members, child, grouping)


def _has_key_folders(files: Sequence[File], root: str) -> bool:
    return all("=" in file.key[len(root) :].lstrip("/").split("/")[0] for file in files)


def _are_alike(files: Sequence[File]) -> bool:
    first = files[0].schema
    alike = [file for file in files if first and file.schema and are_similar(first, file.schema)]
    return len(alike) == len(files)


def are_similar(left: Schema, right: Schema) -> bool:
    """Tell whether two schemas are of one format and share most of their columns."""
    if left.classification != right.classification:
        return False
    one, other = {name for name, _ in left.columns}, {name for name, _ in right.columns}
    return len(one & other) >= _ALIKE * max(len(one), len(other), 1)


def _table(root: str, files: Sequence[File], grouping: Grouping) -> Table:
    schemas = [file.schema for file in files if file.schema]
    kind = Counter(schema.classification for schema in schemas).most_common(1)[0][0]
    members = tuple(file for file in files if file.schema and file.schema.classification == kind)
    is_file = members[0].key == root
    folders = {"" if is_file else file.folder[len(root) :].strip("/") for file in members}
    keys = _partition_keys(folders)
    partitions = {folder: _values(folder) for folder in folders if folder and len(_values(folder)) == len(keys)}
    bucket = members[0].bucket
    location = f"s3://{bucket}/{root}" if is_file else f"s3://{bucket}/{root}/".replace(f"{bucket}//", f"{bucket}/")
    return Table(
        name=table_name(grouping.prefix, root.rpartition("/")[2] or bucket),
        location=location,
        schema=merged([file.schema for file in members if file.schema], without=keys),
        partition_keys=keys,
        partitions=partitions,
        files=members,
    )


def table_name(prefix: str, folder: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", f"{prefix}{folder}".lower())


def _partition_keys(folders: Iterable[str]) -> tuple[str, ...]:
    deepest = max(folders, key=lambda folder: (folder.count("/") + 1 if folder else 0, folder))
    if not deepest:
        return ()
    parts = deepest.split("/")
    return tuple(
        part.split("=", 1)[0].lower() if "=" in part else f"partition_{position}" for position, part in enumerate(parts)
    )


def _values(folder: str) -> tuple[str, ...]:
    return tuple(part.split("=", 1)[1] if "=" in part else part for part in folder.split("/"))


def merged(schemas: Sequence[Schema], without: Sequence[str] = ()) -> Schema:
    """Return one schema for all: every column in the order of its first appearance, with a type that holds all."""
    types: dict[str, str] = {}
    for schema in schemas:
        for name, kind in schema.columns:
            if name not in without:
                types[name] = widen(types[name], kind) if name in types else kind
    first = schemas[0]
    return Schema(first.classification, tuple(types.items()), first.serde, first.serde_parameters, first.parameters)
