"""Fixtures: the service as a process, and the live page in headless Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def start_service(directory: Path, port: int = 0) -> tuple[subprocess.Popen[str], str]:
    """Start it in `directory`; returns the process and its URL."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LOG_", "AWS_", "DEMO_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "demo_service"],
        cwd=directory,
        env={
            **inherited,
            "PORT": str(port),
            "METRICS_PORT": "0",
            "SERVICE_NAME": "shop",
            "DEMO_CHAOS": "1",
            "DEMO_ALERT_WEBHOOK": "1",
            "LOG_LEVEL": "DEBUG",
            "LOG_FLUSH_INTERVAL": "0.05",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = directory / "logs" / "shop.log"
    known = log.stat().st_size if log.exists() else 0
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        text = log.read_text(encoding="utf-8")[known:] if log.exists() else ""
        if found := re.search(r'"message":"listening".*"url":"(http://[^"]+)/"', text):
            return process, found[1]
        time.sleep(0.02)
    raise AssertionError("the service did not start within 20 s")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The URL of a service of this test's own."""
    process, url = start_service(tmp_path)
    yield url
    process.kill()
    process.communicate()


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
