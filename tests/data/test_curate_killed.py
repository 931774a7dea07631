"""Kill the curate job at any point, run it again, and the lake is as if nothing had happened."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from contracts.loader import load_contracts
from glue_jobs.curate import publish
from glue_jobs.curate.lineage import Lineage
from tests.data.conftest import MOUNT, ZONES, Lake, new_lake, spark_settings
from tests.data.curating import arguments, content, curate, curated, lineage, orders, put, reasons
from tests.data.killing import wait_for_file

pytestmark = pytest.mark.spark

ROOT = Path(__file__).parents[2]


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


def first_delivery(lake: Lake) -> None:
    older, newer = "r,1,1996-12-01,1,1.00", "r,1,1997-02-28,1,2.00"
    put(lake, "ingest_date=1998-07-01/a.csv", orders(older, *(f"a{n},{n},1997-01-0{n},1,1.00" for n in range(1, 9))))
    put(lake, "ingest_date=1998-07-01/b.csv", orders(newer, *(f"b{n},{n},1997-02-0{n},1,1.00" for n in range(1, 9))))


def second_delivery(lake: Lake) -> None:
    """Bring a moved, a repeated and a bad row, a partition that becomes empty, and a file that changed in place.

    With what it was goes the newest version of an order, so that an older one counts again, in another partition.
    """
    good = (f"c{n},{n},1997-03-{n:02},1,1.00" for n in range(1, 29))
    put(
        lake, "ingest_date=1998-07-02/c.csv", orders("a1,1,1997-04-01,1,2.00", "b2,2,1997-02-02,1,1.00", "x,,,,", *good)
    )
    put(lake, "ingest_date=1998-07-01/b.csv", orders("b1,1,1997-05-01,1,1.00", "b2,2,1997-02-02,1,1.00"))


@pytest.fixture(scope="module")
def deliveries(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Any, Any]]:
    """Folders of the zones after the first delivery, with the second one waiting, and what both lead to."""
    lake, saved = new_lake(spark, tmp_path_factory.mktemp("lake")), tmp_path_factory.mktemp("saved")
    first_delivery(lake)
    curate(lake)
    for zone in ("curated", "failures"):
        shutil.copytree(lake.folder(zone), saved / zone)
    second_delivery(lake)
    shutil.copytree(lake.folder("raw"), saved / "raw")
    curate(lake)
    assert {"superseded", "duplicate", "quantity: required"} <= set(reasons(lake))
    assert ("r", "1996-12") in curated(lake, columns="order_id, order_month")
    return saved, content(lake)


@pytest.fixture
def undisturbed(lake: Lake, deliveries: tuple[Path, tuple[Any, Any]]) -> tuple[Any, Any]:
    """What both deliveries lead to; the lake is as after the first one, with the second one waiting."""
    saved, expected = deliveries
    for folder in saved.iterdir():
        shutil.copytree(folder, lake.folder(folder.name), dirs_exist_ok=True)
    return expected


def die_before(owner: Any, name: str, call: int = 1) -> Callable[[pytest.MonkeyPatch], None]:
    def install(patch: pytest.MonkeyPatch) -> None:
        original, calls = getattr(owner, name), iter(range(1, 100))

        def dying(*given: Any, **named: Any) -> Any:
            if next(calls) == call:
                raise Killed
            return original(*given, **named)

        patch.setattr(owner, name, dying)

    return install


@pytest.mark.parametrize(
    "die",
    [
        pytest.param(die_before(Lineage, "save"), id="before-the-records"),
        pytest.param(die_before(publish, "write_quarantine"), id="with-the-old-quarantine-deleted"),
        pytest.param(die_before(publish, "write_curated"), id="before-curated"),
        pytest.param(die_before(publish, "delete_partitions"), id="before-empty-partitions-go"),
        pytest.param(die_before(Lineage, "save", 2), id="before-the-files-count-as-published"),
    ],
)
def test_a_run_that_dies_between_two_writes_is_made_good_by_the_next(
    lake: Lake, undisturbed: tuple[Any, Any], die: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        die(patch)
        with pytest.raises(Killed):
            curate(lake, run_id="killed")
    curate(lake, run_id="again")
    assert content(lake) == undisturbed
    assert all(record["published"] for record in lineage(lake))


def test_a_process_that_is_killed_while_it_replaces_partitions_is_made_good_by_the_next(
    lake: Lake, undisturbed: tuple[Any, Any], tmp_path: Path
) -> None:
    process = start_as_glue_does(lake, tmp_path)
    staging = lake.folder("curated") / "orders"
    try:
        wait_for_file(staging, ".spark-staging-*/**/*.parquet", process, tmp_path / "job.log")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert any(staging.glob(".spark-staging-*")), "the job was not killed in the middle"
    assert not all(record["published"] for record in lineage(lake))

    curate(lake, run_id="again")
    assert content(lake) == undisturbed
    assert not any(staging.glob(".spark-staging-*"))


def start_as_glue_does(lake: Lake, folder: Path) -> subprocess.Popen[bytes]:
    """Start the script with the modules in a zip, as Glue does with `--extra-py-files`."""
    modules = folder / "modules.zip"
    with zipfile.ZipFile(modules, "w") as bundle:
        for root in (ROOT, ROOT / "common" / "python"):
            for package in ("glue_jobs", "lake_common"):
                for file in sorted((root / package).rglob("*.py")):
                    bundle.write(file, file.relative_to(root))
        for contract in load_contracts():
            bundle.writestr(f"lake_common/contracts/{contract.name}.json", json.dumps(contract.as_dict()))
    mounts = {
        f"spark.hadoop.{MOUNT.format(bucket=getattr(lake, zone))}": f"rawlocal://{lake.folder(zone)}" for zone in ZONES
    }
    settings = "\n".join(f"{key} {value}" for key, value in (spark_settings() | mounts).items())
    (folder / "spark-defaults.conf").write_text(settings)
    environment = os.environ | {
        "SPARK_CONF_DIR": str(folder),
        "PYTHONPATH": str(modules),
        "PYSPARK_PYTHON": sys.executable,
    }
    script = shutil.copy(ROOT / "glue_jobs" / "curate" / "job.py", folder / "job.py")
    command = [sys.executable, str(script), *arguments(lake, "orders", "killed")]
    with (folder / "job.log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
