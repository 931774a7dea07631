"""Curate one table: from whatever is new in raw to curated and quarantined rows.

The order of the writes makes a run repeatable wherever it is killed:

1. a record of each new file, with the partitions that it touches, marked unpublished;
2. the quarantine of the new files and of the touched partitions;
3. the touched partitions of the curated table;
4. the records again, marked published.

Until step 4 the next run takes the same files as new, comes to the same partitions, and overwrites them.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from lake_common.contract import Contract
from lake_common.hadoop_files import HadoopFiles
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.curate import partitions, publish, reading, versions
from glue_jobs.curate.cache import Cache
from glue_jobs.curate.fresh import Fresh, read_fresh, read_settled
from glue_jobs.curate.lineage import Lineage
from glue_jobs.curate.raw_files import Plan, RawFile, Record, plan
from glue_jobs.curate.reading import FILE
from glue_jobs.curate.transforms import REASONS, RECORD


class MissingRawFileError(RuntimeError):
    """A partition cannot be rebuilt, because a raw file with rows for it is gone."""


@dataclass(frozen=True)
class Places:
    """Folders of one table, without a slash at the end."""

    raw: str
    curated: str
    quarantine: str
    lineage: str


@dataclass(frozen=True)
class Outcome:
    """What a run did. `losers` counts duplicate and superseded rows, `written` the rows of each rebuilt partition."""

    status: str
    rows_raw: int
    fresh: Fresh | None = None
    losers: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)


class TableCurator:
    """One run over one table."""

    def __init__(self, spark: SparkSession, contract: Contract, places: Places) -> None:
        self._spark = spark
        self._contract = contract
        self._places = places
        self._files = HadoopFiles(spark)
        self._lineage = Lineage(self._files, places.lineage)

    def run(self, *, accept_deleted: bool = False) -> Outcome:
        """Bring the table up to date with its raw files.

        Parameters
        ----------
        accept_deleted
            Whether rows of files that are no longer in raw shall leave the table.

        Returns
        -------
        Outcome
            `succeeded`; `unchanged` if raw holds nothing new; `refused` if too many rows are bad: then the quarantine
            says why, and curated is as it was.

        Raises
        ------
        MissingRawFileError
            If a partition must be rebuilt and one of its raw files is gone; nothing was written.
        """
        for folder in (self._places.curated, self._places.quarantine):
            publish.delete_leftovers(self._files, folder)
        records = self._lineage.load()
        todo = plan(self._raw_files(), records or (), self._contract.version, accept_deleted=accept_deleted)
        if not records:
            # Nothing is known of what exists, so every partition is replaced or deleted.
            self._lineage.clear()
            self._files.delete(self._places.quarantine)
            todo = dataclasses.replace(todo, stale=self._existing_partitions())
        if todo.idle and not todo.stale:
            return Outcome("unchanged", _rows(records or ()))
        with Cache() as cache:
            fresh = read_fresh(self._spark, self._files, self._contract, self._places.raw, todo.fresh)
            cache.callback(fresh.rows.unpersist)
            return self._apply(todo, fresh, cache)

    def _apply(self, todo: Plan, fresh: Fresh, cache: Cache) -> Outcome:
        outcome = Outcome("refused", _rows((*todo.settled, *todo.gone, *fresh.records)), fresh)
        accepted = fresh.invalid_share <= self._contract.quarantine_limit
        returning = self._returning(todo) if accepted else frozenset[str]()
        stale = todo.stale | returning
        touched = frozenset(fresh.good_rows) | stale | self._moved(todo, fresh) if accepted else frozenset[str]()
        _check_nothing_is_missing(todo.gone, touched)
        # Stale partitions stay on record until the file is published: a killed run must not lose sight of them.
        self._lineage.save(
            dataclasses.replace(record, partitions=tuple(sorted(stale.union(record.partitions))))
            for record in (*fresh.records, *(todo.dropped if returning else ()))
        )
        if not accepted:
            self._quarantine(_file_scopes(todo), _bad(fresh), self._numbered(todo.fresh))
            return outcome
        losers, written = self._rebuild(todo, fresh, touched, cache)
        self._lineage.save(dataclasses.replace(record, published=True) for record in fresh.records)
        self._lineage.forget(todo.dropped)
        return dataclasses.replace(outcome, status="succeeded", losers=losers, written=written)

    def _rebuild(
        self, todo: Plan, fresh: Fresh, touched: frozenset[str], cache: Cache
    ) -> tuple[Counter[str], Counter[str]]:
        """Replace the touched partitions; return the rows that lost by reason, and the rows written by partition."""
        contract = self._contract
        listed = partitions.frame(self._spark, contract, touched)
        involved = [record for record in todo.settled if touched.intersection(record.partitions)]
        numbered = self._numbered((*todo.fresh, *(record.file for record in involved)))
        columns = [*(column.name for column in contract.columns), FILE]
        rows, written = fresh.good.select(*columns), fresh.good_rows.copy()
        if involved:
            settled = cache.keep(self._settled_rows(involved, listed))
            rows, written = rows.union(settled.select(*columns)), written + _count(settled)
        found = versions.resolve(rows, contract, numbered, self._elsewhere(todo, listed), cache)

        reasons = Counter[str]()
        rejected = [_bad(fresh)] if fresh.any_bad else []
        if found:
            losers = partitions.join(found.losers, contract, listed)
            for group in losers.groupBy(partitions.NAME, REASONS).count().collect():
                written[group[partitions.NAME]] -= group["count"]
                reasons[group[REASONS]] += group["count"]
            rejected.append(losers.select(REASONS, RECORD, FILE, partitions.SCOPE))
        winners, written = found.winners if found else rows, +written
        scopes = _file_scopes(todo) | {partitions.scope(name) for name in touched}
        self._quarantine(scopes, functools.reduce(DataFrame.union, rejected) if rejected else None, numbered)
        if written:
            publish.write_curated(winners, contract, self._places.curated, written)
        publish.delete_partitions(self._files, self._places.curated, touched - set(written))
        return reasons, written

    def _quarantine(self, scopes: set[str], rows: DataFrame | None, numbered: DataFrame) -> None:
        """Replace scopes of the quarantine: those without rows are deleted."""
        root = self._places.quarantine
        for scope in scopes.intersection(name.removeprefix("scope=") for name in self._files.children(root)):
            self._files.delete(f"{root}/scope={scope}")
        if rows is not None:
            publish.write_quarantine(rows, self._contract, numbered, root)

    def _raw_files(self) -> list[RawFile]:
        stored = self._files.list(self._places.raw)
        # As Spark and Athena do, pass over names that begin with a dot or an underscore.
        visible = (file for file in stored if not any(part[:1] in "._" for part in file.name.split("/")))
        return [RawFile(file.name, file.size, file.modified) for file in visible]

    def _existing_partitions(self) -> frozenset[str]:
        files = self._files.list(self._places.curated)
        return frozenset(file.name.rpartition("/")[0] for file in files if file.name.endswith(".parquet"))

    def _numbered(self, files: Iterable[RawFile]) -> DataFrame:
        return reading.numbered(self._spark, self._places.raw, files)

    def _settled_rows(self, records: list[Record], listed: DataFrame) -> DataFrame:
        rows = read_settled(self._spark, self._contract, self._places.raw, records)
        return partitions.join(rows, self._contract, listed)

    def _moved(self, todo: Plan, fresh: Fresh) -> frozenset[str]:
        """Find the partitions where the newest versions of the new rows lie so far."""
        current = self._current(todo)
        if current is None:
            return frozenset()
        by = [column.name for column in self._contract.partition_columns]
        key = list(self._contract.primary_key)
        known = current.join(fresh.good.select(*key), on=key, how="left_semi").select(*by).distinct().collect()
        return frozenset(partitions.name(by, list(row)) for row in known)

    def _returning(self, todo: Plan) -> frozenset[str]:
        """Find the partitions of older versions of rows in stale partitions: one may be the newest from now on."""
        current = self._current(todo) if todo.stale else None
        if current is None:
            return frozenset()
        # A partition has rows that lost if it has a scope in the quarantine.
        scopes = set(self._files.children(self._places.quarantine))
        others = {name for record in todo.settled for name in record.partitions} - todo.stale
        losing = {name for name in others if f"scope={partitions.scope(name)}" in scopes}
        if not losing:
            return frozenset()
        by = [column.name for column in self._contract.partition_columns]
        key = list(self._contract.primary_key)
        stale = partitions.frame(self._spark, self._contract, todo.stale)
        leaving = partitions.join(current, self._contract, stale).select(*key)
        involved = [record for record in todo.settled if losing.intersection(record.partitions)]
        rows = read_settled(self._spark, self._contract, self._places.raw, involved)
        found = rows.join(leaving, on=key, how="left_semi").select(*by).distinct().collect()
        return frozenset(partitions.name(by, list(row)) for row in found) & losing

    def _elsewhere(self, todo: Plan, listed: DataFrame) -> DataFrame | None:
        """Primary keys of the curated rows in partitions that stay as they are."""
        current = self._current(todo)
        if current is None:
            return None
        by = [column.name for column in self._contract.partition_columns]
        return current.join(F.broadcast(listed), on=by, how="left_anti").select(*self._contract.primary_key)

    def _current(self, todo: Plan) -> DataFrame | None:
        """Read the curated table, if a row's versions can lie in several of its partitions."""
        if not todo.settled or versions.partition_follows_key(self._contract):
            return None
        schema = ", ".join(f"`{column.name}` {column.type}" for column in self._contract.columns)
        if not self._files.children(self._places.curated):
            return None
        return self._spark.read.schema(schema).parquet(self._places.curated)


def _check_nothing_is_missing(gone: Iterable[Record], touched: frozenset[str]) -> None:
    missing = sorted(record.file.name for record in gone if touched.intersection(record.partitions))
    if missing:
        raise MissingRawFileError(
            f"partitions {sorted(touched)} must be rebuilt from all their raw files, but these are gone: {missing}. "
            "Restore them, or run with --accept_deleted true to let their rows go."
        )


def _file_scopes(todo: Plan) -> set[str]:
    return {file.scope for file in (*todo.fresh, *(record.file for record in todo.dropped))}


def _rows(records: Iterable[Record]) -> int:
    return sum(record.rows for record in records)


def _bad(fresh: Fresh) -> DataFrame:
    return fresh.bad.withColumn(partitions.SCOPE, F.lit(None).cast("string"))


def _count(rows: DataFrame) -> Counter[str]:
    return Counter({row[partitions.NAME]: row["count"] for row in rows.groupBy(partitions.NAME).count().collect()})
