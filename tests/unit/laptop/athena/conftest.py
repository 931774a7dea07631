"""Glue and S3 without an emulator: moto keeps the objects, and a dictionary the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from laptop.emulator import clients
from laptop.emulator.athena import engine, storage_formats
from laptop.emulator.athena.values import text

BUCKET, DATABASE = "lake", "db"


class Glue:
    """The part of Glue's client that the engine reads a catalog with."""

    class exceptions:  # noqa: N801 (boto3's spelling)
        class EntityNotFoundException(Exception):  # noqa: N818
            pass

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.partitions: dict[str, list[dict[str, Any]]] = {}

    def get_database(self, Name: str) -> dict[str, Any]:  # noqa: N803
        if Name != DATABASE:
            raise self.exceptions.EntityNotFoundException
        return {"Database": {"Name": Name}}

    def get_table(self, DatabaseName: str, Name: str) -> dict[str, Any]:  # noqa: N803
        if DatabaseName != DATABASE or Name not in self.tables:
            raise self.exceptions.EntityNotFoundException
        return {"Table": self.tables[Name]}

    def get_paginator(self, operation: str) -> Glue:
        assert operation == "get_partitions"
        return self

    def paginate(self, DatabaseName: str, TableName: str) -> list[dict[str, Any]]:  # noqa: N803
        return [{"Partitions": self.partitions.get(TableName, [])}]


class Lake:
    """A bucket, a database, and queries over them."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3", region_name="us-east-1")
        self.glue = Glue()
        self.s3.create_bucket(Bucket=BUCKET)

    def put_parquet(self, key: str, table: Any, **options: Any) -> int:
        """Write a Parquet file and return its size."""
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, **options)
        content = sink.getvalue().to_pybytes()
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return len(content)

    def create_table(
        self, name: str, columns: dict[str, str], keys: dict[str, str] | None = None, stored_as: str = "PARQUET"
    ) -> None:
        self.glue.tables[name] = {
            "Name": name,
            "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in (keys or {}).items()],
            "StorageDescriptor": {
                "Columns": [{"Name": key, "Type": kind} for key, kind in columns.items()],
                "Location": f"s3://{BUCKET}/{name}/",
                **storage_formats.descriptor(stored_as),
            },
        }

    def set_parameters(self, table: str, **parameters: str) -> None:
        """Set table properties; `__` in a name stands for a dot."""
        named = {name.replace("__", "."): value for name, value in parameters.items()}
        self.glue.tables[table]["Parameters"] = named

    def add_partition(self, table: str, key: str, value: str) -> None:
        location = f"s3://{BUCKET}/{table}/{key}={value}/"
        storage = {**self.glue.tables[table]["StorageDescriptor"], "Location": location}
        self.glue.partitions.setdefault(table, []).append({"Values": [value], "StorageDescriptor": storage})

    def query(self, sql: str) -> tuple[list[tuple[str | None, ...]], int]:
        """Return the rows of a query as text, and the bytes that it scanned."""
        control = engine.Control()
        with engine.prepare(sql, DATABASE, control) as prepared:
            rows = prepared.rows(prepared.execute(prepared.rows_sql(prepared.relation())))
        return [tuple(text(value) for value in row) for row in rows], control.scanned

    def scanned(self, sql: str) -> int:
        return self.query(sql)[1]


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("LAKE_CACHE_DIR", str(tmp_path))
    with mock_aws():
        made = Lake()
        by_name: dict[str, Any] = {"s3": made.s3, "glue": made.glue}
        monkeypatch.setattr(clients, "client", by_name.__getitem__)
        yield made
