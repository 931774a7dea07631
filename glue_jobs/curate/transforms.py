"""Text rows to typed rows: whether each keeps the contract, and the reasons why one does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lake_common.contract import Column, Contract, Source
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from glue_jobs.curate.casts import INTEGERS, cast
from glue_jobs.curate.frames import literal
from glue_jobs.curate.reading import CORRUPT, FILE, file_number

REASONS = "_reasons"
RECORD = "_record"
GOOD = "_good"
REFUSED = "_refused"
LINE = "_line"
RAW = "_raw"
SEPARATOR = "\x1f"
WIDENED = "_widened"
# What UTF-8 decoders put in the place of bytes that are not UTF-8.
_REPLACEMENT = "\ufffd"


def judge(rows: DataFrame, contract: Contract) -> DataFrame:
    """Type the rows of files that fit the contract.

    Parameters
    ----------
    rows
        As `reading.read` gives them; columns that the contract does not know are left out.

    Returns
    -------
    DataFrame
        The contract's columns; `_good`, whether the row keeps the contract; `_refused`, null; `_line`, the line if it
        could not be split into columns; `_raw`, the texts of a row that is not good; `_widened`, a bit per raw column
        whose value is of a wider type than the contract's and fitted without loss; `_file`.
    """
    source = _source(contract)
    raw = [column.name for column in contract.raw_columns]
    texts = {name: f"`_text_{name}`" for name in raw}
    present = set(rows.columns)
    split = rows.select(
        *((F.col(name) if name in present else F.lit(None).cast("string")).alias(f"_text_{name}") for name in raw),
        F.col(CORRUPT).alias(LINE),
        file_number().alias(FILE),
    )
    typed = split.select(
        *(F.expr(cast(column, texts[column.name], source)).alias(column.name) for column in contract.raw_columns),
        *texts.values(),
        LINE,
        FILE,
    )
    for column in contract.columns:
        if column.transform is not None:
            value = F.expr(column.transform).cast(column.type)
            typed = typed.withColumn(column.name, value)
    good = " AND ".join(f"NOT coalesce({failed}, false)" for _, failed in _all_checks(contract, texts))
    kept = ", ".join(f"{literal(name)}, {text}" for name, text in texts.items())
    return typed.withColumn(GOOD, F.expr(good)).select(
        *(column.name for column in contract.columns),
        GOOD,
        F.lit(None).cast("string").alias(REFUSED),
        LINE,
        F.expr(f"if({GOOD}, NULL, named_struct({kept}))").alias(RAW),
        F.expr(_widened_bits(contract, texts)).alias(WIDENED),
        FILE,
    )


def explain(bad: DataFrame, contract: Contract) -> DataFrame:
    """Give the reasons of rows that are not good, and the rows as they were.

    Apart from `judge`, because every good row would pay for it: Spark has no generated code for `to_json`, and Java
    compiles no method of more than 8,000 bytes.

    Parameters
    ----------
    bad
        Rows of `judge` and `refuse`.

    Returns
    -------
    DataFrame
        `_reasons`, joined by `SEPARATOR`; `_record`, the line, or the texts as JSON; `_file`.
    """
    texts = {column.name: f"{RAW}.`{column.name}`" for column in contract.raw_columns}
    checks = ", ".join(f"if({failed}, {literal(reason)}, NULL)" for reason, failed in _checks(contract, texts))
    whens = " ".join(
        f"WHEN {failed} THEN {literal(reason)}" for reason, failed in _row_checks(_source(contract), texts)
    )
    reasons = (
        f"CASE WHEN {REFUSED} IS NOT NULL THEN {REFUSED} {whens} ELSE concat_ws({literal(SEPARATOR)}, {checks}) END"
    )
    return bad.select(F.expr(reasons).alias(REASONS), F.coalesce(LINE, F.to_json(RAW)).alias(RECORD), FILE)


def refuse(rows: DataFrame, contract: Contract, reason: str) -> DataFrame:
    """Bring the rows of a file that does not fit the contract into the same shape, with one reason, `_refused`."""
    names = [name for name in rows.columns if not name.startswith("_")]
    texts = ", ".join(f"`{column.name}`: string" for column in contract.raw_columns)
    return rows.select(
        *(F.lit(None).cast(column.type).alias(column.name) for column in contract.columns),
        F.lit(False).alias(GOOD),
        F.lit(reason).alias(REFUSED),
        F.coalesce(CORRUPT, F.to_json(F.struct(*names))).alias(LINE),
        F.lit(None).cast(f"struct<{texts}>").alias(RAW),
        F.lit(0).alias(WIDENED),
        file_number().alias(FILE),
    )


def widened_columns(contract: Contract, bits: int) -> list[str]:
    """Names of the columns whose bit is set."""
    return [column.name for place, column in enumerate(_integers(contract)) if bits >> place & 1]


def _all_checks(contract: Contract, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield from _row_checks(_source(contract), texts)
    yield from _checks(contract, texts)


def _row_checks(source: Source, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what makes a line no row at all, so that nothing more is to be said of it."""
    yield "row: wrong number of columns, or not readable", f"{LINE} IS NOT NULL"
    if source.format == "csv":
        repeated = (f"length({text}) = {len(name)} AND lower({text}) = '{name}'" for name, text in texts.items())
        yield "row: repeats the header", " AND ".join(repeated)


