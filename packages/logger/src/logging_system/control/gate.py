"""Decides about records that passed their level: filters, sampling, rate limit, in this order.

Each record that is left out is counted in exactly one metric. A record that only the flight
recorder would hold, because it is below its logger's level, is asked the filters alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from logging_system import metrics
from logging_system.config.schema import Settings
from logging_system.control.filters import Filter
from logging_system.control.levels import LoggerCore
from logging_system.control.rate_limit import RateLimiter, Suppressed
from logging_system.control.sampling import Sampler
from logging_system.levels import CRITICAL, ERROR
from logging_system.own_records import make_record
from logging_system.pipeline.entry import Entry

_NOTHING_TO_ADD: Final[Mapping[str, object]] = {}
_RATE_FIELD: Final = "sample_rate"


class Gate:
    """Made from the settings; `make_gate` returns None when they ask for nothing, so that a record pays nothing."""

    def __init__(self, settings: Settings, write: Callable[[Entry], None]) -> None:
        self._filter = Filter(settings.filters) if settings.filters else None
        self._sampler = Sampler(settings.sample_rate) if settings.sample_rate < 1 else None
        self._limiter = (
            RateLimiter(settings.rate_limit, settings.rate_limit_interval) if settings.rate_limit is not None else None
        )
        self._write = write

    def admits(
        self,
        core: LoggerCore,
        level: int,
        message: object,
        place: bytes,
        fields: Mapping[str, object],
        context: Mapping[str, object],
    ) -> Mapping[str, object] | None:
        """Fields to put into the record, or None to leave it out (which is counted here).

        `place` is the encoded call site, `context` the context and bound fields.
        """
        if self._filter is not None and self._filter.drops(core.name, level, message, fields, context):
            metrics.count_filtered()
            return None
        if level < core.level:
            return _NOTHING_TO_ADD
        if self._sampler is not None and not self._sampler.keeps(level, context.get("correlation_id")):
            metrics.count_sampled_out()
            return None
        if self._limiter is not None and level < CRITICAL:
            due: list[Suppressed] = []
            passes = self._limiter.passes((place, level, core), message, due)
            if due:
                self._tell(due)
            if not passes:
                metrics.count_suppressed()
                return None
        return _NOTHING_TO_ADD if self._sampler is None or level >= ERROR else self._rate_field(fields)

    def _rate_field(self, fields: Mapping[str, object]) -> Mapping[str, object]:
        """The rate, for those who count; a field of the caller's of that name moves aside."""
        added: dict[str, object] = {_RATE_FIELD: self._sampler.rate} if self._sampler is not None else {}
        if _RATE_FIELD in fields:
            name = f"{_RATE_FIELD}_"
            while name in fields:
                name += "_"
            added[name] = fields[_RATE_FIELD]
        return added

    def sweep(self) -> None:
        """Write the summaries of intervals that are over; the writer calls it now and then."""
        if self._limiter is not None:
            self._tell(self._limiter.over())

    def flush(self) -> None:
        """Write the summaries that are due, because the program ends."""
        if self._limiter is not None:
            self._tell(self._limiter.all())

    def close(self) -> None:
        """Write the summaries, because another gate takes over; whoever still asks this one is let through."""
        if self._limiter is not None:
            self._tell(self._limiter.all(close=True))

    def _tell(self, due: Iterable[Suppressed]) -> None:
        """One record at the place and level of those it stands for, without their contexts."""
        for place, level, core, records, message in due:
            text = f"suppressed {records:,} similar record{'s' if records > 1 else ''}"
            fields: dict[str, object] = {"suppressed": records, "similar_to": message}
            if self._sampler is not None and level < ERROR:
                fields[_RATE_FIELD] = self._sampler.rate
            self._write(make_record(core, level, text, place, fields))


def make_gate(settings: Settings, write: Callable[[Entry], None]) -> Gate | None:
    """The gate that the settings ask for; `write` takes its summaries on their way to the sinks."""
    asked = settings.filters or settings.sample_rate < 1 or settings.rate_limit is not None
    return Gate(settings, write) if asked else None
