"""Checks of the data: the catalog, and that every row of raw is accounted for on its way to analytics."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import awswrangler as wr

from contracts.loader import load_contracts
from smoke.check import CheckFailedError, NotProvenError, Suite, require
from smoke.lake import ANALYTICS, CURATED, RAW, Lake

suite = Suite()


@suite.check("The catalog holds the tables of the contracts, column by column")
def catalog(lake: Lake) -> str:
    contracts = load_contracts()
    for contract in contracts:
        database = {"curated": CURATED, "analytics": ANALYTICS}[contract.zone]
        got = wr.catalog.get_table_types(database=database, table=contract.name, boto3_session=lake.session)
        expected = {column.name: column.type for column in contract.columns}
        require(got == expected, f"{database}.{contract.name} must have {expected}; got {got}")
    return f"{len(contracts)} tables have the columns, types and order of their contracts"


@suite.check("Every raw row is in curated or in quarantine, once")
def nothing_is_lost(lake: Lake) -> str:
    if not lake.curated_tables:
        raise NotProvenError("no data has arrived yet")
    counts = {table: _counts(lake, table) for table in lake.curated_tables}
    for table, (raw, curated, quarantined) in counts.items():
        require(
            raw == curated + quarantined,
            f"{table}: curated + quarantine must equal raw; got {curated} + {quarantined} = "
            f"{curated + quarantined}, raw has {raw}",
        )
    return "; ".join(f"{table} {raw:,} = {good:,} + {bad:,}" for table, (raw, good, bad) in counts.items())


@suite.check("Primary keys are unique in curated")
def unique_keys(lake: Lake) -> str:
    if not lake.curated_tables:
        raise NotProvenError("no data has arrived yet")
    keys = {contract.name: ", ".join(contract.primary_key) for contract in load_contracts()}
    for table in lake.curated_tables:
        key = keys[table]
        sql = f"SELECT count(*) FROM (SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1)"  # noqa: S608
        twice = int(lake.scalar(sql))
        require(twice == 0, f"{table}: ({key}) must be unique; {twice} keys occur more than once")
    return f"{len(lake.curated_tables)} tables"


@suite.check("The newest raw version of each order is the one in curated, to the cent")
def orders_match_raw(lake: Lake) -> str:
    lake.need("orders")
    sql = """
        WITH versions AS (
            SELECT CAST(order_id AS varchar) AS order_id,
                   TRY_CAST(CAST(amount AS varchar) AS decimal(10, 2)) AS amount,
                   row_number() OVER (PARTITION BY order_id ORDER BY CAST(ingest_date AS varchar) DESC) AS age
            FROM lake_raw.orders
        )
        SELECT count(*) AS orders, sum(orders.amount) AS curated, sum(versions.amount) AS raw,
               count_if(orders.amount <> versions.amount OR versions.amount IS NULL) AS different
        FROM lake_curated.orders AS orders
        LEFT JOIN versions ON versions.order_id = orders.order_id AND versions.age = 1
    """
    row = lake.query(sql).iloc[0]
    require(
        int(row["different"]) == 0, f"{row['different']} of {row['orders']} orders differ from their newest raw row"
    )
    require(row["curated"] == row["raw"], f"amounts must add up to the same; got {row['curated']} and {row['raw']}")
    return f"{int(row['orders']):,} orders, {row['curated']:,} dollars on both sides"


@suite.check("Revenue is the same in curated and in every aggregate")
def revenue(lake: Lake) -> str:
    lake.need("orders")
    expected = _decimal(lake.scalar("SELECT sum(amount) FROM orders"))
    for table in ("daily_revenue", "cohort_retention"):
        got = _decimal(lake.scalar(f"SELECT sum(revenue) FROM {table}", database=ANALYTICS))  # noqa: S608
        require(got == expected, f"sum(revenue) of {table} must be {expected}; got {got}")
    return f"{expected:,} dollars in orders, daily_revenue and cohort_retention"


@suite.check("Each customer has one history without gaps, and one current version")
def histories(lake: Lake) -> str:
    lake.need("orders")
    sql = """
        WITH versions AS (
            SELECT customer_id, is_current, valid_to,
                   lead(valid_from) OVER (PARTITION BY customer_id ORDER BY valid_from) AS next_from
            FROM customer_history
        )
        SELECT count(DISTINCT customer_id) AS customers, count_if(is_current) AS current,
               count_if(NOT is_current AND (valid_to <> next_from OR next_from IS NULL)) AS broken
        FROM versions
    """
    row = lake.query(sql, database=ANALYTICS).iloc[0]
    expected = int(lake.scalar("SELECT count(DISTINCT customer_id) FROM orders"))
    got = (int(row["customers"]), int(row["current"]), int(row["broken"]))
    require(
        got == (expected, expected, 0),
        f"customers, current versions and gaps must be {(expected, expected, 0)}; got {got}",
    )
    return f"{expected:,} customers"


@suite.check("Ratings and flights are counted once in their aggregates")
def other_aggregates(lake: Lake) -> str:
    proofs = []
    for table, aggregate, column in (("ratings", "movie_ratings", "ratings"), ("flights", "carrier_delays", "flights")):
        if table in lake.curated_tables:
            expected = int(lake.scalar(f"SELECT count(*) FROM {table}"))  # noqa: S608
            got = int(lake.scalar(f"SELECT sum({column}) FROM {aggregate}", database=ANALYTICS))  # noqa: S608
            require(got == expected, f"sum({column}) of {aggregate} must be {expected}; got {got}")
            proofs.append(f"{expected:,} {table} in {aggregate}")
    if not proofs:
        raise NotProvenError("no data for ratings or flights has arrived yet")
    return "; ".join(proofs)


@suite.check("A partition is all that a query for it reads")
def partitions(lake: Lake) -> str:
    lake.need("orders")
    everything = _scanned(lake, "SELECT count(order_id) FROM orders")
    month = _scanned(lake, "SELECT count(order_id) FROM orders WHERE order_month = '1997-05'")
    if everything == 0:
        raise CheckFailedError("counting all orders must scan bytes; Athena reports 0")
    require(0 < month < everything / 4, f"one month of 18 must scan far less than all {everything} bytes; got {month}")
    return f"one month scans {month:,} of {everything:,} bytes"


def _counts(lake: Lake, table: str) -> tuple[int, int, int]:
    quarantine = f"SELECT count(*) FROM quarantine WHERE source_table = '{table}'"  # noqa: S608
    return (
        int(lake.scalar(f"SELECT count(*) FROM {table}", database=RAW)),  # noqa: S608
        int(lake.scalar(f"SELECT count(*) FROM {table}")),  # noqa: S608
        int(lake.scalar(quarantine)),
    )


def _scanned(lake: Lake, sql: str) -> int:
    settings: dict[str, Any] = {"workgroup": "lake-engineers", "boto3_session": lake.session, "wait": True}
    done = wr.athena.start_query_execution(sql, database=CURATED, **settings)
    return int(done["Statistics"]["DataScannedInBytes"])


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))
