"""Labels from crowds: the lake's consolidation beside majority vote and Dawid-Skene."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks import machine
from benchmarks.consolidation_rivals import Beliefs, dawid_skene, majority
from benchmarks.consolidation_scores import Choices, Score, choices, score
from benchmarks.crowds import PLANS, Case, generate, read
from benchmarks.document import table

_SEED = 1
_WORKER = Path(__file__).with_name("consolidation_worker.py")
_HEADINGS = (
    "crowd",
    "answers",
    "accuracy: votes",
    "Dawid-Skene",
    "the lake",
    "F1: votes",
    "Dawid-Skene",
    "the lake",
    "calibration error: votes",
    "Dawid-Skene",
    "the lake",
    "CPU s: Dawid-Skene",
    "the lake",
    "MiB",
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """One method on one crowd; `peak_mib` is known where it ran in a process of its own."""

    score: Score
    seconds: float
    peak_mib: float
    chosen: Choices


def run(crowds: Path | None) -> str:
    """Measure generated crowds, and real ones of a folder if there is one."""
    generated = [generate(name, plan, _SEED) for name, plan in PLANS.items()]
    parts = [machine.describe(), "", "Generated crowds:", "", _table(map(_measured, generated))]
    if crowds:
        real = [_measured(case) for case in read(crowds)]
        parts += ["", "Real crowds:", "", _table(real), "", _trust(real)]
    return "\n".join(parts)


# A crowd; votes, Dawid-Skene, the lake. The last two are models, whose confidence is compared.
_MODELS: tuple[Literal[2], Literal[3]] = (2, 3)
Measured = tuple[Case, Result, Result, Result]


def _measured(case: Case) -> Measured:
    return case, _rival(majority, case), _rival(dawid_skene, case), _ours(case)


def _rival(method: Callable[[Case], Beliefs], case: Case) -> Result:
    before = time.process_time()
    beliefs = method(case)
    seconds = time.process_time() - before
    chosen = choices(beliefs)
    return Result(score=score(chosen, case.truth, case.classes), seconds=seconds, peak_mib=0.0, chosen=chosen)


def _ours(case: Case) -> Result:
    asked = json.dumps({"answers": case.answers, "classes": case.classes})
    process = subprocess.run([sys.executable, str(_WORKER)], input=asked, capture_output=True, text=True, check=True)
    answer = json.loads(process.stdout)
    chosen = {name: ([label], confidence) for name, (label, confidence) in answer["labels"].items()}
    return Result(
        score=score(chosen, case.truth, case.classes),
        seconds=answer["seconds"],
        peak_mib=answer["peak_mib"],
        chosen=chosen,
    )


def _table(measured: Iterable[Measured]) -> str:
    return table(_HEADINGS, [_row(each) for each in measured])


def _row(measured: Measured) -> list[str]:
    case, *results = measured
    _, rival, ours = results
    return [
        case.name,
        f"{len(case.answers):,}",
        *(f"{each.score.accuracy:.2%}" for each in results),
        *("" if each.score.f1 is None else f"{each.score.f1:.2%}" for each in results),
        *(f"{each.score.calibration_error:.1%}" for each in results),
        f"{rival.seconds:.2f}",
        f"{ours.seconds:.2f}",
        f"{ours.peak_mib:.0f}",
    ]


def _trust(measured: Sequence[Measured]) -> str:
    """Return how often labels of about the same confidence are right; each crowd counts the same."""
    columns = [_bands(measured, place) for place in _MODELS]
    lines = [
        [f"{band * 10} to {band * 10 + 10} %", *(cell for column in columns for cell in column[band])]
        for band in range(10)
        if any(column[band][0] for column in columns)
    ]
    return table(("confidence", "Dawid-Skene: share", "right", "the lake: share", "right"), lines)


def _bands(measured: Sequence[Measured], place: Literal[2, 3]) -> list[tuple[str, str]]:
    """Return share of all labels, and of those the share that is right, by tenth of confidence."""
    shares, right = [0.0] * 10, [0.0] * 10
    for each in measured:
        case, chosen = each[0], each[place].chosen
        for name, label in case.truth.items():
            labels, confidence = chosen[name]
            band = min(9, int(confidence * 10))
            shares[band] += 1.0 / len(case.truth)
            right[band] += (label in labels) / len(labels) / len(case.truth)
    return [
        (f"{share / len(measured):.1%}", f"{good / share:.0%}") if share else ("", "")
        for share, good in zip(shares, right, strict=True)
    ]
