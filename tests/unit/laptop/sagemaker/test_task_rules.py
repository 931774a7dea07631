from __future__ import annotations

import pytest

from laptop.emulator.sagemaker import task_rules
from laptop.emulator.sagemaker.task_rules import TaskGoneError, Worker

ANN, BEN, CLEO = (Worker(name, name, f"sub-{name}", "https://pool") for name in ("ann", "ben", "cleo"))


def task(workers: int = 2) -> dict[str, object]:
    found = task_rules.new(0, '{"source": "a"}')
    task_rules.offer(found, {"text": "a"}, workers=workers, limit=60, expires=1000)
    return found


def test_no_more_people_take_a_task_than_it_needs() -> None:
    found = task()
    task_rules.accept(found, ANN, 0)
    task_rules.accept(found, BEN, 0)
    assert not task_rules.may_take(found, CLEO.id, 1)
    task_rules.answer(found, ANN.id, {}, 2)
    assert not task_rules.may_take(found, CLEO.id, 3)
    task_rules.give_back(found, BEN.id, 4, decline=False)
    assert task_rules.may_take(found, CLEO.id, 5)


def test_nobody_answers_an_object_twice() -> None:
    found = task()
    task_rules.accept(found, ANN, 0)
    task_rules.answer(found, ANN.id, {"label": 1}, 5)
    assert not task_rules.may_take(found, ANN.id, 6)
    with pytest.raises(TaskGoneError):
        task_rules.accept(found, ANN, 6)
    with pytest.raises(TaskGoneError):
        task_rules.answer(found, ANN.id, {"label": 2}, 7)
    assert [answer["content"] for answer in found["answers"]] == [{"label": 1}]  # type: ignore[attr-defined]


def test_who_declines_is_not_asked_again_and_who_gives_back_is() -> None:
    found = task()
    for worker, decline in ((ANN, True), (BEN, False)):
        task_rules.accept(found, worker, 0)
        task_rules.give_back(found, worker.id, 1, decline=decline)
    assert not task_rules.may_take(found, ANN.id, 2)
    assert task_rules.may_take(found, BEN.id, 2)


def test_fails_to_answer_once_the_time_limit_has_passed() -> None:
    found = task(1)
    task_rules.accept(found, ANN, 0)
    with pytest.raises(TaskGoneError, match="its time is up"):
        task_rules.answer(found, ANN.id, {}, 60)
    assert task_rules.may_take(found, BEN.id, 60)
    assert [claim["worker"]["name"] for claim in task_rules.lapse(found, 60)] == ["ann"]
    assert found["claims"] == {}


def test_a_task_that_is_taken_late_ends_with_its_availability() -> None:
    found = task(1)
    task_rules.accept(found, ANN, 990)
    assert found["claims"]["ann"]["until"] == 1000  # type: ignore[index]
    assert not task_rules.may_take(found, BEN.id, 1000)


def test_a_task_is_over_with_its_last_answer_or_with_its_availability() -> None:
    found = task(1)
    assert not task_rules.is_over(found, 999)
    assert task_rules.is_over(found, 1000)
    task_rules.accept(found, ANN, 0)
    task_rules.answer(found, ANN.id, {}, 1)
    assert task_rules.is_over(found, 2)
