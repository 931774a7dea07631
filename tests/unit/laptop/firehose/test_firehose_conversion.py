from __future__ import annotations

import io
import json
import time
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

from laptop.emulator.firehose.conversion import Schema, parquet, rows
from laptop.emulator.firehose.failures import DeliveryError


def convert(kind: str, value: Any) -> Any:
    return rows(Schema([("c", kind)]), json.dumps({"c": value}).encode())[0][0]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("string", "é", "é"),
        ("string", "half \ud83d of one", "half ? of one"),
        ("string", 5, "5"),
        ("string", {"a": 1}, '{"a": 1}'),
        ("int", "7", 7),
        ("bigint", 2**40, 2**40),
        ("double", 4, 4.0),
        ("boolean", "true", True),
        ("decimal(10,2)", 1.5, Decimal("1.50")),
        ("date", "2024-03-13", date(2024, 3, 13)),
        ("timestamp", "2024-03-13T10:21:14.39256Z", datetime(2024, 3, 13, 10, 21, 14, 392560)),
        ("timestamp", "2024-03-13 10:21:14", datetime(2024, 3, 13, 10, 21, 14)),
        ("timestamp", 1_710_325_274, datetime(2024, 3, 13, 10, 21, 14)),
        ("timestamp", 1_710_325_274_500, datetime(2024, 3, 13, 10, 21, 14, 500_000)),
        ("int", None, None),
    ],
)
def test_values_take_the_type_of_their_column(kind: str, value: Any, expected: Any) -> None:
    assert convert(kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", 2**31),
        ("int", 1.5),
        ("int", True),
        ("double", "many"),
        ("boolean", "perhaps"),
        ("decimal(3,2)", 12.34),
        ("timestamp", "2024-03-13T10:21:14+01:00"),
        ("timestamp", "yesterday"),
        ("array<int>", [1]),
    ],
)
def test_fails_for_a_value_that_does_not_fit_its_column(kind: str, value: Any) -> None:
    with pytest.raises(DeliveryError) as failure:
        convert(kind, value)
    assert failure.value.output_type == "format-conversion-failed"


@pytest.mark.parametrize("data", [b"", b"  ", b"not json", b"[1]", b"5", b"\xff\xfe", b'{"c": 1} x', b'{"c":' * 50_000])
def test_fails_for_a_record_that_is_not_json_objects(data: bytes) -> None:
    with pytest.raises(DeliveryError):
        rows(Schema([("c", "int")]), data)


def test_a_record_may_hold_several_documents() -> None:
    assert rows(Schema([("c", "int")]), b'{"c": 1}\n{"c": 2}{"other": 3}') == [[1], [2], [None]]


def test_a_record_of_many_documents_takes_time_by_its_size_only() -> None:
    def seconds(documents: int) -> float:
        started = time.process_time()
        assert len(rows(Schema([]), b"{}" * documents)) == documents
        return time.process_time() - started

    assert seconds(160_000) < 30 * seconds(20_000)


def test_keys_find_their_columns_as_the_deserializer_says() -> None:
    data = b'{"Event.Name": 1}'
    assert rows(Schema([("event_name", "int")], dots_to_underscores=True), data) == [[1]]
    assert rows(Schema([("event_name", "int")], case_insensitive=False, dots_to_underscores=True), data) == [[None]]
    assert rows(Schema([("n", "int")], case_insensitive=False, key_of={"n": "Event.Name"}), data) == [[1]]


def test_the_file_has_the_columns_of_the_table() -> None:
    schema = Schema([("a", "int"), ("at", "timestamp"), ("price", "decimal(10,2)"), ("name", "string")])
    found = rows(schema, b'{"a": 1, "at": "2024-03-13T10:21:14Z", "price": "1.5", "extra": 1}')
    table = pq.read_table(io.BytesIO(parquet(schema, found, "SNAPPY")))
    expected = {"a": 1, "at": datetime(2024, 3, 13, 10, 21, 14), "price": Decimal("1.50"), "name": None}
    assert table.to_pylist() == [expected]
