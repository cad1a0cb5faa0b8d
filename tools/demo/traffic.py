"""`python -m tools.demo.traffic URL --seed 1 --seconds 20 --summary FILE`: requests over HTTP until the end or SIGTERM.

Requests are sent at a steady pace whether or not earlier ones were answered, as users do. Each
answer's correlation id is checked against the one that was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import httpx

from tools.demo.scenario import REQUESTS_PER_SECOND, Scenario, Step, is_bad

AT_ONCE = 100
#: How long the last requests may take to be answered.
LAST_ANSWERS_SECONDS = 5.0


class Traffic:
    """Sends and counts."""

    def __init__(self, client: httpx.AsyncClient, seed: int, seconds: float | None) -> None:
        self._client = client
        self._scenario = Scenario(seed)
        self._seconds = seconds
        self._orders = [1]
        self._stopping = asyncio.Event()
        self.sent = 0
        self.statuses: Counter[int] = Counter()
        self.failed = 0
        self.wrong_ids = 0

    def stop(self) -> None:
        """Send nothing more."""
        self._stopping.set()

    async def run(self) -> None:
        """Send until told to stop, then wait for the answers that are still to come."""
        started = time.monotonic()
        under_way: set[asyncio.Task[None]] = set()
        while not self._stopping.is_set():
            elapsed = time.monotonic() - started
            if self._seconds is not None and elapsed >= self._seconds:
                break
            if len(under_way) < AT_ONCE:
                task = asyncio.create_task(self._send(self._scenario.next(bad=is_bad(elapsed, self._seconds))))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            due = started + (self.sent + 1) / REQUESTS_PER_SECOND
            self.sent += 1
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        if under_way:
            _, unanswered = await asyncio.wait(under_way, timeout=LAST_ANSWERS_SECONDS)
            for task in unanswered:
                task.cancel()
            self.failed += len(unanswered)

    async def _send(self, step: Step) -> None:
        path = step.path.format(order=self._orders[len(self._orders) // 2])
        try:
            answer = await self._client.request(step.method, path, json=step.body, headers=step.headers)
        except httpx.HTTPError as error:
            self.failed += 1
            print(f"{step.method} {path}: {type(error).__name__}: {error}", file=sys.stderr)
            return
        self.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            self._orders = [*self._orders[-50:], answer.json()["id"]]
        returned = answer.headers.get("X-Correlation-ID", "")
        expected = step.headers.get("X-Correlation-ID") or step.headers.get("traceparent", "--").split("-")[1]
        self.wrong_ids += not returned or (bool(expected) and returned != expected)

    def summary(self) -> dict[str, object]:
        """What was sent and answered."""
        answered = sum(self.statuses.values())
        return {
            "requests": answered + self.failed,
            "answered": answered,
            "failed": self.failed,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "wrong_ids": self.wrong_ids,
        }


async def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="traffic", description="Send the demo's requests.")
    parser.add_argument("url")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.0, help="0: until SIGTERM")
    parser.add_argument("--summary", type=Path, required=True)
    chosen = parser.parse_args()

    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=20)
    async with httpx.AsyncClient(base_url=chosen.url, timeout=10, limits=limits, trust_env=False) as client:
        traffic = Traffic(client, chosen.seed, chosen.seconds or None)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, traffic.stop)
        chosen.summary.write_text(json.dumps(traffic.summary()), encoding="utf-8")  # from here on it can be stopped
        await traffic.run()
        chosen.summary.write_text(json.dumps(traffic.summary(), indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
