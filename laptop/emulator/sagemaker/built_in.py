"""AWS' own functions for the task types with one class, which jobs with automated labeling must use. Pure.

| function | behaviour | source |
|---|---|---|
| PRE-ImageMultiClass, PRE-TextMultiClass | `{taskObject, labels}` for the template | "Image Classification" |
| ACS-ImageMultiClass, ACS-TextMultiClass | "a variant of the Expectation Maximization approach" | API reference |
| | label is the number of the class; confidence is 0.00 of a single answer | "Output Data" |

How AWS' variant works is not published. Here each worker has one probability to be right, estimated with the labels
over a batch; ours and theirs agree where workers do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

_ARN = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:((?:PRE|ACS)-\w+)$")
# Type in the metadata, and the name that the element of the template must have.
_TYPES = {
    "ImageMultiClass": ("image-classification", "crowd-image-classifier"),
    "TextMultiClass": ("text-classification", "crowd-classifier"),
}
_ROUNDS = 20
# Before anything is known, a worker is right four times out of five, as if seen ten times.
_PRIOR, _WEIGHT = 0.8, 10.0

Votes = Mapping[str, str]


def name_of(arn: str) -> str | None:
    """Return the name of a function of AWS, or None if the function is somebody else's."""
    found = _ARN.match(arn)
    return found[1] if found else None


def is_known(arn: str) -> bool:
    """Tell whether the laptop has a function of AWS."""
    return (name_of(arn) or "").partition("-")[2] in _TYPES


def task_input(data_object: Json, classes: Sequence[str]) -> Json:
    """Return what PRE-ImageMultiClass and PRE-TextMultiClass give to the template."""
    return {"taskObject": data_object.get("source", data_object.get("source-ref")), "labels": list(classes)}


def consolidate(arn: str, entries: Sequence[Json], classes: Sequence[str], request: Json, created: str) -> list[Json]:
    """Return what ACS-ImageMultiClass and ACS-TextMultiClass return; objects without a usable answer are left out.

    Parameters
    ----------
    entries
        The file of a post-annotation request.
    """
    kind, element = _TYPES[str(name_of(arn)).partition("-")[2]]
    votes = {entry["datasetObjectId"]: _votes(entry, element, classes) for entry in entries}
    found = estimate({key: answers for key, answers in votes.items() if answers}, classes)
    attribute = request["LabelAttributeName"]
    answers = []
    for object_id, (label, confidence) in found.items():
        metadata = {
            "class-name": label,
            "confidence": round(confidence, 2) if len(votes[object_id]) > 1 else 0.0,
            "type": f"groundtruth/{kind}",
            "job-name": f"labeling-job/{request['LabelingJobName']}",
            "human-annotated": "yes",
            "creation-date": created,
        }
        content = {attribute: classes.index(label), f"{attribute}-metadata": metadata}
        answers.append({"datasetObjectId": object_id, "consolidatedAnnotation": {"content": content}})
    return answers


def _votes(entry: Json, element: str, classes: Sequence[str]) -> dict[str, str]:
    votes = {}
    for annotation in entry["annotations"]:
        try:
            label = json.loads(annotation["annotationData"]["content"])[element]["label"]
        except (ValueError, TypeError, KeyError):
            continue
        if label in classes:
            votes[annotation["workerId"]] = label
    return votes


def estimate(votes: Mapping[str, Votes], classes: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Return the most probable class of each object, and how probable it is.

    Parameters
    ----------
    votes
        Classes by worker, by object; each object has one at least.
    """
    skill = {worker: _PRIOR for answers in votes.values() for worker in answers}
    shares: dict[str, dict[str, float]] = {}
    for _ in range(_ROUNDS):
        shares = {key: _shares(answers, skill, classes) for key, answers in votes.items()}
        for worker in skill:
            right = [shares[key][answers[worker]] for key, answers in votes.items() if worker in answers]
            skill[worker] = (sum(right) + _PRIOR * _WEIGHT) / (len(right) + _WEIGHT)
    return {key: max(found.items(), key=lambda item: item[1]) for key, found in shares.items()}


def _shares(answers: Votes, skill: Mapping[str, float], classes: Sequence[str]) -> dict[str, float]:
    weights = dict.fromkeys(classes, 1.0)
    for worker, answer in answers.items():
        wrong = (1 - skill[worker]) / max(1, len(classes) - 1)
        for label in classes:
            weights[label] *= skill[worker] if label == answer else wrong
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}
