"""The traffic counts every request: answered, answered with a wrong id, not answered at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tools.demo import traffic as module
from tools.demo.traffic import Traffic


def _run(answer: Callable[[httpx.Request], httpx.Response], monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Send for a moment, far above the demo's pace."""
    monkeypatch.setattr(module, "REQUESTS_PER_SECOND", 2000.0)

    async def send() -> dict[str, object]:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(base_url="http://service", transport=transport) as client:
            traffic = Traffic(client, seed=1, seconds=0.05)
            await traffic.run()
            return traffic.summary()

    return asyncio.run(send())


def _echo(request: httpx.Request) -> httpx.Response:
    sent = request.headers.get("X-Correlation-ID") or request.headers.get("traceparent", "-made here-").split("-")[1]
    return httpx.Response(201 if request.method == "POST" else 200, json={"id": 7}, headers={"X-Correlation-ID": sent})


def test_ids_that_come_back_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own, those of a trace, and those that the service makes."""
    summary = _run(_echo, monkeypatch)
    assert summary["requests"] == summary["answered"] != 0
    assert summary["wrong_ids"] == summary["failed"] == 0


def test_an_answer_without_an_id_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every one of them."""
    summary = _run(lambda _request: httpx.Response(200), monkeypatch)
    assert summary["wrong_ids"] == summary["answered"] != 0


def test_a_request_that_no_one_takes_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is said on stderr."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    summary = _run(refuse, monkeypatch)
    assert summary["failed"] == summary["requests"] != 0


def test_a_request_that_is_never_answered_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not be missing from the figures."""

    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(module, "LAST_ANSWERS_SECONDS", 0.01)
    summary = _run(never, monkeypatch)  # type: ignore[arg-type]  # MockTransport takes coroutines too
    assert summary["failed"] == summary["requests"] != 0
