"""Put raw files into a lake, curate them, and read what came out, with DuckDB so that nothing of the job is reused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from glue_jobs.curate import job

HEADER = "order_id,customer_id,order_date,quantity,amount\n"


def put(lake: Any, name: str, content: str | bytes, table: str = "orders") -> Path:
    """Write a raw file; `name` is its path below the table's folder."""
    path = Path(lake.folder("raw")) / table / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def orders(*rows: str, header: str = HEADER) -> str:
    return header + "".join(f"{row}\n" for row in rows)


def curate(lake: Any, table: str = "orders", run_id: str = "run-1", **options: str) -> None:
    job.main(arguments(lake, table, run_id, **options))


def arguments(lake: Any, table: str, run_id: str, **options: str) -> list[str]:
    given = {f"{zone}_bucket": getattr(lake, zone) for zone in ("raw", "curated", "failures", "analytics")}
    given |= {"tables": table, "run_id": run_id, "JOB_NAME": "curate"} | options
    return [text for key, value in given.items() for text in (f"--{key}", value)]


def curated(lake: Any, table: str = "orders", columns: str = "*") -> list[tuple[Any, ...]]:
    return _query(lake.folder("curated") / table, columns)


def quarantined(lake: Any, table: str = "orders", columns: str = "reasons, raw_record") -> list[tuple[Any, ...]]:
    return _query(lake.folder("failures") / "quarantine" / f"source_table={table}", columns)


def reasons(lake: Any, table: str = "orders") -> list[str]:
    return sorted(reason for (found,) in quarantined(lake, table, "reasons") for reason in found)


def reports(lake: Any) -> list[dict[str, Any]]:
    files = (lake.folder("analytics") / "pipeline_runs").rglob("*.parquet")
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    return sorted(rows, key=lambda row: row["finished_at"])


def lineage(lake: Any, table: str = "orders") -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in (lake.folder("curated") / "_lineage" / table).glob("*.json")]


def content(lake: Any, table: str = "orders") -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """All that a run leaves for readers, in an order that does not depend on the run."""
    return curated(lake, table), quarantined(lake, table, "*")


def _query(folder: Path, columns: str) -> list[tuple[Any, ...]]:
    if not any(folder.rglob("*.parquet")):
        return []
    with duckdb.connect() as connection:
        connection.sql("SET timezone = 'UTC'")
        rows = connection.sql(
            f"SELECT {columns} FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true) ORDER BY ALL"
        )
        return rows.fetchall()
