"""Imports go one way; the contracts are in pyproject.toml."""

import os
import subprocess
import sys
from pathlib import Path

from tests.synthesis import ROOT


def test_modules_import_only_what_they_may() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'common' / 'python'}:{ROOT / 'lambda'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
