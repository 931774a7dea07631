"""Any commit gives the same assembly on any machine, and the assembly does not know where it was made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.synthesis import ROOT

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


def synthesized_copy(folder: Path, hash_seed: str) -> dict[str, bytes]:
    """Copy the tree, synthesize it in a process of its own, and return the assembly by file name."""
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)
    # What an interpreter, an editor or a test may leave behind must not reach the lake.
    (folder / "common/python/lake_common/__pycache__").mkdir()
    (folder / "common/python/lake_common/__pycache__/contract.cpython-311.pyc").write_bytes(hash_seed.encode())
    context = {**json.loads((ROOT / "cdk.json").read_text())["context"], "environment": "laptop"}
    outdir = folder / "cdk.out"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(outdir),
        "PYTHONHASHSEED": hash_seed,
    }
    subprocess.run([sys.executable, "app.py"], cwd=folder, env=environment, check=True, capture_output=True)
    return {str(file.relative_to(outdir)): file.read_bytes() for file in outdir.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], dict[str, bytes], list[str]]:
    """Two assemblies of the same tree from two folders, and the names of the folders."""
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("over") / "there and elsewhere"
    there.mkdir()
    return synthesized_copy(here, "1"), synthesized_copy(there, "2"), [str(here), str(there)]


def test_two_folders_give_the_same_bytes(copies: tuple[dict[str, bytes], dict[str, bytes], list[str]]) -> None:
    here, there, _ = copies
    assert sorted(here) == sorted(there)
    # Notes for people, which are not deployed: the library writes its own, randomly named, folder into some.
    deployed = [name for name in here if not name.endswith(".metadata.json")]
    assert [name for name in deployed if here[name] != there[name]] == []
    assert sum(name.endswith(".template.json") for name in here) >= 5


def test_assembly_does_not_name_the_folder_it_was_made_in(
    copies: tuple[dict[str, bytes], dict[str, bytes], list[str]],
) -> None:
    here, _, folders = copies
    traces = [*(folder.encode() for folder in folders), str(ROOT).encode(), str(Path.home()).encode() + b"/"]
    assert [name for name, content in here.items() if any(trace in content for trace in traces)] == []
