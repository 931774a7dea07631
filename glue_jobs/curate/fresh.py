"""The rows of new raw files, judged, and what is known of each file and partition after one pass over them."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lake_common.contract import Contract, Source
from lake_common.hadoop_files import HadoopFiles
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.curate import drift, partitions, reading
from glue_jobs.curate.raw_files import RawFile, Record
from glue_jobs.curate.reading import FILE
from glue_jobs.curate.transforms import GOOD, LINE, RAW, REFUSED, WIDENED, explain, judge, refuse, widened_columns

_THREADS = 16


@dataclass(frozen=True)
class Fresh:
    """Judged rows (`transforms.judge`) of new files, a record of each file, and rows per partition."""

    contract: Contract
    rows: DataFrame
    records: tuple[Record, ...]
    good_rows: Counter[str]
    added_columns: tuple[str, ...]
    widened_columns: tuple[str, ...]

    @property
    def good(self) -> DataFrame:
        return self.rows.where(GOOD)

    @property
    def bad(self) -> DataFrame:
        """`_reasons`, `_record`, `_file`."""
        return explain(self.rows.where(~F.col(GOOD)), self.contract)

    @property
    def any_bad(self) -> bool:
        return any(record.invalid for record in self.records)

    @property
    def refused(self) -> tuple[Record, ...]:
        return tuple(record for record in self.records if record.refused)

    @property
    def invalid_share(self) -> float:
        """Share of bad rows, refused files aside: these are one mistake each, however long they are."""
        accepted = [record for record in self.records if not record.refused]
        rows = sum(record.rows for record in accepted)
        return sum(record.invalid for record in accepted) / rows if rows else 0.0


def read_fresh(
    spark: SparkSession, files: HadoopFiles, contract: Contract, root: str, names: Iterable[RawFile]
) -> Fresh:
    """Read and judge new files in one pass. The rows stay persisted, because they are read again."""
    source = _source(contract)
    with ThreadPoolExecutor(_THREADS) as pool:
        listed = tuple(names)
        heads = pool.map(lambda file: _head(files, root, file), listed)
        headers = {file: drift.header(head, source) for file, head in zip(listed, heads, strict=True)}
    rows = _judged(spark, contract, root, headers).persist()
    return _summarize(spark, contract, root, headers, rows)


def read_settled(spark: SparkSession, contract: Contract, root: str, records: Iterable[Record]) -> DataFrame:
    """Read the good rows of files that an earlier run has judged."""
    rows = _judged(spark, contract, root, {record.file: record.header for record in records})
    return rows.where(GOOD)


def _judged(spark: SparkSession, contract: Contract, root: str, headers: reading.Headers) -> DataFrame:
    source = _source(contract)
    frames = []
    for header, files in reading.by_header(headers, source).items():
        fit = drift.fit(header, contract)
        if fit.refused:
            names = header if source.format == "json" else tuple(f"c{place}" for place in range(len(header)))
            frames.append(refuse(reading.read(spark, root, files, names, source), contract, fit.refused))
        else:
            names = tuple(column.name for column in contract.raw_columns) if source.format == "json" else header
            frames.append(judge(reading.read(spark, root, files, names, source), contract))
    if not frames:
        columns = [f"`{column.name}` {column.type}" for column in contract.columns]
        texts = ", ".join(f"`{column.name}`: string" for column in contract.raw_columns)
        own = [f"{GOOD} boolean", f"{REFUSED} string", f"{LINE} string", f"{RAW} struct<{texts}>"]
        own += [f"{WIDENED} int", f"{FILE} bigint"]
        return spark.createDataFrame([], ", ".join(columns + own))
    return functools.reduce(DataFrame.union, frames)


def _summarize(spark: SparkSession, contract: Contract, root: str, headers: reading.Headers, rows: DataFrame) -> Fresh:
    by = [column.name for column in contract.partition_columns]
    good = F.col(GOOD)
    groups = (
        rows.groupBy(FILE, good, *(F.when(good, F.col(name)).alias(name) for name in by))
        .agg(F.count(F.lit(1)).alias("rows"), F.bit_or(WIDENED).alias("widened"))
        .collect()
    )
    numbers = {row[FILE]: row["source_file"] for row in reading.numbered(spark, root, headers).collect()}
    total, invalid, partitioned, good_rows = Counter[str](), Counter[str](), set[tuple[str, str]](), Counter[str]()
    widened = 0
    for group in groups:
        file = numbers[group[FILE]]
        total[file] += group["rows"]
        if group[GOOD]:
            name = partitions.name(by, [group[column] for column in by])
            partitioned.add((file, name))
            good_rows[name] += group["rows"]
            widened |= group["widened"]
        else:
            invalid[file] += group["rows"]
    fits = {file: drift.fit(header, contract) for file, header in headers.items()}
    records = [
        Record(
            file=file,
            contract_version=contract.version,
            header=header,
            refused=fits[file].refused,
            rows=total[file.name],
            invalid=invalid[file.name],
            partitions=tuple(sorted(partition for name, partition in partitioned if name == file.name)),
        )
        for file, header in sorted(headers.items())
    ]
    added = tuple(sorted({column for fit in fits.values() if not fit.refused for column in fit.added}))
    return Fresh(contract, rows, tuple(records), good_rows, added, tuple(widened_columns(contract, widened)))


def _head(files: HadoopFiles, root: str, file: RawFile) -> bytes:
    return files.head(f"{root}/{file.name}", drift.HEAD_BYTES) if file.size else b""


def _source(contract: Contract) -> Source:
    if contract.source is None:
        raise ValueError(f"{contract.name} must be a table that is read from raw files; its contract has no source")
    return contract.source
