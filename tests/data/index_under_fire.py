"""Run a step in a process of its own, on a cluster that loses an executor in each stage if asked to.

Run as `python index_under_fire.py JSON`: `settings` of Spark, the folder of packaged `contracts`, `arguments` of the
step, and `fire`; `name` of the step and how many `kills` are for others than `index`. Prints how many executors were
killed, and the build.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from lake_common import contract as contract_module
from pyspark.sql import SparkSession

from laptop.emulator import spark_jvm

# Cutting words and asking, answering, weighing and writing the top terms, sorting postings into buckets, and writing
# them; what comes then runs in peace.
KILLS = 5
CLUSTER = {
    "spark.master": "local-cluster[2,1,640]",
    "spark.executor.memory": "640m",
    # First of all classes those of the archive, or it is not used: ten executors and more are started.
    "spark.executor.extraClassPath": spark_jvm.class_path(),
    "spark.executor.extraJavaOptions": " ".join((*spark_jvm.SPEED_OPTIONS, *spark_jvm.archive_options())),
}


class Sniper(threading.Thread):
    """Kills an executor whenever a stage that it has not seen runs tasks."""

    def __init__(self, spark: SparkSession, kills: int) -> None:
        super().__init__(daemon=True)
        self._kills = kills
        self._tracker, self._seen = spark.sparkContext.statusTracker(), set[int]()
        self.killed = 0

    def run(self) -> None:
        while self.killed < self._kills:
            for stage in self._tracker.getActiveStageIds():
                info = self._tracker.getStageInfo(stage)
                fresh = stage not in self._seen and info and info.numActiveTasks and info.name.startswith("parquet")
                if fresh and _kill_one():
                    self._seen.add(stage)
                    self.killed += 1
            time.sleep(0.005)


def _kill_one() -> bool:
    for process in executors():
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
        return True
    return False


def executors() -> list[int]:
    """Give the processes of executors that this one has started, by way of the driver's Java."""
    parents = {int(folder.name): _parent(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit()}
    own = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in own} - own:
        own |= more
    return sorted(process for process in own if b"CoarseGrainedExecutorBackend" in _command(process))


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def main(
    settings: dict[str, str],
    contracts: str,
    arguments: list[str],
    *,
    fire: bool,
    name: str = "index",
    kills: int = KILLS,
) -> dict[str, Any]:
    step = importlib.import_module(f"emr_steps.{name}.step")
    contract_module.PACKAGED = Path(contracts)
    builder = SparkSession.builder
    for key, value in (settings | step.SETTINGS | (CLUSTER if fire else {})).items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    sniper = Sniper(spark, kills)
    if fire:
        sniper.start()
    build = step.run(spark, step.parse(arguments))
    return {"killed": sniper.killed, "build": getattr(build, "build", None)}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
