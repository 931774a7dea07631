"""The rows of a data set as a person sees them, for the preview of dashboards.

`GET /_lake/quicksight/data-sets/{id}/rows?user={name}` is not an operation of AWS: there, only QuickSight's own pages
read rows. Who may read neither the data set nor a dashboard that shows it is refused; the others see what row-level
and column-level security let them (`row_security`). Instead of a user, `tag.{key}={value}` gives the tags of a session
without a user.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from laptop.emulator import clients
from laptop.emulator.quicksight import (
    data_sets,
    identities,
    imports,
    ingestion_runs,
    permissions,
    row_security,
    source,
    spice,
    versions,
)
from laptop.emulator.quicksight.records import DASHBOARDS, DATA_SETS, invalid, not_found
from laptop.emulator.quicksight.row_security import Access
from laptop.emulator.quicksight.steps import Column
from laptop.emulator.registry import Json, ServiceError, own_page

_PATH = re.compile(r"data-sets/([^/]+)/rows")


@own_page("/_lake/quicksight/")
def show(path: str, query: Mapping[str, str]) -> Json:
    """Return the rows that a user, or a session with tags, may see."""
    match = _PATH.fullmatch(path)
    if not match:
        raise not_found(f"a page of QuickSight must be data-sets/<id>/rows; got {path}")
    tags = {name.removeprefix("tag."): value for name, value in query.items() if name.startswith("tag.")}
    if ("user" in query) == bool(tags):
        raise invalid("rows must be asked for with user=<name>, or with tag.<key>=<value>")
    data_set = DATA_SETS.find(match[1])
    if tags:
        hidden = row_security.hidden_columns(data_set.get("ColumnLevelPermissionRules") or [], ())
        return _answer(data_set, _access_by_tags(data_set, tags), hidden)
    person = identities.person(query["user"])
    principals = identities.principals(person)
    if not _may_see(data_set, principals):
        message = f"user {person.name} must be able to read data set {match[1]}, or a dashboard that shows it"
        raise ServiceError("AccessDeniedException", message, 401)
    hidden = row_security.hidden_columns(data_set.get("ColumnLevelPermissionRules") or [], principals)
    return _answer(data_set, _access(data_set, person, principals), hidden)


def _may_see(data_set: Json, principals: set[str]) -> bool:
    if permissions.may_read(DATA_SETS, data_set, principals):
        return True
    readable = (found for found in DASHBOARDS.all() if permissions.may_read(DASHBOARDS, found, principals))
    return any(data_set["Arn"] in versions.published(found)["DataSetArns"] for found in readable)


def _access(data_set: Json, person: row_security.Person, principals: set[str]) -> Access:
    rules, _ = data_sets.row_security_of(data_set)
    if rules is None or permissions.is_owner(DATA_SETS, data_set, principals):
        return row_security.ALL
    found = DATA_SETS.find_by_arn(rules["Arn"])
    columns = _read(found, row_security.ALL, _columns(found))
    listed = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return row_security.access_of(person, listed, rules.get("FormatVersion", "VERSION_1"))


def _access_by_tags(data_set: Json, tags: Mapping[str, str]) -> Access:
    rules, configuration = data_sets.row_security_of(data_set)
    if configuration is None:
        # Rules are for users; a session has none.
        return row_security.NONE if rules else row_security.ALL
    return row_security.access_by_tags(configuration, tags)


def _columns(data_set: Json) -> list[Column]:
    return [Column(column["Name"], column["Type"]) for column in data_set["OutputColumns"]]


def _answer(data_set: Json, access: Access, hidden: Sequence[str]) -> Json:
    columns = [column for column in _columns(data_set) if column.name not in hidden]
    data = _read(data_set, access, columns)
    made = ingestion_runs.of(data_set["DataSetId"])
    shown = (data_set.get("shown") or {}).get("id")
    return {
        "columns": [{"name": column.name, "type": column.type} for column in columns],
        "count": len(next(iter(data.values()), [])),
        "data": data,
        "hidden": list(hidden),
        "ingestion": _ingestion(made[0]) if made else None,
        "shown": next((_ingestion(each) for each in made if each["IngestionId"] == shown), None),
    }


def _ingestion(made: Json) -> Json:
    error = made.get("ErrorInfo")
    return {
        "id": made["IngestionId"],
        "status": made["IngestionStatus"],
        "created": made["CreatedTime"],
        "rows": (made.get("RowInfo") or {}).get("TotalRowsInDataset"),
        "error": f"{error['Type']}: {error['Message']}" if error else None,
    }


def _read(data_set: Json, access: Access, columns: Sequence[Column]) -> dict[str, list[Any]]:
    if data_set["ImportMode"] == "DIRECT_QUERY":
        return _asked(data_set, access, columns)
    file = imports.shown_file(data_set)
    if file is None:
        return {column.name: [] for column in columns}
    return spice.columnar(file, columns, row_security.predicate(access))


def _asked(data_set: Json, access: Access, columns: Sequence[Column]) -> dict[str, list[Any]]:
    prepared = data_sets.prepare(data_set)
    try:
        content = source.rows(prepared.data_source_arn, prepared.sql, prepared.columns)
    except source.SourceError as error:
        raise invalid(str(error)) from error
    with tempfile.TemporaryDirectory(dir=clients.cache_dir()) as scratch:
        file = Path(scratch) / "rows.parquet"
        read = spice.load(content or b"", prepared.columns, file)
        if read.dropped:
            # An import may skip such rows and says so; here nobody would notice.
            raise invalid(f"data set {data_set['DataSetId']}: {read.dropped} rows do not fit the types of its columns")
        return spice.columnar(file, columns, row_security.predicate(access))
