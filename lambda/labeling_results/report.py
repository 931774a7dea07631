"""What a job gave and what it cost, for the people who asked for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from labeling_results.rows import Outcome

_UNSURE = 0.8
_MOST = 5


def report(outcome: Outcome, counters: Mapping[str, int], *, object_usd: float, answer_usd: float) -> dict[str, Any]:
    """Sum up a job.

    Parameters
    ----------
    counters
        `LabelCounters` of the job.
    """
    rows = outcome.rows
    answers = [answer for row in rows for answer in row.answers]
    by = Counter(row.labeled_by for row in rows)
    # Ground Truth bills what people or its models label; services and copies label before it does.
    billed = int(counters.get("HumanLabeled", 0)) + int(counters.get("MachineLabeled", 0))
    cost = billed * object_usd + len(answers) * answer_usd
    return {
        "objects": len(rows) + len(outcome.without),
        "labeled": {name: by[name] for name in ("human", "machine", "duplicate")},
        "unlabeled": len(outcome.without),
        "reasons": dict(Counter(outcome.without.values()).most_common(_MOST)),
        "mean_confidence": round(sum(row.confidence for row in rows) / len(rows), 4) if rows else 0.0,
        "unsure": sum(row.confidence < _UNSURE for row in rows),
        "answers": len(answers),
        "unusable_answers": sum(answer["problem"] is not None for answer in answers),
        "workers": len({answer["worker"] for answer in answers}),
        "most_disagreeing_workers": _disagreeing(answers),
        "estimated_cost_usd": round(cost, 2),
    }


def _disagreeing(answers: list[dict[str, Any]]) -> dict[str, float]:
    """Give the workers who disagree with the labels most, and the share of their answers that does."""
    judged = Counter(answer["worker"] for answer in answers if answer["agrees"] is not None)
    wrong = Counter(answer["worker"] for answer in answers if answer["agrees"] is False)
    shares = {worker: round(wrong[worker] / count, 4) for worker, count in judged.items()}
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:_MOST])
