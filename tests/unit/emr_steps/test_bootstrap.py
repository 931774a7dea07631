"""The bootstrap action installs what its requirements list, with their hashes, or says what is missing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "emr_steps" / "bootstrap" / "install_wheels.sh"
METADATA = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
# `aws s3 cp` of a folder, and `sudo`, which needs no other user here.
AWS = '#!/bin/bash\nset -e\ncp -r "${@: -2:1}". "${@: -1}"\n'
SUDO = '#!/bin/bash\nexec "$@"\n'


@pytest.fixture
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the Python of a node: with the pip of this one, and packages of its own."""
    folder = tmp_path_factory.mktemp("node")
    venv.create(folder, with_pip=False)
    pip = Path(next(each for each in sys.path if (Path(each) / "pip").is_dir())) / "pip"
    (next((folder / "lib").glob("python*")) / "site-packages" / "pip").symlink_to(pip)
    return folder / "bin" / "python"


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    file = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as output:
        output.writestr("tiny.py", "VALUE = 42\n")
        output.writestr("tiny-1.0.dist-info/METADATA", METADATA)
        output.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        output.writestr("tiny-1.0.dist-info/RECORD", "")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / "requirements.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    return folder


def run(tmp_path: Path, wheelhouse: Path, python: Path) -> subprocess.CompletedProcess[str]:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, text in (("aws", AWS), ("sudo", SUDO)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    command = ["bash", str(SCRIPT), f"{wheelhouse}/", str(python)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_packages_are_installed_without_the_internet(tmp_path: Path, wheelhouse: Path, python: Path) -> None:
    done = run(tmp_path, wheelhouse, python)

    assert done.returncode == 0, done.stderr
    asked = subprocess.run([python, "-c", "import tiny; print(tiny.VALUE)"], capture_output=True, text=True, check=True)
    assert asked.stdout == "42\n"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("tmp")] == []


def test_fails_when_a_wheel_was_exchanged(tmp_path: Path, wheelhouse: Path, python: Path) -> None:
    with zipfile.ZipFile(wheelhouse / "tiny-1.0-py3-none-any.whl", "a") as output:
        output.writestr("evil.py", "")
    done = run(tmp_path, wheelhouse, python)

    assert done.returncode != 0
    assert "DO NOT MATCH" in done.stderr


def test_fails_with_what_to_do_when_the_wheelhouse_is_not_complete(
    tmp_path: Path, wheelhouse: Path, python: Path
) -> None:
    (wheelhouse / "requirements.txt").unlink()
    done = run(tmp_path, wheelhouse, python)

    assert done.returncode == 1
    assert "make cluster-files" in done.stderr


def test_fails_without_an_address(tmp_path: Path) -> None:
    done = subprocess.run(["bash", str(SCRIPT)], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode != 0
    assert "usage: install_wheels.sh" in done.stderr
