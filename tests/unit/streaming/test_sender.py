import random
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.batches import Entry
from streaming.sender import ATTEMPTS, Sender, SendError


class FakeKinesis:
    """Refuses records at random, as a stream at its limit does."""

    def __init__(self, share: float = 0.0, seed: int = 0) -> None:
        self.share, self.rng = share, random.Random(seed)
        self.accepted: list[dict[str, Any]] = []
        self.requests: list[int] = []

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.requests.append(len(Records))
        outcomes = []
        for record in Records:
            if self.rng.random() < self.share:
                outcomes.append({"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"})
            else:
                self.accepted.append(record)
                outcomes.append({"SequenceNumber": str(len(self.accepted)), "ShardId": "shardId-000000000000"})
        refused = sum("ErrorCode" in outcome for outcome in outcomes)
        return {"FailedRecordCount": refused, "Records": outcomes}


def _send(client: FakeKinesis, keys: list[str], *, ordered: bool = True) -> Sender:
    sender = Sender(client, "stream", ordered=ordered)
    for number, key in enumerate(keys):
        sender.add(Entry(key, str(number).encode(), key))
    sender.flush()
    return sender


@given(st.lists(st.sampled_from("abc"), max_size=50), st.floats(0, 0.7), st.integers(0, 1000))
def test_every_record_arrives_once_and_in_the_order_of_its_key_whatever_is_refused(
    keys: list[str], share: float, seed: int
) -> None:
    client = FakeKinesis(share, seed)
    _send(client, keys)
    arrived = defaultdict(list)
    for record in client.accepted:
        arrived[record["PartitionKey"]].append(int(record["Data"]))
    expected = {key: [place for place, other in enumerate(keys) if other == key] for key in set(keys)}
    assert arrived == expected


def test_without_order_every_record_still_arrives_once() -> None:
    client = FakeKinesis(share=0.5)
    sender = _send(client, ["a"] * 1200, ordered=False)
    assert sorted(int(record["Data"]) for record in client.accepted) == list(range(1200))
    assert sender.tally.refused > 0
    assert sender.tally.records == 1200


def test_requests_are_full_when_events_of_a_user_follow_each_other() -> None:
    client = FakeKinesis()
    _send(client, [f"user{number // 4}" for number in range(8000)])
    assert client.requests[0] == 500


def test_pauses_grow_with_jitter_while_nothing_is_accepted() -> None:
    slept: list[float] = []
    client = FakeKinesis(share=1.0)
    sender = Sender(client, "stream", sleep=slept.append)
    sender.add(Entry("a", b"1", "a"))
    with pytest.raises(SendError):
        sender.flush()
    assert max(slept[:3]) < 0.2 < max(slept) <= 5.0
    assert len(set(slept)) == len(slept)


def test_fails_after_many_refusals_in_a_row_and_says_what_the_stream_said() -> None:
    client = FakeKinesis(share=1.0)
    message = rf"accepted nothing in {ATTEMPTS} requests; mostly .*ProvisionedThroughputExceededException: slow down"
    with pytest.raises(SendError, match=message):
        _send(client, ["a", "b"])
    assert len(client.requests) == ATTEMPTS + 1


def test_records_of_a_request_that_failed_as_a_whole_wait_in_their_order() -> None:
    class Broken:
        def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
            raise ConnectionError

    sender = Sender(Broken(), "stream")
    sender.pending.extend(Entry(key, key.encode(), key) for key in "abc")
    with pytest.raises(ConnectionError):
        sender.flush()
    assert [entry.data for entry in sender.pending] == [b"a", b"b", b"c"]


def test_an_aggregated_record_counts_all_its_events() -> None:
    sender = Sender(FakeKinesis(), "stream")
    sender.add(Entry("a", b"packed", "shard", events=40))
    assert sender.waiting_events == 40
    sender.flush()
    assert (sender.tally.events, sender.tally.records) == (40, 1)


def test_a_stream_that_refuses_some_of_every_request_is_not_given_up() -> None:
    client = FakeKinesis(share=0.5)
    sender = _send(client, ["a"] * 500 * (ATTEMPTS + 5), ordered=False)
    assert sender.tally.requests > 2 * ATTEMPTS
    assert sender.tally.records == 500 * (ATTEMPTS + 5)
