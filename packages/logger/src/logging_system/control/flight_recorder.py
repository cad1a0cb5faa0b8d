"""The flight recorder: records below the level, held for each context, written if it ends in an error."""

from __future__ import annotations

from collections.abc import Callable

from logging_system.config.schema import Settings
from logging_system.pipeline.entry import Entry


class HeldRecords:
    """What one context (and those nested in it) holds, the newest few."""

    def __init__(self, recorder: FlightRecorder) -> None:
        self.recorder = recorder

    def hold(self, entry: Entry) -> None:
        """Keep a record for the case that the context fails."""

    def write(self) -> None:
        """The context has failed: write what is held, oldest first, and go on holding."""


class FlightRecorder:
    """Made from the settings; `write` takes entries on their way to the sinks."""

    def __init__(self, settings: Settings, write: Callable[[Entry], None]) -> None:
        self.level = 0
        self.trigger = 0
        self._write = write

    def new(self) -> HeldRecords:
        """For a context that is entered."""
        return HeldRecords(self)


def make_recorder(settings: Settings, write: Callable[[Entry], None]) -> FlightRecorder | None:
    """The recorder that the settings ask for; None for none."""
    return FlightRecorder(settings, write) if settings.flight_recorder else None


#: Contexts that are entered while it is set hold records; `logger.py` sets it with each configuration.
active: FlightRecorder | None = None
