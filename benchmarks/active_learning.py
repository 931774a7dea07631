"""Automated labeling of scikit-learn's digits: how much people label, and how right the machine's labels are.

The loop is the laptop's; workers are drawn at random, and their answers consolidated as by the post-annotation
function. Nothing here is measured in seconds, so a busy machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from lake_common.consolidation.labels import consolidate

from benchmarks.document import table
from laptop.active_learning.learner import IMAGE_MODELS
from laptop.active_learning.loop import Decision, Label, Settings, decide

PLOT = Path(__file__).parent.parent / "docs" / "images" / "active-learning.png"
_CLASSES = [str(digit) for digit in range(10)]
_PEOPLE = 9
_BATCH = 100


@dataclass(frozen=True)
class Team:
    """Workers who are right this often, and how many of them answer about each object."""

    name: str
    accuracy: float
    answers: int


TEAMS = (
    Team("always right, 1 answer", 1.0, 1),
    Team("right 90 %, 1 answer", 0.9, 1),
    Team("right 90 %, 3 answers", 0.9, 3),
    Team("right 90 %, 5 answers", 0.9, 5),
)


@dataclass(frozen=True)
class Run:
    """One labeling job.

    Attributes
    ----------
    looks
        Share that people had labeled, and share of right labels that the machine would have given to the rest.
    human
        Share that people labeled in the end.
    machine_right, all_right
        Share of right labels among those of the machine, and among all.
    """

    looks: Sequence[tuple[float, float]]
    human: float
    machine_right: float
    all_right: float


def run(seeds: int) -> str:
    """Label the digits with each team once per seed, and draw the plot."""
    results = {team: [label(team, seed) for seed in range(seeds)] for team in TEAMS}
    draw(results, PLOT)
    return f"{seeds} runs of each team, each with another seed.\n\n" + report(results)


def report(results: Mapping[Team, Sequence[Run]]) -> str:
    headings = (
        "people who label", "labeled by machine", "least", "right of them", "least", "runs below 95 %", "right of all",
    )  # fmt: skip
    rows = [
        (
            team.name,
            _percent(1 - mean(run.human for run in runs)),
            _percent(1 - max(run.human for run in runs)),
            _percent(mean(run.machine_right for run in runs)),
            _percent(min(run.machine_right for run in runs)),
            f"{sum(run.machine_right < 0.95 for run in runs)} of {len(runs)}",
            _percent(mean(run.all_right for run in runs)),
        )
        for team, runs in results.items()
    ]
    return table(headings, rows)


def label(team: Team, seed: int) -> Run:
    """Run one labeling job to its end."""
    features, truth = digits()
    answers: list[tuple[str, str, str]] = []
    labels: dict[int, Label] = {}
    looks: list[tuple[float, float]] = []
    passed = False
    while True:
        decision = decide(
            features,
            labels,
            range(len(truth)),
            models=IMAGE_MODELS,
            classes=len(_CLASSES),
            limit=_BATCH,
            settings=Settings(seed=seed),
            passed_before=passed,
        )
        if decision.look:
            passed = decision.look.passed
            looks.append((len(labels) / len(truth), _right(decision, truth)))
        if not decision.ask:
            return _result(decision, labels, truth, looks)
        answers.extend(_answered(team, decision.ask, truth, seed))
        labels = _consolidated(team, answers)


def digits() -> tuple[Any, list[int]]:
    """Return the brightness of the pictures of digits, and what they show."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 (it takes a second)

    pictures, truth = load_digits(return_X_y=True)
    return pictures / 16, truth.tolist()


def _answered(team: Team, asked: Sequence[int], truth: Sequence[int], seed: int) -> Iterator[tuple[str, str, str]]:
    for row in asked:
        chance = Random(f"{seed}/{row}")
        for person in chance.sample(range(_PEOPLE), team.answers):
            wrong = [name for name in _CLASSES if name != str(truth[row])]
            answer = str(truth[row]) if chance.random() < team.accuracy else chance.choice(wrong)
            yield str(row), f"worker-{person}", answer


def _consolidated(team: Team, answers: Sequence[tuple[str, str, str]]) -> dict[int, Label]:
    found = consolidate(answers, _CLASSES, "dawid_skene").labels
    known = team.answers > 1
    return {int(row): Label(int(label.name), label.confidence if known else None) for row, label in found.items()}


def _right(decision: Decision, truth: Sequence[int]) -> float:
    return mean(truth[row] == column for row, (column, _) in decision.best.items())


def _result(
    decision: Decision, labels: Mapping[int, Label], truth: Sequence[int], looks: Sequence[tuple[float, float]]
) -> Run:
    right = [column == truth[row] for row, (column, _) in decision.machine.items()]
    by_people = [found.column == truth[row] for row, found in labels.items()]
    return Run(looks, len(labels) / len(truth), mean(right) if right else 1.0, mean([*right, *by_people]))


def draw(results: Mapping[Team, Sequence[Run]], file: Path) -> None:
    """Draw what people's work buys: a line for each run, a dot where the machine took over."""
    import matplotlib as mpl  # noqa: PLC0415 (only this benchmark draws)

    mpl.use("agg")
    from matplotlib import pyplot  # noqa: PLC0415

    figure, panels = pyplot.subplots(1, len(results), figsize=(13, 3.8), sharey=True, layout="constrained")
    for panel, (team, runs) in zip(panels, results.items(), strict=True):
        for found in runs:
            shares, right = zip(*found.looks, strict=True)
            panel.plot([100 * share for share in shares], [100 * value for value in right], color="#4c78a8", alpha=0.35)
            panel.plot(100 * found.human, 100 * found.machine_right, "o", color="#f58518", markersize=5)
        panel.axhline(95, color="#555555", linestyle="--", linewidth=1)
        panel.axvline(30, color="#555555", linestyle=":", linewidth=1)
        panel.set(title=team.name, xlabel="labeled by people (%)", xlim=(5, 50), ylim=(88, 100.3))
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("right machine labels (%)")
    file.parent.mkdir(parents=True, exist_ok=True)
    # No date and no version in the file: the same runs give the same bytes.
    figure.savefig(file, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
