"""Which payloads came before another, by their keys alone."""

from __future__ import annotations

import pytest
from post_annotation.history import earlier, quality_key, requests_folder

JOB = "jobs/mail/mail-00001-aa/annotations"
REQUESTS = f"{JOB}/consolidated-annotation/consolidation-request"


def test_payloads_of_the_job_lie_below_one_folder() -> None:
    assert requests_folder(f"{REQUESTS}/iteration-3/b.json") == f"{REQUESTS}/"


def test_earlier_iterations_come_latest_first_and_ten_is_after_nine() -> None:
    keys = [f"{REQUESTS}/iteration-{number}/a.json" for number in (1, 10, 2, 9, 11)]
    found = earlier(f"{REQUESTS}/iteration-10/a.json", keys)
    assert [key.split("/")[-2] for key in found] == ["iteration-9", "iteration-2", "iteration-1"]


def test_within_an_iteration_the_name_tells_the_time() -> None:
    keys = [f"{REQUESTS}/iteration-1/2026-01-01_10:00:0{second}.json" for second in (3, 1, 2)]
    assert earlier(keys[2], keys) == [keys[1]]


def test_responses_and_other_files_are_no_payloads() -> None:
    keys = [
        f"{JOB}/consolidated-annotation/consolidation-response/iteration-1/a.json",
        f"{JOB}/worker-response/iteration-1/0/a.json",
        f"{REQUESTS}/iteration-1/deeper/a.json",
    ]
    assert earlier(f"{REQUESTS}/iteration-2/a.json", keys) == []


def test_quality_lies_beside_the_answers_not_among_the_files_of_ground_truth() -> None:
    assert quality_key(f"{REQUESTS}/iteration-2/a.json") == f"{JOB}/worker-quality/iteration-2/a.json"


@pytest.mark.parametrize("key", ["elsewhere.json", f"{JOB}/worker-response/iteration-1/0/a.json"])
def test_payload_elsewhere_has_no_history_and_no_place_for_quality(key: str) -> None:
    assert requests_folder(key) is None
    assert quality_key(key) is None
    assert earlier(key, [key, f"{REQUESTS}/iteration-1/a.json"]) == []
