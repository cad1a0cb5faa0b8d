"""`alerts.yaml` read and checked.

Every mistake is one line: file, place in it, what was found, what was expected.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from monitoring_generator.durations import parse_duration

Statistic = Literal["ratio", "value"]
Comparison = Literal[">", ">=", "<", "<="]
Severity = Literal["critical", "warning", "info"]
Selection = Mapping[str, tuple[str, ...]]

_NAME = re.compile(r"[A-Z][A-Za-z0-9]+")
_METRIC = re.compile(r"[a-z_][a-z0-9_]*")
#: Nothing that would have to be escaped in a regular expression of PromQL.
_LABEL_VALUE = re.compile(r"[A-Za-z0-9_/:-]+")


class SpecError(Exception):
    """A mistake in the file of alerts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert; durations in seconds."""

    name: str
    summary: str
    description: str
    metric: str
    statistic: Statistic
    comparison: Comparison
    threshold: float
    severity: Severity
    hold: float
    keep_firing_for: float | None = None
    #: For a ratio: which series are the part, which the whole, over which window, and from how many on.
    part: Selection = field(default_factory=dict)
    of: Selection = field(default_factory=dict)
    recorded_as: str | None = None
    window: float | None = None
    min_count: int | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """All alerts."""

    evaluation_interval: float
    runbook_url: str
    alerts: tuple[Alert, ...]


#: Keys that one statistic needs and the other must not have.
_RATIO_KEYS = frozenset(["part", "of", "recorded_as", "window"])
_OPTIONAL = frozenset(["keep_firing_for", "min_count"]) | _RATIO_KEYS


def load_spec(path: Path) -> Spec:
    """Read `path`. Raises SpecError."""
    try:
        document = _UniqueKeyLoader(path.read_text(encoding="utf-8")).get_single_data()
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: is not UTF-8: {error.reason} at byte {error.start}") from None
    except yaml.YAMLError as error:
        raise SpecError(f"{path}: is not valid YAML: {' '.join(str(error).split())}") from None
    top = _Section(str(path), document)
    top.check_keys({"evaluation_interval", "runbook_url", "alerts"})
    alerts = top.value("alerts")
    if not isinstance(alerts, list) or not alerts:
        raise SpecError(f"{path}: alerts: expected a list of alerts")
    spec = Spec(
        evaluation_interval=top.duration("evaluation_interval"),
        runbook_url=top.text("runbook_url", re.compile(r"\S*\{name\}\S*")),
        alerts=tuple(_alert(str(path), number, alert) for number, alert in enumerate(alerts)),
    )
    names = [alert.name for alert in spec.alerts]
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"{path}: alerts: {name} is there twice")
    return spec


def _alert(path: str, number: int, data: object) -> Alert:
    name = data.get("name") if isinstance(data, Mapping) else None
    named = isinstance(name, str) and name.isprintable()
    section = _Section(f"{path}: {name if named else f'alerts[{number}]'}", data)
    known = {item.name for item in fields(Alert)}
    section.check_keys(known)
    statistic: Statistic = section.one_of("statistic", get_args(Statistic))
    needed = known - _OPTIONAL | (_RATIO_KEYS if statistic == "ratio" else frozenset())
    for key in sorted(needed - section.given):
        raise SpecError(f"{section.place}: {key}: is missing")
    if statistic != "ratio":
        for key in sorted((_RATIO_KEYS | {"min_count"}) & section.given):
            raise SpecError(f"{section.place}: {key}: only for the statistic ratio")
    part, of = section.selection("part"), section.selection("of")
    for label, values in of.items():
        if not set(part.get(label, ())) <= set(values) or label not in part:
            raise SpecError(f"{section.place}: part.{label}: expected some of of.{label}: {', '.join(values)}")
    return Alert(
        name=section.text("name", _NAME),
        summary=section.text("summary"),
        description=section.text("description"),
        metric=section.text("metric", _METRIC),
        statistic=statistic,
        comparison=section.one_of("comparison", get_args(Comparison)),
        threshold=section.number("threshold", at_most=1 if statistic == "ratio" else math.inf),
        severity=section.one_of("severity", get_args(Severity)),
        hold=section.duration("hold"),
        keep_firing_for=section.duration("keep_firing_for") if "keep_firing_for" in section.given else None,
        part=part,
        of=of,
        recorded_as=section.text("recorded_as", _METRIC) if statistic == "ratio" else None,
        window=section.duration("window") if statistic == "ratio" else None,
        min_count=section.count("min_count") if "min_count" in section.given else None,
    )


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML silently takes the last of two equal keys; a threshold must not change that way."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for place, key in enumerate(keys):
            if key.value in [earlier.value for earlier in keys[:place]]:
                raise yaml.MarkedYAMLError(problem=f'key "{key.value}" is there twice', problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


class _Section:
    """A mapping of the file and where it stands."""

    def __init__(self, place: str, data: object) -> None:
        if not isinstance(data, Mapping):
            raise SpecError(f"{place}: got {data!r}, expected keys with values")
        self.place = place
        self._data: Mapping[str, Any] = data

    @property
    def given(self) -> set[str]:
        return {str(key) for key in self._data}

    def check_keys(self, known: set[str]) -> None:
        for key in sorted(self.given - known):
            near = difflib.get_close_matches(key, known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(sorted(known))}"
            raise SpecError(f"{self.place}: {key}: unknown key; {hint}")

    def value(self, key: str) -> Any:
        if key not in self._data:
            raise SpecError(f"{self.place}: {key}: is missing")
        return self._data[key]

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        value = self.value(key)
        if not isinstance(value, str) or not value or (pattern and not pattern.fullmatch(value)):
            expected = f"a text like {pattern.pattern}" if pattern else "a text"
            raise SpecError(f"{self.place}: {key}: got {value!r}, expected {expected}")
        return value

    def number(self, key: str, *, at_most: float = math.inf) -> float:
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise SpecError(f"{self.place}: {key}: got {value!r}, expected a number")
        if value > at_most:
            raise SpecError(f"{self.place}: {key}: got {value!r}, expected at most {at_most:g} (5 % is 0.05)")
        return float(value)

    def count(self, key: str) -> int:
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise SpecError(f"{self.place}: {key}: got {value!r}, expected a whole number from 1")
        return value

    def duration(self, key: str) -> float:
        try:
            return parse_duration(str(self.value(key)))
        except ValueError as error:
            raise SpecError(f"{self.place}: {key}: {error}") from None

    def one_of(self, key: str, words: tuple[Any, ...]) -> Any:
        value = self.value(key)
        if value not in words:
            raise SpecError(f"{self.place}: {key}: got {value!r}, expected one of {', '.join(words)}")
        return value

    def selection(self, key: str) -> Selection:
        value = self._data.get(key, {})
        if not isinstance(value, Mapping):
            raise SpecError(f"{self.place}: {key}: got {value!r}, expected labels with lists of values")
        if not value and key in self.given:
            raise SpecError(f"{self.place}: {key}: got no label, expected labels with lists of values")
        for label, values in value.items():
            if not isinstance(label, str) or not _METRIC.fullmatch(label):
                raise SpecError(f"{self.place}: {key}: got the label {label!r}, expected a name like {_METRIC.pattern}")
            if not isinstance(values, list) or not values:
                raise SpecError(f"{self.place}: {key}.{label}: got {values!r}, expected a list of values")
            for item in values:
                if not isinstance(item, str) or not _LABEL_VALUE.fullmatch(item):
                    raise SpecError(
                        f"{self.place}: {key}.{label}: got {item!r}, expected a text like {_LABEL_VALUE.pattern}"
                    )
        return {label: tuple(values) for label, values in value.items()}
