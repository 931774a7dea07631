"""The exported requirements are those of the lock."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_requirements_are_exported_from_the_lock(tmp_path: Path) -> None:
    uv = Path(sys.executable).parent / "uv"
    exported = tmp_path / "requirements.txt"
    options = ["--quiet", "--frozen", "--no-hashes", "--no-annotate", "--no-header", "--no-emit-project"]
    subprocess.run([uv, "export", *options, "--output-file", exported], cwd=PROJECT, check=True)
    assert (PROJECT / "requirements.txt").read_text() == exported.read_text(), "run: make requirements"
