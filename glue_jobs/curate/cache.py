"""Persisted frames that are released together."""

from __future__ import annotations

from contextlib import ExitStack

from pyspark.sql import DataFrame


class Cache(ExitStack):
    """Keep frames that are read more than once until the block ends. A lost executor's part is computed again."""

    def keep(self, rows: DataFrame) -> DataFrame:
        kept = rows.persist()
        self.callback(kept.unpersist)
        return kept
