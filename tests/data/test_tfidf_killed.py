"""Kill the index step, or what works for it, at any point: readers find a complete index, and the next run is right."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from emr_steps.index import publish
from emr_steps.index.options import IndexOptions
from tests.data.conftest import MOUNT, ZONES, Lake, spark_settings
from tests.data.indexing import arguments, build, current, expected, letters, put, weights
from tests.data.killing import wait_for_file

pytestmark = pytest.mark.spark

PROJECT = Path(__file__).parents[2]


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


def test_a_run_that_dies_before_it_publishes_leaves_the_index_as_it_was(spark: SparkSession, lake: Lake) -> None:
    before, after = letters(seed=1), letters(seed=2)
    put(lake, before)
    first = build(spark, lake, run_id="first")
    put(lake, after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "publish", raising(Killed))
        with pytest.raises(Killed):
            build(spark, lake, run_id="killed")
    assert current(lake) == first
    assert weights(lake, first) == pytest.approx(expected(before, IndexOptions()), abs=1e-12)
    assert len(builds(lake)) == 2

    again = build(spark, lake, run_id="again")
    assert current(lake) == again
    assert weights(lake, again) == pytest.approx(expected(after, IndexOptions()), abs=1e-12)
    assert builds(lake) == {first.build, again.build}


def test_a_step_killed_between_two_commits_is_made_good_by_the_next(
    spark: SparkSession, lake: Lake, packaged_contracts: Path, tmp_path: Path
) -> None:
    documents = letters()
    put(lake, documents)
    postings = lake.folder("analytics") / "text_postings"
    process = start(lake, packaged_contracts, tmp_path / "step.log")
    try:
        # A task has committed its files, the job has not.
        wait_for_file(postings, "**/_temporary/*/task_*/**/*.parquet", process, tmp_path / "step.log")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert builds(lake), "the step was not killed in the middle"
    assert current(lake) is None

    made = build(spark, lake, run_id="again")
    assert weights(lake, made) == pytest.approx(expected(documents, IndexOptions()), abs=1e-12)
    assert builds(lake) == {made.build}


def test_executors_that_die_in_each_stage_change_nothing(lake: Lake, packaged_contracts: Path, tmp_path: Path) -> None:
    documents = letters()
    put(lake, documents, files=3)
    log = tmp_path / "step.log"
    process = start(lake, packaged_contracts, log, fire=True)
    process.wait(timeout=500)
    assert process.returncode == 0, log.read_text()[-4000:]
    (outcome,) = (json.loads(line) for line in log.read_text().splitlines() if line.startswith('{"killed"'))
    made = current(lake)
    assert made is not None
    assert outcome["build"] == made.build
    # The one that only sorts postings may be over before it is seen.
    assert outcome["killed"] >= 4, "each phase of the build was to lose an executor"
    assert weights(lake, made) == pytest.approx(expected(documents, IndexOptions()), abs=1e-12)


def start(lake: Lake, contracts: Path, log: Path, *, fire: bool = False) -> subprocess.Popen[bytes]:
    mounts = {f"spark.hadoop.{MOUNT.format(bucket=getattr(lake, z))}": f"rawlocal://{lake.folder(z)}" for z in ZONES}
    given = {"settings": spark_settings() | mounts, "contracts": str(contracts), "arguments": arguments(lake)}
    paths = os.pathsep.join([str(PROJECT), str(PROJECT / "common" / "python")])
    environment = os.environ | {"PYTHONPATH": paths, "PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, str(Path(__file__).with_name("index_under_fire.py")), json.dumps(given | {"fire": fire})]
    with log.open("wb") as output:
        return subprocess.Popen(
            command, cwd=log.parent, env=environment, stdout=output, stderr=output, start_new_session=True
        )


def raising(error: type[BaseException]) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def builds(lake: Lake) -> set[str]:
    folders = (lake.folder("analytics") / "text_postings" / "collection=letters").glob("build=*")
    return {folder.name.removeprefix("build=") for folder in folders}
