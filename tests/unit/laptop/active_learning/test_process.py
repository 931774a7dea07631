"""The process of automated labeling: files in, a decision out."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from laptop.active_learning import __main__ as process
from laptop.active_learning import features

SPAM = ["win", "money", "prize", "now", "click", "offer", "free", "cash"]
HAM = ["meeting", "tomorrow", "notes", "lunch", "project", "report", "table", "room"]


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[int]]:
    """Files of 400 digits, one of which is broken and one missing, and what they show."""
    folder = tmp_path_factory.mktemp("digits")
    pictures, truth = load_digits(return_X_y=True)
    files = [folder / f"{number}.png" for number in range(400)]
    for file, picture in zip(files, pictures, strict=False):
        Image.fromarray((picture.reshape(8, 8) * 15.9).astype("uint8")).save(file)
    files[5].write_bytes(b"no picture")
    files[6].unlink()
    return [str(file) for file in files], truth[:400].tolist()


def in_order(count: int, usable: list[int]) -> list[int]:
    """Return the beginning of the random order in which objects are sampled."""
    Random(1).shuffle(usable)
    return usable[:count]


def request(files: list[str], labels: list[tuple[int, int, float | None]], **more: Any) -> dict[str, Any]:
    usual = {"kind": "image", "files": files, "usable": list(range(len(files))), "labels": labels}
    return usual | {"classes": 10, "limit": 100, "seed": 1, "passed_before": True} | more


def test_pictures_are_labeled_from_their_files(digits: tuple[list[str], list[int]]) -> None:
    files, truth = digits
    sampled = in_order(300, [number for number in range(400) if number not in {5, 6}])
    answer = process.answer(request(files, [(number, truth[number], None) for number in sampled], limit=0))
    assert answer["machine"]
    assert np.mean([column == truth[number] for number, column, _ in answer["machine"]]) >= 0.95


def test_what_cannot_be_read_takes_no_part(digits: tuple[list[str], list[int]]) -> None:
    files, truth = digits
    answer = process.answer(
        request(files, [(number, truth[number], None) for number in in_order(200, [*range(7, 400)])])
    )
    numbers = {number for number, *_ in [*answer["best"], *answer["machine"]]} | {*answer["ask"]}
    assert numbers
    assert not numbers & {5, 6}


def test_texts_are_labeled_from_their_files(tmp_path: Path) -> None:
    chance = Random(2)
    kinds = [chance.randrange(2) for _ in range(400)]
    files = [tmp_path / str(number) for number in range(400)]
    for file, kind in zip(files, kinds, strict=True):
        file.write_text(" ".join(chance.choices(SPAM if kind else HAM, k=12)), encoding="utf-8")
    labels: list[tuple[int, int, float | None]] = [
        (number, kinds[number], 0.98) for number in in_order(200, list(range(400)))
    ]
    answer = process.answer(request([str(file) for file in files], labels, kind="text", classes=2))
    assert len(answer["machine"]) == 200
    assert np.mean([column == kinds[number] for number, column, _ in answer["machine"]]) >= 0.95


def test_pictures_of_any_size_and_kind_become_rows_of_one_length(tmp_path: Path) -> None:
    Image.new("RGBA", (300, 20), "red").save(tmp_path / "wide.png")
    Image.new("L", (2, 2), 255).save(tmp_path / "tiny.jpg")
    found, readable = features.images([tmp_path / "wide.png", tmp_path / "tiny.jpg"])
    assert found.shape == (2, 256)
    assert readable == [0, 1]
    assert found[1] == pytest.approx(np.ones(256), abs=0.02)


def test_the_process_reads_standard_input_and_prints_a_decision(
    digits: tuple[list[str], list[int]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(request(digits[0], [], limit=20))))
    process.main()
    decision = json.loads(capsys.readouterr().out)
    assert len(decision["ask"]) == 20
    assert (decision["machine"], decision["look"], decision["sampled"]) == ([], None, [])
