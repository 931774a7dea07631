"""Any commit gives the same assembly on any machine, and the assembly does not know where it was made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.synthesis import ROOT, Assembly, flags

SOURCES = (
    "app.py",
    "cdk.json",
    "common",
    "components",
    "config",
    "contracts",
    "dashboards",
    "emr_steps",
    "glue_jobs",
    "labeling",
    "lambda",
    "pipelines",
    "queries",
    "stacks",
)


def files(outdir: Path) -> dict[str, bytes]:
    return {str(file.relative_to(outdir)): file.read_bytes() for file in outdir.rglob("*") if file.is_file()}


def synthesized_copy(folder: Path) -> dict[str, bytes]:
    """Copy the tree, synthesize it in a process of its own, and return the assembly by file name."""
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    # What an interpreter, an editor or a test may leave behind must not reach the lake.
    (folder / "common/python/lake_common/__pycache__").mkdir()
    (folder / "common/python/lake_common/__pycache__/contract.cpython-311.pyc").write_bytes(b"stale")
    context = {**flags(), "environment": "laptop"}
    outdir = folder / "cdk.out"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(outdir),
        # This process has another: a random one.
        "PYTHONHASHSEED": "1",
    }
    subprocess.run([sys.executable, "app.py"], cwd=folder, env=environment, check=True, capture_output=True)
    return files(outdir)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """The folder of a copy of the tree, and the assembly of the copy."""
    folder = tmp_path_factory.mktemp("over") / "there and elsewhere"
    folder.mkdir()
    return folder, synthesized_copy(folder)


def test_two_folders_give_the_same_bytes(elsewhere: tuple[Path, dict[str, bytes]], laptop_assembly: Assembly) -> None:
    here, there = files(laptop_assembly.folder), elsewhere[1]
    assert sorted(here) == sorted(there)
    # Notes for people, which are not deployed: the library writes its own, randomly named, folder into some.
    deployed = [name for name in here if not name.endswith(".metadata.json")]
    assert [name for name in deployed if here[name] != there[name]] == []
    assert sum(name.endswith(".template.json") for name in here) >= 5


def test_assembly_does_not_name_the_folder_it_was_made_in(
    elsewhere: tuple[Path, dict[str, bytes]], laptop_assembly: Assembly
) -> None:
    folder, there = elsewhere
    traces = [str(path).encode() for path in (folder, ROOT, laptop_assembly.folder.parent)]
    traces.append(str(Path.home()).encode() + b"/")
    for made in (files(laptop_assembly.folder), there):
        assert [name for name, content in made.items() if any(trace in content for trace in traces)] == []
