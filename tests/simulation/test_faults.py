"""Nothing lost, nothing doubled: the real handler behind the real poller's state machine, under every fault we know.

Exactly once means here: a position of the stream (sequence number and place in an aggregate) has one row in the sink or
in quarantine. Producers may send an event twice under new sequence numbers; its id is what tells.
"""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from hypothesis import given, settings

from contracts.loader import load
from tests.simulation.audit import DOUBLED, LOST, event_ids, violations
from tests.simulation.designs import BAD_DESIGNS, Design, ours
from tests.simulation.scenario import SCENARIOS, Scenario
from tests.simulation.traffic import large
from tests.simulation.world import StalledError, World

RUNS = 250
CONTRACT = load("clicks")
FAULTS = {field.name for field in dataclasses.fields(Scenario) if field.default == 0.0 and field.name != "seed"}


def _run(scenario: Scenario, design: Design) -> tuple[World, Counter[str]]:
    """Play, audit, recover, audit, replay once more, audit."""
    world = World(scenario, design, CONTRACT)
    world.play()
    wrong = violations(world, recovered=False)
    if world.denied:
        # Lambda drops what its destination refuses. The alarm on DestinationDeliveryFailures calls for a rewind.
        wrong.pop(LOST, None)
    replayed = world.recover()
    assert all(each.is_complete for each in replayed)
    wrong += violations(world, recovered=True)
    objects = dict(world.raw.objects)
    world.replay()
    assert world.raw.objects == objects, "a second replay must change nothing"
    return world, wrong


def test_nothing_is_lost_and_nothing_is_doubled_whatever_fails() -> None:
    happened: Counter[str] = Counter()
    runs = 0

    @settings(max_examples=RUNS, derandomize=True, deadline=None, database=None)
    @given(SCENARIOS)
    def play(scenario: Scenario) -> None:
        nonlocal runs
        world, wrong = _run(scenario, ours())
        assert not wrong, f"{dict(wrong)} in {scenario}"
        good = {part.event["event_id"] for sent in world.sent for part in sent.parts if part.event}
        assert event_ids(world) == good
        happened.update(world.faults.happened)
        runs += 1

    play()
    assert runs >= 200
    expected = (FAULTS - {"outage_seconds"}) | {"outage", "reshard", "RetryAttemptsExhausted", "RecordAgeExceeded"}
    assert expected <= happened.keys(), f"never happened: {expected - happened.keys()}"


# What nobody survives unprepared, all at once.
HARD = Scenario(
    seed=0, shards=2, events=30, batch_size=10, max_retries=2, bad=0.05, aggregate=0.2, poison=0.05, throttle=0.05,
    lost_answer=0.1, kill_before=0.05, kill_after=0.1, timeout=0.05,
)  # fmt: skip


CAUGHT_AS = {
    "swallows exceptions": LOST,
    "marks records before it writes them": LOST,
    "has no partial response": LOST,
    "has no failure destination": LOST,
    "retries for ever": "not done",
    "reports the last failure": LOST,
    "writes under a new name on each attempt": DOUBLED,
    "drops what breaks the contract": LOST,
    "forgets the parts of an aggregate": LOST,
}


@pytest.mark.parametrize("name", BAD_DESIGNS)
def test_a_consumer_is_caught_that(name: str) -> None:
    found = [_found_in(dataclasses.replace(HARD, seed=seed), BAD_DESIGNS[name]()) for seed in range(20)]
    assert any(CAUGHT_AS[name] in each for each in found), f"the simulation must catch a design that {name}: {found}"


def _found_in(scenario: Scenario, design: Design) -> str:
    """Say what the simulation finds wrong with a design."""
    world = World(scenario, design, CONTRACT)
    try:
        world.play()
        wrong = violations(world, recovered=False)
        world.recover()
    except StalledError as error:
        return str(error)
    return str(dict(wrong + violations(world, recovered=True)))


def test_our_consumer_passes_where_the_others_are_caught() -> None:
    for seed in range(20):
        assert _found_in(dataclasses.replace(HARD, seed=seed), ours()) == "{}"


def test_records_near_1_mb_come_in_events_near_6_mb_and_arrive_whole() -> None:
    sent = large(count=9, size=2**20 - 10)
    scenario = Scenario(seed=1, batch_size=10_000, kill_after=0.2, lost_answer=0.2)
    world = World(scenario, ours(), CONTRACT, given=sent)
    world.play()
    world.recover()
    assert not violations(world, recovered=True)
    assert world.faults.happened
    assert 5.3 * 2**20 < world.largest_event < 6 * 2**20
