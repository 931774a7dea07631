"""One Spark session for all data tests, and a lake of its own, addressed as s3://, for each test."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lake_common import contract as contract_module
from pyspark.sql import SparkSession

from contracts.loader import load_contracts
from laptop.emulator import spark_jvm

# Hadoop's view file system shows a folder as a bucket, so jobs run with their s3:// addresses unchanged.
S3_AS_FOLDERS = {
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
    "spark.hadoop.fs.rawlocal.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    "spark.sql.sources.ignoreDataLocality": "true",
}
MOUNT = "fs.viewfs.mounttable.{bucket}.linkFallback"
ZONES = ("raw", "curated", "analytics", "failures")

_numbers = itertools.count()


@dataclass(frozen=True)
class Lake:
    """Buckets of one test: `lake.raw` is the name of the bucket, `lake.folder("raw")` where its objects lie."""

    root: Path
    raw: str
    curated: str
    analytics: str
    failures: str

    def folder(self, zone: str) -> Path:
        return self.root / str(getattr(self, zone))


def spark_settings() -> dict[str, str]:
    return S3_AS_FOLDERS | {
        "spark.master": "local[2]",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        # Compiling the generated code of each query takes longer than its few rows; the laptop tests run it compiled.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.shuffle.partitions": "2",
        # Adapted, a plan brings few rows together in one partition; here they stay in two, as many rows are in many.
        # It also costs a fifth of the time. The laptop tests run adapted plans.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
    }


# In place of Spark's own, which starts a Java to learn how to start Java, and that one without the class archive.
SPARK_SUBMIT = """#!/bin/sh
export SPARK_HOME='{home}' SPARK_SCALA_VERSION=2.12
exec '{java}' -cp '{class_path}' -Xmx1g {options} org.apache.spark.deploy.SparkSubmit "$@"
"""


@pytest.fixture(autouse=True, scope="session")
def quick_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let each Spark start as those of the laptop do: in half the time, for this process and those that it starts."""
    home = tmp_path_factory.mktemp("spark")
    command = home / "bin" / "spark-submit"
    command.parent.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKE_SPARK_PYTHON", sys.executable)
        options = (*spark_jvm.MODULE_OPTIONS, *spark_jvm.SPEED_OPTIONS, *spark_jvm.archive_options())
        command.write_text(
            SPARK_SUBMIT.format(
                home=spark_jvm.spark_home(),
                java=spark_jvm.java(),
                class_path=spark_jvm.class_path(),
                options=" ".join(f"'{option}'" for option in options),
            )
        )
        command.chmod(0o755)
        patch.setenv("SPARK_HOME", str(home))
        patch.setenv("JAVA_HOME", str(spark_jvm.java().resolve().parent.parent))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        yield


@pytest.fixture(scope="session")
def spark(quick_spark: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    builder = SparkSession.builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
    for key, value in spark_settings().items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    return new_lake(spark, tmp_path)


def new_lake(spark: SparkSession, root: Path) -> Lake:
    number = next(_numbers)
    lake = Lake(root, *(f"{zone}-{number}" for zone in ZONES))
    for zone in ZONES:
        lake.folder(zone).mkdir()
        bucket = str(getattr(lake, zone))
        # Read when the bucket is first used, so it can be set while Spark runs.
        spark.sparkContext._jsc.hadoopConfiguration().set(
            MOUNT.format(bucket=bucket), f"rawlocal://{lake.folder(zone)}"
        )
    return lake


@pytest.fixture(autouse=True, scope="session")
def packaged_contracts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The contracts as JSON, as jobs find them in their zip."""
    folder = tmp_path_factory.mktemp("contracts")
    for contract in load_contracts():
        (folder / f"{contract.name}.json").write_text(json.dumps(contract.as_dict()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contract_module, "PACKAGED", folder)
        yield folder
