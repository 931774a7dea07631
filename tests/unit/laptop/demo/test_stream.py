from __future__ import annotations

from collections import deque
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest
from rich.console import Console

from laptop.demo import stream
from laptop.demo.lake import Answer
from laptop.launcher import LaptopError

SENT = 31_106


class FakeLake:
    """Answers queries from lists of numbers, by what they ask; the last number stays."""

    def __init__(self, **numbers: list[int]) -> None:
        self._numbers = {name: deque(values) for name, values in numbers.items()}

    def query(self, sql: str) -> Answer:
        assert stream.OURS in sql
        what = "archived" if stream.ARCHIVE in sql else "ids" if "DISTINCT" in sql else "rows"
        numbers = self._numbers[what]
        value = numbers.popleft() if len(numbers) > 1 else numbers[0]
        return Answer(pd.DataFrame([[value]]), 0, 0)


class FakePipelines:
    def __init__(self) -> None:
        self.requests: list[str] = []

    def request(self, product: str, tables: list[str], request: str) -> str:
        assert (product, tables) == ("clickstream", ["clicks"])
        self.requests.append(request)
        return request

    def wait(self, causes: set[str]) -> None:
        assert causes == {self.requests[-1]}


@pytest.fixture
def sendings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    monkeypatch.setattr(stream, "_send", lambda console: done.append("sent"))
    monkeypatch.setattr(stream, "_watch", lambda lake, console, sent: done.append("counted"))
    return done


def run(lake: FakeLake, pipelines: FakePipelines) -> str:
    fakes: Any = lake, pipelines
    return stream.run(fakes[0], fakes[1], Console())


def test_events_that_are_in_the_lake_are_not_sent_again(sendings: list[str]) -> None:
    pipelines = FakePipelines()
    assert run(FakeLake(ids=[SENT], rows=[SENT], archived=[SENT]), pipelines).startswith("31,106 events, each once")
    assert (sendings, pipelines.requests) == ([], [])


def test_curating_goes_on_with_new_requests_until_every_event_is_there(sendings: list[str]) -> None:
    pipelines = FakePipelines()
    run(FakeLake(ids=[0, SENT - 1, SENT], rows=[SENT], archived=[SENT]), pipelines)
    assert sendings == ["sent", "counted"]
    assert len(set(pipelines.requests)) == 2


def test_fails_when_an_event_is_twice_in_the_lake(sendings: list[str]) -> None:
    with pytest.raises(LaptopError, match="got 31107 rows, 31106 ids"):
        run(FakeLake(ids=[SENT], rows=[SENT + 1], archived=[SENT]), FakePipelines())


def test_fails_when_events_do_not_come_in_time(sendings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "TIMEOUT_SECONDS", 0)
    with pytest.raises(LaptopError, match="clicks must have 31106 events after 0 s; got 5"):
        run(FakeLake(ids=[0, 5], rows=[5], archived=[5]), FakePipelines())
