from __future__ import annotations

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


def test_the_port_is_kept_and_belongs_to_the_folder(tmp_path: Path) -> None:
    one, other = Home(tmp_path / "one"), Home(tmp_path / "other")
    one.create()
    assert one.port() == one.port()
    assert one.port() != other.port()
    one.record(Run(1, 29999))
    assert one.port() == 29999


def test_a_port_that_another_program_took_is_left_to_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    taken = home.port()
    with socket.create_server(("127.0.0.1", taken)):
        assert home.port() != taken
