"""The live page in a real browser: records arrive, filters work, alerts show, hostile text stays text."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import start_service

URL_OF_ALERT = "/alerts/webhook"


def test_a_record_arrives_while_the_page_is_open(page: Page, url: str, client: httpx.Client) -> None:
    """Without a reload."""
    page.goto(url)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect(page.locator('#records [data-correlation-id="look-for-me"]')).to_have_count(0)

    client.post("/api/orders", json={"item": "teapot"}, headers={"X-Correlation-ID": "look-for-me"})

    rows = page.locator('#records [data-correlation-id="look-for-me"]')
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="order placed")).to_have_count(1)
    expect(page.locator("#shown")).to_contain_text("record")


def test_records_of_before_are_there_when_the_page_opens(page: Page, url: str, client: httpx.Client) -> None:
    """The service keeps the newest."""
    client.get("/api/orders", headers={"X-Correlation-ID": "earlier"})
    page.goto(url)

    expect(page.locator('#records [data-correlation-id="earlier"]').first).to_be_visible()


def test_filters_by_level_and_text_are_kept_in_the_address(page: Page, url: str, client: httpx.Client) -> None:
    """So that a view can be shared."""
    for number in range(3):
        client.get("/api/orders", headers={"X-Correlation-ID": f"fine-{number}"})
    client.get("/chaos/error", headers={"X-Correlation-ID": "broken"})
    page.goto(url)
    expect(page.locator('#records [data-correlation-id="broken"]').first).to_be_visible()

    page.locator("#filter-level").select_option("ERROR")
    expect(page.locator('#records [data-level="INFO"]')).to_have_count(0)
    expect(page.locator('#records [data-level="ERROR"]')).to_have_count(1)
    page.locator("#filter-text").fill("PROVIDER")
    expect(page.locator('#records [data-level="ERROR"]')).to_have_count(1)
    page.locator("#filter-text").fill("nothing has this text")
    expect(page.locator("#records [data-level]")).to_have_count(0)
    page.locator("#filter-text").fill("provider")
    expect(page).to_have_url(re.compile(r"level=ERROR.*text=provider"))

    page.reload()
    expect(page.locator('#records [data-level="ERROR"]')).to_have_count(1)
    expect(page.locator('#records [data-level="INFO"]')).to_have_count(0)


def test_a_click_on_an_id_shows_the_whole_request(page: Page, url: str, client: httpx.Client) -> None:
    """All its records, of every level, and no other."""
    client.get("/api/orders", headers={"X-Correlation-ID": "another"})
    client.post("/api/orders", json={"item": "cup"}, headers={"X-Correlation-ID": "wanted-request"})
    page.goto(url)
    page.locator("#filter-text").fill("order placed")
    row = page.locator('#records [data-correlation-id="wanted-request"]')
    expect(row).to_have_count(1)

    row.get_by_text("wanted-r").click()

    expect(page.locator("#filter-id")).to_have_value("wanted-request")
    expect(page.locator('#records [data-correlation-id="wanted-request"]')).to_have_count(4)
    expect(page.locator('#records [data-correlation-id="another"]')).to_have_count(0)


def test_a_row_opens_to_its_json_and_stack_trace(page: Page, url: str, client: httpx.Client) -> None:
    """With the cause of the exception."""
    client.get("/chaos/error", headers={"X-Correlation-ID": "broken"})
    page.goto(f"{url}/?level=ERROR")
    page.locator('#records [data-correlation-id="broken"] [aria-expanded]').first.click()

    row = page.locator('#records [data-correlation-id="broken"]')
    expect(row).to_contain_text("Traceback (most recent call last)")
    expect(row).to_contain_text("no answer from payments.example.com")
    expect(row).to_contain_text('"stacktrace"')


def test_a_firing_alert_is_shown_until_it_resolves(page: Page, url: str, client: httpx.Client) -> None:
    """On the page and in its title."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "HighErrorRate", "severity": "critical"},
        "annotations": {"summary": "12% of the records are errors"},
        "startsAt": "2026-11-24T10:00:00Z",
        "fingerprint": "1",
    }
    page.goto(url)
    expect(page).to_have_title("Advanced Logging System")
    client.post(URL_OF_ALERT, json={"alerts": [alert]})

    expect(page.locator("#alerts")).to_contain_text("HighErrorRate")
    expect(page.locator("#alerts")).to_contain_text("12% of the records are errors")
    expect(page).to_have_title("(1) Advanced Logging System")

    client.post(URL_OF_ALERT, json={"alerts": [{**alert, "status": "resolved"}]})
    expect(page.locator("#alerts")).not_to_contain_text("HighErrorRate")
    expect(page).to_have_title("Advanced Logging System")


