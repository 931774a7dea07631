"""What Athena keeps when the laptop is stopped and started again."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.conftest import Laptop, running_laptop


def finish(api: Any, query_id: str) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        status = api.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
        if status["State"] not in {"QUEUED", "RUNNING"}:
            return str(status["State"])
        time.sleep(0.05)
    raise AssertionError(f"the query {query_id} did not end")


def begin(laptop: Laptop) -> tuple[str, str]:
    laptop.client("s3").create_bucket(Bucket="kept")
    api = laptop.client("athena")
    output = {"OutputLocation": "s3://kept/results/"}
    done = api.start_query_execution(QueryString="SELECT 1 AS a, '' AS b", ResultConfiguration=output)
    assert finish(api, done["QueryExecutionId"]) == "SUCCEEDED"
    api.create_named_query(Name="kept", Database="default", QueryString="SELECT 1")
    api.create_prepared_statement(StatementName="kept", WorkGroup="primary", QueryStatement="SELECT ?")
    endless = "SELECT count(*) FROM UNNEST(sequence(1, 100000)) AS a(x), UNNEST(sequence(1, 100000)) AS b(y)"
    cut_off = api.start_query_execution(QueryString=endless, ResultConfiguration=output)
    return done["QueryExecutionId"], cut_off["QueryExecutionId"]


def test_results_and_saved_queries_survive_a_restart_and_a_cut_off_query_fails(tmp_path: Path) -> None:
    running = contextmanager(running_laptop)
    with running(tmp_path) as laptop:
        done, cut_off = begin(laptop)
    with running(tmp_path) as laptop:
        api = laptop.client("athena")
        rows = api.get_query_results(QueryExecutionId=done)["ResultSet"]["Rows"]
        assert rows[1]["Data"] == [{"VarCharValue": "1"}, {"VarCharValue": ""}]
        assert len(api.list_named_queries()["NamedQueryIds"]) == 1
        assert api.list_prepared_statements(WorkGroup="primary")["PreparedStatements"][0]["StatementName"] == "kept"
        assert finish(api, cut_off) in {"FAILED", "CANCELLED"}
