"""Find the inputs of a collection and read them, many small files per task."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from lake_common.hadoop_files import HadoopFiles
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from emr_steps.documents import wiki

AUTO, FILES, DUMP = "auto", "files", "mediawiki"
MODES = (AUTO, FILES, DUMP)

SETTINGS = {
    # A task reads up to 64 MiB, or one file. To open an object costs as long as to read 128 KiB of it, about, so
    # thousands of mails become tens of tasks; Spark's own 4 MiB would make a task of every 16.
    "spark.sql.files.maxPartitionBytes": str(64 << 20),
    "spark.sql.files.openCostInBytes": str(128 << 10),
}
DUMP_NAME = "[.]xml([.]bz2|[.]gz)?$"
_HEAD_BYTES = 1 << 16
# Scheme and host, which Hadoop may write otherwise than it was asked.
_BEFORE_PATH = re.compile("^[a-z0-9]+:(//[^/]*)?/*")


@dataclass(frozen=True)
class Inputs:
    """What was found: `count` files by `path` (within the collection) with their `content`, dumps, and the rest.

    `refused` has path, bytes and reason of files that are not read: those that are too large, and those that Spark
    passes over, because they have no bytes, or because their name or a folder's begins with a dot or an underscore.
    """

    files: DataFrame
    count: int
    dumps: tuple[str, ...]
    refused: tuple[tuple[str, int, str], ...]
    total_bytes: int


def find(spark: SparkSession, source: str, mode: str, limit: int) -> Inputs:
    """Look for the inputs below `source`.

    Parameters
    ----------
    source
        Folder of the collection, without a slash at the end.
    mode
        `files` takes every file as a document, `mediawiki` every file as a dump of a wiki, and `auto` as dumps those
        that are called `*.xml`, `*.xml.bz2` or `*.xml.gz` and begin as one.
    limit
        The most bytes that a file may have, unless it is a dump.

    Raises
    ------
    ValueError
        If there is nothing.
    """
    stored = HadoopFiles(spark)
    stored_count = stored.count(source)
    if not stored_count:
        raise ValueError(f"the collection must hold at least one file; found none below {source}")
    found = _binary_files(spark, source)
    # Without the column `content` nothing is read but the list of files.
    listed = found.agg(
        F.count("*").alias("files"),
        F.coalesce(F.sum("length"), F.lit(0)).alias("bytes"),
        F.expr(f"collect_list(if(path rlike '{DUMP_NAME}' or {mode == DUMP}, path, null))").alias("candidates"),
        F.expr(f"collect_list(if(length > {limit}, struct(path, length), null))").alias("large"),
    ).collect()[0]
    candidates = () if mode == FILES else sorted(listed.candidates)
    dumps = tuple(path for path in candidates if mode == DUMP or _begins_as_dump(stored, f"{source}/{path}"))
    large = [
        (item.path, item.length, _too_large(item.length, limit)) for item in listed.large if item.path not in dumps
    ]
    unseen = _unseen(stored, source) if stored_count != listed.files else []
    return Inputs(
        found.filter((F.col("length") <= limit) & ~F.col("path").isin(*dumps)).select("path", "content"),
        listed.files - len(dumps) - len(large),
        dumps,
        tuple(sorted(large + unseen)),
        listed.bytes,
    )


def pages(spark: SparkSession, source: str, dumps: Iterable[str]) -> DataFrame:
    """Read dumps as `path` and `value`: all that lies before an end of a page. Dumps in bzip2 are split among tasks."""
    frames = (
        spark.read.option("lineSep", wiki.PAGE_END)
        .text(f"{source}/{_escaped(path)}")
        .select(F.lit(path).alias("path"), "value")
        for path in dumps
    )
    return reduce(DataFrame.union, frames)


def _binary_files(spark: SparkSession, source: str) -> DataFrame:
    start = len(_BEFORE_PATH.sub("", source)) + 2
    path = F.expr(f"substring(regexp_replace(path, '{_BEFORE_PATH.pattern}', ''), {start})")
    found = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(_escaped(source))
    return found.select(path.alias("path"), "length", "content")


def _begins_as_dump(stored: HadoopFiles, uri: str) -> bool:
    return wiki.is_dump(stored.head(uri, _HEAD_BYTES).decode("utf-8", errors="replace"))


def _unseen(stored: HadoopFiles, source: str) -> list[tuple[str, int, str]]:
    found = []
    for file in stored.list(source):
        if any(part.startswith((".", "_")) for part in file.name.split("/")):
            found.append((file.name, file.size, "hidden: a name that begins with '.' or '_' marks what is no data"))
        elif not file.size:
            found.append((file.name, 0, "empty: 0 bytes"))
    return found


def _too_large(length: int, limit: int) -> str:
    return f"too large: {length:,} bytes, more than {limit:,}"


def _escaped(path: str) -> str:
    """Protect what Hadoop's paths take as a pattern."""
    return re.sub(r"([\\*?{}\[\]])", r"\\\1", path)
