"""The format of aggregated records: what is taken apart, and what is a record like any other."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake_common.kpl import MAGIC, deaggregate

from streaming.kpl import UserRecord, aggregate


def sealed(body: bytes) -> bytes:
    return MAGIC + body + hashlib.md5(body).digest()


def test_aggregate_written_by_hand_is_taken_apart() -> None:
    # Field 1, partition key "a"; twice field 3, a record with key index 0 and data "hi" or "".
    body = b"\x0a\x01a" + b"\x1a\x06\x08\x00\x1a\x02hi" + b"\x1a\x04\x08\x00\x1a\x00"

    assert deaggregate(sealed(body)) == [b"hi", b""]


def test_fields_that_the_format_may_get_later_are_passed_over() -> None:
    later = b"\x20\x96\x01" + b"\x29" + bytes(8) + b"\x35" + bytes(4)

    assert deaggregate(sealed(later + b"\x1a\x06\x08\x00\x1a\x02hi")) == [b"hi"]


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_what_the_producer_packs_comes_out_in_its_order(parts: list[bytes]) -> None:
    packed = aggregate([UserRecord(partition_key=str(number % 3), data=part) for number, part in enumerate(parts)])

    assert deaggregate(packed) == parts


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"event": "plain"}',
        MAGIC,
        MAGIC + bytes(16),
        sealed(b"\x1a\x06\x08\x00\x1a\x02hi")[:-1] + b"\x00",
        sealed(b"\x1a\x60\x08"),
        sealed(b"\x1a\x02\x08\x00"),
        sealed(b"\x1b"),
        sealed(b"\xff" * 11),
        sealed(b"\x80"),
    ],
    ids=["empty", "plain", "magic", "no body", "digest", "cut", "no data", "wire type", "long number", "cut number"],
)
def test_what_is_no_intact_aggregate_is_a_record_like_any_other(data: bytes) -> None:
    # An empty aggregate is intact if its digest is right; here it is not.
    assert deaggregate(data) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_judged_without_an_error(body: bytes) -> None:
    found = deaggregate(sealed(body))

    assert found is None or all(isinstance(each, bytes) for each in found)
