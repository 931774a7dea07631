"""Named queries and prepared statements.

https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html and ..._CreatePreparedStatement.html
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Sequence
from typing import Any

from laptop.emulator import paging
from laptop.emulator.athena.errors import QueryError
from laptop.emulator.registry import Call, ServiceError, operation
from laptop.emulator.store import Store

Json = dict[str, Any]
NAMED = Store("athena-named-queries")
PREPARED = Store("athena-prepared-statements")
_STATEMENT_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_@:]{1,256}")
_PAGE = 50


def page_of(entries: Sequence[Any], request: Json) -> tuple[list[Any], Json]:
    """Return one page of a list, and the member that leads to the next."""
    return paging.page(entries, request, _PAGE, "InvalidRequestException")


def has_contents(workgroup: str) -> bool:
    named = any(query["WorkGroup"] == workgroup for _, query in NAMED.items())
    return named or any(True for _ in PREPARED.items(f"{workgroup}/"))


def clear(workgroup: str) -> None:
    """Delete what belongs to a workgroup."""
    for key, query in list(NAMED.items()):
        if query["WorkGroup"] == workgroup:
            NAMED.delete(key)
    for key, _ in list(PREPARED.items(f"{workgroup}/")):
        PREPARED.delete(key)


def _named(key: str) -> Json:
    query: Json | None = NAMED.get(key)
    if query is None:
        raise ServiceError("InvalidRequestException", f"NamedQuery {key} was not found")
    return query


def _public(query: Json) -> Json:
    return {key: value for key, value in query.items() if key != "Token"}


@operation("athena", "CreateNamedQuery")
def create_named(request: Json, call: Call) -> Json:
    workgroup = request.get("WorkGroup", "primary")
    call("GetWorkGroup", {"WorkGroup": workgroup})
    token = request.get("ClientRequestToken")
    for key, query in NAMED.items():
        if token and query.get("Token") == token:
            return {"NamedQueryId": key}
    key = str(uuid.uuid4())
    members = {name: request[name] for name in ("Name", "Description", "Database", "QueryString") if name in request}
    NAMED.put(key, {"NamedQueryId": key, "WorkGroup": workgroup, "Token": token, **members})
    return {"NamedQueryId": key}


@operation("athena", "GetNamedQuery")
def get_named(request: Json, call: Call) -> Json:
    return {"NamedQuery": _public(_named(request["NamedQueryId"]))}


@operation("athena", "UpdateNamedQuery")
def update_named(request: Json, call: Call) -> Json:
    changed = {name: request[name] for name in ("Name", "Description", "QueryString") if name in request}
    NAMED.put(request["NamedQueryId"], _named(request["NamedQueryId"]) | changed)
    return {}


@operation("athena", "DeleteNamedQuery")
def delete_named(request: Json, call: Call) -> Json:
    NAMED.delete(request["NamedQueryId"])
    return {}


@operation("athena", "ListNamedQueries")
def list_named(request: Json, call: Call) -> Json:
    workgroup = request.get("WorkGroup", "primary")
    keys, more = page_of([key for key, query in NAMED.items() if query["WorkGroup"] == workgroup], request)
    return {"NamedQueryIds": keys, **more}


@operation("athena", "BatchGetNamedQuery")
def batch_get_named(request: Json, call: Call) -> Json:
    found = {key: NAMED.get(key) for key in request["NamedQueryIds"]}
    missing = [
        {"NamedQueryId": key, "ErrorCode": "INVALID_INPUT", "ErrorMessage": f"NamedQuery {key} was not found"}
        for key, query in found.items()
        if query is None
    ]
    return {"NamedQueries": [_public(query) for query in found.values() if query], "UnprocessedNamedQueryIds": missing}


def prepared_sql(workgroup: str, name: str) -> str:
    """Return the SQL of a prepared statement for EXECUTE."""
    statement = PREPARED.get(f"{workgroup}/{name}")
    if statement is None:
        raise QueryError("NOT_FOUND", f"Prepared statement not found: {name}")
    return str(statement["QueryStatement"])


def save_prepared(workgroup: str, name: str, sql: str, description: str = "") -> None:
    PREPARED.put(
        f"{workgroup}/{name}",
        {
            "StatementName": name,
            "QueryStatement": sql,
            "WorkGroupName": workgroup,
            "Description": description,
            "LastModifiedTime": time.time(),
        },
    )


def _prepared(request: Json) -> Json:
    key = f"{request['WorkGroup']}/{request['StatementName']}"
    statement: Json | None = PREPARED.get(key)
    if statement is None:
        message = f"PreparedStatement {request['StatementName']} was not found in WorkGroup {request['WorkGroup']}"
        raise ServiceError("ResourceNotFoundException", message)
    return statement


@operation("athena", "CreatePreparedStatement")
def create_prepared(request: Json, call: Call) -> Json:
    name, workgroup = request["StatementName"], request["WorkGroup"]
    call("GetWorkGroup", {"WorkGroup": workgroup})
    if not _STATEMENT_NAME.fullmatch(name):
        message = f"StatementName must match {_STATEMENT_NAME.pattern}; got {name!r}"
        raise ServiceError("InvalidRequestException", message)
    if PREPARED.get(f"{workgroup}/{name}") is not None:
        raise ServiceError(
            "InvalidRequestException", f"PreparedStatement {name} already exists in WorkGroup {workgroup}"
        )
    save_prepared(workgroup, name, request["QueryStatement"], request.get("Description", ""))
    return {}


@operation("athena", "GetPreparedStatement")
def get_prepared(request: Json, call: Call) -> Json:
    return {"PreparedStatement": _prepared(request)}


@operation("athena", "UpdatePreparedStatement")
def update_prepared(request: Json, call: Call) -> Json:
    old = _prepared(request)
    description = str(request.get("Description", old["Description"]))
    save_prepared(request["WorkGroup"], request["StatementName"], request["QueryStatement"], description)
    return {}


@operation("athena", "DeletePreparedStatement")
def delete_prepared(request: Json, call: Call) -> Json:
    _prepared(request)
    PREPARED.delete(f"{request['WorkGroup']}/{request['StatementName']}")
    return {}


@operation("athena", "ListPreparedStatements")
def list_prepared(request: Json, call: Call) -> Json:
    every = [
        {"StatementName": statement["StatementName"], "LastModifiedTime": statement["LastModifiedTime"]}
        for _, statement in PREPARED.items(f"{request['WorkGroup']}/")
    ]
    found, more = page_of(every, request)
    return {"PreparedStatements": found, **more}


@operation("athena", "BatchGetPreparedStatement")
def batch_get_prepared(request: Json, call: Call) -> Json:
    found = {name: PREPARED.get(f"{request['WorkGroup']}/{name}") for name in request["PreparedStatementNames"]}
    missing = [
        {"StatementName": name, "ErrorCode": "STATEMENT_NOT_FOUND", "ErrorMessage": f"{name} was not found"}
        for name, statement in found.items()
        if statement is None
    ]
    return {
        "PreparedStatements": [statement for statement in found.values() if statement],
        "UnprocessedPreparedStatementNames": missing,
    }
