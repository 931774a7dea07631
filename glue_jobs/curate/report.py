"""The report of a run: one row in the table pipeline_runs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
from lake_common.hadoop_files import HadoopFiles

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_TYPES = {"str": pa.string(), "int": pa.int64(), "dt.datetime": pa.timestamp("us", "UTC")}
_TEXTS = pa.list_(pa.string())


@dataclass(frozen=True, kw_only=True)
class Report:
    """Field by field the columns of contracts/pipeline_runs.yaml, except for its partition column."""

    run_id: str
    source_table: str
    status: str
    started_at: dt.datetime
    finished_at: dt.datetime
    contract_version: str
    files_new: int = 0
    files_refused: int = 0
    rows_new: int = 0
    rows_invalid: int = 0
    rows_duplicate: int = 0
    rows_superseded: int = 0
    rows_written: int = 0
    rows_raw: int = 0
    partitions_rebuilt: int = 0
    added_columns: tuple[str, ...] = ()
    widened_columns: tuple[str, ...] = ()


def write(report: Report, files: HadoopFiles, folder: str) -> None:
    """Create or replace the report of this run and table."""
    fields = [pa.field(field.name, _TYPES.get(str(field.type), _TEXTS)) for field in dataclasses.fields(report)]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dataclasses.asdict(report)], pa.schema(fields)), sink, compression="zstd")
    name = _UNSAFE.sub("-", f"{report.source_table}-{report.run_id}.parquet")
    files.write_bytes(f"{folder}/run_month={report.started_at:%Y-%m}/{name}", sink.getvalue())
