"""What the archives of functions hold: everything that they import, and the same bytes each time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import boto3
import pytest
from lake_common.labeling.requests import JobSettings

from components.function_packages import FUNCTIONS, function_files, layer_files, powertools_files
from components.labeling_tasks import labeling_layer_files
from labeling.loader import load_tasks

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "CONTRACT": "clicks",
    "RAW_BUCKET": "raw",
    "FAILURES_BUCKET": "failures",
    "PARALLEL_WRITES": "2",
    "COUNTERS_TABLE": "counters",
    "RETENTION_HOURS": "1",
    "FILES_TABLE": "files",
    "PIPELINES": "{}",
    "ANSWER_USD": "0",
    "BUCKET": "labeling",
    "COMPREHEND_ENDPOINT": "",
    "CONFIDENCE": "0.95",
    "CURATED_BUCKET": "curated",
    "CURATED_DATABASE": "lake_curated",
    "JOBS": JobSettings(
        region="us-east-1",
        role_arn="role",
        workteam_arn="workteam",
        key_arn="key",
        output="s3://labeling/jobs",
        output_topic_arn="",
        pre_annotation_arn="pre",
        post_annotation_arn="post",
        automated=False,
        price_tenth_cents=0,
        content=(),
        files={},
    ).as_json(),
    "LEDGER_TABLE": "ledger",
    "MOST_OBJECTS": "1",
    "OBJECT_USD": "0",
    "RAW_DATABASE": "lake_raw",
    "REKOGNITION": "off",
    "TASKS": "{}",
    "TOPICS": "",
    "ACCOUNT": "000000000000",
    "ANONYMOUS": "{}",
    "DASHBOARDS": "lake-orders",
    "DOMAINS": "",
    "IDENTITY_REGION": "us-east-1",
    "NAMESPACE": "default",
    "PARTITION": "aws",
    "SESSION_MINUTES": "60",
    "PREFIX": "usage",
    "WORKGROUPS": "lake-analysts",
    "ATHENA_USD_PER_TIB": "5",
    "GLUE_USD_PER_DPU_HOUR": "0.44",
    "GLUE_FLEX_USD_PER_DPU_HOUR": "0.29",
}
# A job is known by its name in Glue here, and by its task where labels are made.
OWN_ENVIRONMENT = {"usage_history": {"JOBS": "orders=lake-orders"}}
# The functions of each stack, which share a layer.
STREAM = {"clickstream_counters", "clickstream_to_lake", "file_arrival"}
LABELING = {"labeling_manifest", "labeling_results", "post_annotation", "pre_annotation"}
DASHBOARDS = {"dashboard_url", "usage_history"}
# What the Python runtime of Lambda brings with it.
BROUGHT = ("boto3", "botocore", "s3transfer", "urllib3", "dateutil", "six.py")
PACKAGES = sorted(each.parent.name for each in FUNCTIONS.glob("*/handler.py"))


def unpack(files: Iterable[tuple[str, bytes]], folder: Path) -> None:
    for name, content in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def labeling_files() -> list[tuple[str, bytes]]:
    return list(labeling_layer_files(tuple(folder.task for folder in load_tasks())))


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the layer of each function."""
    found: dict[str, Path] = {}
    for packages, files in (
        (STREAM, list(layer_files())),
        (LABELING, labeling_files()),
        (DASHBOARDS, list(powertools_files())),
    ):
        folder = tmp_path_factory.mktemp("layer")
        unpack(files, folder)
        found |= dict.fromkeys(packages, folder / "python")
    return found


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runtime")
    installed = Path(boto3.__file__).parents[1]
    for name in BROUGHT:
        (folder / name).symlink_to(installed / name)
    return folder


@pytest.mark.parametrize("package", PACKAGES)
def test_handler_starts_with_nothing_but_its_archive_the_layer_and_the_runtime(
    package: str, layers: dict[str, Path], runtime: Path, tmp_path: Path
) -> None:
    unpack(function_files(package), tmp_path)
    done = subprocess.run(
        # -S leaves the installed packages out.
        [sys.executable, "-S", "-c", f"from {package}.handler import handle; assert callable(handle)"],
        env=ENVIRONMENT
        | OWN_ENVIRONMENT.get(package, {})
        | {"PYTHONPATH": f"{tmp_path}:{layers[package]}:{runtime}", "POWERTOOLS_METRICS_NAMESPACE": "Lake/Stream"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_archives_hold_no_bytecode_and_no_other_function() -> None:
    for package in PACKAGES:
        names = [name for name, _ in function_files(package)]
        assert all(name.startswith(f"{package}/") and name.endswith(".py") for name in names)
    assert {Path(name).suffix for name, _ in layer_files()} == {".py", ".json"}


def test_layer_is_small_enough_to_load_quickly() -> None:
    for files in (layer_files(), labeling_files()):
        assert sum(len(content) for _, content in files) < 1_500_000


def test_functions_are_those_that_stacks_deploy() -> None:
    assert set(PACKAGES) == STREAM | LABELING | DASHBOARDS
