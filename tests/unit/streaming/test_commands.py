import argparse
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from streaming import sources
from streaming.__main__ import _parser, main
from streaming.events import Event
from streaming.generator import poisson
from streaming.interrupt import asked_to_stop
from streaming.outputs import NoStreamError, output
from streaming.produce_command import make_plan, run
from tests.unit.streaming.test_sender import FakeKinesis

START = datetime(2016, 6, 1, tzinfo=UTC)


def _events(count: int) -> list[Event]:
    drawn = poisson(seed=0, rate=0.001, start=START)
    return [replace(next(drawn), source="shop") for _ in range(count)]


@pytest.fixture(autouse=True)
def small_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str, packages: Path) -> list[Event]:
        return _events(40)

    monkeypatch.setattr(sources, "load", load)


def _options(*arguments: str) -> argparse.Namespace:
    return _parser().parse_args(["produce", *arguments])


def _run(*arguments: str) -> tuple[int, FakeKinesis, str]:
    client, console = FakeKinesis(), Console(width=200)
    with console.capture() as captured:
        status = run(_options(*arguments), client, "stream", console)
    return status, client, captured.get()


def test_a_run_says_what_was_sent() -> None:
    status, client, text = _run("--source", "shop")
    assert (status, len(client.accepted)) == (0, 40)
    assert "40 events in 40 records" in text


def test_a_run_can_begin_and_end_anywhere() -> None:
    _, client, _ = _run("--skip", "10", "--events", "5")
    expected = [event.encode() for event in _events(15)[10:]]
    assert sorted(record["Data"] for record in client.accepted) == sorted(expected)


def test_events_keep_their_times_or_happen_now() -> None:
    def first(*arguments: str) -> Event:
        plan, total = make_plan(_options(*arguments), FakeKinesis(), "stream")
        assert total == 40
        return next(iter(plan.events))

    now = datetime.now(UTC)
    assert first("--source", "shop").event_time == _events(1)[0].event_time
    assert abs((first("--source", "ratings").event_time - (now - sources.SQUEEZED)).total_seconds()) < 60
    assert abs((first("--times", "now", "--speed", "100").event_time - now).total_seconds()) < 60


def test_a_data_set_that_is_moved_to_now_and_sent_at_once_ends_now() -> None:
    events = list(sources.moved(_events(40), now=START, speed=0))
    assert (events[0].event_time, events[-1].event_time) == (START - sources.SQUEEZED, START)


def test_generated_events_that_are_sent_at_once_lie_in_the_past() -> None:
    plan, total = make_plan(_options("--source", "generated", "--events", "500", "--rate", "1"), FakeKinesis(), "s")
    assert total == 500
    first = next(iter(plan.events))
    assert 480 < (datetime.now(UTC) - first.event_time).total_seconds() < 520


@pytest.mark.parametrize("arguments", [["--speed", "-1"], ["--late", "2"], ["--skip", "-3"], ["--rate", "0"]])
def test_fails_for_options_that_make_no_sense(arguments: list[str]) -> None:
    source = ["--source", "generated"] if "--rate" in arguments else []
    with pytest.raises(ValueError, match="must"):
        run(_options(*source, *arguments), FakeKinesis(), "stream", Console(quiet=True))


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl-C interrupt, also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_the_first_interrupt_asks_and_the_second_one_insists() -> None:
    with asked_to_stop() as stopped:
        assert not stopped()
        signal.raise_signal(signal.SIGINT)
        assert stopped()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_lake_without_a_stream_says_which_switch_is_off() -> None:
    class Nothing:
        outputs: dict[str, str] = {}  # noqa: RUF012

        class config:  # noqa: N801
            class environment:  # noqa: N801
                name = "dev"

    with pytest.raises(NoStreamError, match=r"dev has no output StreamName: .* under \[ingestion\]"):
        output(Nothing(), "StreamName")  # type: ignore[arg-type]


@pytest.mark.parametrize("command", ["produce", "replay", "counters"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert "--environment" in capsys.readouterr().out
