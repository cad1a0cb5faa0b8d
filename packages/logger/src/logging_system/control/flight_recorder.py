"""The flight recorder: records below the level, held for each context, written if the context fails.

A context fails when a record of the trigger level or above is written in it, or an exception
leaves it (KeyboardInterrupt, a cancelled task and a closed generator are none). What it holds is
then written before that record, oldest first, with the time stamps of the log calls and the field
`flight_recorder: true`; after that it goes on holding. Nested contexts, and the tasks and threads
that inherit one, share what the outermost one holds, and when that ends, what is left is forgotten.

What is held is bounded: by the number of records and `CONTEXT_BYTES` for each context, and by
`TOTAL_BYTES` for all together, where the context that has been holding longest loses what it holds.
Records that a filter or sampling left out are not held, and one that was left out triggers nothing.
"""

from __future__ import annotations

from _thread import RLock
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, Final
from weakref import ref

import orjson

from logging_system.config.schema import Settings
from logging_system.control import forks
from logging_system.levels import NUMBERS
from logging_system.pipeline.entry import Entry
from logging_system.record_size import cut_record

#: Bytes held for one context, and for all. A record counts with what Python's objects take beside its line.
CONTEXT_BYTES: Final = 64 * 1024
TOTAL_BYTES: Final = 16 * 1024 * 1024
_OBJECT_BYTES: Final = 200
#: Longer records are cut before they are held, so that one does not push all others out.
_LONGEST_RECORD: Final = 16 * 1024

_MARK: Final = b',"flight_recorder":true}\n'


class HeldRecords:
    """What one context (and those nested in it) holds, the newest few."""

    __slots__ = ("__weakref__", "bytes", "entries", "recorder")

    def __init__(self, recorder: FlightRecorder) -> None:
        self.recorder = recorder
        self.entries: deque[Entry] = deque()
        self.bytes = 0

    def hold(self, entry: Entry) -> None:
        """Keep a record for the case that the context fails."""
        self.recorder.hold(self, entry)

    def write(self) -> None:
        """The context has failed: write what is held, oldest first, and go on holding."""
        self.recorder.write(self)

    def discard(self) -> None:
        """The outermost context has ended: forget what is held."""
        self.recorder.take(self)

    def __del__(self) -> None:
        # The last task or thread that had inherited the context is gone.
        self.recorder.take(self)


class FlightRecorder:
    """Made from the settings; `write` takes entries on their way to the sinks."""

    def __init__(self, settings: Settings, write: Callable[[Entry], None]) -> None:
        self.level = NUMBERS[settings.flight_recorder_level]
        self.trigger = NUMBERS[settings.flight_recorder_trigger]
        self._most = settings.flight_recorder
        self._longest = settings.max_record_size
        self._write = write
        self._start()
        forks.restart_in_child(self)

    def _start(self) -> None:
        # Those that hold something by their id, in the order in which they began to. What is held
        # must not outlive the contexts, so they are not kept alive here.
        self._holding: OrderedDict[int, ref[HeldRecords]] = OrderedDict()
        self._bytes = 0
        # Of the system also under gevent; a signal handler that interrupts its own thread passes.
        self._lock = RLock()

    @property
    def held_bytes(self) -> int:
        """Bytes held for all contexts, counted as above."""
        return self._bytes

    def new(self) -> HeldRecords:
        """For a context that is entered."""
        return HeldRecords(self)

    def hold(self, held: HeldRecords, entry: Entry) -> None:
        """Add a record to what a context holds, and keep to the bounds."""
        level, milliseconds, line, error_type = entry
        if len(line) > _LONGEST_RECORD:
            entry = (level, milliseconds, cut_record(line, _LONGEST_RECORD), error_type)
        with self._lock:
            self._add(held, entry)
            while len(held.entries) > self._most or held.bytes > CONTEXT_BYTES:
                self._drop_oldest(held)
            while self._bytes > TOTAL_BYTES and self._holding:
                longest = self._holding.popitem(last=False)[1]()
                if longest is not None:
                    self.take(longest)
        if level >= self.trigger:
            self.write(held)

    def _add(self, held: HeldRecords, entry: Entry) -> None:
        size = len(entry[2]) + _OBJECT_BYTES
        held.entries.append(entry)
        held.bytes += size
        self._bytes += size
        if id(held) not in self._holding:
            self._holding[id(held)] = ref(held)

    def _drop_oldest(self, held: HeldRecords) -> None:
        size = len(held.entries.popleft()[2]) + _OBJECT_BYTES
        held.bytes -= size
        self._bytes -= size

    def take(self, held: HeldRecords) -> list[Entry]:
        """Take out all that a context holds."""
        with self._lock:
            taken = list(held.entries)
            held.entries.clear()
            self._bytes -= held.bytes
            held.bytes = 0
            self._holding.pop(id(held), None)
        return taken

    def write(self, held: HeldRecords) -> None:
        """Write all that a context holds, marked."""
        if held.entries:
            # Written without the lock: it may take a while, with the overflow policy `block`.
            for level, milliseconds, line, error_type in self.take(held):
                marked = mark(line)
                if len(marked) > self._longest:
                    marked = cut_record(marked, self._longest)
                self._write((level, milliseconds, marked, error_type))

    def after_fork_in_child(self) -> None:
        """What the parent holds is the parent's to write."""
        holding = [held for reference in self._holding.values() if (held := reference()) is not None]
        self._start()
        for held in holding:
            held.entries.clear()
            held.bytes = 0


def mark(line: bytes) -> bytes:
    """The record with the field `flight_recorder: true`, behind its own fields."""
    if b'"flight_recorder' not in line and b'"exception":{' not in line:
        return line[:-2] + _MARK
    record: dict[str, Any] = orjson.loads(line)
    exception = record.pop("exception", None)
    if "flight_recorder" in record:
        name = "flight_recorder_"
        while name in record:
            name += "_"
        record = {name if key == "flight_recorder" else key: value for key, value in record.items()}
    record["flight_recorder"] = True
    if exception is not None:
        record["exception"] = exception
    return orjson.dumps(record) + b"\n"


def make_recorder(settings: Settings, write: Callable[[Entry], None]) -> FlightRecorder | None:
    """The recorder that the settings ask for; None for none."""
    return FlightRecorder(settings, write) if settings.flight_recorder else None


#: Contexts that are entered while it is set hold records; `logger.py` sets it with each configuration.
active: FlightRecorder | None = None
