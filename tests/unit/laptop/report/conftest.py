"""A small report with everything that a page can show, and text that would break a page that does not escape."""

from datetime import datetime

import pytest

from laptop.report.model import (
    CheckFact,
    HitFact,
    PersonFact,
    QueryFact,
    ReasonFact,
    Report,
    RunFact,
    SearchFact,
    SpanFact,
    StackFact,
    StepFact,
    TableFact,
    WorkerFact,
)


@pytest.fixture
def report() -> Report:
    steps = ("Claim", "StartCrawler", "CheckQuality", "Curate", "Aggregate", "Verify")
    spans = tuple(SpanFact(name, 30.0 + 4 * index, 34.0 + 4 * index) for index, name in enumerate(steps))
    return Report(
        created=datetime(2026, 11, 21, 12, 0),
        seconds=187.3,
        endpoint="http://127.0.0.1:20123",
        machine="Linux x86_64, 2 cores, Python 3.11.7",
        steps=(StepFact("Deploy", 41.5, "7 stacks"),),
        stacks=(StackFact("lake-laptop-Storage", "CREATE_COMPLETE", (("AWS::S3::Bucket", 7), ("AWS::KMS::Key", 1))),),
        runs=(
            RunFact("orders", "orders/ingest_date=1998-07-01/orders.csv", "SUCCEEDED", 30.0, 56.0, spans),
            RunFact("census", "census/ingest_date=1996-05-01/census.csv", "FAILED", 31.0, 44.0, spans[:3]),
        ),
        tables=(
            TableFact("orders", "orders", 69_811, 69_659, 152, 2_619_000, 702_000, 18),
            TableFact("census", "census", 48_842, 48_841, 0, 5_559_478, 612_000, 1),
        ),
        reasons=(ReasonFact("orders", "amount: not a decimal(10,2)", 1, '<script>alert("x")</script>' + "," * 100),),
        queries=(
            QueryFact("revenue_by_month", "Dollars & orders", "lake-analysts", 18, 120, 41_000, 2_619_000),
            QueryFact("top_customers", "Who spends", "lake-engineers", 10, 90, 250_000, 2_619_000),
            QueryFact("worse", "Reads more than raw", "lake-engineers", 1, 5, 3_000_000, 2_619_000),
        ),
        searches=(
            SearchFact("rail roads", (HitFact("Grant & 1870 <b>", 0.1234), HitFact("Hayes 1877", 0.1)), 87, 41_000),
            SearchFact("nothing like it", (), 12, 900),
        ),
        workers=(WorkerFact("private.us-east-1.0a1b", 36, 0.0), WorkerFact("private.<i>", 36, 0.456)),
        people=(
            PersonFact("ada", ("lake-managers",), ("Orders", "Traffic"), 75_000, 75_000, ("customer_id",)),
            PersonFact("ron <b>", ("lake-retention",), ("Orders",), 30_512, 69_659, ()),
        ),
        dashboards="../dashboards/index.html",
        checks=(
            CheckFact("Every row is kept", "proven", "69,811 = 69,659 + 152"),
            CheckFact("Keys are unique", "failed", "2 keys occur twice"),
            CheckFact("TLS is required", "not proven", "the emulator speaks plain HTTP"),
        ),
        revenue=(("1997-01", 299_060.17), ("1997-02", 379_590.03), ("1997-03", 393_155.27)),
        cohorts=(("1997-01", 0, 1.0), ("1997-01", 1, 0.21), ("1997-02", 0, 1.0)),
        diagram="<svg id='diagram'></svg>",
    )
