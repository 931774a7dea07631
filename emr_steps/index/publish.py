"""Which build of an index readers use: one small object for each collection, replaced last.

The tables of a build lie under `collection=<c>/build=<b>/`, where no query looks before `text_builds` names the build.
S3 replaces an object at once; so a run that dies before leaves the previous index, and one that dies after has done its
work. The build that was current before stays until the next one is published: whoever had looked it up can finish.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

TABLES = ("text_top_terms", "text_terms", "text_postings")
BUILDS = "text_builds"
# Far more than a row takes.
_RECORD_BYTES = 1 << 20


class Files(Protocol):
    """What publishing needs of a file system."""

    def children(self, folder: str) -> Sequence[str]: ...
    def head(self, uri: str, size: int) -> bytes: ...
    def write_bytes(self, uri: str, content: bytes) -> None: ...
    def delete(self, uri: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Build:
    """Field by field the columns of contracts/text_builds.yaml."""

    collection: str
    build: str
    previous: str | None
    buckets: int
    documents: int
    terms: int
    postings: int
    options: str
    run_id: str
    built_at: dt.datetime


_SCHEMA = pa.schema(
    [
        ("collection", pa.string()),
        ("build", pa.string()),
        ("previous", pa.string()),
        ("buckets", pa.int32()),
        ("documents", pa.int64()),
        ("terms", pa.int64()),
        ("postings", pa.int64()),
        ("options", pa.string()),
        ("run_id", pa.string()),
        ("built_at", pa.timestamp("us", "UTC")),
    ]
)


def current(files: Files, zone: str, collection: str) -> Build | None:
    """Read which build a collection has; None before the first one.

    Parameters
    ----------
    zone
        `s3://` address of the analytics bucket.
    """
    if f"{collection}.parquet" not in files.children(f"{zone}/{BUILDS}"):
        return None
    content = files.head(_record(zone, collection), _RECORD_BYTES)
    (row,) = pq.read_table(io.BytesIO(content)).to_pylist()
    return Build(**row)


def publish(files: Files, zone: str, build: Build) -> None:
    """Make a build the current one, and delete those that nobody can be using any more."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([asdict(build)], _SCHEMA), sink, compression="zstd")
    files.write_bytes(_record(zone, build.collection), sink.getvalue())
    clean(files, zone, build.collection, keep={build.build, build.previous})


def clean(files: Files, zone: str, collection: str, keep: set[str | None]) -> None:
    """Delete all builds of a collection but some, those of runs that died among them."""
    for table in TABLES:
        folder = f"{zone}/{table}/collection={collection}"
        for name in files.children(folder):
            if name.removeprefix("build=") not in keep:
                files.delete(f"{folder}/{name}")


def _record(zone: str, collection: str) -> str:
    return f"{zone}/{BUILDS}/{collection}.parquet"
