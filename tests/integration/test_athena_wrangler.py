"""Every way in which awswrangler reads and writes, against the laptop's Athena."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import awswrangler as wr
import pandas as pd  # type: ignore[import-untyped]
import pytest

from tests.integration.conftest import Laptop

BUCKET, RESULTS, DATABASE = "wrangler-lake", "wrangler-results", "wrangler"
QUERY = "SELECT kind, count(*) AS n, sum(v) AS s FROM events GROUP BY kind ORDER BY kind"
EXPECTED = [{"kind": "a", "n": 500, "s": 124750.0}, {"kind": "b", "n": 500, "s": 125000.0}]


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": range(1000),
            "kind": ["a", "b"] * 500,
            "v": [i * 0.5 for i in range(1000)],
            "at": pd.to_datetime("2026-01-01") + pd.to_timedelta(range(1000), unit="h"),
            "price": [Decimal("1.25")] * 1000,
            "good": [True, False] * 500,
            "name": ['é, "x"\n', None] * 500,
            "day": ["2026-01-01", "2026-01-02"] * 500,
        }
    )


@pytest.fixture(scope="module", autouse=True)
def lake(laptop: Laptop, events: pd.DataFrame) -> Iterator[None]:
    for service in ("s3", "athena", "glue", "sts", "kms"):
        setattr(wr.config, f"{service}_endpoint_url", laptop.endpoint)
    wr.config.athena_query_wait_polling_delay = 0.02
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", laptop.home.access_key)
    patch.setenv("AWS_SECRET_ACCESS_KEY", "laptop")
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for bucket in (BUCKET, RESULTS):
        laptop.client("s3").create_bucket(Bucket=bucket)
    wr.catalog.create_database(DATABASE, exist_ok=True)
    wr.s3.to_parquet(
        events,
        path=f"s3://{BUCKET}/events/",
        dataset=True,
        database=DATABASE,
        table="events",
        partition_cols=["day"],
        mode="overwrite_partitions",
    )
    yield
    for service in ("s3", "athena", "glue", "sts", "kms"):
        setattr(wr.config, f"{service}_endpoint_url", None)
    patch.undo()


def read(sql: str, **options: Any) -> Any:
    # UNLOAD writes into an empty folder only.
    folder = f"s3://{RESULTS}/{uuid.uuid4()}/"
    return wr.athena.read_sql_query(sql, database=DATABASE, s3_output=folder, **options)


def run(sql: str) -> dict[str, Any]:
    query = wr.athena.start_query_execution(sql, database=DATABASE, s3_output=f"s3://{RESULTS}/q/")
    return dict(wr.athena.wait_query(query))


@pytest.mark.parametrize(
    "approach",
    [{}, {"ctas_approach": False}, {"ctas_approach": False, "unload_approach": True}],
    ids=["ctas", "csv", "unload"],
)
def test_each_way_of_reading_gives_the_same_rows(approach: dict[str, bool]) -> None:
    assert read(QUERY, **approach).to_dict("records") == EXPECTED


def test_each_way_of_reading_keeps_types_and_odd_text() -> None:
    sql = "SELECT id, v, at, price, good, name, day FROM events WHERE id < 2 ORDER BY id"
    for approach in ({}, {"ctas_approach": False}, {"ctas_approach": False, "unload_approach": True}):
        first, second = read(sql, **approach).to_dict("records")
        assert first["name"] == 'é, "x"\n'
        assert pd.isna(second["name"])
        assert first["price"] == Decimal("1.25")
        assert first["at"] == pd.Timestamp("2026-01-01")
        assert bool(first["good"])
        assert second["v"] == 0.5


def test_chunks_cover_every_row_once() -> None:
    chunks = read("SELECT id FROM events", ctas_approach=False, chunksize=300)
    ids = sorted(int(row) for chunk in chunks for row in chunk["id"])
    assert ids == list(range(1000))


def test_a_partition_filter_scans_only_its_partition() -> None:
    whole = run("SELECT sum(v) FROM events")["Statistics"]["DataScannedInBytes"]
    part = run("SELECT sum(v) FROM events WHERE day = '2026-01-02'")["Statistics"]["DataScannedInBytes"]
    assert 0.4 * whole < part < 0.6 * whole


def test_named_and_positional_parameters_are_bound() -> None:
    named = read("SELECT count(*) AS c FROM events WHERE kind = :kind", params={"kind": "a"}, ctas_approach=False)
    marked = read(
        "SELECT count(*) AS c FROM events WHERE kind = ? AND id < ?",
        params=["'a'", "10"],
        paramstyle="qmark",
        ctas_approach=False,
    )
    assert (int(named["c"][0]), int(marked["c"][0])) == (500, 5)


def test_a_whole_table_is_read_through_athena_and_through_the_catalog(events: pd.DataFrame) -> None:
    from_athena = wr.athena.read_sql_table("events", database=DATABASE, s3_output=f"s3://{RESULTS}/q/")
    from_catalog = wr.s3.read_parquet_table(database=DATABASE, table="events")
    assert len(from_athena) == len(from_catalog) == len(events)
    assert from_athena["v"].sum() == events["v"].sum()


def test_the_catalog_shows_tables_partitions_and_types() -> None:
    assert "events" in wr.catalog.tables(database=DATABASE)["Table"].tolist()
    values = sorted(tuple(value) for value in wr.catalog.get_partitions(DATABASE, "events").values())
    assert values == [("2026-01-01",), ("2026-01-02",)]
    types = wr.catalog.get_table_types(DATABASE, "events") or {}
    assert types["price"] == "decimal(3,2)"


def test_overwritten_partitions_replace_only_themselves(events: pd.DataFrame) -> None:
    path = f"s3://{BUCKET}/again/"
    options: dict[str, Any] = {"dataset": True, "database": DATABASE, "table": "again"}
    wr.s3.to_parquet(events, path=path, partition_cols=["day"], mode="overwrite_partitions", **options)
    changed = events[events["day"] == "2026-01-02"].head(3)
    wr.s3.to_parquet(changed, path=path, partition_cols=["day"], mode="overwrite_partitions", **options)
    counts = read("SELECT day, count(*) AS n FROM again GROUP BY day ORDER BY day", ctas_approach=False)
    assert counts["n"].tolist() == [500, 3]


def test_a_csv_table_of_awswrangler_is_read(events: pd.DataFrame) -> None:
    wr.s3.to_csv(
        events[["id", "kind"]],
        path=f"s3://{BUCKET}/csv/",
        dataset=True,
        database=DATABASE,
        table="as_csv",
        index=False,
        mode="overwrite",
    )
    found = read("SELECT count(*) AS n, max(id) AS top FROM as_csv", ctas_approach=False)
    assert (int(found["n"][0]), int(found["top"][0])) == (1000, 999)


def test_views_ctas_and_insert_compose() -> None:
    run("CREATE OR REPLACE VIEW kinds AS SELECT kind, count(*) AS n FROM events GROUP BY kind")
    run(
        f"CREATE TABLE counted WITH (format = 'PARQUET', external_location = 's3://{BUCKET}/counted/')"
        " AS SELECT * FROM kinds"
    )
    run("INSERT INTO counted SELECT 'c', BIGINT '7'")
    found = read("SELECT kind, n FROM counted ORDER BY kind", ctas_approach=False)
    assert found.values.tolist() == [["a", 500], ["b", 500], ["c", 7]]


def test_a_table_is_repaired_after_files_arrive() -> None:
    run(
        f"CREATE EXTERNAL TABLE arrived (id bigint, v double) PARTITIONED BY (day string)"
        f" STORED AS PARQUET LOCATION 's3://{BUCKET}/events/'"
    )
    assert int(read("SELECT count(*) AS n FROM arrived", ctas_approach=False)["n"][0]) == 0
    wr.athena.repair_table("arrived", database=DATABASE, s3_output=f"s3://{RESULTS}/q/")
    assert int(read("SELECT count(*) AS n FROM arrived", ctas_approach=False)["n"][0]) == 1000


def test_fails_with_the_message_of_athena() -> None:
    with pytest.raises(wr.exceptions.QueryFailed) as missing:
        read("SELECT * FROM nope", ctas_approach=False)
    assert str(missing.value) == "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.wrangler.nope' does not exist"
    with pytest.raises(wr.exceptions.QueryFailed) as mismatch:
        read("SELECT count(*) FROM events WHERE id = 'a'", ctas_approach=False)
    assert str(mismatch.value) == "TYPE_MISMATCH: line 1:35: Cannot apply operator: bigint = varchar(1)"


def test_a_timestamp_of_the_caller_reads_as_itself() -> None:
    found = read("SELECT TIMESTAMP '2026-02-03 04:05:06.789' AS at", ctas_approach=False)
    assert found["at"][0] == pd.Timestamp(dt.datetime(2026, 2, 3, 4, 5, 6, 789000))
