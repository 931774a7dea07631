"""What the orders job does in a first run, in polars; `etl_duckdb` says what that is."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from benchmarks.etl_duckdb import COLUMNS, ROW_GROUP_ROWS

_EXACT = pl.Decimal(38, 18)


def run(raw: Path, out: Path) -> None:
    # A sixth column catches lines that are too long.
    texts = pl.scan_csv(
        f"{raw}/*/*.csv",
        has_header=False,
        skip_rows=1,
        schema=dict.fromkeys((*COLUMNS, "extra"), pl.String),
        include_file_paths="source_file",
        missing_columns="insert",
    )
    typed = texts.with_columns(
        _whole("customer_id").alias("customer"),
        pl.when(pl.col("order_date").str.len_bytes() == 10)
        .then(pl.col("order_date").str.to_date("%Y-%m-%d", strict=False))
        .alias("day"),
        _whole("quantity").alias("number"),
        _decimal("amount").alias("price"),
    )
    good = pl.all_horizontal((~failed).fill_null(value=True) for failed in _checks().values())
    judged = typed.with_columns(good=good).collect()
    rows = judged.filter("good").select(
        "order_id",
        pl.col("customer").alias("customer_id"),
        pl.col("day").alias("order_date"),
        pl.col("number").alias("quantity"),
        pl.col("price").alias("amount"),
        pl.col("day").dt.strftime("%Y-%m").alias("order_month"),
        "source_file",
    )
    double = rows["order_id"].is_duplicated()
    first, losers = _rank(rows.filter(double))
    winners = pl.concat([rows.filter(~double), first]).drop("source_file")
    bad = judged.filter(~pl.col("good"))
    _write_lineage(rows, bad, out)
    for (month,), part in winners.partition_by("order_month", as_dict=True, include_key=False).items():
        folder = out / "curated" / f"order_month={month}"
        folder.mkdir(parents=True)
        ordered = part.sort("customer_id", "order_date")
        ordered.write_parquet(folder / "part-0.parquet", compression="zstd", row_group_size=ROW_GROUP_ROWS)
    _write_quarantine(bad, losers, out)
    if winners.height + losers.height + bad.height != judged.height:
        raise RuntimeError(f"rows were lost: {judged.height} read")


def _whole(name: str) -> pl.Expr:
    text, exact = pl.col(name), pl.col(name).cast(_EXACT, strict=False)
    wide = pl.when(exact == exact.cast(pl.Int64, strict=False).cast(_EXACT)).then(exact.cast(pl.Int32, strict=False))
    return pl.when(text.str.contains(".", literal=True)).then(wide).otherwise(text.cast(pl.Int32, strict=False))


def _decimal(name: str) -> pl.Expr:
    """Look closely only at what has more than two digits after the point."""
    text, near = pl.col(name), pl.col(name).cast(pl.Decimal(10, 2), strict=False)
    digits = text.str.len_bytes() - text.str.find(".", literal=True) - 1
    return pl.when(digits <= 2).then(near).when(text.cast(_EXACT, strict=False) == near.cast(_EXACT)).then(near)


def _checks() -> dict[str, pl.Expr]:
    order = pl.col("order_id")
    return {
        "row: wrong number of columns, or not readable": pl.col("extra").is_not_null() | pl.col("amount").is_null(),
        "row: repeats the header": (order == "order_id") & (pl.col("customer_id") == "customer_id"),
        "order_id: required": order.is_null() | (order == ""),
        "order_id: broken quotes": order.str.contains('"', literal=True)
        & (order.str.count_matches('"', literal=True) % 2 == 1),
        "order_id: longer than 64": order.str.len_chars() > 64,
        "customer_id: not int": pl.col("customer").is_null(),
        "customer_id: below 1": pl.col("customer") < 1,
        "order_date: not date": pl.col("day").is_null(),
        "order_date: out of range": ~pl.col("day").is_between(pl.date(1990, 1, 1), pl.date(2099, 12, 31)),
        "quantity: not int": pl.col("number").is_null(),
        "quantity: below 1": pl.col("number") < 1,
        "amount: not decimal(10,2)": pl.col("price").is_null(),
        "amount: below 0": pl.col("price") < 0,
    }


def _rank(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tell the newest version of each row from the others."""
    content = pl.struct("customer_id", "order_date", "quantity", "amount").hash()
    ranked = rows.with_columns(content=content).sort("source_file", "content", descending=True)
    ranked = ranked.with_columns(best=pl.col("content").first().over("order_id"))
    newest = pl.col("order_id").is_first_distinct()
    reason = pl.when(pl.col("content") == pl.col("best")).then(pl.lit("duplicate")).otherwise(pl.lit("superseded"))
    losers = ranked.filter(~newest).with_columns(reasons=pl.concat_list(reason))
    return ranked.filter(newest).drop("content", "best"), losers


def _write_lineage(rows: pl.DataFrame, bad: pl.DataFrame, out: Path) -> None:
    good = rows.group_by("source_file", "order_month").len().rows()
    invalid = bad.group_by("source_file").len().rows()
    (out / "lineage.json").write_text(json.dumps({"good": good, "invalid": invalid}), encoding="utf-8")


def _write_quarantine(bad: pl.DataFrame, losers: pl.DataFrame, out: Path) -> None:
    reasons = pl.concat_list(pl.when(failed).then(pl.lit(reason)) for reason, failed in _checks().items())
    invalid = bad.with_columns(reasons=reasons.list.drop_nulls(), scope=pl.col("source_file"))
    double = losers.with_columns(scope=pl.col("order_month"))
    shape = ["source_file", "reasons", pl.struct(COLUMNS).struct.json_encode().alias("raw_record"), "scope"]
    rows = pl.concat([invalid.select(shape), double.select(shape)]).sort("scope", "source_file", "raw_record")
    folder = out / "quarantine"
    folder.mkdir()
    for number, part in enumerate(rows.partition_by("scope")):
        part.write_parquet(folder / f"part-{number}.parquet", compression="zstd")
