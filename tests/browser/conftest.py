"""One browser, a portal with tasks of its own, and the preview of all dashboards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from laptop.portal.server import Portal
from laptop.preview.page import SCRIPTS
from laptop.state import PROJECT
from tests.browser import preview_support
from tests.browser.desk_support import PaperDesk
from tests.browser_support import chromium_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium_browser() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-US")
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def desk() -> PaperDesk:
    return PaperDesk()


@pytest.fixture
def portal(desk: PaperDesk) -> Iterator[Portal]:
    running = Portal(desk, "data:")
    yield running
    running.close()


@pytest.fixture
def photograph(page: Page) -> Callable[[str], None]:
    """Save what the page shows as `<name>.png` in the folder that `LAKE_SCREENSHOTS` names, if it does."""

    def save(name: str) -> None:
        folder = os.environ.get("LAKE_SCREENSHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png")

    return save


@pytest.fixture(scope="session")
def dashboards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the whole collection, as the demo leaves it."""
    return preview_support.write(preview_support.snapshot(), tmp_path_factory.mktemp("preview"))


@pytest.fixture(scope="session")
def engine(browser: Browser) -> Page:
    """A page with what the preview computes with, and nothing to look at."""
    page = browser.new_page()
    page.goto("about:blank")
    for script in SCRIPTS:
        if script.startswith("engine/"):
            page.add_script_tag(path=PROJECT / "laptop" / "preview" / "static" / script)
    return page


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page whose scripts must not complain."""
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.emulate_media(reduced_motion="reduce")
    yield page
    assert complaints == []
