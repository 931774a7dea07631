"""Answers of the deployed queries against computations in Python from the same rows."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import mean
from typing import Any, NamedTuple

import pytest

from datasets import orders as generator
from datasets.shape import day_of, load
from tests.data.query_lake import CONTRACTS, QueryLake

MONTH = "1997-03"


class Order(NamedTuple):
    order_id: str
    customer_id: int
    order_date: date
    quantity: int
    amount: Decimal
    order_month: str


class Day(NamedTuple):
    order_date: date
    orders: int
    customers: int
    quantity: int
    revenue: Decimal


def generated() -> list[Order]:
    (block,) = generator.blocks(generator.Request(rows=900, seed=5), load())
    days = [day_of(int(day)) for day in block["day"]]
    columns = zip(block["number"], block["customer"], days, block["quantity"], block["cents"], strict=True)
    return [
        Order(f"gen-{number:04d}", int(customer), day, int(quantity), Decimal(int(cents)) / 100, f"{day:%Y-%m}")
        for number, customer, day, quantity, cents in columns
    ]


ORDERS = generated()
OF_MONTH = [order for order in ORDERS if order.order_month == MONTH]


def revenue(rows: Iterable[Order]) -> Decimal:
    return sum((row.amount for row in rows), Decimal(0))


def grouped(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(sorted(groups.items()))


DAYS = [
    Day(day, len(rows), len({row.customer_id for row in rows}), sum(row.quantity for row in rows), revenue(rows))
    for day, rows in grouped(ORDERS, lambda row: row.order_date).items()
]


@pytest.fixture(scope="module")
def shop() -> QueryLake:
    lake = QueryLake()
    lake.put("orders", ORDERS)
    lake.put("daily_revenue", DAYS)
    return lake


def test_daily_revenue_sums_the_seven_days_up_to_a_day_also_over_days_without_sales(shop: QueryLake) -> None:
    def week(day: date) -> Decimal:
        return sum((row.revenue for row in DAYS if day - timedelta(days=6) <= row.order_date <= day), Decimal(0))

    assert shop.run("daily_revenue") == [
        (row.order_date, row.orders, row.revenue, week(row.order_date)) for row in DAYS
    ]


def test_monthly_revenue_and_its_growth(shop: QueryLake) -> None:
    months = grouped(ORDERS, lambda row: row.order_month)
    sums = [revenue(rows) for rows in months.values()]
    growth = [None, *(round(float(now) / float(before) - 1, 4) for before, now in itertools.pairwise(sums))]
    expected = [(month, len(rows), total) for (month, rows), total in zip(months.items(), sums, strict=True)]
    found = shop.run("monthly_revenue")
    assert [row[:3] for row in found] == expected
    assert [row[3] for row in found] == growth


def test_revenue_by_weekday(shop: QueryLake) -> None:
    expected = []
    for weekday, days in grouped(DAYS, lambda row: row.order_date.isoweekday()).items():
        orders = sum(day.orders for day in days)
        average = float(sum(day.revenue for day in days)) / orders
        expected.append((weekday, orders, round(orders / len(days), 1), round(average, 2)))
    assert shop.run("revenue_by_weekday") == expected


def test_revenue_of_period_includes_both_days(shop: QueryLake) -> None:
    days = [day for day in DAYS if date(1997, 2, 3) <= day.order_date <= date(1997, 4, 1)]
    expected = tuple(sum(getattr(day, name) for day in days) for name in ("orders", "quantity", "revenue"))
    assert shop.run("revenue_of_period", "1997-02-03", "1997-04-01") == [expected]


def test_top_customers_of_month(shop: QueryLake) -> None:
    customers = grouped(OF_MONTH, lambda row: row.customer_id)
    ranked = sorted((-revenue(rows), customer, len(rows)) for customer, rows in customers.items())
    assert shop.run("top_customers_of_month", MONTH) == [(c, n, -total) for total, c, n in ranked[:20]]


def test_customer_orders_and_order_by_id_find_exactly_what_is_asked(shop: QueryLake) -> None:
    customer = Counter(row.customer_id for row in ORDERS).most_common(1)[0][0]
    rows = sorted(
        (row for row in ORDERS if row.customer_id == customer), key=lambda row: (row.order_date, row.order_id)
    )
    assert shop.run("customer_orders", customer) == [(r.order_date, r.order_id, r.quantity, r.amount) for r in rows]
    assert shop.run("order_by_id", rows[0].order_id) == [tuple(rows[0])[:5]]
    assert shop.run("order_by_id", "no such order") == []


def test_orders_of_day(shop: QueryLake) -> None:
    day = OF_MONTH[0].order_date
    expected = sorted((r.order_id, r.customer_id, r.quantity, r.amount) for r in ORDERS if r.order_date == day)
    assert shop.run("orders_of_day", MONTH, str(day)) == expected


def test_largest_orders_of_month(shop: QueryLake) -> None:
    rows = sorted(OF_MONTH, key=lambda row: (-row.amount, row.order_id))[:10]
    assert shop.run("largest_orders_of_month", MONTH) == [tuple(row)[:5] for row in rows]


def test_basket_values_of_month(shop: QueryLake) -> None:
    steps = grouped(OF_MONTH, lambda row: int(row.amount // 10) * 10)
    assert shop.run("basket_values_of_month", MONTH) == [(s, len(rows), revenue(rows)) for s, rows in steps.items()]


def test_weekdays_of_month(shop: QueryLake) -> None:
    weekdays = grouped(OF_MONTH, lambda row: row.order_date.isoweekday())
    assert shop.run("weekdays_of_month", MONTH) == [(d, len(rows), revenue(rows)) for d, rows in weekdays.items()]


def test_revenue_concentration_of_month(shop: QueryLake) -> None:
    customers = grouped(OF_MONTH, lambda row: row.customer_id)
    totals = [-total for total, _ in sorted((-revenue(rows), customer) for customer, rows in customers.items())]
    share, rest = divmod(len(totals), 10)
    sizes = [share + (tenth < rest) for tenth in range(10)]
    bounds = [sum(sizes[:tenth]) for tenth in range(11)]
    expected = [(t + 1, sizes[t], sum(totals[bounds[t] : bounds[t + 1]])) for t in range(10)]
    assert shop.run("revenue_concentration_of_month", MONTH) == expected


def test_repeat_purchase_rate(shop: QueryLake) -> None:
    counts = Counter(row.customer_id for row in ORDERS)
    repeat = sum(count > 1 for count in counts.values())
    assert shop.run("repeat_purchase_rate") == [(len(counts), repeat, round(repeat / len(counts), 4))]


def test_new_and_lapsed_customers_by_month(shop: QueryLake) -> None:
    customers = [[row.order_month for row in rows] for rows in grouped(ORDERS, lambda row: row.customer_id).values()]
    assert shop.run("new_customers_by_month") == sorted(Counter(map(min, customers)).items())
    lapsed = Counter(last for last in map(max, customers) if last < "1997-09")
    assert shop.run("lapsed_customers", "1997-09") == sorted(lapsed.items())


def test_cohort_retention_has_a_column_for_each_month_and_null_where_nobody_bought() -> None:
    lake = QueryLake()
    rows = [("1997-01", 0, 8, 8, 8, 80, 1.0), ("1997-01", 3, 8, 1, 2, 9, 0.125), ("1997-02", 12, 3, 1, 1, 1, 1 / 3)]
    lake.put("cohort_retention", rows)
    assert lake.run("cohort_retention") == [
        ("1997-01", 8, None, None, 0.125, None, None),
        ("1997-02", 3, None, None, None, None, 0.3333),
    ]


def test_customer_segments_now_and_on_a_day() -> None:
    lake, end = QueryLake(), date(9999, 12, 31)
    change = date(1997, 5, 31)
    lake.put(
        "customer_history",
        [
            (1, date(1997, 1, 31), change, False, "new", 1, Decimal(10), date(1997, 1, 2)),
            (1, change, end, True, "lapsing", 1, Decimal(10), date(1997, 1, 2)),
            (2, date(1997, 3, 31), end, True, "lapsing", 2, Decimal("2.50"), date(1997, 3, 2)),
        ],
    )
    assert lake.run("customer_segments") == [("lapsing", 2, 3, Decimal("12.50"))]
    assert lake.run("customer_segments_as_of", "1997-05-30") == [("lapsing", 1), ("new", 1)]
    assert lake.run("customer_segments_as_of", "1997-05-31") == [("lapsing", 2)]
    assert lake.run("customer_segments_as_of", "1997-01-30") == []


def test_income_by_education_counts_unknown_occupations_once_as_an_occupation() -> None:
    lake = QueryLake()
    people = [("Masters", ">50K", 40, "Sales"), ("Masters", "<=50K", 45, None), ("Masters", "<=50K", 50, None)]
    people += [("11th", "<=50K", 20, "Sales")]
    names = ("education", "income", "hours_per_week", "occupation")
    lake.put("census", [dict(zip(names, person, strict=True)) for person in people])
    assert lake.run("income_by_education") == [("Masters", 3, 0.3333, 45.0, 2, 2), ("11th", 1, 0.0, 20.0, 0, 1)]


def test_delays_by_carrier_weigh_each_month_by_the_flights_that_departed() -> None:
    lake = QueryLake()
    names = ("carrier", "airline", "flights", "cancelled", "mean_departure_delay", "p90_departure_delay")
    rows = [("UA", "United", 10, 2, 5.0, 30.0), ("UA", "United", 2, 0, 20.0, 9.0), ("ZZ", None, 1, 1, None, None)]
    lake.put("carrier_delays", [dict(zip(names, row, strict=True)) for row in rows])
    found = {row[0]: row[1:] for row in lake.run("delays_by_carrier")}
    assert found == {"United": (12, 0.1667, 8.0, 30.0), "ZZ": (1, 1.0, None, None)}


def test_delays_by_weather_and_busiest_routes() -> None:
    lake, hour = QueryLake(), datetime(2013, 1, 1, 10)
    lake.put("weather", [{"origin": "EWR", "time_hour": hour, "precip": 0.1}])
    names = ("origin", "dest", "time_hour", "dep_time", "dep_delay", "arr_delay", "flight_month")
    rows = [
        ("EWR", "ORD", hour, 1000, 7, 1, "2013-01"),
        ("EWR", "ORD", hour, None, None, None, "2013-01"),
        ("JFK", "XXX", hour, 1000, 1, -4, "2013-01"),
        ("JFK", "XXX", hour, 1000, 1, -4, "2013-02"),
    ]
    lake.put("flights", [dict(zip(names, row, strict=True)) for row in rows])
    lake.put("airports", [{"faa": "ORD", "name": "Chicago Ohare Intl"}])
    assert lake.run("delays_by_weather") == [("EWR", "very wet", 2, 1, 7.0), ("JFK", "unknown", 2, 0, 1.0)]
    assert lake.run("busiest_routes", "2013-01") == [
        ("EWR", "ORD", "Chicago Ohare Intl", 2, 1.0),
        ("JFK", "XXX", None, 1, -4.0),
    ]


def test_best_movies_come_by_their_bayesian_mean() -> None:
    lake, then = QueryLake(), datetime(2000, 1, 1)
    lake.put(
        "movie_ratings", [(1, "One", "Drama", 1, 5.0, 3.5, then, then), (2, "Two", None, 90, 4.6, 4.51, then, then)]
    )
    assert lake.run("best_movies") == [("Two", None, 90, 4.6, 4.51), ("One", "Drama", 1, 5.0, 3.5)]


def test_ratings_per_month_of_a_year() -> None:
    lake = QueryLake()
    moments = [(1, 4.0, (2000, 12)), (1, 3.0, (2000, 12)), (2, 5.0, (2001, 1)), (2, 1.5, (2001, 1))]
    lake.put(
        "ratings",
        [
            {"user_id": user, "rating": stars, "rated_at": datetime(*month, 31), "rated_year": month[0]}
            for user, stars, month in moments
        ],
    )
    assert lake.run("ratings_per_month", 2001) == [("2001-01", 2, 1, round(mean([5.0, 1.5]), 3))]


def clicked(event_id: str, user: str, event: str, day: str) -> dict[str, object]:
    return {"event_id": event_id, "user_id": user, "event": event, "event_date": day}


def test_conversion_funnel_counts_visitors_once_for_each_event() -> None:
    lake = QueryLake()
    seen = [("1", "ann", "home"), ("2", "ann", "home"), ("3", "bob", "home"), ("4", "ann", "cart")]
    lake.put("clicks", [clicked(*row, "2026-01-01") for row in seen])
    assert lake.run("conversion_funnel") == [("home", 3, 2, 1.0), ("cart", 1, 1, 0.5)]


def test_archive_is_set_against_clicks_also_on_days_that_one_of_them_lacks() -> None:
    lake = QueryLake()
    lake.put(
        "click_archive", [clicked(key, "ann", "home", day) for key, day in (("1", "2026-01-02"), ("1", "2026-01-02"))]
    )
    lake.put("clicks", [clicked(key, "ann", "home", day) for key, day in (("1", "2026-01-02"), ("2", "2026-01-03"))])
    lake.put("clicks", [clicked("0", "ann", "home", "2026-01-01")])
    assert lake.run("archive_against_clicks", *["2026-01-02"] * 2) == [("2026-01-02", 1, 1), ("2026-01-03", 0, 1)]


def test_quarantine_counts_a_row_for_each_of_its_reasons() -> None:
    lake = QueryLake()
    names = ("source_table", "source_file", "ingest_date", "reasons", "raw_record")
    rows = [
        ("orders", "a.csv", date(1998, 7, 1), ["amount: not a number", "quantity: required"], "x"),
        ("orders", "b.csv", date(1998, 7, 2), ["quantity: required"], "y"),
        ("census", "c.csv", None, ["duplicate"], "z"),
    ]
    lake.put("quarantine", [dict(zip(names, row, strict=True)) for row in rows])
    assert lake.run("quarantine_by_reason") == [
        ("census", "duplicate", 1, 1),
        ("orders", "quantity: required", 2, 2),
        ("orders", "amount: not a number", 1, 1),
    ]
    found = lake.run("quarantined_rows_of_table", "orders")
    assert [(row[0], row[2]) for row in found] == [
        ("b.csv", "quantity: required"),
        ("a.csv", "amount: not a number; quantity: required"),
    ]


def report(table: str, run: str, minute: int, rows_raw: int) -> dict[str, object]:
    start = datetime(2026, 1, 1, 12, minute)
    numbers = ("files_new", "rows_new", "rows_invalid", "rows_duplicate", "rows_superseded", "rows_written")
    return {
        "run_id": run,
        "source_table": table,
        "status": "succeeded",
        "started_at": start,
        "finished_at": start + timedelta(seconds=42),
        "rows_raw": rows_raw,
        "added_columns": ["colour"],
        "widened_columns": [],
    } | {name: place for place, name in enumerate(numbers)}


def test_pipeline_history_shows_the_latest_run_first() -> None:
    lake = QueryLake()
    lake.put("pipeline_runs", [report("orders", "first", 1, 5), report("orders", "second", 2, 6)])
    found = lake.run("pipeline_history")
    assert [(row[0], row[4], row[8], row[10]) for row in found] == [("second", 42, 7, 1), ("first", 42, 7, 1)]


def used(usage_id: str, day: int, team: str, scanned: int | None, cost: float, **fields: object) -> dict[str, object]:
    """Make a row of `usage`: a query if it scanned something, a job otherwise."""
    start = datetime(2026, 1, day, 12)
    return {
        "usage_id": usage_id,
        "kind": "job" if scanned is None else "query",
        "team": team,
        "status": "SUCCEEDED",
        "started_at": start,
        "finished_at": start + timedelta(seconds=2),
        "seconds": 2.0,
        "scanned_bytes": scanned,
        "dpu_seconds": 7200.0 if scanned is None else None,
        "cost_usd": cost,
        "usage_date": f"2026-01-{day:02}",
    } | fields


@pytest.fixture
def usage() -> QueryLake:
    lake = QueryLake()
    lake.put(
        "usage",
        [
            used("q1", 1, "lake-analysts", 100, 0.5),
            used("q2", 1, "lake-analysts", 300, 0.25, status="CANCELLED"),
            used("q3", 2, "lake-engineers", 200, 0.125),
            used("j1", 2, "curate", None, 0.88),
            used("q4", 1, "lake-analysts", 7, 1.0, usage_date="2026-02-01"),
        ],
    )
    return lake


def test_cost_is_told_by_month_and_team_the_dearest_first(usage: QueryLake) -> None:
    assert usage.run("usage_cost_by_team") == [
        ("2026-02", "query", "lake-analysts", 1, 0, 7, None, 1.0),
        ("2026-01", "job", "curate", 1, 0, None, 2.0, 0.88),
        ("2026-01", "query", "lake-analysts", 2, 1, 400, None, 0.75),
        ("2026-01", "query", "lake-engineers", 1, 0, 200, None, 0.125),
    ]


def test_heaviest_queries_of_a_period_leave_jobs_out(usage: QueryLake) -> None:
    found = usage.run("usage_heaviest_queries", "2026-01-01", "2026-01-31")
    assert [(row[0], row[5]) for row in found] == [("q2", 300), ("q3", 200), ("q1", 100)]


def test_bytes_by_day_add_up_for_each_team(usage: QueryLake) -> None:
    assert usage.run("usage_bytes_by_day", "2026-01-01", "2026-01-02") == [
        ("2026-01-01", "lake-analysts", 2, 400, 0.75),
        ("2026-01-02", "lake-engineers", 1, 200, 0.125),
    ]


def test_access_log_status_codes() -> None:
    lake = QueryLake()
    names = ("clientip", "response", "bytes")
    rows = [("1.1.1.1", 200, 10), ("1.1.1.1", 200, None), ("2.2.2.2", 404, 3), ("2.2.2.2", None, None)]
    lake.put("access_logs", [dict(zip(names, row, strict=True)) for row in rows])
    assert lake.run("access_log_status_codes") == [(200, 2, 1, 10), (404, 1, 1, 3)]


@pytest.fixture
def balanced() -> QueryLake:
    """Three raw orders, of which one is in quarantine, and the run before, which had seen two."""
    lake = QueryLake()
    lake.put("orders", ORDERS[:2])
    quarantined = {"source_table": "orders", "reasons": ["duplicate"]}
    lake.put("quarantine", [quarantined, quarantined | {"source_table": "census"}])
    lake.put(
        "pipeline_runs",
        [report("orders", "before", 1, 2), report("orders", "run", 2, 3), report("census", "run", 3, 9)],
    )
    return lake


def test_the_invariant_holds_if_curated_and_quarantined_rows_add_up(balanced: QueryLake) -> None:
    assert balanced.run("verify_orders", "run") == []


def test_fails_the_invariant_if_a_row_is_lost(balanced: QueryLake) -> None:
    balanced.sql("delete from lake_curated.quarantine")
    assert balanced.run("verify_orders", "run") == [("rows are lost", 3, 2, 0)]


def test_fails_the_invariant_if_a_row_is_doubled(balanced: QueryLake) -> None:
    balanced.put("orders", ORDERS[:1])
    assert balanced.run("verify_orders", "run") == [("rows are doubled", 3, 3, 1)]


def test_fails_the_invariant_if_the_run_left_no_report(balanced: QueryLake) -> None:
    assert balanced.run("verify_orders", "other")[0][0] == "the run left no report"
    assert balanced.run("verify_ratings", "run")[0][0] == "the run left no report"


@pytest.mark.parametrize("table", [contract.name for contract in CONTRACTS.values() if contract.source])
def test_fails_the_invariant_of_each_table_if_it_has_lost_all_rows(table: str) -> None:
    lake = QueryLake()
    lake.put("pipeline_runs", [report(table, "run", 1, 4)])
    assert lake.run(f"verify_{table}", "run") == [("rows are lost", 4, 0, 0)]
