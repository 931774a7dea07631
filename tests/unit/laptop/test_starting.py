"""Two who start or look for the emulator of one folder at the same time."""

from __future__ import annotations

import fcntl
import json
import subprocess
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from laptop import launcher
from laptop.state import Home, Run

EARLIER, WINNER = Run(1, 20001), Run(2, 20002)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The folder of a lake that ran before."""
    made = Home(tmp_path)
    made.create()
    made.record(EARLIER)
    monkeypatch.setattr(launcher, "_prove_loopback_only", lambda *_: None)
    monkeypatch.setattr(launcher, "_started", [])
    return made


def test_whoever_comes_second_takes_the_emulator_of_the_first(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "is_ready", lambda run: run == WINNER)
    monkeypatch.setattr(
        launcher, "time", SimpleNamespace(monotonic=count().__next__, sleep=lambda _: home.record(WINNER))
    )
    with home.hold():
        assert launcher.up(home) == WINNER


def test_somebody_who_only_looks_does_not_keep_the_emulator_from_starting(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: SimpleNamespace(pid=3))
    with (home.path / "emulator.lock").open("a") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        looked = SimpleNamespace(monotonic=count().__next__, sleep=lambda _: fcntl.flock(looking, fcntl.LOCK_UN))
        monkeypatch.setattr(launcher, "time", looked)
        launcher._start(home)
    assert json.loads((home.path / "emulator.json").read_text())["pid"] == 3
