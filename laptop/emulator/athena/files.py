"""Files of a table in S3, read through a local cache that is keyed by content (ETag and size)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

from laptop.emulator import clients
from laptop.emulator.athena.errors import QueryError

_URI = re.compile(r"s3[an]?://([^/]+)/?(.*)", re.DOTALL)


@dataclass(frozen=True)
class DataFile:
    """One object. Its content never changes: another content has another ETag."""

    bucket: str
    key: str
    size: int
    etag: str
    modified: dt.datetime

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def compression(self) -> str | None:
        """Return gzip, bz2 or zstd by the name's suffix, as Hadoop decides it."""
        suffix = self.key.rpartition(".")[2].lower()
        return {"gz": "gzip", "bz2": "bz2", "zst": "zstd"}.get(suffix)


def split_uri(uri: str) -> tuple[str, str]:
    """Return the bucket and the key of an S3 URI."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise QueryError("INVALID_TABLE_PROPERTY", f"expected a location s3://bucket/prefix/; got {uri!r}")
    return match[1], match[2]


def list_files(location: str) -> list[DataFile]:
    """Return the visible, non-empty objects under a prefix; names with `_` or `.` in front are hidden, as in Hive."""
    bucket, prefix = split_uri(location)
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    s3 = clients.client("s3")
    try:
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix))
    except s3.exceptions.NoSuchBucket as error:
        message = f"The specified bucket does not exist (Service: Amazon S3; Bucket: {bucket})"
        raise QueryError("HIVE_FILESYSTEM_ERROR", message) from error
    return [
        DataFile(bucket, found["Key"], found["Size"], found["ETag"].strip('"'), found["LastModified"])
        for page in pages
        for found in page.get("Contents", [])
        if found["Size"] and not _hidden(found["Key"][len(prefix) :])
    ]


def _hidden(relative: str) -> bool:
    return any(part.startswith(("_", ".")) for part in relative.split("/") if part)


def local_copy(file: DataFile) -> Path:
    """Return a local file with the object's content."""
    name = hashlib.sha256(f"{file.etag}/{file.size}".encode()).hexdigest()
    path = clients.cache_dir() / "athena" / name[:2] / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{name}.{uuid.uuid4().hex}")
        clients.client("s3").download_file(file.bucket, file.key, str(partial))
        partial.replace(path)
    return path


def derived_copy(file: DataFile, recipe: str) -> tuple[Path, bool]:
    """Return the place of a file that is made from the object by a recipe, and whether it is there already."""
    name = hashlib.sha256(f"{file.etag}/{file.size}/{recipe}".encode()).hexdigest()
    path = clients.cache_dir() / "athena" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path, path.exists()
