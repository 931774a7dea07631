"""What the orders job does in a first run, in DuckDB's SQL.

Like the job: exact types, the checks of the contract, the newest version by delivery, file and content, a quarantine
with reasons and origin, rows by file and partition (lineage), sorted partitions (Parquet 2, zstd, the same row groups),
and the proof that no row was lost. Unlike it: nothing for late files and kills.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

COLUMNS = ("order_id", "customer_id", "order_date", "quantity", "amount")
ROW_GROUP_ROWS = 40_000
_REASONS = {
    "row: repeats the header": "o = 'order_id' and c = 'customer_id'",
    "order_id: required": "o is null",
    "order_id: broken quotes": "contains(o, '\"') and (length(o) - length(replace(o, '\"', ''))) % 2 = 1",
    "order_id: longer than 64": "length(o) > 64",
    "customer_id: not int": "customer_id is null",
    "customer_id: below 1": "customer_id < 1",
    "order_date: not date": "order_date is null",
    "order_date: out of range": "order_date < date '1990-01-01' or order_date > date '2099-12-31'",
    "quantity: not int": "quantity is null",
    "quantity: below 1": "quantity < 1",
    "amount: not decimal(10,2)": "amount is null",
    "amount: below 0": "amount < 0",
}


def run(raw: Path, out: Path, threads: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {threads}; set preserve_insertion_order = false")
        connection.execute(_judge(raw))
        connection.execute(_RANK)
        connection.execute(_lineage(out))
        (out / "curated").mkdir(parents=True)
        connection.execute(_curate(out))
        connection.execute(_quarantine(out))
        _check(connection)


def _judge(raw: Path) -> str:
    columns = ", ".join(f"{name}: 'varchar'" for name in COLUMNS)
    reasons = ", ".join(f"case when {failed} then '{reason}' end" for reason, failed in _REASONS.items())
    good = " and ".join(f"({failed}) is not true" for failed in _REASONS.values())
    return f"""create table judged as
        with texts as (
          select order_id as o, customer_id as c, order_date as d, quantity as q, amount as a, filename
          from read_csv('{raw}/*/*.csv', columns = {{{columns}}}, header = true, filename = true, auto_detect = false,
            store_rejects = true)),
        typed as (
          select *, o as order_id, {_whole("c")} as customer_id,
            case when length(d) = 10 then try_cast(d as date) end as order_date, {_whole("q")} as quantity,
            {_exact("a")} as amount
          from texts)
        select order_id, customer_id, order_date, quantity, amount, strftime(order_date, '%Y-%m') as order_month,
          filename, {good} as good,
          case when not ({good}) then concat_ws(';', {reasons}) end as reasons,
          case when not ({good})
            then to_json({{order_id: o, customer_id: c, order_date: d, quantity: q, amount: a}}) end as raw_record
        from typed"""


def _whole(text: str) -> str:
    """Take `3.0` for 3, but do not round 3.5."""
    exact = f"try_cast({text} as decimal(38,18))"
    number = f"try_cast({text} as int)"
    return f"case when not contains({text}, '.') or {exact} = floor({exact}) then {number} end"


def _exact(text: str) -> str:
    """Take at most two digits after the point; look closely only where there seem to be more."""
    near, exact = f"try_cast({text} as decimal(10,2))", f"try_cast({text} as decimal(38,18))"
    plain = f"instr({text}, '.') between greatest(1, length({text}) - 2) and length({text})"
    return f"case when {plain} then {near} when {exact} = {near} then {near} end"


_RANK = """create table losers as
    with doubtful as (select order_id from judged where good group by order_id having count(*) > 1),
    ranked as (
      select j.*, j.rowid as id, hash(order_id, customer_id, order_date, quantity, amount) as content,
        row_number() over newest as place, first_value(content) over newest as best
      from judged as j semi join doubtful using (order_id) where good
      window newest as (partition by order_id order by regexp_extract(filename, 'ingest_date=([^/]*)', 1) desc,
        filename desc, content desc))
    select *, case when content = best then 'duplicate' else 'superseded' end as reason from ranked where place > 1"""


def _lineage(out: Path) -> str:
    return f"""copy (select filename, count(*) as rows, count_if(not good) as invalid,
        list(distinct order_month) filter (good) as partitions from judged group by filename)
        to '{out}/lineage.json' (format json)"""


def _curate(out: Path) -> str:
    return f"""copy (select order_id, customer_id, order_date, quantity, amount, order_month
        from judged where good and rowid not in (select id from losers)
        order by order_month, customer_id, order_date)
        to '{out}/curated' (format parquet, parquet_version v2, compression zstd, row_group_size {ROW_GROUP_ROWS},
          partition_by (order_month), overwrite_or_ignore)"""


def _quarantine(out: Path) -> str:
    origin = "filename as source_file, regexp_extract(filename, 'ingest_date=([^/]*)', 1) as ingest_date"
    return f"""copy (
        select {origin}, [reason] as reasons, '1.0.0' as contract_version, order_month as scope,
          to_json({{order_id: order_id, customer_id: customer_id, order_date: order_date, quantity: quantity,
            amount: amount}})::varchar as raw_record from losers
        union all by name
        select {origin}, string_split(reasons, ';') as reasons, raw_record::varchar as raw_record,
          '1.0.0' as contract_version, md5(filename) as scope from judged where not good
        union all by name
        select s.file_path as source_file, regexp_extract(s.file_path, 'ingest_date=([^/]*)', 1) as ingest_date,
          ['row: wrong number of columns, or not readable'] as reasons, any_value(csv_line) as raw_record,
          '1.0.0' as contract_version, md5(s.file_path) as scope
        from reject_errors as e join reject_scans as s using (scan_id, file_id) group by s.file_path, e.line
        order by scope, source_file, raw_record)
        to '{out}/quarantine' (format parquet, compression zstd, partition_by (scope), overwrite_or_ignore)"""


def _check(connection: duckdb.DuckDBPyConnection) -> None:
    judged, good, lost = connection.execute(
        "select count(*), count_if(good), (select count(*) from losers) from judged"
    ).fetchall()[0]
    if not judged >= good > lost:
        raise RuntimeError(f"rows were lost: {judged} judged, {good} good, {lost} double")
