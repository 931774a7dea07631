"""The operations of Athena's API that run queries and show their results.

https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any

from laptop.emulator.athena import executions, library, options, results, runner, workgroups
from laptop.emulator.athena import statements as s
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.clients import account
from laptop.emulator.registry import Call, on_start, on_stop, operation
from laptop.emulator.store import Store

Json = dict[str, Any]
_TOKENS = Store("athena-request-tokens")
_TOKEN_LOCK = threading.Lock()
_MAX_QUERY_BYTES = 262_144
_PAGE_ROWS = 1000
_HIDDEN_MEMBERS = {"Result"}


@operation("athena", "StartQueryExecution")
def start_query_execution(request: Json, call: Call) -> Json:
    sql = request["QueryString"]
    if len(sql.encode()) > _MAX_QUERY_BYTES:
        raise workgroups.invalid(f"QueryString must have at most {_MAX_QUERY_BYTES} bytes; got {len(sql.encode())}")
    options.require_query(request, account())
    name = request.get("WorkGroup", "primary")
    settings = workgroups.settings(name, request.get("ResultConfiguration") or {}, call)
    context = request.get("QueryExecutionContext") or {}
    statement = _parse(sql, executions.database_of(context))
    query_id = str(uuid.uuid4())
    record = _record(query_id, request, statement, settings, name)
    known = _first_with_token(request, query_id)
    if known is None:
        executions.submit(query_id, record, statement, settings)
    return {"QueryExecutionId": known or query_id}


def _first_with_token(request: Json, query_id: str) -> str | None:
    """Return the query that an equal request with the same token has started; None after writing this one down."""
    token = request.get("ClientRequestToken")
    if not token:
        return None
    mine = {"id": query_id, "request": json.dumps(request, sort_keys=True)}
    with _TOKEN_LOCK:
        known: Json | None = _TOKENS.get(token)
        if known is None:
            _TOKENS.put(token, mine)
            return None
    if known["request"] != mine["request"]:
        raise workgroups.invalid("Idempotent parameters do not match")
    return str(known["id"])


def _parse(sql: str, database: str) -> s.Statement:
    """Athena refuses a text that is no statement at once; what it cannot run fails later."""
    try:
        return s.parse(sql, database)
    except NotSupportedOnLaptopError as error:
        return s.Unsupported(error)
    except QueryError as error:
        raise workgroups.invalid(f"Queries of this type are not supported: {error}") from error


def _record(query_id: str, request: Json, statement: s.Statement, settings: workgroups.Settings, name: str) -> Json:
    encryption = settings.encryption
    configuration: Json = {"OutputLocation": runner.output_location(settings.folder, query_id, statement)}
    if encryption.option:
        key = {"KmsKey": encryption.key} if encryption.key else {}
        configuration["EncryptionConfiguration"] = {"EncryptionOption": encryption.option, **key}
    parameters = request.get("ExecutionParameters")
    return {
        "QueryExecutionId": query_id,
        "Query": request["QueryString"],
        "StatementType": statement.kind,
        "SubstatementType": statement.substatement,
        "ResultConfiguration": configuration,
        "ResultReuseConfiguration": request.get("ResultReuseConfiguration")
        or {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        "QueryExecutionContext": request.get("QueryExecutionContext") or {},
        **({"ExecutionParameters": parameters} if parameters else {}),
        "Status": {"State": "QUEUED", "SubmissionDateTime": time.time()},
        "Statistics": {},
        "WorkGroup": name,
        "EngineVersion": workgroups.ENGINE_VERSION,
    }


def _find(query_id: str) -> Json:
    record: Json | None = executions.RECORDS.get(query_id)
    if record is None:
        raise workgroups.invalid(f"QueryExecution {query_id} was not found")
    return record


def _public(record: Json) -> Json:
    return {key: value for key, value in record.items() if key not in _HIDDEN_MEMBERS}


@operation("athena", "GetQueryExecution")
def get_query_execution(request: Json, call: Call) -> Json:
    return {"QueryExecution": _public(_find(request["QueryExecutionId"]))}


@operation("athena", "BatchGetQueryExecution")
def batch_get_query_execution(request: Json, call: Call) -> Json:
    found = {query_id: executions.RECORDS.get(query_id) for query_id in request["QueryExecutionIds"]}
    missing = [
        {"QueryExecutionId": query_id, "ErrorCode": "INVALID_INPUT", "ErrorMessage": "QueryExecution was not found"}
        for query_id, record in found.items()
        if record is None
    ]
    return {
        "QueryExecutions": [_public(record) for record in found.values() if record],
        "UnprocessedQueryExecutionIds": missing,
    }


@operation("athena", "ListQueryExecutions")
def list_query_executions(request: Json, call: Call) -> Json:
    name = request.get("WorkGroup", "primary")
    workgroups.get(name, call)
    newest = [query_id for query_id, record in executions.RECORDS.items() if record["WorkGroup"] == name][::-1]
    found, more = library.page_of(newest, request)
    return {"QueryExecutionIds": found, **more}


@operation("athena", "StopQueryExecution")
def stop_query_execution(request: Json, call: Call) -> Json:
    _find(request["QueryExecutionId"])
    executions.stop(request["QueryExecutionId"])
    return {}


@operation("athena", "GetQueryResults")
def get_query_results(request: Json, call: Call) -> Json:
    options.require_results(request)
    record = _find(request["QueryExecutionId"])
    state = record["Status"]["State"]
    if state in {"QUEUED", "RUNNING"}:
        raise workgroups.invalid(f"Query has not yet finished. Current state: {state}")
    if state != "SUCCEEDED":
        raise workgroups.invalid(f"Query did not finish successfully. Final query state: {state}")
    size = int(request.get("MaxResults") or _PAGE_ROWS)
    if not 1 <= size <= _PAGE_ROWS:
        raise workgroups.invalid(f"MaxResults must be between 1 and {_PAGE_ROWS}; got {size}")
    found = executions.result(request["QueryExecutionId"], record)
    document, following = results.page(found, int(request.get("NextToken") or 0), size)
    more = {"NextToken": str(following)} if following is not None else {}
    return {"UpdateCount": record["Result"]["update_count"], "ResultSet": document, **more}


@operation("athena", "GetQueryRuntimeStatistics")
def get_query_runtime_statistics(request: Json, call: Call) -> Json:
    record = _find(request["QueryExecutionId"])
    statistics, result = record["Statistics"], record.get("Result") or {}
    timeline = (
        "QueryQueueTimeInMillis",
        "QueryPlanningTimeInMillis",
        "EngineExecutionTimeInMillis",
        "ServiceProcessingTimeInMillis",
        "TotalExecutionTimeInMillis",
    )
    rows = {
        "InputBytes": statistics.get("DataScannedInBytes", 0),
        "OutputRows": result.get("rows", 0),
        "OutputBytes": result.get("bytes", 0),
    }
    times = {key: statistics[key] for key in timeline if key in statistics}
    return {"QueryRuntimeStatistics": {"Timeline": times, "Rows": rows}}


@on_start
def _clean_up() -> None:
    executions.fail_orphans()


@on_stop
def _stop_all() -> None:
    executions.stop_all()
