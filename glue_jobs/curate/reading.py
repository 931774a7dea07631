"""Raw files as text columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from lake_common.contract import Source
from lake_common.hadoop_files import HadoopFiles
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.curate import frames
from glue_jobs.curate.raw_files import RawFile

# Columns of the job's own; contracts cannot name a column so, their names begin with a letter.
CORRUPT = "_corrupt"
PATH = "_path"
FILE = "_file"

Headers = Mapping[RawFile, tuple[str, ...]]


def by_header(headers: Headers, source: Source) -> dict[tuple[str, ...], list[RawFile]]:
    """Group files that name their columns alike; each group is read at once. CSV without a header has no rows."""
    groups: dict[tuple[str, ...], list[RawFile]] = defaultdict(list)
    for file, header in sorted(headers.items()):
        if header or source.format == "json":
            groups[header].append(file)
    return dict(groups)


def read(spark: SparkSession, root: str, files: Iterable[RawFile], columns: Iterable[str], source: Source) -> DataFrame:
    """Read every value as text, in one pass.

    Parameters
    ----------
    root
        Address of the table's folder in the raw bucket.
    columns
        Names of the columns: for CSV of all, in the order of the files; for JSON those that are wanted.

    Returns
    -------
    DataFrame
        The columns as strings; `_corrupt`, the whole line where it could not be split into columns; `_path`.
    """
    schema = ", ".join(f"`{name}` string" for name in (*columns, CORRUPT))
    reader = spark.read.schema(schema).options(columnNameOfCorruptRecord=CORRUPT, mode="PERMISSIVE")
    # Names of objects may hold glob characters; the key is Spark's own (DataSource.GLOB_PATHS_KEY).
    reader = reader.options(recursiveFileLookup=True, __globPaths__="false")
    paths = [f"{root}/{file.name}" for file in files]
    rows = reader.json(paths) if source.format == "json" else reader.options(**_csv_options(source)).csv(paths)
    return rows.select("*", F.col("_metadata.file_path").alias(PATH))


def numbered(spark: SparkSession, root: str, files: Iterable[RawFile]) -> DataFrame:
    """List files as rows: `_file` (a number), source_file, ingest_date, file_scope, `_age` (0 is the newest).

    Later deliveries are newer; among files of one delivery the name decides, so that the order never depends on time.
    """
    ordered = sorted(files, key=lambda file: (file.ingest_date or "", file.name), reverse=True)
    encoded = HadoopFiles(spark).encoded
    entries = [
        (encoded(f"{root}/{file.name}"), file.name, file.ingest_date, file.scope, age)
        for age, file in enumerate(ordered)
    ]
    types = {PATH: "string", "source_file": "string", "ingest": "string", "file_scope": "string", "_age": "int"}
    listed = frames.small(spark, entries, types)
    ingest_date = F.expr("try_cast(ingest AS date)").alias("ingest_date")
    return listed.select(file_number().alias(FILE), "source_file", ingest_date, "file_scope", "_age")


def file_number() -> Column:
    """Stand for a path by a number, because rows are many and paths are long."""
    return F.xxhash64(PATH)


def _csv_options(source: Source) -> dict[str, str | bool]:
    return {
        "header": True,
        "sep": source.delimiter,
        "quote": source.quote,
        "escape": source.escape,
        "nullValue": source.null_value,
        "multiLine": source.multiline,
    }