def test_hostile_text_is_shown_and_does_nothing(page: Page, url: str, client: httpx.Client) -> None:
    """Markup, control and bidi characters come in from outside."""
    alert = {"status": "firing", "labels": {"alertname": '<img src=x onerror="document.title=1">\u202e'}}
    client.post(URL_OF_ALERT, json={"alerts": [alert]})
    client.get("/api/orders/%3Cscript%3Ealert(1)%3C%2Fscript%3E", headers={"X-Correlation-ID": "hostile"})
    page.goto(url)

    expect(page.locator("#alerts")).to_contain_text("<img src=x")
    expect(page.locator("#alerts")).to_contain_text("\\u202e")
    expect(page.locator('#records [data-correlation-id="hostile"]').first).to_contain_text("<script>alert(1)")
    assert page.locator("#alerts img, #records script").count() == 0
    expect(page).to_have_title("(1) Advanced Logging System")


def test_the_plots_show_figures(page: Page, url: str, client: httpx.Client) -> None:
    """Rate, share of errors and p95, once there was traffic."""
    page.goto(url)
    for _ in range(60):
        client.get("/api/orders")

    for plot in ("rate", "errors", "p95"):
        expect(page.locator(f"#plot-{plot} .value")).to_have_text(re.compile(r"\d"))
    expect(page.locator("#plot-rate .value")).to_have_text(re.compile(r"[1-9]"))


def test_the_page_comes_back_after_the_service_was_away(page: Page, tmp_path_factory: pytest.TempPathFactory) -> None:
    """It says so meanwhile, and shows the new process's records."""
    directory = tmp_path_factory.mktemp("restart")
    service = start_service(directory)
    try:
        page.goto(service.url)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        service.kill()
        expect(page.locator("#connection")).to_have_attribute("data-state", "reconnecting")

        service = start_service(directory, port=int(service.url.rsplit(":", 1)[1]))
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")
        httpx.get(f"{service.url}/api/orders", headers={"X-Correlation-ID": "after-restart"}, timeout=10)
        expect(page.locator('#records [data-correlation-id="after-restart"]').first).to_be_visible()
    finally:
        service.kill()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone(browser: Browser, url: str, client: httpx.Client, scheme: str) -> None:
    """No sideways scrolling at 360 pixels, in either colour scheme, with long values."""
    client.post("/api/orders", json={"item": "x" * 200, "customer": "y" * 200})
    client.get("/chaos/error")
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url)
    page.locator('#records [data-level="ERROR"] [aria-expanded]').first.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(part) for part in re.findall(r"\d+", background)[:3]) > 380) == (scheme == "light")
    context.close()


def test_keys_pause_and_find(page: Page, url: str, client: httpx.Client) -> None:
    """`p`, `/` and Escape."""
    page.goto(url)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.keyboard.press("/")
    expect(page.locator("#filter-text")).to_be_focused()
    page.keyboard.type("p")
    expect(page.locator("#filter-text")).to_have_value("p")
    page.keyboard.press("Escape")
    expect(page.locator("#filter-text")).to_have_value("")

    page.locator("body").click(position={"x": 2, "y": 2})
    page.keyboard.press("p")
    client.get("/api/orders", headers={"X-Correlation-ID": "while-paused"})
    client.get("/api/orders", headers={"X-Correlation-ID": "while-paused"})
    expect(page.get_by_text(re.compile(r"\d+ new"))).to_be_visible()
    expect(page.locator('#records [data-correlation-id="while-paused"]')).to_have_count(0)
    page.keyboard.press("p")
    expect(page.locator('#records [data-correlation-id="while-paused"]').first).to_be_visible()
