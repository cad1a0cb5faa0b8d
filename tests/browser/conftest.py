"""Fixtures: the service as a process, and the live page in headless Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.service_process import Service

NAMES = ("chromium", "chromium-browser", "google-chrome")


def start_service(directory: Path, port: int = 0) -> Service:
    """A service with everything turned on that the page shows, quick to write."""
    return Service(directory, PORT=str(port), DEMO_ALERT_WEBHOOK="1", LOG_LEVEL="DEBUG", LOG_FLUSH_INTERVAL="0.05")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The URL of a service of this test's own."""
    service = start_service(tmp_path)
    yield service.url
    service.kill()


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """An HTTP client of that service."""
    with httpx.Client(base_url=url, timeout=10) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium of the system."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("chromium not found: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may not complain: neither errors nor breaches of the policy on the console."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A lost connection is the browser's own complaint, and one test takes the service away.
        if message.type in ("error", "warning") and "net::ERR_" not in message.text:
            complaints.append(message.text)

    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert complaints == []
