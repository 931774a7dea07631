import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake_common.kpl import deaggregate

from streaming.kpl import UserRecord, aggregate

# What aws-kinesis-agg 1.2.3, the library that AWS publishes, makes of the same three records.
PUBLISHED = bytes.fromhex(
    "f3899ac20a05616c6963650a03626f62120a313233343536373839301a0b08001a077b226e223a317d1a0d080110001a077b226e223a327d"
    "1acd0108001ac801" + "78" * 200 + "06239f9c53f174bca207e29506e28f1d"
)


def test_aggregates_are_byte_for_byte_those_of_the_published_library() -> None:
    records = [
        UserRecord("alice", b'{"n":1}'),
        UserRecord("bob", b'{"n":2}', "1234567890"),
        UserRecord("alice", b"x" * 200),
    ]
    assert aggregate(records) == PUBLISHED


@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.binary(max_size=300)), min_size=1, max_size=40))
def test_the_consumer_takes_out_what_was_put_in_and_in_that_order(records: list[tuple[str, bytes]]) -> None:
    packed = aggregate([UserRecord(key, data) for key, data in records])
    assert deaggregate(packed) == [data for _, data in records]


def test_fails_to_make_an_aggregate_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one event"):
        aggregate([])
