from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from laptop.emulator.sagemaker import annotation, batches, objects, records
from laptop.emulator.store import Store

TASK = {"NumberOfHumanWorkersPerDataObject": 1, "TaskTimeLimitInSeconds": 60, "TaskAvailabilityLifetimeInSeconds": 600}
JOB = {"name": "job", "iteration": 1, "speed": 1, "request": {"HumanTaskConfig": TASK}}


def test_a_task_is_available_from_when_its_slow_pre_annotation_function_has_returned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=1000.0)

    def prepare(*_: Any) -> tuple[str, bool]:
        clock.now += 500
        return "input", True

    monkeypatch.setattr(batches, "time", SimpleNamespace(time=lambda: clock.now))
    monkeypatch.setattr(annotation, "prepare", prepare)
    monkeypatch.setattr(records, "JOBS", {"job": {"status": "InProgress"}})
    monkeypatch.setattr(objects, "STORE", Store("objects", tmp_path))
    monkeypatch.setattr(objects, "_loaded", {})
    objects.add("job", ['{"source": "text"}'])
    batches.offer(JOB, ["0"])
    assert objects.of("job")["0"]["expires"] == 1000 + 500 + 600
