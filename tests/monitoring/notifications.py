"""What the recorder kept, read as alerts: who was told what, and when."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.service_process import wait_for

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told:
    """One alert in one notification; `at` is seconds since the epoch."""

    at: float
    receiver: str
    taken: bool
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: str
    fingerprint: str

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.labels.get("alertname", "")


class Notifications:
    """The recorder's folder, seen from the test."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "received.jsonl"
        self._failing = folder / "failing"
        self._failing.mkdir(parents=True, exist_ok=True)

    def __iter__(self) -> Iterator[Told]:
        """All that was told so far, oldest first."""
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        for line in map(json.loads, lines):
            for alert in line["body"]["alerts"]:
                yield Told(
                    line["at"],
                    line["receiver"],
                    line["taken"],
                    alert["status"],
                    alert["labels"],
                    alert["annotations"],
                    alert["startsAt"],
                    alert["fingerprint"],
                )

    def of(self, name: str, status: str | None = None, since: float = 0.0) -> list[Told]:
        """What was told and taken about one alert."""
        return [
            told
            for told in self
            if told.name == name and told.taken and told.at >= since and status in (None, told.status)
        ]

    def wait_for(self, name: str, status: str, seconds: float, since: float = 0.0) -> Told:
        """The first notification of this alert with this status; fails after `seconds`."""
        return wait_until(
            lambda: next(iter(self.of(name, status, since)), None), seconds, f"{name} was never told as {status}"
        )

    def fail(self, receiver: str) -> None:
        """Let a receiver answer 500 from now on."""
        (self._failing / receiver).touch()

    def mend(self, receiver: str) -> None:
        """Let it answer 200 again."""
        (self._failing / receiver).unlink(missing_ok=True)


def wait_until(ask: Callable[[], T | None], seconds: float, complaint: str) -> T:
    """What `ask` returns once it is neither None nor False; AssertionError with `complaint` after `seconds`."""
    answer: T = wait_for(ask, seconds, complaint, pause=0.1)  # each question reads a file or asks Prometheus
    return answer
