"""`logging-system stats`: what log files hold, in one pass and bounded memory.

Beyond 2 x KEPT different messages or error types the rarest count as `_other`: a frequent one is told
apart however late it comes, though its count may then lack the first ones. Of operations, those after
the first KEPT count as `_other`. Percentiles are exact up to SAMPLED durations of an operation, then
those of a random sample.
"""

from __future__ import annotations

import argparse
import random
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from logging_system.cli import arguments as read
from logging_system.cli.log_files import configured_file, lines, lines_of_rotated, opened, with_rotated
from logging_system.cli.records import LogRecord, read_record
from logging_system.formatters import escape
from logging_system.levels import NAMES, NUMBERS

if TYPE_CHECKING:
    from logging_system.cli.arguments import Subcommands

#: Different messages, error types and operations that are told apart.
KEPT: Final = 10_000
#: Name under which all others are counted.
OTHER: Final = "_other"
#: Durations kept of one operation; 8 bytes each, so at most 82 MB for KEPT operations.
SAMPLED: Final = 1_024
#: Characters of a message or a name that tell it from others.
_KEY_LENGTH: Final = 300
_SHOWN_LENGTH: Final = 100
_SEED: Final = 20_260_619
_EXAMPLES: Final = """examples:
  logging-system stats                          the log file of the configuration and its rotated files
  logging-system stats --since 15m --top 3      the last quarter of an hour
  zcat old/*.gz | logging-system stats --json - for another program
"""


def add_parser(subcommands: Subcommands) -> None:
    """Add the subcommand and its arguments."""
    parser = subcommands.add_parser(
        "stats",
        help="sum up log files: levels, rate, messages, errors, slow operations",
        description="Sum up log files: records by level, rate, top messages, error types, slowest operations.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="log files, may be gzip; - is standard input (default: the configured one with its rotated files)",
    )
    parser.add_argument(
        "--since", type=read.point_in_time, metavar="TIME", help="from this time on: RFC 3339, or an age such as 15m"
    )
    parser.add_argument("--until", type=read.point_in_time, metavar="TIME", help="before this time")
    parser.add_argument("--top", type=read.count, default=10, metavar="N", help="how many of each kind (default: 10)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read the files and write their summary. Raises OSError for one that cannot be read."""
    summary = Summary()
    files = arguments.files or with_rotated(configured_file())
    for file in files:
        for line in _lines_of(file) if arguments.files else lines_of_rotated(file):
            summary.add_line(line, arguments.since, arguments.until)
    if arguments.json:
        document = {"files": files, **summary.as_json(arguments.top)}
        sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _as_text(summary, arguments.top))
    return 0


def _lines_of(file: str) -> Iterator[bytes]:
    with opened(file) as stream:
        yield from lines(stream)


class Tally:
    """Counts by name, for at most 2 x KEPT names: a new one that is frequent gets in, however late it comes."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Count one."""
        self._counts[_key(name)] += 1
        if len(self._counts) > 2 * KEPT:
            kept = Counter(dict(self._counts.most_common(KEPT)))
            kept[OTHER] += self._counts.total() - kept.total()
            self._counts = kept

    def top(self, count: int) -> list[tuple[str, int]]:
        """The most frequent names, then by name."""
        return sorted(self._counts.items(), key=lambda pair: (-pair[1], pair[0]))[:count]


class Durations:
    """Milliseconds of one operation: how many, the longest, and a bounded sample."""

    def __init__(self) -> None:
        self.count = 0
        self.longest = 0.0
        self._sample = array("d")

    def add(self, milliseconds: float, chance: random.Random) -> None:
        """Count one duration. Each has the same chance to be in the sample (Vitter's algorithm R)."""
        self.count += 1
        self.longest = max(self.longest, milliseconds)
        if len(self._sample) < SAMPLED:
            self._sample.append(milliseconds)
        elif (place := chance.randrange(self.count)) < SAMPLED:
            self._sample[place] = milliseconds

    def percentile(self, share: float) -> float:
        """The smallest duration in the sample that at least `share` (0 to 1) of it do not exceed."""
        ordered = sorted(self._sample)
        return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


