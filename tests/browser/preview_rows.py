"""Rows like those of the lake, for every data set of the collection: made up, and the same every time."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
SEGMENTS = ("loyal", "active", "new", "lapsing", "lost")
PRODUCTS = ("orders", "order_lines", "flights", "ratings", "census", "clicks")
AIRPORTS = (
    ("ATL", "Hartsfield Jackson Atlanta Intl", 33.64, -84.43), ("ORD", "Chicago Ohare Intl", 41.98, -87.9),
    ("LAX", "Los Angeles Intl", 33.94, -118.41), ("BOS", "General Edward Lawrence Logan Intl", 42.36, -71.01),
    ("MCO", "Orlando Intl", 28.43, -81.31), ("CLT", "Charlotte Douglas Intl", 35.21, -80.94),
    ("SFO", "San Francisco Intl", 37.62, -122.37), ("MIA", "Miami Intl", 25.79, -80.29),
    ("DEN", "Denver Intl", 39.86, -104.67), ("SEA", "Seattle Tacoma Intl", 47.45, -122.31),
)  # fmt: skip
AIRLINES = (("UA", "United Air Lines"), ("B6", "JetBlue"), ("EV", "ExpressJet"), ("DL", "Delta"), ("AA", "American"))
Row = dict[str, Any]


def orders(dice: random.Random) -> list[Row]:
    rows = []
    first = datetime(1997, 1, 1, tzinfo=UTC)
    for number in range(9000):
        # As in the shop of 1997: all customers first buy in the first quarter, and some go on to.
        day = first + timedelta(days=dice.randint(0, 89) if dice.random() < 0.42 else dice.randint(60, 545))
        quantity = min(12, 1 + int(dice.expovariate(0.7)))
        seasonal = 1.35 if day.month in {11, 12} else 1
        rows.append(
            {
                "order_id": f"o{number:05d}",
                "customer_id": dice.randint(1, 2500),
                "order_date": day.replace(tzinfo=None),
                "quantity": quantity,
                "amount": round(quantity * dice.uniform(9, 22) * seasonal, 2),
                "segment": dice.choices((*SEGMENTS, None), (22, 18, 8, 14, 30, 3))[0],
                "weekday_number": day.isoweekday(),
            }
        )
    return rows


def customers(dice: random.Random) -> list[Row]:
    rows = []
    for _ in range(2500):
        count = min(40, 1 + int(dice.expovariate(0.45)))
        last = datetime(1997, 1, 1) + timedelta(days=dice.randint(0, 545))
        revenue = round(count * dice.uniform(18, 52), 2)
        segment = dice.choices(SEGMENTS, (22, 18, 8, 14, 30))[0]
        rows.append({"segment": segment, "orders": count, "revenue": revenue, "last_order_date": last})
    return rows


def cohort_retention(dice: random.Random) -> list[Row]:
    rows = []
    for month, size in ((1, 7846), (2, 8476), (3, 7248)):
        for since in range(19 - month):
            share = 1 if since == 0 else 0.09 + 0.09 * math.exp(-since / 3) + dice.uniform(-0.01, 0.01)
            came = round(size * share)
            rows.append(
                {
                    "cohort_month": f"1997-{month:02d}",
                    "months_since": since,
                    "cohort_size": size,
                    "customers": came,
                    "orders": round(came * 1.2),
                    "revenue": round(came * dice.uniform(36, 46), 2),
                    "retention": came / size,
                }
            )
    return rows


def clicks(dice: random.Random) -> list[Row]:
    events = ("page_view", "catalog", "search", "product_view", "add_to_cart", "cart", "purchase")
    weights = (40, 30, 12, 34, 14, 9, 4)
    rows = []
    for number in range(6000):
        at = NOW - timedelta(minutes=int(dice.triangular(0, 150, 20)), seconds=dice.randint(0, 59))
        event = dice.choices(events, weights)[0]
        step = 1 + int(dice.expovariate(0.25))
        rows.append(
            {
                "event_id": f"e{number:05d}",
                "user_id": f"u{dice.randint(1, 900)}",
                "session_id": f"s{dice.randint(1, 1500)}",
                "event": event,
                "page": f"/{event.replace('_', '/')}",
                "product": None if event in {"page_view", "search"} else f"p{dice.randint(1, 60)}",
                "value": round(dice.uniform(5, 90), 2) if event == "purchase" else None,
                "source": dice.choices(("web", "app", "partner"), (60, 32, 8))[0],
                "event_time": at.replace(tzinfo=None),
                "step": None if dice.random() < 0.02 else step,
                "visitors": int(dice.random() < 0.15),
                "reached": int(dice.random() < 0.55),
            }
        )
    return rows


def pipeline_runs(dice: random.Random) -> list[Row]:
    rows = []
    for number in range(180):
        started = NOW - timedelta(minutes=dice.randint(5, 60 * 60))
        seconds = round(dice.uniform(8, 95))
        new = dice.choice((0, 480, 5200, 48_000))
        bad = round(new * dice.choice((0, 0, 0.002, 0.01)))
        rows.append(
            {
                "run_id": f"r{number // 2}",
                "source_table": dice.choice(PRODUCTS),
                "status": dice.choices(("SUCCEEDED", "QUARANTINED", "FAILED"), (90, 7, 3))[0],
                "started_at": started.replace(tzinfo=None, microsecond=0),
                "finished_at": (started + timedelta(seconds=seconds)).replace(tzinfo=None, microsecond=0),
                "seconds": seconds,
                "files_new": dice.randint(1, 4),
                "files_refused": 0,
                "rows_new": new,
                "rows_invalid": bad,
                "rows_replaced": 0,
                "rows_written": new - bad,
                "partitions_rebuilt": dice.randint(1, 12),
                "drifted_columns": 0,
            }
        )
    return rows


def quarantine(dice: random.Random) -> list[Row]:
    reasons = ("duplicate", "superseded", "amount must be at least 0", "order_date must not be null", "unknown carrier")
    return [
        {
            "source_table": table,
            "ingest_date": (NOW - timedelta(days=back)).replace(tzinfo=None, hour=0),
            "reason": reason,
            "contract_version": "1.0.0",
            "found": dice.randint(1, 260),
            "files": dice.randint(1, 3),
        }
        for table in PRODUCTS
        for reason in reasons
        for back in range(2)
        if dice.random() < 0.7
    ]


def usage(dice: random.Random) -> list[Row]:
    rows = []
    for number in range(700):
        query = dice.random() < 0.8
        started = NOW - timedelta(minutes=dice.randint(1, 60 * 40))
        seconds = round(dice.uniform(0.3, 9) if query else dice.uniform(20, 120), 2)
        scanned = dice.randint(10_000, 40_000_000) if query else None
        dpu = None if query else round(seconds * 2, 1)
        rows.append(
            {
                "usage_id": f"q{number}",
                "kind": "query" if query else "job",
                "team": dice.choice(
                    ("lake-analysts", "lake-engineers", "lake-bi") if query else ("curate", "aggregate")
                ),
                "status": dice.choices(("SUCCEEDED", "FAILED"), (96, 4))[0],
                "started_at": started.replace(tzinfo=None, microsecond=0),
                "finished_at": (started + timedelta(seconds=seconds)).replace(tzinfo=None, microsecond=0),
                "seconds": seconds,
                "scanned_bytes": scanned,
                "dpu_seconds": dpu,
                "cost_usd": max(scanned, 10_000_000) * 5 / 2**40 if scanned else (dpu or 0) * 0.44 / 3600,
            }
        )
    return rows


def flights(dice: random.Random) -> list[Row]:
    rows = []
    for month in range(1, 13):
        for carrier, airline in AIRLINES:
            for dest, airport, latitude, longitude in AIRPORTS:
                count = dice.randint(4, 160)
                cancelled = dice.randint(0, count // 20)
                late = 9 + 8 * math.sin(month / 12 * 2 * math.pi) + (6 if carrier == "EV" else 0)
                rows.append(
                    {
                        "month": datetime(2013, month, 1),
                        "origin": dice.choice(("EWR", "JFK", "LGA")),
                        "carrier": carrier,
                        "airline": airline,
                        "dest": dest,
                        "airport": airport,
                        "latitude": latitude,
                        "longitude": longitude,
                        "flights": count,
                        "cancelled": cancelled,
                        "arrived": count - cancelled,
                        "delay_minutes": round((count - cancelled) * dice.gauss(late, 4)),
                    }
                )
    return rows


MAKERS = {
    "orders": orders,
    "customers": customers,
    "cohort-retention": cohort_retention,
    "clicks": clicks,
    "pipeline-runs": pipeline_runs,
    "quarantine": quarantine,
    "usage": usage,
    "flights": flights,
}
