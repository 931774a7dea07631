"""What the step does when terms share a number: it cannot be made to happen, so the computation is a stand-in."""

from __future__ import annotations

import argparse
from typing import Any

import pytest
from pyspark.errors import PySparkException

from emr_steps.index import step
from emr_steps.index.build import Index
from emr_steps.index.options import IndexOptions
from emr_steps.index.postings import SharedNumberError

OPTIONS = argparse.Namespace(index=IndexOptions(), top_terms=20)


class Attempts:
    """Stands for `build.index`: the first tables fail when they are written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failing: int, message: str) -> None:
        self.salts: list[int] = []
        self.released = 0
        self._failing, self._message = failing, message
        monkeypatch.setattr(step, "index", self._index)
        monkeypatch.setattr(step, "_write_table", self._write)

    def write(self) -> None:
        corpus: Any = step.Corpus(None, 1, 1)  # type: ignore[arg-type]
        step._write(corpus, 4, OPTIONS, {})

    def _index(self, *_: Any, salt: int, **__: Any) -> Index:
        self.salts.append(salt)
        rows: Any = None
        return Index(rows, rows, rows, self._release)

    def _write(self, *_: Any) -> None:
        if len(self.salts) <= self._failing:
            raise PySparkException(f"Job aborted: {self._message}")

    def _release(self) -> None:
        self.released += 1


def test_a_shared_number_makes_the_step_start_over_with_other_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts(monkeypatch, failing=2, message=f"{SharedNumberError.__name__}: two terms")
    attempts.write()
    assert attempts.salts == [0, 1, 2]
    assert attempts.released == 3


def test_fails_if_numbers_are_shared_whatever_the_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts(monkeypatch, failing=9, message=SharedNumberError.__name__)
    with pytest.raises(RuntimeError, match="two shared one with each of 4 salts"):
        attempts.write()


def test_fails_at_once_on_any_other_error_and_gives_its_disk_space_back(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts(monkeypatch, failing=1, message="no space left on device")
    with pytest.raises(PySparkException, match="no space left"):
        attempts.write()
    assert attempts.salts == [0]
    assert attempts.released == 1
