"""One row per primary key: the newest version wins, the others are kept aside."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lake_common.contract import Contract
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.curate import frames
from glue_jobs.curate.cache import Cache
from glue_jobs.curate.reading import FILE
from glue_jobs.curate.transforms import REASONS, RECORD

DUPLICATE = "duplicate"
SUPERSEDED = "superseded"

# More doubtful keys than this, and it is cheaper to compare all rows than to pick some.
MAX_DOUBTFUL = 500_000
_KEYS_PER_TASK = 20_000
_KEY = "_key"
_CONTENT = "_content"
_PLACE = "_place"
_ELSEWHERE = "_elsewhere"


@dataclass(frozen=True)
class Versions:
    """Rows that go on, and rows that repeat or precede them (with reason and record)."""

    winners: DataFrame
    losers: DataFrame


def resolve(
    rows: DataFrame, contract: Contract, files: DataFrame, elsewhere: DataFrame | None, cache: Cache
) -> Versions | None:
    """Choose the newest version of each row.

    The version column of the contract decides (if it has one), then the file's ingest date, then its name, then a hash
    of the row, so the choice depends on nothing but the rows. A loser is a `duplicate` if it equals the winner, else it
    is `superseded`.

    Most keys occur once. So keys are first counted by a 64-bit hash, which is cheap, and only rows that share a hash
    are sorted and compared by their true keys.

    Parameters
    ----------
    rows
        Good rows of all partitions that are being rebuilt. Should be persisted, it is read several times.
    files
        As `reading.numbered` gives them.
    elsewhere
        Primary keys whose newest version is known to lie in a partition that is not being rebuilt.
    cache
        Keeps what is read more than once.

    Returns
    -------
    Versions or None
        None if every key occurs once.
    """
    keyed = rows.withColumn(_KEY, F.xxhash64(*contract.primary_key))
    doubtful = _doubtful(keyed, contract, elsewhere)
    if not doubtful:
        return None
    few = len(doubtful) <= MAX_DOUBTFUL
    hashes = F.broadcast(frames.small(rows.sparkSession, doubtful if few else [], {_KEY: "bigint"}))
    contested = keyed.join(hashes, on=_KEY, how="left_semi") if few else keyed
    spread = contested.repartition(-(-len(doubtful) // _KEYS_PER_TASK), *contract.primary_key)
    ranked = cache.keep(_ranked(spread, contract, files, elsewhere))
    winners = ranked.where(F.col(_PLACE) == 1).select(*rows.columns)
    if few:
        winners = keyed.join(hashes, on=_KEY, how="left_anti").select(*rows.columns).union(winners)
    return Versions(winners, _losers(ranked, contract))


def partition_follows_key(contract: Contract) -> bool:
    """Whether all versions of a row lie in one partition, because its columns are computed from the primary key."""
    names = {column.name for column in contract.columns}
    inputs: set[str] = set()
    pending = [column.name for column in contract.partition_columns]
    while pending:
        column = contract.column(pending.pop())
        if column.transform is None:
            inputs.add(column.name)
        else:
            pending += names & set(re.findall(r"\w+", column.transform))
    return inputs <= set(contract.primary_key)


def _doubtful(keyed: DataFrame, contract: Contract, elsewhere: DataFrame | None) -> list[tuple[int]]:
    """List the hashes of keys that occur more than once, here or elsewhere; at most one more than `MAX_DOUBTFUL`."""
    # Nearly all keys differ, so to count them before the exchange as well would be in vain.
    twice = keyed.select(_KEY).repartition(_KEY).groupBy(_KEY).count().where("count > 1").select(_KEY)
    if elsewhere is not None:
        found = elsewhere.select(F.xxhash64(*contract.primary_key).alias(_KEY))
        twice = twice.union(found.join(keyed.select(_KEY), on=_KEY, how="left_semi"))
    # Collected as one row: to collect rows up to a limit, Spark runs one task, then some more, and waits in between.
    (row,) = twice.limit(MAX_DOUBTFUL + 1).agg(F.collect_list(_KEY)).collect()
    return [(key,) for key in row[0]]


def _ranked(rows: DataFrame, contract: Contract, files: DataFrame, elsewhere: DataFrame | None) -> DataFrame:
    names = [column.name for column in contract.columns]
    # A hash passes over nulls, so flags tell which of two columns has the value.
    content = F.xxhash64(*names, *(F.col(name).isNull() for name in names))
    version = [F.col(contract.version_column).desc_nulls_last()] if contract.version_column else []
    newest_first = Window.partitionBy(*contract.primary_key).orderBy(*version, F.col("_age"), F.col(_CONTENT).desc())
    marked = rows.join(F.broadcast(files.select(FILE, "_age")), on=FILE, how="inner").withColumn(_CONTENT, content)
    if elsewhere is None:
        marked = marked.withColumn(_ELSEWHERE, F.lit(False))
    else:
        keys = elsewhere.join(rows.select(*contract.primary_key), [*contract.primary_key], "left_semi")
        flags = keys.distinct().withColumn(_ELSEWHERE, F.lit(True))
        marked = marked.join(flags, [*contract.primary_key], "left").fillna(False, [_ELSEWHERE])
    return marked.withColumns(
        {
            # A version elsewhere takes the first place, so that none is left for the versions here.
            _PLACE: F.row_number().over(newest_first) + F.col(_ELSEWHERE).cast("int"),
            "_same": ~F.col(_ELSEWHERE) & (F.col(_CONTENT) == F.first(_CONTENT).over(newest_first)),
        }
    )


def _losers(ranked: DataFrame, contract: Contract) -> DataFrame:
    names = [column.name for column in contract.columns]
    return ranked.where(F.col(_PLACE) > 1).select(
        *names,
        F.when(F.col("_same"), DUPLICATE).otherwise(SUPERSEDED).alias(REASONS),
        F.to_json(F.struct(*(column.name for column in contract.raw_columns))).alias(RECORD),
        FILE,
    )
