"""The process: reads a request from standard input, and prints a decision.

| member of the request | what |
|---|---|
| `kind` | `image` or `text` |
| `files` | one file for each object: a picture, or a text in UTF-8 |
| `usable` | numbers of the objects that have a label or can get one; of them, those that can be read take part |
| `labels` | `[number, column, confidence or null]` of each label by people |
| `classes`, `limit`, `seed`, `passed_before` | see `loop.decide` |

| member of the decision | what |
|---|---|
| `ask` | numbers of the objects that people are asked about |
| `machine` | `[number, column, confidence]` of each label of the model |
| `best` | `[number, column, confidence]` of each object without a label by people |
| `sampled` | numbers of the random sample |
| `look` | what the training showed, or null |
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from laptop.active_learning import features
from laptop.active_learning.learner import IMAGE_MODELS, TEXT_MODELS
from laptop.active_learning.loop import Label, Settings, decide


def main() -> None:
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the decision."""
    files = [Path(file) for file in request["files"]]
    image = request["kind"] == "image"
    found, readable = features.images(files) if image else features.texts(files)
    usable = set(request["usable"]) & set(readable)
    decision = decide(
        found,
        {number: Label(column, confidence) for number, column, confidence in request["labels"] if number in usable},
        sorted(usable),
        models=IMAGE_MODELS if image else TEXT_MODELS,
        classes=request["classes"],
        limit=request["limit"],
        settings=Settings(seed=request["seed"]),
        passed_before=request["passed_before"],
    )
    return {
        "ask": list(decision.ask),
        "machine": [[number, *label] for number, label in decision.machine.items()],
        "best": [[number, *label] for number, label in decision.best.items()],
        "sampled": list(decision.sampled),
        "look": asdict(decision.look) if decision.look else None,
    }


if __name__ == "__main__":
    main()
