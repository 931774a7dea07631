"""What one simulated run is made of: drawn by hypothesis, played with the seed alone."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

RATES = st.sampled_from((0.0, 0.0, 0.05, 0.3))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Sizes, and rates of faults from 0 to 1.

    The faults of the input are per event, those of storage per operation, those of the function and the poller per
    invocation. An `outage_seconds` above 0 lets every write fail for so long after the start.
    """

    seed: int
    shards: int = 1
    events: int = 20
    parallelization: int = 1
    batch_size: int = 10
    max_retries: int = 3
    max_age_seconds: int = 3600
    reshard: bool = False
    aggregate: float = 0.0
    bad: float = 0.0
    bad_in_aggregate: float = 0.0
    duplicate: float = 0.0
    poison: float = 0.0
    deadly: float = 0.0
    throttle: float = 0.0
    lost_answer: float = 0.0
    kill_before: float = 0.0
    kill_after: float = 0.0
    timeout: float = 0.0
    over_report: float = 0.0
    throttled_call: float = 0.0
    poller_killed: float = 0.0
    outage_seconds: int = 0
    destination_denied: float = 0.0


SCENARIOS = st.builds(
    Scenario,
    seed=st.integers(0, 2**32),
    shards=st.integers(1, 3),
    events=st.integers(0, 40),
    parallelization=st.sampled_from((1, 1, 3)),
    batch_size=st.sampled_from((1, 7, 100)),
    max_retries=st.integers(0, 4),
    max_age_seconds=st.sampled_from((60, 3600)),
    reshard=st.booleans(),
    aggregate=RATES,
    bad=RATES,
    bad_in_aggregate=RATES,
    duplicate=RATES,
    poison=RATES,
    deadly=RATES,
    throttle=RATES,
    lost_answer=RATES,
    kill_before=RATES,
    kill_after=RATES,
    timeout=RATES,
    over_report=RATES,
    throttled_call=RATES,
    poller_killed=RATES,
    outage_seconds=st.sampled_from((0, 0, 30, 600)),
    destination_denied=st.sampled_from((0.0, 0.0, 0.0, 0.5)),
)
