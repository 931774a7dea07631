"""One browser, a portal with tasks of its own, and the preview of all dashboards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from laptop.portal.server import Portal
from laptop.preview.page import SCRIPTS
from laptop.state import PROJECT
from tests.browser import preview_support
from tests.browser.desk_support import PaperDesk
from tests.browser.preview_rows import NOW
from tests.browser_support import chromium_browser

VIEWPORT: ViewportSize = {"width": 1280, "height": 860}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium_browser() as running:
        yield running


def open_context(browser: Browser) -> BrowserContext:
    made = browser.new_context(viewport=VIEWPORT, locale="en-US")
    made.set_default_timeout(20_000)
    return made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = open_context(browser)
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


@pytest.fixture(scope="session")
def listened(browser: Browser) -> tuple[Page, list[str]]:
    """The page of all tests of the preview, on which it is always the same time, and what its scripts complain of."""
    page, complaints = open_context(browser).new_page(), list[str]()
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.emulate_media(reduced_motion="reduce")
    page.clock.set_fixed_time(NOW)
    return page, complaints


@pytest.fixture
def quiet(listened: tuple[Page, list[str]]) -> Iterator[Page]:
    """A page whose scripts must not complain. The preview keeps nothing there, so a new page would only cost time."""
    page, complaints = listened
    complaints.clear()
    page.set_viewport_size(VIEWPORT)
    yield page
    assert complaints == []
