"""Crowds to consolidate: generated ones of many kinds, and real ones from a folder."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Case:
    """Answers (object, worker, label) and what is true of the objects, as far as known."""

    name: str
    answers: Sequence[tuple[str, str, str]]
    truth: Mapping[str, str]
    classes: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a generated crowd is like.

    Parameters
    ----------
    redundancy
        Answers to each object.
    first_weight
        How frequent the first class is, compared with each of the others.
    accuracy
        Lowest and highest share of right answers of an honest worker.
    confusion
        Share of the wrong answers that go to the class which looks alike.
    unevenness
        How far a worker's accuracy differs from class to class, at most.
    spammers
        Share of workers who do not look: half of them always give the same class.
    adversaries
        Share of workers who are wrong on purpose.
    hard
        Share of objects that look like another class to everyone, half of the time.
    """

    objects: int = 1000
    workers: int = 60
    classes: int = 2
    redundancy: int = 5
    first_weight: float = 1.0
    accuracy: tuple[float, float] = (0.6, 0.95)
    confusion: float = 0.0
    unevenness: float = 0.1
    spammers: float = 0.1
    adversaries: float = 0.0
    hard: float = 0.0


PLANS = {
    "25,000 answers, one class of eight": Plan(
        objects=8333, workers=176, redundancy=3, first_weight=7.0, accuracy=(0.7, 0.97), unevenness=0.4
    ),
    "two classes": Plan(),
    "two answers an object": Plan(redundancy=2),
    "four classes": Plan(classes=4),
    "ten classes": Plan(classes=10, accuracy=(0.4, 0.9), confusion=0.5),
    "40 % spammers": Plan(spammers=0.4),
    "20 % adversaries": Plan(adversaries=0.2, classes=3, redundancy=7),
    "hard objects": Plan(hard=0.25, redundancy=9),
    "workers uneven, class of a tenth": Plan(first_weight=9.0, unevenness=0.5),
    "six workers, forty objects": Plan(objects=40, workers=6, redundancy=3, classes=3),
}


def generate(name: str, plan: Plan, seed: int) -> Case:
    """Make a crowd; the same arguments make the same one."""
    source = random.Random(f"{name}-{seed}")
    classes = [f"c{number}" for number in range(plan.classes)]
    workers = [_worker(plan, source) for _ in range(plan.workers)]
    busy = [source.paretovariate(1.3) for _ in workers]
    answers, truth = [], {}
    for number in range(plan.objects):
        true = source.choices(range(plan.classes), [plan.first_weight, *[1.0] * (plan.classes - 1)])[0]
        truth[f"o{number}"] = classes[true]
        looks_like = (true + 1) % plan.classes if source.random() < plan.hard else true
        for seat in _some(source, busy, plan.redundancy):
            seen = looks_like if source.random() < 0.5 else true
            label = source.choices(classes, workers[seat][seen])[0]
            answers.append((f"o{number}", f"w{seat}", label))
    return Case(name=name, answers=answers, truth=truth, classes=classes)


def _some(source: random.Random, busy: Sequence[float], number: int) -> list[int]:
    """Choose different workers, busy ones more often."""
    weighed = sorted(range(len(busy)), key=lambda seat: source.random() ** (1.0 / busy[seat]), reverse=True)
    return weighed[:number]


def _worker(plan: Plan, source: random.Random) -> list[list[float]]:
    """Return the probabilities of a worker's answers, by true class."""
    kind, number = source.random(), plan.classes
    if kind < plan.spammers:
        favourite = source.randrange(number)
        row = (
            [1.0 / number] * number if source.random() < 0.5 else [float(k == favourite) + 0.02 for k in range(number)]
        )
        return [row] * number
    accuracy = source.uniform(*plan.accuracy)
    if kind < plan.spammers + plan.adversaries:
        accuracy = 1.0 - accuracy
    rows = []
    for true in range(number):
        right = min(0.98, max(0.02, accuracy + source.uniform(-0.5, 0.5) * plan.unevenness))
        alike = (true + 1) % number
        spread = (1.0 - plan.confusion) / (number - 1)
        wrong = [spread + (plan.confusion if each == alike else 0.0) for each in range(number)]
        rows.append([right if each == true else (1.0 - right) * wrong[each] for each in range(number)])
    return rows


def read(folder: Path) -> Iterator[Case]:
    """Read `<set>/answer.csv` (question, worker, answer) and `<set>/truth.csv` (question, truth), sorted by name.

    Of two answers by a worker to a question the later one counts.
    """
    for file in sorted(folder.glob("*/answer.csv")):
        latest = {(row[0], row[1]): row[2] for row in _rows(file)}
        truth = {row[0]: row[1] for row in _rows(file.with_name("truth.csv"))}
        answers = [(question, worker, label) for (question, worker), label in latest.items()]
        classes = sorted(set(latest.values()))
        asked = {question for question, _, _ in answers}
        known = {question: label for question, label in truth.items() if question in asked}
        yield Case(name=file.parent.name, answers=answers, truth=known, classes=classes)


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines) if row][1:]
