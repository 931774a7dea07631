"""The exported requirements are those of the lock."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("file", "options"),
    [("requirements.txt", ["--no-hashes"]), ("emr_steps/requirements.txt", ["--only-group", "steps"])],
)
def test_requirements_are_exported_from_the_lock(tmp_path: Path, file: str, options: list[str]) -> None:
    uv = Path(sys.executable).parent / "uv"
    exported = tmp_path / "requirements.txt"
    usual = ["--quiet", "--frozen", "--no-annotate", "--no-header", "--no-emit-project"]
    subprocess.run([uv, "export", *usual, *options, "--output-file", exported], cwd=PROJECT, check=True)
    assert (PROJECT / file).read_text() == exported.read_text(), "run: make requirements"
