"""Asks Athena for the rows of a data set, through its data source's workgroup."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from botocore.exceptions import ClientError

from laptop.emulator.clients import client
from laptop.emulator.glue_run import split_uri
from laptop.emulator.quicksight import data_sources
from laptop.emulator.quicksight.records import DATA_SOURCES
from laptop.emulator.quicksight.steps import Column
from laptop.emulator.registry import Json, ServiceError
from laptop.emulator.sql import quoted

_POLL_SECONDS = 0.05
# Athena's own failures, and the documented types of an ingestion's error that say the same.
_TYPES = (
    (r"TABLE_NOT_FOUND|does not exist|SCHEMA_NOT_FOUND", "SQL_TABLE_NOT_FOUND"),
    (r"COLUMN_NOT_FOUND|cannot be resolved", "SQL_SCHEMA_MISMATCH_ERROR"),
    (r"NUMERIC_VALUE_OUT_OF_RANGE|overflow", "SQL_NUMERIC_OVERFLOW"),
    (r"Bytes scanned limit", "SOURCE_RESOURCE_LIMIT_EXCEEDED"),
    (r"timeout", "QUERY_TIMEOUT"),
)

Question = Callable[[], bool]


class SourceError(Exception):
    """A query that did not give the rows of a data set: a type of `IngestionErrorType`, and a message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


def rows(arn: str, sql: str, columns: Sequence[Column], is_stopped: Question = lambda: False) -> bytes | None:
    """Return the result of a query as the CSV that Athena wrote, or None if it was stopped.

    Raises
    ------
    SourceError
        The data source is gone or its role cannot be assumed, or the query failed.
    """
    data_source = _find(arn)
    athena = client("athena")
    try:
        started = athena.start_query_execution(
            QueryString=_select(sql, columns), WorkGroup=data_sources.workgroup_of(data_source)
        )
    except ClientError as error:
        raise SourceError("DATA_SOURCE_CONNECTION_FAILED", error.response["Error"]["Message"]) from error
    query = {"QueryExecutionId": started["QueryExecutionId"]}
    while True:
        found = athena.get_query_execution(**query)["QueryExecution"]
        state = found["Status"]["State"]
        if state == "SUCCEEDED":
            return _content(found["ResultConfiguration"]["OutputLocation"])
        if state in {"FAILED", "CANCELLED"}:
            reason = found["Status"].get("StateChangeReason", state)
            raise SourceError(error_type(reason), reason)
        if is_stopped():
            athena.stop_query_execution(**query)
            return None
        time.sleep(_POLL_SECONDS)


def error_type(reason: str) -> str:
    """Return the type of an ingestion's error for the reason that Athena gave."""
    return next((kind for pattern, kind in _TYPES if re.search(pattern, reason)), "SQL_EXCEPTION")


def _find(arn: str) -> Json:
    try:
        found = DATA_SOURCES.find_by_arn(arn)
    except ServiceError as error:
        raise SourceError("DATA_SOURCE_NOT_FOUND", error.message) from error
    problem = data_sources.role_problem(found)
    if problem:
        raise SourceError("FAILURE_TO_ASSUME_ROLE", problem)
    return found


def _select(sql: str, columns: Sequence[Column]) -> str:
    # The order of the columns is the data set's.
    listed = ", ".join(quoted(column.name) for column in columns)
    return f"SELECT {listed} FROM ({sql}) AS data_set"  # noqa: S608


def _content(uri: str) -> bytes:
    bucket, key = split_uri(uri)
    content: bytes = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content
