import pytest

from benchmarks.streaming_cost import S3_WAIT_SECONDS, per_million


def test_a_million_events_cost_their_time_their_calls_and_their_requests() -> None:
    cost = per_million(100_000, memory_mib=1769, batch=1000, writes=1)
    seconds = 10 + 1000 * S3_WAIT_SECONDS
    assert cost.duration == pytest.approx(seconds * 1769 / 1024 * 0.0000133334)
    assert cost.requests == pytest.approx(1000 * 0.2 / 1e6)
    assert cost.storage_requests == pytest.approx(1000 * 2 * 0.005 / 1000)
    assert cost.stream == pytest.approx(0.014)
    assert cost.total == pytest.approx(cost.duration + cost.requests + cost.storage_requests + cost.stream)


def test_half_a_core_needs_twice_the_time_and_more_than_one_core_saves_none() -> None:
    def computing(memory_mib: int) -> float:
        return per_million(1000, memory_mib=memory_mib, batch=1_000_000, writes=0).duration / memory_mib

    assert computing(884) == pytest.approx(2 * computing(1769), rel=0.01)
    assert computing(3538) == pytest.approx(computing(1769))


def test_larger_batches_cost_less() -> None:
    assert per_million(1e5, memory_mib=1024, batch=2000, writes=1).total < (
        per_million(1e5, memory_mib=1024, batch=100, writes=1).total
    )
