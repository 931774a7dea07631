"""Text to typed values, exactly: what does not fit a type becomes null, and nothing is rounded or cut.

Spark's own casts are too kind for a data lake: `2024` is a date, `1.005` a decimal(10,2), `12d` a double, and a time
alone gets the day of the run. Each function returns a Spark
SQL expression; the slow exact way is taken only for values that fail the fast one.
"""

from __future__ import annotations

import re

from lake_common.contract import EPOCH_SECONDS, Column, Source

from glue_jobs.curate.frames import literal

INTEGERS = ("tinyint", "smallint", "int", "bigint")
_EXACT = "decimal(38,18)"


def cast(column: Column, text: str, source: Source) -> str:
    """Build the expression that turns a text into the column's type, or null.

    Parameters
    ----------
    text
        Name of a string column, quoted as SQL needs it.
    """
    match column.type.partition("(")[0]:
        case "string":
            value = text
        case "tinyint" | "smallint" | "int" | "bigint":
            value = f"coalesce(try_cast({text} AS {column.type}), {_whole(column, text)})"
        case "decimal":
            value = _decimal(column.type, text)
        case "float" | "double":
            value = _finite(column.type, text)
        case "date":
            value = _date(text, source.date_format)
        case "timestamp":
            value = _timestamp(text, source.timestamp_format)
        case _:
            value = f"try_cast({text} AS {column.type})"
    return value


def _whole(column: Column, text: str) -> str:
    """Take an integer that is written as a decimal, such as 3.0; null if digits would be lost."""
    exact = f"try_cast({text} AS {_EXACT})"
    return f"if({exact} = floor({exact}), try_cast({exact} AS {column.type}), NULL)"


def _decimal(kind: str, text: str) -> str:
    scale = int(re.findall(r"\d+", kind)[1])
    # With at most `scale` characters after the point, the cast has nothing to round; a negative exponent needs three.
    if scale <= 2:
        fits = f"instr({text}, '.') BETWEEN greatest(1, length({text}) - {scale}) AND length({text})"
    else:
        fits = "false"
    exact = f"try_cast({text} AS {_EXACT})"
    near = f"try_cast({text} AS {kind})"
    return f"if({fits}, {near}, if({exact} = {near}, {near}, NULL))"


def _finite(kind: str, text: str) -> str:
    value = f"try_cast({text} AS {kind})"
    # Java reads literals of its own: 12d, 1.5F, 0x1p3.
    return f"if(abs({value}) < double('Infinity') AND NOT {text} RLIKE '[dDfFxX]', {value}, NULL)"


def _date(text: str, pattern: str | None) -> str:
    if pattern:
        return f"CAST(try_to_timestamp({text}, {literal(pattern)}) AS date)"
    # Shorter dates leave room for a blank or a T, after which Spark takes whatever comes.
    whole = f"substr({text}, 8, 1) = '-' AND substr({text}, 10, 1) BETWEEN '0' AND '9'"
    return f"if(length({text}) = 10 AND {whole}, try_cast({text} AS date), NULL)"


def _timestamp(text: str, pattern: str | None) -> str:
    if pattern == EPOCH_SECONDS:
        return f"timestamp_seconds(try_cast({text} AS decimal(18,6)))"
    if pattern:
        return f"try_to_timestamp({text}, {literal(pattern)})"
    has_day = f"contains(substring_index({text}, ':', 1), '-')"
    return f"if(length({text}) >= 10 AND {has_day}, try_cast({text} AS timestamp), NULL)"
