"""Finished queries of Athena and job runs of Glue, the newest first, as far back as asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_glue import GlueClient

# As many as BatchGetQueryExecution takes at once.
_QUERIES_AT_ONCE = 50
_RUNS_AT_ONCE = 200


def queries(athena: AthenaClient, workgroup: str, since: datetime) -> Iterator[Any]:
    """Yield queries of a workgroup that were submitted since a time, and perhaps some older ones.

    Athena lists the newest first; a page whose queries are all older is the last one that is read. A page may be empty
    though others follow.
    """
    pages = athena.get_paginator("list_query_executions").paginate(
        WorkGroup=workgroup, PaginationConfig={"PageSize": _QUERIES_AT_ONCE}
    )
    for page in pages:
        found = _described(athena, page["QueryExecutionIds"])
        yield from found
        if found and all(query["Status"]["SubmissionDateTime"] < since for query in found):
            return


def runs(glue: GlueClient, job: str, since: datetime) -> Iterator[Any]:
    """Yield runs of a job that were started since a time, and perhaps some older ones; Glue lists the newest first."""
    pages = glue.get_paginator("get_job_runs").paginate(JobName=job, PaginationConfig={"PageSize": _RUNS_AT_ONCE})
    for page in pages:
        yield from page["JobRuns"]
        if page["JobRuns"] and all(run["StartedOn"] < since for run in page["JobRuns"]):
            return


def _described(athena: AthenaClient, ids: list[str]) -> list[Any]:
    if not ids:
        return []
    answer = athena.batch_get_query_execution(QueryExecutionIds=ids)
    lost = answer.get("UnprocessedQueryExecutionIds", [])
    if lost:
        raise RuntimeError(f"Athena must describe the queries that it listed; it did not for {lost[:5]}")
    return list(answer["QueryExecutions"])
