import itertools
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lake_common.kpl import deaggregate
from lake_common.stream_events import EventCheck

from contracts.loader import load
from datasets.sources import Click
from streaming.disorder import Disorder, arrange
from streaming.events import Event, ratings, retimed, shop
from streaming.generator import poisson
from streaming.packing import Shard, aggregated, shard_of
from streaming.producer import Plan, produce
from streaming.sender import Sender
from tests.unit.streaming.test_sender import FakeKinesis

START = datetime(2024, 6, 1, tzinfo=UTC)
HALF = 2**127
SHARDS = [Shard("shard-0", 0, HALF - 1), Shard("shard-1", HALF, 2**128 - 1)]


def _events(count: int, seed: int = 0) -> list[Event]:
    return list(itertools.islice(poisson(seed=seed, rate=10, start=START, users=20), count))


def _ids(client: FakeKinesis) -> list[str]:
    return [json.loads(record["Data"])["event_id"] for record in client.accepted]


def test_generated_events_meet_the_contract() -> None:
    check = EventCheck(load("clicks"))
    for event in _events(300):
        check.read(event.encode())


def test_events_of_the_shop_meet_the_contract_and_are_ordered_by_time() -> None:
    clicks = [
        Click("user_1", "sess_2", "cart", START + timedelta(seconds=9), "mobile"),
        Click("user_2", "sess_1", "home", START, "desktop"),
    ]
    events = shop(clicks)
    assert [(event.event_id, event.page) for event in events] == [("shop-000002", "/home"), ("shop-000001", "/cart")]
    check = EventCheck(load("clicks"))
    assert [check.read(event.encode())[1]["session_id"] for event in events] == ["sess_1", "sess_2"]


def test_ratings_meet_the_contract_once_they_are_moved_to_now() -> None:
    rows: list[dict[str, Any]] = [
        {"user_id": 7, "movie_id": 31, "rating": 2.5, "rated_at": 1260759200},
        {"user_id": 7, "movie_id": 32, "rating": 5.0, "rated_at": 1260759100},
    ]
    first, second = retimed(ratings(rows), start=START, speed=10)
    assert (first.event_id, first.value, first.event_time) == ("ratings-000002", 5.0, START)
    assert second.event_time == START + timedelta(seconds=10)
    EventCheck(load("clicks")).read(second.encode())


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_events() -> None:
    assert [event.encode() for event in _events(50)] == [event.encode() for event in _events(50)]
    assert {event.event_id for event in _events(50)}.isdisjoint(event.event_id for event in _events(50, seed=1))


def test_generated_events_come_at_the_rate_of_a_poisson_process() -> None:
    events = _events(4000)
    seconds = (events[-1].event_time - START).total_seconds()
    assert seconds == pytest.approx(400, rel=0.05)
    # A Poisson process has as much variance per interval as mean.
    counts = Counter(int((event.event_time - START).total_seconds()) for event in events)
    per_second = [counts[second] for second in range(int(seconds))]
    variance = sum((count - 10) ** 2 for count in per_second) / len(per_second)
    assert variance == pytest.approx(10, rel=0.25)


def test_fails_for_a_rate_that_is_not_positive() -> None:
    with pytest.raises(ValueError, match="must be positive; got 0 and 5"):
        poisson(seed=0, rate=0, start=START, users=5)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 99))
def test_disorder_loses_nothing_and_keeps_the_time_of_each_event(
    late: float, duplicate: float, out_of_order: float, seed: int
) -> None:
    events = _events(30)
    disorder = Disorder(late=late, duplicate=duplicate, out_of_order=out_of_order, seed=seed)
    dues = list(arrange(events, disorder))
    assert {due.event for due in dues} == set(events)
    assert [due.time for due in dues] == sorted(due.time for due in dues)
    assert all(due.time >= due.event.event_time for due in dues)


