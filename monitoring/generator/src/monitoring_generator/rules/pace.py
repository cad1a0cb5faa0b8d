"""How long the rules' durations are: as specified, or shorter by a factor for demonstrations and live tests."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitoring_generator.durations import format_duration

#: A shorter window must still hold a few samples of a 1 s scrape, and an interval be one.
SHORTEST_WINDOW = 5.0
SHORTEST_WAIT = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Divides every duration by `speed_up`; thresholds, counts and names stay those of the real durations.

    `min_count` stays because a demonstration drives real traffic: fewer records in a window of
    seconds would say less, not more. Raises ValueError for a factor below 1.
    """

    speed_up: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.speed_up < math.inf:
            raise ValueError(f"speed_up: got {self.speed_up}, expected a number from 1")

    def window(self, seconds: float) -> str:
        """A range of samples."""
        return format_duration(self.window_seconds(seconds))

    def window_seconds(self, seconds: float) -> float:
        """The same as a number of seconds."""
        return self._shorter(seconds, SHORTEST_WINDOW)

    def wait(self, seconds: float) -> str:
        """A hold or an interval."""
        return format_duration(self._shorter(seconds, SHORTEST_WAIT))

    def _shorter(self, seconds: float, shortest: float) -> float:
        return min(seconds, max(shortest, round(seconds / self.speed_up, 3)))
