from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

import pytest

from laptop.state import PROJECT, Home, Run


def test_the_folder_is_that_of_the_checkout_unless_the_environment_names_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LAKE_HOME", raising=False)
    assert Home.default().path == PROJECT / ".lake"
    monkeypatch.setenv("LAKE_HOME", str(tmp_path))
    assert Home.default().path == tmp_path


def test_a_held_folder_runs_and_a_free_one_does_not(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / "lake")
    assert home.running() is None
    with home.hold():
        home.record(Run(os.getpid(), 20001))
        assert home.running() == Run(os.getpid(), 20001)
        with pytest.raises(BlockingIOError), home.hold():
            pass
    assert home.running() is None


def test_two_who_look_at_once_whether_a_folder_is_held_find_it_free(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.hold():
        home.record(Run(1, 20001))
    with (tmp_path / "emulator.lock").open("a") as other:
        # What `running` does in another process.
        fcntl.flock(other, fcntl.LOCK_SH)
        assert home.running() is None


def test_the_port_is_kept_and_belongs_to_the_folder(tmp_path: Path) -> None:
    one, others = Home(tmp_path / "one"), [Home(tmp_path / f"other-{number}") for number in range(3)]
    one.create()
    assert one.port() == one.port()
    # Two of ten thousand may be the same by chance.
    assert {other.port() for other in others} != {one.port()}
    one.record(Run(1, 29999))
    assert one.port() == 29999


def test_a_port_that_another_program_took_is_left_to_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    taken = home.port()
    with socket.create_server(("127.0.0.1", taken)):
        assert home.port() != taken
