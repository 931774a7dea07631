"""Whole objects of the lake, through the file systems that Spark has: S3 on Glue and EMR, folders on a laptop.

Only operations that S3 carries out on one object are offered, because those are what a job can build safety on:
an object appears whole or not at all, and a copy replaces its target at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True, order=True)
class StoredFile:
    """One object: its path below the folder that was listed, its size in bytes, its last change in ms since 1970."""

    name: str
    size: int
    modified: int = 0


class HadoopFiles:
    """Files by URI, for example `s3://bucket/orders/order_month=1997-01/part-0.parquet`."""

    def __init__(self, spark: SparkSession) -> None:
        # PySpark has no public way to Hadoop's file systems; these two members have been stable since Spark 1.
        self._jvm: Any = spark.sparkContext._jvm
        self._conf: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def list(self, folder: str) -> list[StoredFile]:
        """All files below a folder, at any depth, sorted by name; none if the folder does not exist."""
        root = self._path(folder)
        file_system = root.getFileSystem(self._conf)
        if not file_system.exists(root):
            return []
        base = len(file_system.makeQualified(root).toUri().getPath().rstrip("/")) + 1
        found, files = [], file_system.listFiles(root, True)
        while files.hasNext():
            status = files.next()
            name = status.getPath().toUri().getPath()[base:]
            found.append(StoredFile(name, status.getLen(), status.getModificationTime()))
        return sorted(found)

    def count(self, folder: str) -> int:
        """Count the files below a folder, at any depth; 0 if the folder does not exist. Cheaper than `list`."""
        path = self._path(folder)
        file_system = path.getFileSystem(self._conf)
        return int(file_system.getContentSummary(path).getFileCount()) if file_system.exists(path) else 0

    def read(self, uri: str) -> str | None:
        """Read a small text file; None if it does not exist."""
        path = self._path(uri)
        file_system = path.getFileSystem(self._conf)
        if not file_system.exists(path):
            return None
        stream = file_system.open(path)
        try:
            return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def encoded(self, uri: str) -> str:
        """Write an address as Spark's column `_metadata.file_path` does: percent-encoded where an URI needs it."""
        return str(self._path(uri).toUri().toString())

    def head(self, uri: str, size: int) -> bytes:
        """Read the first bytes of a file, decompressed if its name says that it is compressed."""
        path = self._path(uri)
        stream = path.getFileSystem(self._conf).open(path)
        try:
            codec = self._jvm.org.apache.hadoop.io.compress.CompressionCodecFactory(self._conf).getCodec(path)
            return bytes((codec.createInputStream(stream) if codec else stream).readNBytes(size))
        finally:
            stream.close()

    def children(self, folder: str) -> Sequence[str]:
        """Names directly below a folder, sorted; none if the folder does not exist."""
        path = self._path(folder)
        file_system = path.getFileSystem(self._conf)
        if not file_system.exists(path):
            return []
        return sorted(status.getPath().getName() for status in file_system.listStatus(path))

    def write(self, uri: str, text: str) -> None:
        """Create or replace a small file."""
        self.write_bytes(uri, text.encode("utf-8"))

    def write_bytes(self, uri: str, content: bytes) -> None:
        """Create or replace a small file."""
        path = self._path(uri)
        stream = path.getFileSystem(self._conf).create(path, True)
        try:
            stream.write(bytearray(content))
        finally:
            stream.close()

    def copy(self, source: str, target: str) -> None:
        """Create or replace the target. A target folder comes into being as needed."""
        origin, goal = self._path(source), self._path(target)
        self._jvm.org.apache.hadoop.fs.FileUtil.copy(
            origin.getFileSystem(self._conf), origin, goal.getFileSystem(self._conf), goal, False, True, self._conf
        )

    def delete(self, uri: str) -> None:
        """Delete a file or a folder; nothing happens if it does not exist."""
        path = self._path(uri)
        path.getFileSystem(self._conf).delete(path, True)

    def _path(self, uri: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(uri)
