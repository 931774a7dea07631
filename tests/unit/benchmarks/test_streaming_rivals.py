import pytest

from benchmarks.streaming import CANDIDATES
from benchmarks.streaming_rivals import batches


@pytest.mark.parametrize("name", CANDIDATES)
def test_every_candidate_of_the_streaming_benchmark_takes_all_records(name: str) -> None:
    handler = CANDIDATES[name]()
    for event in batches(60, 20):
        handler(event)


@pytest.mark.parametrize("name", list(CANDIDATES)[1:2] + list(CANDIDATES)[3:])
def test_a_candidate_that_writes_does_not_pass_over_bad_records(name: str) -> None:
    (event,) = batches(3, 3)
    event["Records"][1]["kinesis"]["data"] = "e30="
    with pytest.raises((RuntimeError, ValueError)):
        CANDIDATES[name]()(event)
