"""Small tables that the driver knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame, SparkSession

# Beyond, the text of the query costs more than a Spark job over pickled rows.
_MAX_VALUES = 5_000


def small(spark: SparkSession, rows: Sequence[Sequence[str | int | None]], types: Mapping[str, str]) -> DataFrame:
    """Make a table of values that are part of the query, so that reading it needs no Spark job.

    Parameters
    ----------
    types
        Spark SQL types by the name of the column, for example `{"_age": "int"}`.
    """
    if not rows or len(rows) * len(types) > _MAX_VALUES:
        return spark.createDataFrame(rows, ", ".join(f"`{name}` {kind}" for name, kind in types.items()))
    values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    names = ", ".join(f"`{name}`" for name in types)
    typed = ", ".join(f"CAST(`{name}` AS {kind}) AS `{name}`" for name, kind in types.items())
    return spark.sql(f"SELECT {typed} FROM VALUES {values} AS given({names})")  # noqa: S608 - literals only


def literal(value: str | int | None) -> str:
    """Write a value as Spark SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
