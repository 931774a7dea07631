"""What a labeling job asks of automated labeling, and what it does with the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from laptop.emulator.sagemaker import active_learning, task_rules
from laptop.emulator.sagemaker.manifest import DataError
from laptop.emulator.store import Store

REQUEST = {
    "LabelingJobName": "mails",
    "LabelAttributeName": "kind",
    "LabelCategoryConfigS3Uri": "s3://bucket/kinds.json",
    "HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": 3},
    "LabelingJobAlgorithmsConfig": {"LabelingJobAlgorithmSpecificationArn": "arn:aws:x:y/text-classification"},
}


class Answering:
    """Takes the place of the process: notes the question, and answers with what it was given."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = {"ask": [], "machine": [], "best": [], "sampled": [], "look": None} | answer
        self.question: dict[str, Any] = {}

    def __call__(self, question: dict[str, Any]) -> dict[str, Any]:
        self.question = question
        return self.answer


@pytest.fixture(autouse=True)
def _laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKE_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(active_learning, "_LOOKS", Store("looks", tmp_path))
    monkeypatch.setattr(active_learning, "_classes", lambda request: ["spam", "ham"])


def objects(labels: dict[int, tuple[str, float]] | None = None, count: int = 1250) -> list[dict[str, Any]]:
    made = [task_rules.new(number, json.dumps({"source": f"mail {number}"})) for number in range(count)]
    for number, (name, confidence) in (labels or {}).items():
        metadata = {"class-name": name, "confidence": confidence}
        label = {"kind": ["spam", "ham"].index(name), "kind-metadata": metadata}
        made[number] |= {"state": task_rules.LABELED, "by": "human", "iteration": 1, "label": label}
    return made


def plan(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], found: list[dict[str, Any]], limit: int = 50
) -> tuple[Any, dict[str, Any], dict[str, bytes]]:
    process, written = Answering(answer), dict[str, bytes]()
    monkeypatch.setattr(active_learning, "_ask", process)

    def write(path: str, content: bytes) -> str:
        written[path] = content
        return path

    return active_learning.plan(REQUEST, found, limit, write), process.question, written


def test_the_loop_gets_labels_with_their_confidence_and_the_contents(monkeypatch: pytest.MonkeyPatch) -> None:
    found = objects({3: ("ham", 0.9), 5: ("spam", 0.8)})
    found[7]["state"] = task_rules.FAILED
    chosen, question, _ = plan(monkeypatch, {"ask": [1, 2]}, found)
    assert chosen.people == ["1", "2"]
    assert question["labels"] == [(3, 1, 0.9), (5, 0, 0.8)]
    assert 7 not in question["usable"]
    assert Path(question["files"][9]).read_text() == "mail 9"
    assert (question["kind"], question["classes"], question["limit"]) == ("text", 2, 50)


def test_with_one_answer_for_each_object_nothing_is_known_of_their_confidence(monkeypatch: pytest.MonkeyPatch) -> None:
    single = REQUEST | {"HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": 1}}
    process = Answering({"ask": [1]})
    monkeypatch.setattr(active_learning, "_ask", process)
    active_learning.plan(single, objects({3: ("ham", 0.9)}), 50, lambda path, content: path)
    assert process.question["labels"] == [(3, 1, None)]


def test_a_look_that_passed_is_remembered_for_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = {"ask": [9], "look": {"passed": True}}
    first = objects({3: ("ham", 0.9)})
    assert plan(monkeypatch, passed, first)[1]["passed_before"] is False
    # Asked again, as after a restart of the emulator, it is the same look.
    assert plan(monkeypatch, passed, first)[1]["passed_before"] is False
    more = objects({3: ("ham", 0.9), 9: ("spam", 0.9)})
    assert plan(monkeypatch, {"ask": [10], "look": {"passed": False}}, more)[1]["passed_before"] is True
    most = objects({3: ("ham", 0.9), 9: ("spam", 0.9), 10: ("spam", 0.9)})
    assert plan(monkeypatch, {"ask": [11]}, most)[1]["passed_before"] is False


def test_labels_of_the_model_are_marked_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"machine": [[8, 1, 0.98765]], "best": [[8, 1, 0.98765]], "sampled": [3], "look": {"passed": True}}
    chosen, _, written = plan(monkeypatch, answer, objects({3: ("ham", 0.9)}))
    metadata = chosen.machine["8"]["kind-metadata"]
    assert chosen.machine["8"]["kind"] == 1
    assert (metadata["class-name"], metadata["confidence"], metadata["human-annotated"]) == ("ham", 0.9877, "no")
    assert metadata["type"] == "groundtruth/text-classification"
    assert json.loads(written["activelearning/2/machine-labeled.manifest"])["source"] == "mail 8"
    assert json.loads(written["activelearning/2/validation.manifest"])["source"] == "mail 3"
    assert json.loads(written["inference/2/output.jsonl"])["class-name"] == "ham"


def test_what_the_model_cannot_read_is_left_to_people(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, _, _ = plan(monkeypatch, {}, objects(dict.fromkeys(range(1200), ("ham", 0.9))))
    assert chosen.people == [str(number) for number in range(1200, 1250)]


def test_the_model_labels_once_only_after_people_have_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    found = objects({3: ("ham", 0.9)})
    found[8] |= {"state": task_rules.LABELED, "by": "machine", "label": {}}
    chosen, question, _ = plan(monkeypatch, {"machine": [[9, 0, 0.9]]}, found, limit=0)
    assert (chosen.people, chosen.machine, question) == ([], {}, {})


def test_fails_with_fewer_objects_than_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="at least 1250 data objects; got 1249"):
        plan(monkeypatch, {}, objects(count=1249))


def test_fails_if_more_than_a_tenth_of_the_first_objects_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = objects(dict.fromkeys(range(89), ("ham", 0.9)))
    for number in range(100, 111):
        found[number] |= {"state": task_rules.FAILED, "iteration": 1}
    with pytest.raises(DataError, match="at most 10 % of the first 100 data objects may fail; got 11"):
        plan(monkeypatch, {}, found)
