"""One alert of `alerts.yaml`: which keys its statistic needs, and what each key holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import partial
from typing import Any, get_args

from monitoring_generator.alerts import DASHBOARDS, KINDS, Alert, BurnWindow, Comparison, Notify, Severity
from monitoring_generator.objectives import METRIC, Objective
from monitoring_generator.section import Section, nearest

_Reader = Callable[[Section, str], Any]
_NAME = re.compile(r"[A-Z][A-Za-z0-9]+")


def read_alert(section: Section, objectives: Mapping[str, Objective]) -> Alert:
    """The alert that `section` describes. Raises SpecError."""
    known = {field.name: _statistics_with(field.name) for kind in KINDS.values() for field in fields(kind)}
    section.check_keys({*known, "statistic"}, required=["statistic"])
    kind: type[Any] = KINDS[section.one_of("statistic", KINDS)]
    own = {field.name: field for field in fields(kind)}
    for key in sorted(section.given - {*own, "statistic"}):
        raise section.fail(key, f"only for the statistic {' or '.join(known[key])}")
    section.check_keys(
        {*own, "statistic"},
        required=[name for name, field in own.items() if field.default is MISSING and field.default_factory is MISSING],
    )
    readers: dict[str, _Reader] = {**_READERS, "objective": partial(_objective, objectives)}
    values: dict[str, Any] = {key: readers[key](section, key) for key in own if key in section.given}
    alert: Alert = kind(**values)
    return alert


def _statistics_with(key: str) -> list[str]:
    return [name for name, kind in KINDS.items() if key in {field.name for field in fields(kind)}]


def _objective(objectives: Mapping[str, Objective], section: Section, key: str) -> Objective:
    name = section.text(key)
    if name not in objectives:
        raise section.fail(key, f'got "{name}", expected the name of an objective; {nearest(name, objectives)}')
    return objectives[name]


def _windows(section: Section, key: str) -> tuple[BurnWindow, ...]:
    windows = []
    for each in section.sections(key):
        each.check_keys({"long", "short", "factor"})
        windows.append(BurnWindow(each.duration("long"), each.duration("short"), each.number("factor", above=0)))
    return tuple(windows)


_READERS: dict[str, _Reader] = {
    "name": lambda section, key: section.text(key, _NAME),
    "summary": Section.text,
    "description": Section.text,
    "severity": lambda section, key: section.one_of(key, get_args(Severity)),
    "dashboard": lambda section, key: section.one_of(key, DASHBOARDS),
    "notify": lambda section, key: section.one_of(key, get_args(Notify)),
    "hold": Section.duration,
    "keep_firing_for": Section.duration,
    "metric": lambda section, key: section.text(key, METRIC),
    "part": Section.selection,
    "of": Section.selection,
    "by": Section.labels,
    "expected": Section.selection,
    "recorded_as": lambda section, key: section.text(key, METRIC),
    "window": Section.duration,
    "percentile": lambda section, key: section.number(key, above=0, below=100),
    "comparison": lambda section, key: section.one_of(key, get_args(Comparison)),
    "threshold": Section.number,
    "min_count": Section.count,
    "windows": _windows,
}
