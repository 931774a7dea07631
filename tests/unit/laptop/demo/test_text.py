from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest

from datasets.prepare import RawFile
from laptop.demo import text
from laptop.demo.lake import Answer
from laptop.launcher import LaptopError


class FakeLake:
    def query(self, sql: str, database: str) -> Answer:
        assert (text.COLLECTION in sql, database) == (True, "lake_analytics")
        return Answer(pd.DataFrame([[2, 1234]]), 0, 0)


class FakePipelines:
    def __init__(self, state: str = "Succeeded") -> None:
        self.uploaded: list[str] = []
        self.started: list[dict[str, Any]] = []
        self._state = state

    def upload(self, files: list[RawFile]) -> None:
        self.uploaded += [file.key for file in files]

    def start(self, product: str, document: dict[str, Any]) -> None:
        assert product == "text"
        self.started.append(document)

    def wait(self, causes: set[str]) -> list[Any]:
        assert causes == {self.started[-1]["request"]}
        return [SimpleNamespace(state=self._state)]


@pytest.fixture
def speeches(tmp_path: Path) -> list[RawFile]:
    found = []
    for name in ("a", "b"):
        path = tmp_path / name
        path.write_text(name * 1000)
        found.append(RawFile("text", path, f"documents/collection=speeches/{name}"))
    return found


def run(pipelines: FakePipelines, files: list[RawFile]) -> str:
    fakes: Any = FakeLake(), pipelines
    return text.wait(fakes[0], fakes[1], text.start(fakes[1], files))


def test_all_documents_are_uploaded_and_indexed_in_one_run(
    monkeypatch: pytest.MonkeyPatch, speeches: list[RawFile]
) -> None:
    monkeypatch.setattr(text, "_store_cluster_files", lambda: None)
    pipelines = FakePipelines()
    assert run(pipelines, speeches) == "2 documents, 1,234 terms"
    assert sorted(pipelines.uploaded) == [file.key for file in speeches]
    assert [document["queries"] for document in pipelines.started] == [list(text.QUERIES)]


def test_repeated_demo_says_that_there_was_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, speeches: list[RawFile]
) -> None:
    monkeypatch.setattr(text, "_store_cluster_files", lambda: None)
    assert run(FakePipelines("Duplicate"), speeches).endswith("terms (known input: nothing to do)")


def test_request_changes_with_the_documents_and_not_with_the_time(speeches: list[RawFile]) -> None:
    first = text.request_of(speeches)
    assert text.request_of(speeches) == first
    assert text.request_of(speeches[:1]) != first


def test_fails_when_what_clusters_fetch_cannot_be_stored(
    monkeypatch: pytest.MonkeyPatch, speeches: list[RawFile]
) -> None:
    monkeypatch.setattr("cluster_files.__main__.main", lambda arguments: 1)
    with pytest.raises(LaptopError, match="ended with status 1"):
        run(FakePipelines(), speeches)
