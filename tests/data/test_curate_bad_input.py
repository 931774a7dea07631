"""What arrives in a raw zone sooner or later, and what becomes of it: each row is curated or quarantined."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import json
from typing import Any

import pytest

from tests.data.conftest import Lake
from tests.data.curating import HEADER, curate, curated, orders, put, quarantined, reasons, reports

pytestmark = pytest.mark.spark

GOOD = [f"g{n},{n},1997-01-{n % 28 + 1:02},1,1.00" for n in range(1, 101)]
DAY = "ingest_date=1998-07-01"


def one_bad(lake: Lake, *rows: str) -> list[tuple[Any, ...]]:
    """Curate rows among a hundred good ones, so that the gate lets them pass."""
    put(lake, f"{DAY}/orders.csv", orders(*GOOD[:50], *rows, *GOOD[50:]))
    curate(lake)
    assert len(curated(lake)) + len(quarantined(lake)) == reports(lake)[-1]["rows_raw"]
    return quarantined(lake)


def test_compressed_files_marks_and_line_ends_do_not_matter(lake: Lake) -> None:
    put(lake, f"{DAY}/a.csv.gz", gzip.compress(orders(GOOD[0]).encode()))
    put(lake, f"{DAY}/b.csv.bz2", bz2.compress(orders(GOOD[1]).encode()))
    put(lake, f"{DAY}/c.csv", b"\xef\xbb\xbf" + orders(GOOD[2]).encode())
    put(lake, f"{DAY}/d.csv", orders(GOOD[3]).replace("\n", "\r\n"))
    put(lake, f"{DAY}/e.csv", orders(GOOD[4]).rstrip("\n"))
    put(lake, f"{DAY}/f.csv", "")
    put(lake, f"{DAY}/g.csv", HEADER)
    put(lake, f"{DAY}/h.csv.gz", b"")
    put(lake, f"{DAY}/with space, ünï [1] {{x}} 100%.csv", orders(GOOD[5]))
    put(lake, f"{DAY}/_hidden.csv", "not for us")
    put(lake, "no-date.csv", orders(GOOD[6]))
    curate(lake)
    assert curated(lake, columns="order_id") == [(f"g{n}",) for n in range(1, 8)]
    assert quarantined(lake) == []
    assert reports(lake)[-1]["files_new"] == 10


def test_each_broken_rule_is_named_and_the_row_kept(lake: Lake) -> None:
    rejected = one_bad(
        lake,
        ",1,1997-01-01,1,1.00",
        "x2,one,1997-13-01,0,1.005",
        "x3,1,1890-01-01,1,-1",
        f"{'y' * 70_000},1,1997-01-01,1,1",
    )
    assert sorted(sorted(found) for found, _ in rejected) == [
        ["amount: below 0", "order_date: below 1990-01-01"],
        ["amount: not decimal(10,2)", "customer_id: not int", "order_date: not date", "quantity: below 1"],
        ["order_id: longer than 64"],
        ["order_id: required"],
    ]
    records = [json.loads(record) for _, record in rejected]
    assert {
        "order_id": "x3",
        "customer_id": "1",
        "order_date": "1890-01-01",
        "quantity": "1",
        "amount": "-1",
    } in records
    assert max(len(record.get("order_id", "")) for record in records) == 70_000


def test_lines_that_are_no_rows_are_kept_as_they_are(lake: Lake) -> None:
    rejected = one_bad(lake, "x1,1,1997-01-01", "x2,1,1997-01-01,1,1.00,extra,extra", HEADER.strip())
    repeated = json.dumps({name: name for name in HEADER.strip().split(",")}, separators=(",", ":"))
    assert rejected == [
        (["row: repeats the header"], repeated),
        (["row: wrong number of columns, or not readable"], "x1,1,1997-01-01"),
        (["row: wrong number of columns, or not readable"], "x2,1,1997-01-01,1,1.00,extra,extra"),
    ]


def test_bytes_that_are_not_utf_8_are_quarantined_and_other_scripts_are_not(lake: Lake) -> None:
    name = "Łódź-北京-🎵"
    content = orders(*GOOD).encode() + b"caf\xe9,1,1997-01-01,1,1.00\n" + f"{name},1,1997-01-01,1,1.00\n".encode()
    put(lake, f"{DAY}/orders.csv", content)
    curate(lake)
    assert reasons(lake) == ["order_id: not UTF-8"]
    assert (name,) in curated(lake, columns="order_id")


def test_quotes_may_hold_delimiters_and_quotes(lake: Lake) -> None:
    put(lake, f"{DAY}/orders.csv", orders('"a,""b""",1,1997-01-01,1,1.00'))
    curate(lake)
    assert curated(lake, columns="order_id") == [('a,"b"',)]


