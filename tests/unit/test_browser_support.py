"""Which browser tests run in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import browser_support
from tests.browser_support import find_chromium, unpacked


def test_a_browser_that_is_named_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "my-chromium"
    named.touch()
    monkeypatch.setenv("LAKE_CHROMIUM", str(named))
    assert find_chromium().executable == named


def test_fails_if_the_browser_that_is_named_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKE_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(FileNotFoundError, match="/nowhere/chromium"):
        find_chromium()


def test_a_browser_of_the_system_is_taken_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chrome = tmp_path / "google-chrome"
    chrome.touch(mode=0o755)
    monkeypatch.delenv("LAKE_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium().executable == chrome


def test_without_one_the_browser_of_the_package_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAKE_CHROMIUM", raising=False)
    monkeypatch.setattr(browser_support, "_NAMES", ())
    found = find_chromium()
    assert found.executable.name == "chromium"
    assert found.executable.stat().st_size > 100_000_000
    assert Path(found.environment["FONTCONFIG_FILE"]).exists()


def test_fails_if_there_is_no_browser_at_all(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="a browser must be there"):
        unpacked(tmp_path, tmp_path / "target")
