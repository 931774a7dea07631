"""Kill the step documents, or an executor in the middle of it: the collection is complete and correct, or absent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from emr_steps.documents.publish import RECORD
from tests.data import stepping
from tests.data.conftest import MOUNT, ZONES, Lake, spark_settings
from tests.data.killing import wait_for_file

pytestmark = pytest.mark.spark

ROOT = Path(__file__).parents[2]
DOCUMENTS = 60


def put(lake: Lake, text: str) -> None:
    folder = lake.folder("raw") / "documents/collection=test"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(DOCUMENTS):
        (folder / f"{number:03}.txt").write_text(f"{text} number {number}")


def start(lake: Lake, contracts: Path, log: Path, *, fire: bool = False) -> subprocess.Popen[bytes]:
    """Run the step in a process group of its own."""
    mounts = {f"spark.hadoop.{MOUNT.format(bucket=getattr(lake, z))}": f"rawlocal://{lake.folder(z)}" for z in ZONES}
    given: dict[str, Any] = {"settings": spark_settings() | mounts, "arguments": stepping.arguments(lake)}
    given |= {"contracts": str(contracts), "fire": fire, "name": "documents", "kills": 2}
    paths = os.pathsep.join([str(ROOT), str(ROOT / "common" / "python")])
    environment = os.environ | {"PYTHONPATH": paths, "PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, str(Path(__file__).with_name("index_under_fire.py")), json.dumps(given)]
    with log.open("wb") as output:
        return subprocess.Popen(
            command, cwd=log.parent, env=environment, stdout=output, stderr=output, start_new_session=True
        )


def finish(process: subprocess.Popen[bytes], log: Path) -> None:
    try:
        assert process.wait(timeout=240) == 0, log.read_text()[-3000:]
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def bodies(lake: Lake) -> list[str]:
    """What readers of the record find; nothing if there is none."""
    folder = lake.folder("curated") / "documents/collection=test"
    if not (folder / RECORD).exists():
        assert not folder.exists() or not list(folder.rglob("*.parquet"))
        return []
    record: dict[str, Any] = json.loads((folder / RECORD).read_text())
    return sorted(body for name in record["files"] for body in pq.read_table(folder / name)["body"].to_pylist())


def expected(text: str) -> list[str]:
    return sorted(f"{text} number {number}" for number in range(DOCUMENTS))


@pytest.mark.usefixtures("spark")
def test_a_step_killed_between_task_commit_and_job_commit_leaves_the_collection_as_it_was(
    lake: Lake, packaged_contracts: Path, tmp_path: Path
) -> None:
    from emr_steps.documents import step

    put(lake, "old")
    stepping.run(step, lake)
    put(lake, "new")
    staging = lake.folder("curated") / "_staging"
    log = tmp_path / "log"
    process = start(lake, packaged_contracts, log)
    try:
        # A task has committed its files, and the job's own commit moves them a moment later.
        wait_for_file(staging, "**/*.parquet", process, log)
    finally:
        kill(process)
    assert bodies(lake) == expected("old")
    stepping.run(step, lake)
    assert bodies(lake) == expected("new")
    assert not list(staging.rglob("*.parquet"))


def test_executors_that_die_cost_no_document(lake: Lake, packaged_contracts: Path, tmp_path: Path) -> None:
    put(lake, "text")
    log = tmp_path / "log"
    process = start(lake, packaged_contracts, log, fire=True)
    finish(process, log)
    (outcome,) = (json.loads(line) for line in log.read_text().splitlines() if line.startswith('{"killed"'))
    # The stage that reads starts Python and cannot be missed; those that sort and write the 60 short texts may be over
    # between two looks.
    assert outcome["killed"] >= 1
    assert bodies(lake) == expected("text")
