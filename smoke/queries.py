"""Checks of Athena: the ways of reading, named queries, workgroups and their limits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import awswrangler as wr
import numpy as np
import pandas as pd  # type: ignore[import-untyped]

from smoke.check import CheckFailedError, NotProvenError, Suite, require
from smoke.lake import ANALYSTS, ANALYTICS, ENGINEERS, PIPELINE, RAW, Lake

GIB = 1024**3
AFFORDABLE_GIB = 0.1
suite = Suite()


@suite.check("A new table can be written, appended to, overwritten by partition and queried in three ways")
def three_ways(lake: Lake) -> str:
    frame = pd.DataFrame({"id": range(1000), "half": np.arange(1000) / 2, "part": ["a", "b"] * 500})
    with _scratch_table(lake, frame, partitions=["part"]) as table:
        wr.s3.to_parquet(frame[:10], mode="overwrite_partitions", **_target(lake, table, ["part"]))
        sql = f"SELECT part, count(*) AS n, sum(half) AS total FROM {table} GROUP BY part ORDER BY part"  # noqa: S608
        ways: dict[str, dict[str, Any]] = {
            "CTAS": {"ctas_approach": True},
            "UNLOAD": {"unload_approach": True, "s3_output": f"s3://{lake.bucket('results')}/engineers/{table}/"},
            "plain": {},
        }
        read = {
            way: lake.query(sql, database=ANALYTICS, **options).sort_values("part").values.tolist()
            for way, options in ways.items()
        }
        expected = [["a", 5, 10.0], ["b", 5, 12.5]]
        wrong = {way: rows for way, rows in read.items() if rows != expected}
        require(not wrong, f"all ways must give {expected}; got {wrong}")
    return "CTAS, UNLOAD and plain reading agree on a partitioned table"


@suite.check("Named queries are deployed and run")
def named_queries(lake: Lake) -> str:
    athena = lake.client("athena")
    pages = athena.get_paginator("list_named_queries")
    ran: list[str] = []
    waiting: list[str] = []
    for workgroup in (ANALYSTS, ENGINEERS, PIPELINE):
        for identifier in pages.paginate(WorkGroup=workgroup).search("NamedQueryIds[]"):
            query = athena.get_named_query(NamedQueryId=identifier)["NamedQuery"]
            done = _answers(lake, query["QueryString"], query["Database"], workgroup)
            (ran if done else waiting).append(query["Name"])
    require(bool(ran or waiting), "at least one named query must be deployed; got none")
    if not ran:
        raise NotProvenError(f"the raw tables of {', '.join(waiting)} have not arrived yet")
    later = f"; these wait for raw tables that have not arrived: {', '.join(waiting)}" if waiting else ""
    return f"{len(ran)} named queries ran in their workgroups{later}"


def _answers(lake: Lake, sql: str, database: str, workgroup: str) -> bool:
    """Run a query; tell whether it could, given the raw tables that crawlers have found so far."""
    try:
        lake.query(sql, database=database, workgroup=workgroup)
    except wr.exceptions.QueryFailed as error:
        if "TABLE_NOT_FOUND" in str(error) and f"{RAW}." in str(error):
            return False
        raise
    return True


@suite.check("Workgroups enforce their settings, results and limits")
def workgroups(lake: Lake) -> str:
    athena, results = lake.client("athena"), lake.bucket("results")
    for group in lake.config.query.workgroups:
        found = athena.get_work_group(WorkGroup=f"lake-{group.team}")["WorkGroup"]["Configuration"]
        limit = int(group.scan_limit_gib * GIB)
        output = found["ResultConfiguration"]
        require(found["EnforceWorkGroupConfiguration"], f"lake-{group.team} must enforce its configuration")
        require(
            found["BytesScannedCutoffPerQuery"] == limit, f"lake-{group.team} must stop at {limit} bytes; got {found}"
        )
        require(output["OutputLocation"].startswith(f"s3://{results}/"), f"results must go to {results}; got {output}")
        encryption = output["EncryptionConfiguration"]
        require(encryption["EncryptionOption"] == "SSE_KMS", f"results must be encrypted by SSE_KMS; got {encryption}")
    return f"{len(lake.config.query.workgroups)} workgroups match config/environments"


@suite.check("A query over the scan limit is cancelled")
def cutoff(lake: Lake) -> str:
    group = min(lake.config.query.workgroups, key=lambda candidate: candidate.scan_limit_gib)
    if group.scan_limit_gib > AFFORDABLE_GIB:
        price = group.scan_limit_gib / 1024 * lake.config.bi.usage.athena_usd_per_tib
        raise NotProvenError(
            f"the lowest limit is {group.scan_limit_gib} GiB; a query over it would cost {price:.2f} dollars. "
            "That Athena holds the limit is checked above"
        )
    # Random bytes do not compress, so the table is as large on disk as here.
    size = int(group.scan_limit_gib * GIB * 1.3)
    noise = np.random.default_rng(0).bytes(size)
    frame = pd.DataFrame({"noise": [noise[start : start + 4096] for start in range(0, size, 4096)]})
    with _scratch_table(lake, frame) as table:
        sql = f"SELECT max(noise) FROM {table}"  # noqa: S608
        started = wr.athena.start_query_execution(
            sql, database=ANALYTICS, workgroup=f"lake-{group.team}", boto3_session=lake.session
        )
        try:
            wr.athena.wait_query(started, boto3_session=lake.session)
        except wr.exceptions.QueryCancelled as error:
            require("limit" in str(error).lower(), f"the cancelled query must name the limit; got {error}")
            return f"{size:,} bytes in lake-{group.team}: {error}"
        except wr.exceptions.QueryFailed as error:
            raise CheckFailedError(f"the query must be CANCELLED; it FAILED: {error}") from error
    raise CheckFailedError(f"a scan of {size:,} bytes must be cancelled in lake-{group.team}; it succeeded")


@contextmanager
def _scratch_table(lake: Lake, frame: pd.DataFrame, partitions: list[str] | None = None) -> Iterator[str]:
    table = f"smoke_{uuid.uuid4().hex[:12]}"
    target = _target(lake, table, partitions)
    try:
        wr.s3.to_parquet(frame, **target)
        yield table
    finally:
        wr.catalog.delete_table_if_exists(database=ANALYTICS, table=table, boto3_session=lake.session)
        wr.s3.delete_objects(target["path"], boto3_session=lake.session)


def _target(lake: Lake, table: str, partitions: list[str] | None) -> dict[str, Any]:
    return {
        "path": f"s3://{lake.bucket('analytics')}/{table}/",
        "dataset": True,
        "database": ANALYTICS,
        "table": table,
        "partition_cols": partitions,
        "boto3_session": lake.session,
    }
