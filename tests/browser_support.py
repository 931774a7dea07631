"""A real browser for tests, on any machine: nothing need be installed but what `make install` installs.

The first of these is taken: the browser that `LAKE_CHROMIUM` names, a Chromium or Chrome of the system, the Chromium
that the npm package `@sparticuz/chromium` brings along (for Linux on x86-64), unpacked once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PACKED = PROJECT / "node_modules" / "@sparticuz" / "chromium"
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
# The package itself unpacks into the folder for temporary files, which tests running at the same time share.
_UNPACK = """
import { createWriteStream, createReadStream, mkdirSync } from "node:fs";
import { createBrotliDecompress } from "node:zlib";
import { pipeline } from "node:stream/promises";
import { createRequire } from "node:module";
const [packed, target] = process.argv.slice(-2);
const tar = createRequire(`${packed}/package.json`)("tar-fs");
mkdirSync(target, { recursive: true });
const open = (name) => [createReadStream(`${packed}/bin/${name}.br`), createBrotliDecompress()];
await Promise.all([
  pipeline(...open("chromium"), createWriteStream(`${target}/chromium`, { mode: 0o755 })),
  ...["fonts.tar", "swiftshader.tar", "al2023.tar"].map((name) => pipeline(...open(name), tar.extract(
    name === "swiftshader.tar" ? target : `${target}/${name.replace(".tar", "")}`))),
]);
"""
# A busy machine needs more than the five seconds that Playwright waits for what a page is expected to show.
expect.set_options(timeout=20_000)
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """A browser's file, and what its process needs in its environment."""

    executable: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """Return the browser of this machine.

    Raises
    ------
    FileNotFoundError
        There is none.
    """
    named = os.environ.get("LAKE_CHROMIUM")
    if named:
        if not Path(named).exists():
            raise FileNotFoundError(f"LAKE_CHROMIUM must name a browser; got {named}")
        return Chromium(Path(named))
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return Chromium(Path(found)) if found else unpacked()


def unpacked(packed: Path = _PACKED, target: Path = PROJECT / "node_modules" / ".cache" / "chromium") -> Chromium:
    """Return the browser of the npm package."""
    if not (packed / "bin" / "chromium.br").exists():
        raise FileNotFoundError(f"a browser must be there: LAKE_CHROMIUM, {', '.join(_NAMES)}, or {packed}; got none")
    if not target.exists():
        _unpack(packed, target)
    # Its own libraries and fonts: a small machine has neither.
    environment = {"LD_LIBRARY_PATH": str(target / "al2023" / "lib"), "FONTCONFIG_FILE": str(target / "fonts.xml")}
    return Chromium(target / "chromium", environment)


def _unpack(packed: Path, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}-{os.getpid()}")
    command = ["node", "--input-type=module", "--eval", _UNPACK, "--", str(packed), str(unfinished)]
    subprocess.run(command, check=True)
    (unfinished / "fonts.xml").write_text(_FONTS.format(folder=target / "fonts"))
    try:
        unfinished.rename(target)
    except OSError:
        # Tests of another process were faster.
        shutil.rmtree(unfinished)


@contextmanager
def chromium_browser(chromium: Chromium | None = None) -> Iterator[Browser]:
    """Run a browser without a window."""
    found = chromium or find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=list(_FLAGS), env={**os.environ, **found.environment}
        )
        try:
            yield browser
        finally:
            browser.close()


def photograph(page: Page, name: str) -> None:
    """Save what a page shows as `<name>.png` in the folder that `LAKE_SCREENSHOTS` names, if it does."""
    folder = os.environ.get("LAKE_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")
