"""One browser, and a portal with tasks of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from laptop.portal.server import Portal
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
    """Save what the page shows as `portal-<name>.png` in the folder that `LAKE_SCREENSHOTS` names, if it does."""

    def save(name: str) -> None:
        folder = os.environ.get("LAKE_SCREENSHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"portal-{name}.png")

    return save
