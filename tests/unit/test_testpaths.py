"""`make test` runs every test."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_each_file_of_tests_is_in_a_folder_that_pytest_looks_into() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    folders = [PROJECT / folder for folder in settings["testpaths"]]
    files = list((PROJECT / "tests").rglob("test_*.py"))
    assert files
    assert [file for file in files if not any(folder in file.parents for folder in folders)] == []
