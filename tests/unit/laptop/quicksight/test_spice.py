from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from laptop.emulator.athena.results import ResultSet, csv_bytes
from laptop.emulator.quicksight import data_sets, row_security, rows, source, spice
from laptop.emulator.quicksight.steps import Column, Prepared
from laptop.emulator.registry import ServiceError

COLUMNS = [Column("n", "INTEGER"), Column("x", "DECIMAL"), Column("s", "STRING"), Column("t", "DATETIME")]


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAKE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "rows.parquet"


def csv(*rows: tuple[str | None, ...]) -> bytes:
    return csv_bytes(ResultSet([column.name for column in COLUMNS], ["varchar"] * 4, list(rows)))


def test_what_athena_wrote_comes_back_typed(target: Path) -> None:
    tricky = 'a "quoted", line\nand ümlaut'
    loaded = spice.load(
        csv(
            ("1", "2.5", tricky, "2026-03-29 02:30:00.250"),
            ("-7", "1E9", "", "2026-03-29"),
            (None, None, None, None),
            ("3", "0", "moment", "2026-01-01 00:00:00.000 UTC"),
        ),
        COLUMNS,
        target,
    )
    assert (loaded.ingested, loaded.dropped, loaded.total) == (4, 0, 4)
    assert spice.columnar(target, COLUMNS) == {
        "n": [1, -7, None, 3],
        "x": [2.5, 1e9, None, 0.0],
        "s": [tricky, "", None, "moment"],
        "t": ["2026-03-29T02:30:00.250", "2026-03-29T00:00:00.000", None, "2026-01-01T00:00:00.000"],
    }


def test_rows_that_do_not_fit_are_dropped_and_long_texts_cut(target: Path) -> None:
    loaded = spice.load(
        csv(("1", "1", "x" * 3000, None), ("one", "1", "bad", None), ("2", "1", "bad", "yesterday")), COLUMNS, target
    )
    assert (loaded.ingested, loaded.dropped, loaded.total) == (1, 2, 1)
    assert spice.columnar(target, COLUMNS)["s"] == ["x" * 2047]


def test_a_number_with_a_fraction_is_no_integer_and_a_large_one_stays_exact(target: Path) -> None:
    numbers = ("2.5", "3.0", "9007199254740993", "1E3")
    loaded = spice.load(csv(*((number, None, None, None) for number in numbers)), COLUMNS, target)
    assert (loaded.ingested, loaded.dropped) == (3, 1)
    assert spice.columnar(target, COLUMNS)["n"] == [3, 9007199254740993, 1000]


def test_fails_for_rows_of_a_direct_query_that_do_not_fit_instead_of_leaving_them_out(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = Prepared("SELECT 1", tuple(COLUMNS), "source")
    monkeypatch.setattr(data_sets, "prepare", lambda data_set: prepared)
    monkeypatch.setattr(source, "rows", lambda *_: csv(("1", "1", "", None), ("one", "1", "", None)))
    with pytest.raises(ServiceError, match="data set sales: 1 rows do not fit the types of its columns"):
        rows._asked({"DataSetId": "sales"}, row_security.ALL, COLUMNS)


def test_no_rows_are_a_result(target: Path) -> None:
    loaded = spice.load(csv(), COLUMNS, target)
    assert (loaded.ingested, loaded.total) == (0, 0)
    assert spice.columnar(target, COLUMNS) == {"n": [], "x": [], "s": [], "t": []}


def test_an_incremental_load_replaces_the_rows_of_its_window_and_keeps_the_others(target: Path) -> None:
    kept = target.with_name("kept.parquet")
    spice.load(
        csv(
            ("1", "1", "old", "2026-01-01 00:00:00"),
            ("2", "1", "before the window", "2026-01-31 23:59:59"),
            ("3", "1", "at its start", "2026-02-01 00:00:00"),
            ("4", "1", "deleted since", "2026-02-03 00:00:00"),
            ("5", "1", "without a time", None),
        ),
        COLUMNS,
        kept,
    )
    window = spice.Window("t", dt.datetime(2026, 2, 1), kept)
    new = csv(("3", "2", "changed", "2026-02-01 00:00:00"), ("6", "1", "new", "2026-02-04 00:00:00"))
    loaded = spice.load(new, COLUMNS, target, window)
    assert (loaded.ingested, loaded.total) == (2, 5)
    found = spice.columnar(target, COLUMNS)
    assert dict(sorted(zip(found["n"], found["s"], strict=True))) == {
        1: "old",
        2: "before the window",
        3: "changed",
        5: "without a time",
        6: "new",
    }
