"""The laptop's Athena engine without an emulator: its catalog is the contracts, its buckets are folders."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lake_common.contract import Contract

from contracts.loader import load_contracts
from laptop.emulator import clients
from laptop.emulator.athena import engine, storage_formats
from search.athena import Answer


class Folders:
    """S3 with one folder for each bucket."""

    class exceptions:  # noqa: N801 (boto3's spelling)
        class NoSuchBucket(Exception):  # noqa: N818
            pass

    def __init__(self, buckets: Mapping[str, Path]) -> None:
        self._buckets = buckets

    def get_paginator(self, operation: str) -> Folders:
        assert operation == "list_objects_v2", operation
        return self

    def paginate(self, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803
        root = self._buckets[Bucket]
        files = sorted(path for path in (root / Prefix).rglob("*") if path.is_file())
        return [{"Contents": [_described(path, path.relative_to(root).as_posix()) for path in files]}]

    def download_file(self, bucket: str, key: str, target: str, **_: Any) -> None:
        shutil.copyfile(self._buckets[bucket] / key, target)


class Glue:
    """The catalog that the contracts make, with all tables in `lake_curated` and `lake_analytics`."""

    class exceptions:  # noqa: N801 (boto3's spelling)
        class EntityNotFoundException(Exception):  # noqa: N818
            pass

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._contracts = {contract.name: contract for contract in load_contracts()}

    def get_table(self, DatabaseName: str, Name: str) -> dict[str, Any]:  # noqa: N803
        contract = self._contracts.get(Name)
        if contract is None or DatabaseName != f"lake_{contract.zone}":
            raise self.exceptions.EntityNotFoundException
        return {"Table": _table(contract, f"s3://{contract.zone}/{Name}/")}


class LaptopAthena:
    """`search.client.Engine`: runs a statement, and says what it scanned and how long it took."""

    def query(self, sql: str) -> Answer:
        start = time.perf_counter()
        control = engine.Control()
        with engine.prepare(sql, "lake_analytics", control) as prepared:
            relation = prepared.relation()
            rows = prepared.rows(prepared.execute(prepared.rows_sql(relation)))
            names = list(relation.columns)
        milliseconds = round((time.perf_counter() - start) * 1000)
        texts = (
            {name: None if value is None else str(value) for name, value in zip(names, row, strict=True)}
            for row in rows
        )
        return Answer(tuple(texts), control.scanned, milliseconds)


@contextmanager
def over(curated: Path, analytics: Path, cache: Path) -> Iterator[LaptopAthena]:
    """Give the engine for the zones in two folders; `cache` is where it keeps what it has read."""
    services: dict[str, Any] = {"s3": Folders({"curated": curated, "analytics": analytics}), "glue": Glue("")}
    with (
        patch.object(clients, "client", lambda service: services[service]),
        patch.dict(os.environ, {}),
        patch.object(clients, "cache_dir", lambda: cache),
    ):
        yield LaptopAthena()


def _described(path: Path, key: str) -> dict[str, Any]:
    found = path.stat()
    modified = dt.datetime.fromtimestamp(found.st_mtime, dt.UTC)
    return {
        "Key": key,
        "Size": found.st_size,
        "ETag": f'"{found.st_ino:x}-{found.st_mtime_ns:x}"',
        "LastModified": modified,
    }


def _table(contract: Contract, location: str) -> dict[str, Any]:
    return {
        "Name": contract.name,
        "Parameters": dict(contract.projection),
        "PartitionKeys": [{"Name": column.name, "Type": column.type} for column in contract.partition_columns],
        "StorageDescriptor": {
            "Columns": [{"Name": column.name, "Type": column.type} for column in contract.data_columns],
            "Location": location,
            **storage_formats.descriptor("PARQUET"),
        },
    }
