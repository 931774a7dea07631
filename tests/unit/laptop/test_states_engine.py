from __future__ import annotations

import pytest

from laptop.emulator.states_engine import error_matches, is_found, retry_delay


@pytest.mark.parametrize(
    ("listed", "error", "matches"),
    [
        ("Glue.X", "Glue.X", True),
        ("States.ALL", "Glue.X", True),
        ("States.ALL", "States.Timeout", True),
        ("States.ALL", "States.Runtime", False),
        ("States.ALL", "States.DataLimitExceeded", False),
        ("States.TaskFailed", "Glue.X", True),
        ("States.TaskFailed", "States.Timeout", False),
        ("States.TaskFailed", "States.Runtime", False),
        ("States.Runtime", "States.Runtime", True),
    ],
)
def test_wildcards_match_what_the_documentation_says(listed: str, error: str, matches: bool) -> None:
    assert error_matches([listed], error) is matches


def test_retry_interval_grows_up_to_its_cap() -> None:
    retrier = {"IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 15}
    assert [retry_delay(retrier, attempt) for attempt in range(4)] == [2, 6, 15, 15]


def test_retry_interval_has_the_documented_defaults() -> None:
    assert [retry_delay({}, attempt) for attempt in range(3)] == [1, 2, 4]


def test_full_jitter_spreads_the_interval_from_zero() -> None:
    delays = [retry_delay({"IntervalSeconds": 10, "JitterStrategy": "FULL"}, 0) for _ in range(200)]
    assert 0 <= min(delays) < 3
    assert 7 < max(delays) <= 10


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", True),
        ("$.a", True),
        ("$.a.b[1]", True),
        ("$['a'].b[0]", True),
        ("$.null", True),
        ("$.a.c", False),
        ("$.a.b[2]", False),
        ("$.missing", False),
        ("$..anything", True),
    ],
)
def test_a_plain_path_is_followed(path: str, found: bool) -> None:
    assert is_found(path, {"a": {"b": [1, 2]}, "null": None}) is found
