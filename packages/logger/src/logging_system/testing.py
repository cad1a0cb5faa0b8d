"""For tests of programs that log: what they logged, as parsed records, and no file is written.

With pytest ask for the fixture `captured_records`; with anything else use `capture_records()`.

    def test_charge(captured_records):
        charge(order)
        [record] = captured_records.find(message="charged", order_id=7)
        assert captured_records.at_level("ERROR") == []
"""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias, overload

import orjson

from logging_system.control.levels import core_of
from logging_system.levels import NAMES, level_number
from logging_system.logger import get_logger
from logging_system.pipeline import lifecycle
from logging_system.pipeline.entry import Entry

with contextlib.suppress(ImportError):  # so that `pytest_plugins = ["logging_system.testing"]` works as well
    from logging_system_pytest import captured_records as captured_records

Record: TypeAlias = dict[str, Any]
_ABSENT: Final = object()


@contextlib.contextmanager
def capture_records() -> Iterator[CapturedRecords]:
    """Capture what is logged inside, from all loggers and threads, at DEBUG and above.

    The configuration stays what it is in redaction, context and filters; sampling and rate limits are
    off, so that a test sees every record. No other sink gets any, also if the program calls
    `configure` meanwhile, whose levels and rates then count. Afterwards all is as it was.
    """
    settings = replace(
        lifecycle.current_settings(),
        log_level="DEBUG",
        levels={},
        sample_rate=1.0,
        rate_limit=None,
        flight_recorder=0,
    )
    records = CapturedRecords()
    with lifecycle.diverted(settings, records.sink):
        try:
            yield records
        finally:
            records.restore_levels()


class CapturedRecords(Sequence[Record]):
    """The records logged until now, oldest first: a sequence of dicts that grows."""

    def __init__(self) -> None:
        self.sink = _MemorySink()
        self._records: list[Record] = []
        self._own_levels: dict[str, int | None] = {}

    @property
    def messages(self) -> list[str]:
        """The messages of all records."""
        return [record["message"] for record in self._read()]

    def at_level(self, level: str | int) -> list[Record]:
        """Those of exactly this level. Raises ValueError for an unknown one."""
        name = NAMES[level_number(level)]
        return [record for record in self._read() if record["level"] == name]

    def find(self, message: str | re.Pattern[str] | None = None, **fields: object) -> list[Record]:
        """Those with this message (or one in which the pattern is found) and these values.

        A field is looked for at the top of the record, then in its `context`; `level="ERROR"` and
        `logger="shop"` are fields too.
        """
        return [
            record
            for record in self._read()
            if _matches(record["message"], message)
            and all(record.get(name, record["context"].get(name, _ABSENT)) == value for name, value in fields.items())
        ]

    def clear(self) -> None:
        """Forget what was logged until now."""
        self._read().clear()

    def set_level(self, level: str | int, logger: str = "root") -> None:
        """Set the minimum level of `logger` and those below it, until the end of the test."""
        self._own_levels.setdefault(logger, core_of(logger).own_level)
        get_logger(logger).set_level(level)

    def restore_levels(self) -> None:
        """Take back what `set_level` has set."""
        for name, level in self._own_levels.items():
            get_logger(name).set_level(level)

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        return self._read()[index]

    def __len__(self) -> int:
        return len(self._read())

    def __eq__(self, other: object) -> bool:
        return self._read() == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        shown = [f"{record['level']} {record['logger']}: {record['message']}" for record in self._read()]
        return f"<CapturedRecords {shown}>"

    def _read(self) -> list[Record]:
        lifecycle.flush()
        while self.sink.lines:
            self._records.append(orjson.loads(self.sink.lines.popleft()))
        return self._records


class _MemorySink:
    """Keeps the lines until they are read."""

    name = "captured_records"

    def __init__(self) -> None:
        self.lines: deque[bytes] = deque()

    def write(self, entries: Sequence[Entry]) -> None:
        """Keep them."""
        self.lines.extend([entry[2] for entry in entries])

    def idle(self) -> None:
        """Nothing to catch up with."""

    def close(self) -> None:
        """What is kept stays readable."""


def _matches(text: str, wanted: str | re.Pattern[str] | None) -> bool:
    if isinstance(wanted, re.Pattern):
        return wanted.search(text) is not None
    return wanted is None or text == wanted