def _checks(contract: Contract, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each reason with the SQL condition of a row that has it. Conditions may be null, which means no."""
    source = _source(contract)
    for column in contract.raw_columns:
        yield from _raw_checks(column, texts[column.name], source)
    for column in contract.columns:
        if column.required or column.partition:
            yield from _computed_checks(column, contract)
        yield from _value_checks(column)
    for rule in contract.quality:
        yield f"rule: {rule.name}", f"NOT ({rule.expression})"


def _raw_checks(column: Column, text: str, source: Source) -> Iterator[tuple[str, str]]:
    if column.required:
        yield f"{column.name}: required", f"{text} IS NULL"
    if column.type == "string":
        yield f"{column.name}: not UTF-8", f"contains(`{column.name}`, '{_REPLACEMENT}')"
        if source.format == "csv" and not source.multiline:
            yield f"{column.name}: broken quotes", _broken_quotes(text, source)
    else:
        yield f"{column.name}: not {column.type}", f"{text} IS NOT NULL AND `{column.name}` IS NULL"


def _broken_quotes(text: str, source: Source) -> str:
    """Recognize the halves of a row that a line break in quotes has split, where they happen to pass for rows."""
    quote = literal(source.quote)
    odd = f"(length({text}) - length(replace({text}, {quote}, ''))) % 2 = 1"
    return f"contains({text}, {quote}) AND (startswith({text}, {quote}) OR endswith({text}, {quote})) AND {odd}"


def _computed_checks(column: Column, contract: Contract) -> Iterator[tuple[str, str]]:
    """Check that a column has a value; if the inputs of its expression have none, that is the reason to name."""
    if column.transform is None and not column.partition:
        return
    words = set(re.findall(r"\w+", column.transform or ""))
    given = [f" AND `{other.name}` IS NOT NULL" for other in contract.columns if other.name in words]
    empty = f"`{column.name}` IS NULL" + (f" OR `{column.name}` = ''" if column.type == "string" else "")
    yield f"{column.name}: no value", f"({empty}){''.join(given)}"


def _value_checks(column: Column) -> Iterator[tuple[str, str]]:
    name = f"`{column.name}`"
    if column.minimum is not None:
        yield f"{column.name}: below {column.minimum}", f"{name} < {_value(column, column.minimum)}"
    if column.maximum is not None:
        yield f"{column.name}: above {column.maximum}", f"{name} > {_value(column, column.maximum)}"
    if column.max_length is not None:
        yield f"{column.name}: longer than {column.max_length}", f"length({name}) > {column.max_length}"
    if column.pattern is not None:
        yield f"{column.name}: does not match {column.pattern}", f"NOT {name} RLIKE {literal(column.pattern)}"
    if column.allowed:
        allowed = ", ".join(_value(column, value) for value in column.allowed)
        yield f"{column.name}: not one of the allowed values", f"{name} NOT IN ({allowed})"


def _widened_bits(contract: Contract, texts: dict[str, str]) -> str:
    bits = [
        f"if(`{column.name}` IS NOT NULL AND contains({texts[column.name]}, '.'), {1 << place}, 0)"
        for place, column in enumerate(_integers(contract))
    ]
    return " + ".join(bits) or "0"


def _integers(contract: Contract) -> list[Column]:
    """Columns that can report a widened value: whole numbers, as many as an int has bits."""
    return [column for column in contract.raw_columns if column.type in INTEGERS][:31]


def _value(column: Column, text: str) -> str:
    return literal(text) if column.type == "string" else f"CAST({literal(text)} AS {column.type})"


def _source(contract: Contract) -> Source:
    if contract.source is None:
        raise ValueError(f"{contract.name} must be a table that is read from raw files; its contract has no source")
    return contract.source