@dataclass(slots=True)
class Summary:
    """What was counted."""

    records: int = 0
    no_records: int = 0
    levels: Counter[int] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    messages: Tally = field(default_factory=Tally)
    error_types: Tally = field(default_factory=Tally)
    operations: dict[str, Durations] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311 - a sample, no secret

    def add_line(self, line: bytes, since: datetime | None = None, until: datetime | None = None) -> None:
        """Count one line; a record only if it is not before `since` and before `until`."""
        if not line.strip():
            return
        record = read_record(line)
        if record is None:
            self.no_records += 1
        elif (since is None or record.time >= since) and (until is None or record.time < until):
            self._add(record)

    def _add(self, record: LogRecord) -> None:
        self.records += 1
        self.levels[record.level] += 1
        self.first = record.time if self.first is None else min(self.first, record.time)
        self.last = record.time if self.last is None else max(self.last, record.time)
        self.messages.add(record.message)
        if "exception" in record.fields:
            self.error_types.add(str(record.fields["exception"].get("type")))
        operation, milliseconds = _operation(record.fields), record.fields.get("duration_ms")
        if operation is None or isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
            return
        if operation not in self.operations and len(self.operations) >= KEPT:
            operation = OTHER
        self.operations.setdefault(operation, Durations()).add(milliseconds, self._chance)

    @property
    def seconds(self) -> float:
        """From the first record to the last."""
        return (self.last - self.first).total_seconds() if self.first and self.last else 0.0

    @property
    def rate(self) -> float | None:
        """Records a second; None when they are all of one moment."""
        return self.records / self.seconds if self.seconds else None

    def slowest(self, count: int) -> list[tuple[str, Durations, float]]:
        """Operations with their p95, longest first."""
        rated = [(name, durations, durations.percentile(0.95)) for name, durations in self.operations.items()]
        return sorted(rated, key=lambda row: (-row[2], row[0]))[:count]

    def as_json(self, top: int) -> dict[str, Any]:
        """Everything, with the `top` of each kind."""
        return {
            "records": self.records,
            "no_records": self.no_records,
            "levels": {name: self.levels[number] for name, number in NUMBERS.items()},
            "first": _time(self.first),
            "last": _time(self.last),
            "seconds": self.seconds,
            "records_per_second": self.rate,
            "messages": [{"message": name, "count": count} for name, count in self.messages.top(top)],
            "error_types": [{"type": name, "count": count} for name, count in self.error_types.top(top)],
            "operations": [
                {
                    "operation": name,
                    "count": durations.count,
                    "p50_ms": durations.percentile(0.5),
                    "p95_ms": p95,
                    "max_ms": durations.longest,
                }
                for name, durations, p95 in self.slowest(top)
            ],
        }


def _key(text: str) -> str:
    return text if len(text) <= _KEY_LENGTH else f"{text[: _KEY_LENGTH - 1]}…"


def _operation(fields: dict[str, Any]) -> str | None:
    """The name under which the metrics count it too: a timer's operation, or `METHOD route` of an access record."""
    operation, method, route = fields.get("operation"), fields.get("method"), fields.get("route")
    if isinstance(operation, str):
        return _key(operation)
    if not isinstance(method, str) or "route" not in fields or fields.get("streaming"):
        return None
    return _key(f"{method} {route}") if isinstance(route, str) else "unmatched"


def _as_text(summary: Summary, top: int) -> Iterator[str]:
    yield f"{'records':<20}{summary.records}"
    yield f"{'not a record':<20}{summary.no_records}"
    if summary.first and summary.last:
        yield f"{'first':<20}{_time(summary.first)}"
        yield f"{'last':<20}{_time(summary.last)}"
        rate = f"{summary.rate:.2f}" if summary.rate is not None else "-"
        yield f"{'seconds':<20}{summary.seconds:.3f}"
        yield f"{'records per second':<20}{rate}"
    if summary.records:
        yield ""
        yield from _table(["level", "records"], [[name, str(summary.levels[n])] for n, name in NAMES.items()])
    counted = (("message", summary.messages.top(top)), ("error type", summary.error_types.top(top)))
    for title, rows in counted:
        if rows:
            yield ""
            yield from _table([title, "records"], [[name, str(count)] for name, count in rows])
    if slowest := summary.slowest(top):
        yield ""
        yield from _table(
            ["operation", "count", "p50 ms", "p95 ms", "max ms"],
            [
                [name, str(each.count), *(f"{value:.3f}" for value in (each.percentile(0.5), p95, each.longest))]
                for name, each, p95 in slowest
            ],
        )


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Rows below their head: names to the left, figures to the right."""
    shown = [head, *([_cut(escape(row[0])), *row[1:]] for row in rows)]
    widths = [max(len(row[column]) for row in shown) for column in range(len(head))]
    for name, *figures in shown:
        yield "  ".join(
            [f"{name:<{widths[0]}}", *(f"{figure:>{width}}" for figure, width in zip(figures, widths[1:], strict=True))]
        )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 1]}…"
