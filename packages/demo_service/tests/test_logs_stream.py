"""The stream of records: history, filters, resuming, alerts, loss, and its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo_service.live_feed import LiveFeed
from logging_system import flush, get_logger

logger = get_logger("stream")
Event = dict[str, str]


@pytest.fixture
def events(client: TestClient, feed: LiveFeed) -> Callable[..., list[Event]]:
    """Call it for the events that a reader gets, until the feed ends."""

    def read(query: str = "", **headers: str) -> list[Event]:
        assert flush()
        feed.end()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = client.get(f"/logs/stream{query}", headers=named)
        assert answer.headers["content-type"].startswith("text/event-stream")
        blocks = [block for block in answer.text.split("\n\n") if block]
        return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]

    return read


def _records(events: list[Event]) -> list[dict[str, Any]]:
    return [json.loads(event["data"]) for event in events if "event" not in event]


def test_a_reader_gets_a_greeting_the_alerts_and_the_history(events: Callable[..., list[Event]]) -> None:
    """With ids that count up."""
    logger.info("one")
    logger.info("two \n lines")

    found = events()
    assert [event.get("event") for event in found[:2]] == ["hello", "alerts"]
    assert json.loads(found[0]["data"])["service_name"] == "shop"
    own = [record["message"] for record in _records(found) if record["logger"] == "stream"]
    assert own == ["one", "two \n lines"]
    ids = [int(event["id"]) for event in found if "id" in event]
    assert ids == list(range(1, len(ids) + 1))


def test_a_reader_that_comes_back_gets_only_what_it_missed(events: Callable[..., list[Event]]) -> None:
    """`Last-Event-ID`, as browsers send it."""
    logger.info("one")
    logger.info("two")

    ids = [int(event["id"]) for event in events(Last_Event_ID="2") if "id" in event]
    assert ids[0] == 3


@pytest.mark.parametrize("last", ["999999", "x", "-1", "", "0", "9" * 5000])
def test_an_id_of_another_process_means_everything(events: Callable[..., list[Event]], last: str) -> None:
    """After a restart numbers begin anew."""
    logger.info("one")

    assert "one" in [record["message"] for record in _records(events(Last_Event_ID=last))]


def test_filters_by_level_and_correlation_id(events: Callable[..., list[Event]]) -> None:
    """The id must be that of the context, not somewhere in the text."""
    with logger.context(correlation_id="wanted"):
        logger.info("too low")
        logger.error("found")
    logger.error('not this one: "wanted"', note="wanted")

    assert [r["message"] for r in _records(events("?level=warning&correlation_id=wanted"))] == ["found"]


def test_an_unknown_level_is_refused(client: TestClient) -> None:
    """Before the stream starts."""
    answer = client.get("/logs/stream?level=loud")
    assert (answer.status_code, "expected one of DEBUG, INFO" in answer.text) == (422, True)


def test_a_reader_that_missed_records_is_told(client: TestClient, feed: LiveFeed) -> None:
    """Records beyond those kept."""
    feed.write([(20, 0, b'{"context":{}}\n', None) for _ in range(5000)])
    feed.end()

    answer = client.get("/logs/stream", headers={"Last-Event-ID": "1"})
    assert 'event: lost\ndata: {"count": ' in answer.text
