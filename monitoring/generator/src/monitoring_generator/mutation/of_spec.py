"""Mutants of `alerts.yaml`: every number, duration, comparison and selection of an alert or objective changed.

Numbers change by a tenth, so that a test must look close to a threshold; counts and durations by
half and by double. What the specification itself refuses is no mutant: nobody could commit it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from monitoring_generator.checks.rule_files import Rule, rules_in
from monitoring_generator.durations import format_duration, parse_duration
from monitoring_generator.errors import SpecError
from monitoring_generator.mutation.harness import Mutant
from monitoring_generator.rules.render import rule_documents
from monitoring_generator.section import Section
from monitoring_generator.spec import spec_of

_COMPARISONS = {">": ["<", ">="], ">=": ["<", ">"], "<": [">", "<="], "<=": [">", "<"]}
_KINDS = {
    "threshold": "threshold",
    "objective": "threshold",
    "factor": "threshold",
    "percentile": "threshold",
    "min_count": "guard",
    "window": "window",
    "windows": "window",
    "long": "window",
    "short": "window",
    "period": "window",
    "hold": "hold",
    "keep_firing_for": "hold",
    "comparison": "comparison",
    "part": "labels",
    "of": "labels",
    "bad": "labels",
    "by": "labels",
    "expected": "labels",
    "severity": "labels",
    "notify": "labels",
    "dashboard": "annotations",
    "summary": "annotations",
    "description": "annotations",
}


def spec_mutants(path: Path) -> list[Mutant[Sequence[Rule]]]:
    """All mutants of the specification in `path`; the subject is the alert or objective."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    real = _rules_of(document)
    found: list[Mutant[Sequence[Rule]]] = []
    for part in ("objectives", "alerts"):
        for number, entry in enumerate(document[part]):
            for key, change, broken in _broken(entry):
                entries = [*document[part][:number], broken, *document[part][number + 1 :]]
                rules = _rules_of({**document, part: entries})
                if rules is not None and rules != real:
                    found.append(Mutant(entry["name"], _KINDS[key], change, rules))
    return found


def _rules_of(document: dict[str, Any]) -> list[Rule] | None:
    try:
        return rules_in(rule_documents(spec_of(Section("alerts.yaml", document))))
    except SpecError:
        return None


def _broken(entry: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Key, change, and the entry with it."""
    for key, value in entry.items():
        for other in _others(key, value):
            rest = {name: each for name, each in entry.items() if name != key}
            yield key, f"{key} {value} -> {other}", rest if other is None else {**entry, key: other}


def _others(key: str, value: Any) -> list[Any]:
    """What may stand at `key` instead; None: nothing."""
    find: dict[str, Callable[[Any], list[Any]]] = {
        "threshold": lambda number: [number * 1.1, number * 0.9] if number else [1],
        "objective": lambda number: [1 - (1 - number) * 2, 1 - (1 - number) / 2] if isinstance(number, float) else [],
        "percentile": lambda number: [number - 5, number + 4],
        "min_count": lambda count: [None, count * 2, count // 2],
        "window": _other_durations,
        "period": _other_durations,
        "hold": lambda duration: [None, *_other_durations(duration)],
        "keep_firing_for": lambda duration: [None, *_other_durations(duration)],
        "comparison": lambda comparison: _COMPARISONS[comparison],
        "part": _other_selections,
        "of": _other_selections,
        "bad": _other_selections,
        "expected": lambda selection: [{label: [*values, "other"]} for label, values in selection.items()],
        "by": lambda labels: [[each for each in labels if each != label] or None for label in labels],
        "windows": _other_windows,
        "severity": lambda severity: ["info" if severity != "info" else "warning"],
        "notify": lambda _: [None],
        "dashboard": lambda uid: ["performance" if uid != "performance" else "app-overview"],
        "summary": lambda text: [f"{text}!"],
        "description": lambda text: [f"{text}!"],
    }
    return find[key](value) if key in find else []


def _other_durations(duration: str) -> list[str]:
    return [format_duration(parse_duration(duration) * factor) for factor in (2, 0.5)]


def _other_selections(selection: dict[str, list[str]]) -> list[Any]:
    """Without one of the values, and without the label."""
    fewer: list[Any] = [
        {**selection, label: [each for each in values if each != value]}
        for label, values in selection.items()
        for value in values
        if len(values) > 1
    ]
    return [*fewer, None]


def _other_windows(windows: list[dict[str, Any]]) -> list[Any]:
    found: list[Any] = [[each for each in windows if each is not window] for window in windows if len(windows) > 1]
    for place, window in enumerate(windows):
        changes = [{"factor": window["factor"] * factor} for factor in (1.1, 0.9)]
        changes += [{key: time} for key in ("long", "short") for time in _other_durations(window[key])]
        found += [[*windows[:place], {**window, **change}, *windows[place + 1 :]] for change in changes]
    return found