def test_each_kind_of_disorder_does_what_it_says() -> None:
    events = _events(400)
    tidy = list(arrange(events, Disorder()))
    assert [due.event for due in tidy] == events
    assert len(list(arrange(events, Disorder(duplicate=1)))) == 800
    late = [
        due for due in arrange(events, Disorder(late=0.25)) if due.time - due.event.event_time > timedelta(minutes=5)
    ]
    assert 60 < len(late) < 120
    swapped = [due.event for due in arrange(events, Disorder(out_of_order=0.5))]
    assert swapped != events
    assert max(abs(place - events.index(event)) for place, event in enumerate(swapped)) < 100


def test_fails_for_a_share_beyond_one() -> None:
    with pytest.raises(ValueError, match=r"late must be a share from 0 to 1; got 1\.5"):
        Disorder(late=1.5)


def test_endless_events_are_sent_as_far_as_the_limit() -> None:
    client = FakeKinesis()
    tally = produce(Plan(events=poisson(seed=0, rate=10, start=START), limit=120), Sender(client, "stream"))
    assert tally.events == len(client.accepted) == 120


def test_speed_is_kept_on_the_clock() -> None:
    now = 0.0
    sent_at: list[tuple[float, int]] = []
    client = FakeKinesis()

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        sent_at.append((now, len(client.accepted)))

    produce(Plan(events=_events(200), speed=5), Sender(client, "stream"), clock=lambda: now, sleep=sleep)
    assert now == pytest.approx((_events(200)[-1].event_time - _events(1)[0].event_time).total_seconds() / 5)
    halfway = next(sent for time, sent in sent_at if time >= now / 2)
    assert 70 < halfway < 130


def test_what_was_taken_before_a_stop_is_sent_and_the_next_run_goes_on_from_there() -> None:
    first, second = FakeKinesis(), FakeKinesis()
    answers = iter([False] * 70 + [True])
    disorder = Disorder(duplicate=0.3, late=0.3, seed=4)
    plan = Plan(events=_events(100), disorder=disorder)
    tally = produce(plan, Sender(first, "stream"), stopped=lambda: next(answers))
    assert tally.events == len(first.accepted) == 70
    produce(Plan(events=_events(100), disorder=disorder, skip=tally.events), Sender(second, "stream"))
    whole = FakeKinesis()
    produce(plan, Sender(whole, "stream", ordered=False))
    assert Counter(_ids(first) + _ids(second)) == Counter(_ids(whole))


def test_aggregated_records_hold_every_event_once_and_only_those_of_their_shard() -> None:
    client = FakeKinesis()
    events = _events(2000)
    tally = produce(Plan(events=events, pack=aggregated(SHARDS)), Sender(client, "stream"))
    assert tally.events == 2000
    assert tally.records < 20
    seen = []
    for record in client.accepted:
        shard = shard_of(record["PartitionKey"], SHARDS)
        unpacked = [json.loads(data) for data in deaggregate(record["Data"]) or []]
        assert {shard_of(event["user_id"], SHARDS) for event in unpacked} == {shard}
        seen += [event["event_id"] for event in unpacked]
    assert Counter(seen) == Counter(event.event_id for event in events)


def test_aggregation_waits_for_no_event_that_is_not_due() -> None:
    held: list[int] = []
    client = FakeKinesis()
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        held.append(len(client.accepted))

    plan = Plan(events=_events(3), speed=1, pack=aggregated(SHARDS))
    produce(plan, Sender(client, "stream"), clock=lambda: now, sleep=sleep)
    assert held[0] == 1


def test_a_key_goes_to_the_shard_that_kinesis_chooses_by_md5() -> None:
    # md5("a") is 0x0cc1..., md5("c") is 0x4a8a..., md5("b") is 0x92eb...
    assert [shard_of(key, SHARDS).shard_id for key in "acb"] == ["shard-0", "shard-0", "shard-1"]


def test_fails_for_shards_that_do_not_cover_a_key() -> None:
    with pytest.raises(ValueError, match="none of 1 takes 'b'"):
        shard_of("b", SHARDS[:1])


def test_the_progress_is_told_for_each_request() -> None:
    told: list[int] = []

    def events() -> Iterator[Event]:
        yield from _events(1200)

    plan = Plan(events=events())
    produce(plan, Sender(FakeKinesis(), "s", ordered=False), report=lambda tally: told.append(tally.events))
    assert told == [500, 1000, 1200]
