"""Crowds that consolidation is measured with, and how it is scored."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import consolidation
from benchmarks.consolidation_rivals import dawid_skene, majority
from benchmarks.consolidation_scores import calibration_error, choices, score
from benchmarks.crowds import PLANS, Case, Plan, generate, read

SMALL = Plan(objects=60, workers=8, redundancy=3)


def test_same_seed_makes_the_same_crowd_and_another_one_another() -> None:
    assert generate("small", SMALL, 1) == generate("small", SMALL, 1)
    assert generate("small", SMALL, 1) != generate("small", SMALL, 2)


def test_generated_workers_answer_once_about_an_object() -> None:
    case = generate("small", SMALL, 1)
    assert len({(name, worker) for name, worker, _ in case.answers}) == len(case.answers) == 180


def test_folder_of_crowds_is_read_by_name_and_later_answers_count(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "answer.csv").write_text("question,worker,answer\nq1,w1,0\nq1,w2,1\nq1,w1,1\n")
        (tmp_path / name / "truth.csv").write_text("question,truth\nq1,1\nq2,0\n")
    first, second = read(tmp_path)
    assert (first.name, second.name) == ("a", "b")
    assert sorted(first.answers) == [("q1", "w1", "1"), ("q1", "w2", "1")]
    assert first.truth == {"q1": "1"}
    assert first.classes == ["1"]


def test_tie_of_votes_is_half_right() -> None:
    case = Case(name="tie", answers=[("q", "a", "0"), ("q", "b", "1")], truth={"q": "1"}, classes=["0", "1"])
    assert score(choices(majority(case)), case.truth, case.classes).accuracy == 0.5


def test_f1_is_that_of_the_last_class() -> None:
    chosen = {"q1": (["1"], 1.0), "q2": (["1"], 1.0), "q3": (["0"], 1.0)}
    found = score(chosen, {"q1": "1", "q2": "0", "q3": "0"}, ["0", "1"])
    assert found.f1 == pytest.approx(2 / 3)
    assert score(chosen, {"q1": "1", "q2": "0", "q3": "0"}, ["0", "1", "2"]).f1 is None


def test_calibration_error_is_the_distance_of_confidence_and_accuracy() -> None:
    assert calibration_error([(0.95, 1.0), (0.95, 0.0)]) == pytest.approx(0.45)
    assert calibration_error([(1.0, 1.0), (0.0, 0.0)]) == 0.0


def test_rival_finds_the_worker_who_always_says_the_same() -> None:
    answers = []
    for number in range(40):
        true = str(number % 2)
        answers += [(f"q{number}", "a", true), (f"q{number}", "b", true), (f"q{number}", "c", true)]
        answers += [(f"q{number}", f"s{seat}", "1") for seat in range(3)]
    case = Case(name="spam", answers=answers, truth={}, classes=["0", "1"])
    assert all(
        max(belief, key=lambda label: belief[label]) == str(int(name[1:]) % 2)
        for name, belief in dawid_skene(case).items()
    )


def test_report_has_a_row_for_each_crowd_and_proves_what_memory_was_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(consolidation, "PLANS", {"small": SMALL})
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "answer.csv").write_text("question,worker,answer\nq1,w1,0\nq1,w2,0\n")
    (tmp_path / "real" / "truth.csv").write_text("question,truth\nq1,0\n")
    report = consolidation.run(tmp_path)
    (small,) = [line for line in report.splitlines() if line.startswith("| small")]
    assert small.split("|")[2].strip() == "180"
    assert 5 < int(small.split("|")[-2]) < 512
    assert "| real | 2 | 100.00%" in report


def test_plans_cover_two_to_ten_classes() -> None:
    assert {plan.classes for plan in PLANS.values()} >= {2, 3, 4, 10}
