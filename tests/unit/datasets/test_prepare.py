import csv
import gzip
import json
from pathlib import Path

import pytest

from contracts.loader import load_contracts
from datasets import sources
from datasets.deliveries import FAULTY, HEADER
from datasets.prepare import RawFile, prepare, prepared

pytestmark = pytest.mark.usefixtures("small_catalogue")


def _rows(files: list[RawFile], name: str) -> list[list[str]]:
    path = next(file.path for file in files if file.path.name == name)
    with path.open(newline="") as stream:
        return list(csv.reader(stream))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_archives_give_the_same_bytes(archives: dict[str, Path], tmp_path: Path) -> None:
    prepare(archives, tmp_path / "one")
    prepare(archives, tmp_path / "two")
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")
    assert len(_bytes(tmp_path / "one")) == 11


def test_files_are_listed_in_the_order_of_delivery(archives: dict[str, Path], tmp_path: Path) -> None:
    files = prepare(archives, tmp_path)
    assert prepared(tmp_path) == files
    assert [file.delivery for file in files] == ["first"] * 8 + ["late", "restated", "faulty"]
    assert {file.table for file in files[:8]} == {
        "orders", "census", "ratings", "flights", "weather", "airlines", "airports", "planes",
    }  # fmt: skip


def test_equal_purchases_of_a_day_stay_two_orders(archives: dict[str, Path], tmp_path: Path) -> None:
    assert _rows(prepare(archives, tmp_path), "orders-late.csv") == [
        ["order_id", "customer_id", "order_date", "quantity", "amount"],
        ["cdnow-000002", "2", "1997-11-28", "1", "12.00"],
        ["cdnow-000003", "2", "1997-11-28", "1", "12.00"],
    ]


def test_late_orders_are_missing_at_first_and_restated_ones_carry_tax(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    files = prepare(archives, tmp_path)
    assert _rows(files, "orders.csv")[1:] == [
        ["cdnow-000001", "1", "1997-01-01", "1", "11.77"],
        ["cdnow-000004", "3", "1998-06-30", "2", "21.60"],
    ]
    assert _rows(files, "orders-restated.csv")[1:] == [["cdnow-000004", "3", "1998-06-30", "2", "20.00"]]


def test_the_faulty_delivery_copies_known_orders_and_adds_broken_ones(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    rows = _rows(prepare(archives, tmp_path), "orders-faulty.csv")
    assert rows[1] == ["cdnow-000001", "1", "1997-01-01", "1", "11.77"]
    assert rows[2:] == [list(row) for row in FAULTY]


def test_census_keeps_question_marks_and_gets_record_ids(archives: dict[str, Path], tmp_path: Path) -> None:
    header, first, second = _rows(prepare(archives, tmp_path), "census.csv")
    assert header == ["record_id", *sources.CENSUS_COLUMNS]
    assert first[:2] + first[7:8] + first[-1:] == ["1", "39", "?", "<=50K"]
    assert second[:1] + second[-1:] == ["2", ">50K"]


def test_ratings_are_json_lines_with_nulls_and_text_that_is_not_ascii(
    archives: dict[str, Path], tmp_path: Path
) -> None:
    file = next(file for file in prepare(archives, tmp_path) if file.table == "ratings")
    first, second = map(json.loads, gzip.decompress(file.path.read_bytes()).decode().splitlines())
    assert first == {
        "user_id": 1, "movie_id": 31, "title": "Amélie", "genres": "Comedy|Romance",
        "year": 2001, "rating": 2.5, "rated_at": 1260759144,
    }  # fmt: skip
    assert (second["title"], second["year"]) == (None, None)


def test_the_star_schema_is_copied_as_it_is(archives: dict[str, Path], tmp_path: Path) -> None:
    files = {file.table: file.path for file in prepare(archives, tmp_path)}
    assert gzip.decompress(files["flights"].read_bytes()) == b"year,month\n2013,1\n2013,NA\n"
    assert files["planes"].read_bytes() == b"tailnum,year\nN10156,2004\n"


def test_raw_columns_are_those_of_the_contracts(archives: dict[str, Path], tmp_path: Path) -> None:
    contracts = {contract.name: [column.name for column in contract.raw_columns] for contract in load_contracts()}
    assert contracts["orders"] == list(HEADER)
    assert contracts["census"] == ["record_id", *sources.CENSUS_COLUMNS]
    file = next(file for file in prepare(archives, tmp_path) if file.table == "ratings")
    record = json.loads(gzip.decompress(file.path.read_bytes()).splitlines()[0])
    assert contracts["ratings"] == list(record)


def test_fails_when_a_source_has_lost_rows(archives: dict[str, Path], tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "orders", lambda text: iter([]))
        with pytest.raises(ValueError, match=r"orders: Lifetimes-0.11.3-py3-none-any.whl must hold 4 rows; got 0"):
            prepare(archives, tmp_path)
