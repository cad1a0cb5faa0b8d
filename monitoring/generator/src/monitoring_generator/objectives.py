"""Service level objectives: which share of what must be good, over which time."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from decimal import Decimal

from monitoring_generator.section import Section, Selection

_NAME = re.compile(r"[a-z][a-z0-9_]*")
METRIC = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """Of the events of `metric` selected by `of`, those also selected by `bad` use up the budget.

    `objective` is the share that must be good (between 0 and 1), `period` is in seconds.
    """

    name: str
    description: str
    metric: str
    of: Selection
    bad: Selection
    objective: float
    period: float

    @property
    def budget(self) -> float:
        """The share that may be bad; in decimal, because 1 - 0.999 is 0.0010000000000000009 in binary."""
        return float(1 - Decimal(str(self.objective)))


def read_objective(section: Section) -> Objective:
    """The objective that `section` describes. Raises SpecError."""
    keys = [field.name for field in fields(Objective)]
    section.check_keys(keys, required=keys)
    return Objective(
        name=section.text("name", _NAME),
        description=section.text("description"),
        metric=section.text("metric", METRIC),
        of=section.selection("of"),
        bad=section.selection("bad"),
        objective=section.number("objective", above=0, below=1),
        period=section.duration("period"),
    )
