"""Where a mapping goes on in a shard."""

from __future__ import annotations

from pathlib import Path

import pytest

from laptop.emulator.esm import positions
from laptop.emulator.store import Store


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "_store", Store("positions", tmp_path))


def test_a_lane_goes_on_after_its_last_done_record() -> None:
    positions.advance("m", "s", 0, 1, "5")
    positions.advance("m", "s", 0, 1, "7")
    assert positions.checkpoint("m", "s", 0, 1) == "7"


def test_a_mapping_that_starts_at_latest_begins_after_what_was_there() -> None:
    positions.start_at("m", {"s": "9", "empty": None})
    assert positions.checkpoint("m", "s", 0, 1) == "9"
    assert positions.checkpoint("m", "empty", 0, 1) is None
    assert positions.checkpoint("m", "child", 0, 1) is None


def test_a_new_parallelization_begins_at_the_slowest_lane_of_the_old_one() -> None:
    positions.advance("m", "s", 0, 2, "8")
    positions.advance("m", "s", 1, 2, "5")
    assert positions.checkpoint("m", "s", 3, 4) == "5"


def test_a_new_parallelization_begins_at_the_start_while_an_old_lane_has_done_nothing() -> None:
    positions.start_at("m", {"s": "2"})
    positions.advance("m", "s", 0, 2, "8")
    assert positions.checkpoint("m", "s", 0, 1) == "2"


def test_a_deleted_mapping_is_forgotten_and_others_are_not() -> None:
    for mapping in ("m", "other"):
        positions.advance(mapping, "s", 0, 1, "5")
        positions.finish(mapping, "s")
    positions.forget("m")
    assert (positions.checkpoint("m", "s", 0, 1), positions.is_finished("m", "s")) == (None, False)
    assert (positions.checkpoint("other", "s", 0, 1), positions.is_finished("other", "s")) == ("5", True)