def test_a_line_break_in_quotes_needs_a_contract_that_says_so_else_both_halves_are_quarantined(lake: Lake) -> None:
    assert len(one_bad(lake, '"a\nb",1,1997-01-01,1,1.00')) == 2


def test_columns_may_come_in_another_order_and_with_additions_which_are_reported(lake: Lake) -> None:
    put(lake, f"{DAY}/a.csv", "amount,Order_ID,coupon,quantity,order_date, customer_id\n9.99,a,SALE,1,1997-01-01,7\n")
    put(lake, f"{DAY}/b.csv", orders("b,8.0,1997-01-01,1,3"))
    curate(lake)
    assert curated(lake, columns="order_id, customer_id, amount::varchar") == [("a", 7, "9.99"), ("b", 8, "3.00")]
    assert reports(lake)[-1]["added_columns"] == ["coupon"]
    assert reports(lake)[-1]["widened_columns"] == ["customer_id"]


def test_a_file_with_a_renamed_or_missing_column_is_refused_as_a_whole_and_the_run_goes_on(lake: Lake) -> None:
    put(lake, f"{DAY}/good.csv", orders(GOOD[0]))
    put(lake, f"{DAY}/renamed.csv", orders("a,1,1997-01-01,1,1.00", header=HEADER.replace("quantity", "qty")))
    put(lake, f"{DAY}/missing.csv", "order_id,customer_id,order_date,quantity\nb,1,1997-01-01,1\nc,2,1997-01-01,1\n")
    curate(lake)
    assert curated(lake, columns="order_id") == [("g1",)]
    assert reasons(lake) == [
        "schema: column amount is missing; got order_id, customer_id, order_date, quantity",
        "schema: column amount is missing; got order_id, customer_id, order_date, quantity",
        "schema: column quantity is missing; got order_id, customer_id, order_date, qty, amount",
    ]
    assert reports(lake)[-1]["files_refused"] == 2


def test_json_lines_may_leave_out_nulls_but_not_what_is_required(lake: Lake) -> None:
    rating = {"user_id": 1, "movie_id": 2, "title": "Léon", "genres": "Crime|Drama", "year": 1994, "rating": 4.5}
    lines = [json.dumps(rating | {"user_id": n, "rated_at": 1_000_000_000 + n}) for n in range(1, 501)]
    lines += [
        json.dumps({"user_id": 901, "movie_id": 2, "rating": 5, "rated_at": 915148799}),
        json.dumps({"user_id": 902, "movie_id": 2, "rating": 5}),
        json.dumps(rating | {"user_id": 903, "rating": 4.3, "rated_at": 915148800}),
        '{"user_id": 904,',
    ]
    put(lake, f"{DAY}/ratings.json.gz", gzip.compress("\n".join(lines).encode()), "ratings")
    put(lake, f"{DAY}/empty.json.gz", gzip.compress(b""), "ratings")
    put(lake, f"{DAY}/unreadable.json", "no json\n", "ratings")
    curate(lake, "ratings")
    assert reasons(lake, "ratings") == [
        "rated_at: required",
        "row: wrong number of columns, or not readable",
        "row: wrong number of columns, or not readable",
        "rule: half_stars",
    ]
    assert curated(lake, "ratings", "rated_at::timestamp, title, rated_year")[0] == (
        dt.datetime(1998, 12, 31, 23, 59, 59),
        None,
        1998,
    )
    assert len(curated(lake, "ratings", "user_id")) == 501


def test_versions_that_differ_in_which_value_is_missing_are_no_copies_of_each_other(lake: Lake) -> None:
    rating = {"user_id": 1, "movie_id": 2, "rating": 4.5, "rated_at": 915148800}
    lines = [json.dumps(rating | {name: "Drama"}) for name in ("title", "genres")]
    put(lake, f"{DAY}/ratings.json", "\n".join(lines), "ratings")
    curate(lake, "ratings")
    assert reasons(lake, "ratings") == ["superseded"]


def test_an_hour_that_a_clock_shows_twice_stays_two_rows(lake: Lake) -> None:
    header = (
        "origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour\n"
    )
    values = "51.98,39.02,61.15,310,6.9,NA,0,1009.8,10"
    rows = [f"EWR,2013,11,3,1,{values},2013-11-03T05:00:00Z", f"EWR,2013,11,3,1,{values},2013-11-03T01:00:00-05:00"]
    put(lake, f"{DAY}/weather.csv", header + "\n".join(rows) + "\n", "weather")
    curate(lake, "weather")
    assert curated(lake, "weather", "time_hour::varchar, wind_gust") == [
        ("2013-11-03 05:00:00+00", None),
        ("2013-11-03 06:00:00+00", None),
    ]
