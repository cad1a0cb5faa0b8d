"""`/logs/stream`: the feed as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Default events carry one record each, with its number as `id`, so that a browser that comes back
sends `Last-Event-ID` and gets what it missed. Besides: `hello` (who speaks), `alerts` (those that
fire now) and `lost` (a reader was too slow for so many records).
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import StreamingResponse

from demo_service.live_feed import LiveFeed
from logging_system.levels import level_number

#: Seconds without a word after which a comment keeps proxies from closing the connection.
KEEP_ALIVE_SECONDS = 15.0

router = APIRouter(tags=["logs"])


@router.get("/logs/stream", summary="Records as they are written", response_class=StreamingResponse)
async def stream(
    request: Request,
    level: Annotated[str | None, Query(description="this level and above")] = None,
    correlation_id: Annotated[str | None, Query(description="only this request")] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Server-sent events until the client leaves or the service stops."""
    try:
        lowest = level_number(level) if level else 0
    except ValueError as error:
        raise HTTPException(422, f"level: {error}") from None
    feed: LiveFeed = request.app.state.feed
    position = _position(last_event_id, feed)
    events = _events(feed, request.app.state.hello, position, lowest, correlation_id or None)
    return StreamingResponse(
        events,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _position(last_event_id: str | None, feed: LiveFeed) -> int:
    """Where a reader goes on; from the oldest record kept if its id is not one of this process."""
    if last_event_id and last_event_id.isascii() and last_event_id.isdigit():
        number = int(last_event_id[:20])
        if feed.first <= number <= feed.last:
            return number
    return feed.oldest - 1


async def _events(
    feed: LiveFeed, hello: dict[str, Any], position: int, lowest: int, correlation_id: str | None
) -> AsyncIterator[bytes]:
    # The page's clock may be wrong; its plots go by ours.
    yield b"retry: 1000\n" + _event("hello", {**hello, "now": time.time_ns() // 1_000_000})
    alerts_version = -1
    while True:
        if feed.alerts_version != alerts_version:
            alerts_version = feed.alerts_version
            yield _event("alerts", feed.alerts)
        if position < feed.oldest - 1:
            yield _event("lost", {"count": feed.oldest - 1 - position})
            position = feed.oldest - 1
        records = feed.after(position)
        if records:
            position = records[-1][0]
            chosen = [
                b"id: %d\ndata: %b\n\n" % (number, line.rstrip(b"\n"))
                for number, level, line in records
                if level >= lowest and (correlation_id is None or _belongs(line, correlation_id))
            ]
            if chosen:
                yield b"".join(chosen)
            continue
        if feed.ended:
            return
        before = position
        await feed.wait(KEEP_ALIVE_SECONDS)
        if feed.last == before and feed.alerts_version == alerts_version and not feed.ended:
            yield b": nothing new\n\n"


def _belongs(line: bytes, correlation_id: str) -> bool:
    # The quick look spares most lines the parsing; only the context decides.
    if orjson.dumps(correlation_id) not in line:
        return False
    return bool(orjson.loads(line)["context"].get("correlation_id") == correlation_id)


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
