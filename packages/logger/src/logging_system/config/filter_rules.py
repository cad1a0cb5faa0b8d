"""`logging.filters`: which records are left out or kept, by logger, level, field, message or route."""

from __future__ import annotations

from dataclasses import dataclass

from logging_system.config.values import wrong


@dataclass(frozen=True, slots=True)
class FilterRule:
    """One rule; a record matches if all that is given matches."""


def read_filters(value: object) -> tuple[FilterRule, ...]:
    """A list of rules."""
    if value is None:
        return ()
    raise wrong(value, "a list of filter rules")
