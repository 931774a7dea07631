from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.batches import RECORD_BYTES, REQUEST_BYTES, REQUEST_RECORDS, Entry, take


def _entries(*lanes: str) -> deque[Entry]:
    return deque(Entry(lane, f"{lane}{number}".encode(), lane) for number, lane in enumerate(lanes))


def _drain(pending: deque[Entry], *, ordered: bool) -> list[list[Entry]]:
    batches = []
    while pending:
        batches.append(take(pending, ordered=ordered))
        assert batches[-1], "a request must take at least one record"
    return batches


def test_a_request_holds_at_most_500_records() -> None:
    sizes = [len(batch) for batch in _drain(_entries(*["a"] * 1100), ordered=False)]
    assert sizes == [REQUEST_RECORDS, REQUEST_RECORDS, 100]


def test_a_request_holds_at_most_5_mib_with_its_partition_keys() -> None:
    data = bytes(RECORD_BYTES - 1)
    batches = _drain(deque(Entry("k", data, "k") for _ in range(6)), ordered=False)
    assert [len(batch) for batch in batches] == [5, 1]
    assert sum(entry.size for entry in batches[0]) == REQUEST_BYTES


def test_fails_for_a_record_beyond_1_mib_and_names_its_key() -> None:
    with pytest.raises(ValueError, match=r"must not exceed 1048576 bytes .* got 1048577 \(key 'k'\)"):
        Entry("k", bytes(RECORD_BYTES), "k")


def test_partition_keys_count_as_bytes_not_characters() -> None:
    assert Entry("é", b"12", "é").size == 4


@given(st.lists(st.sampled_from("abcdef"), max_size=60))
def test_an_ordered_request_holds_a_lane_once_and_keeps_its_order(lanes: list[str]) -> None:
    entries = _entries(*lanes)
    sent = _drain(deque(entries), ordered=True)
    for batch in sent:
        assert len({entry.lane for entry in batch}) == len(batch)
    for lane in set(lanes):
        expected = [entry for entry in entries if entry.lane == lane]
        assert [entry for batch in sent for entry in batch if entry.lane == lane] == expected


def test_records_that_were_passed_over_stay_in_front_in_their_order() -> None:
    pending = _entries("a", "a", "b", "a", "c")
    take(pending, ordered=True)
    assert [entry.data for entry in pending] == [b"a1", b"a3"]
