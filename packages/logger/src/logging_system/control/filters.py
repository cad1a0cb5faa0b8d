"""Filters: rules that leave records out, or keep them, before anything is encoded.

The first rule that matches decides; a record that none matches is kept. ERROR and CRITICAL are left
out only by a rule that names levels, so that a rule about a logger or a route cannot hide an
error. Rules see the values as the program gave them, secrets included, and write none of them.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from logging_system.config.filter_rules import FilterRule, Wanted
from logging_system.levels import ERROR, NUMBERS
from logging_system.reentry import Guard
from logging_system.texts import key_text

Fields: TypeAlias = Mapping[str, object]
#: Types whose comparison runs none of the program's code.
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
#: A value that logs itself while it is compared is compared once more for that record, and then not again.
_comparing: Final = Guard("comparing")
#: Tells whether logger name, message, own fields and context fields match.
_Condition: TypeAlias = Callable[[str, object, Fields, Fields], bool]


class Filter:
    """The rules of a configuration, or of one sink, in their order."""

    def __init__(self, rules: tuple[FilterRule, ...]) -> None:
        self._rules = [_Rule(rule) for rule in rules]

    def drops(self, logger: str, level: int, message: object, fields: Fields, context: Fields) -> bool:
        """Whether the record is left out. Never raises: what cannot be compared does not match."""
        for rule in self._rules:
            if level in rule.levels and rule.matches(logger, message, fields, context):
                return rule.drops
        return False


class _Rule:
    """A rule made ready: the level first, because most records fail there."""

    def __init__(self, rule: FilterRule) -> None:
        self.drops = rule.action == "drop"
        if rule.levels:
            self.levels = frozenset(NUMBERS[level] for level in rule.levels)
        else:
            self.levels = frozenset(n for n in NUMBERS.values() if n < ERROR or not self.drops)
        self.conditions: list[_Condition] = []
        if rule.loggers:
            self.conditions.append(_logger_condition(rule.loggers))
        if rule.routes:
            self.conditions.append(_route_condition(("route", "path"), rule.routes))
        if rule.paths:
            self.conditions.append(_route_condition(("path",), rule.paths))
        self.conditions += [_field_condition(name, wanted) for name, wanted in rule.fields]
        if rule.messages:
            self.conditions.append(_message_condition(rule.messages))

    def matches(self, logger: str, message: object, fields: Fields, context: Fields) -> bool:
        """Whether all conditions but that of the level hold."""
        try:
            for condition in self.conditions:  # noqa: SIM110 - all() with a generator takes 0.4 µs more
                if not condition(logger, message, fields, context):
                    return False
            return True
        except Exception:  # the values are the program's: comparing them may do anything
            return False


def _logger_condition(names: tuple[str, ...]) -> _Condition:
    exact, below = frozenset(names), tuple(f"{name}." for name in names)
    return lambda logger, message, fields, context: logger in exact or logger.startswith(below)  # noqa: ARG005


def _route_condition(keys: tuple[str, ...], routes: tuple[str, ...]) -> _Condition:
    exact = frozenset(route for route in routes if not route.endswith("*"))
    starts = tuple(route[:-1] for route in routes if route.endswith("*"))

    def matches(logger: str, message: object, fields: Fields, context: Fields) -> bool:  # noqa: ARG001
        for key in keys:
            for source in (fields, context):
                if key in source:
                    value = source[key]
                    if isinstance(value, str) and (value in exact or value.startswith(starts)):
                        return True
        return False

    return matches


def _field_condition(name: str, wanted: Wanted) -> _Condition:
    def matches(logger: str, message: object, fields: Fields, context: Fields) -> bool:  # noqa: ARG001
        return (name in fields and _is_wanted(fields[name], wanted)) or (
            name in context and _is_wanted(context[name], wanted)
        )

    return matches


def _message_condition(wanted: Wanted) -> _Condition:
    return lambda logger, message, fields, context: _is_wanted(message, wanted)  # noqa: ARG005


def _is_wanted(value: object, wanted: Wanted) -> bool:
    if isinstance(value, enum.Enum):
        value = value.value
    if type(value) in _PLAIN:
        return any(_equals(value, value if isinstance(value, str) else str(value), one) for one in wanted)
    if _comparing.is_too_deep():
        return False
    with _comparing.running():
        # Containers are compared as they are: their text may be long, and nobody would write it in a rule.
        text = value if isinstance(value, str | Mapping | list | tuple | AbstractSet) else key_text(value)
        return any(_equals(value, text, one) for one in wanted)


def _equals(value: object, text: object, wanted: object) -> bool:
    if isinstance(wanted, re.Pattern):
        return isinstance(text, str) and wanted.search(text) is not None
    if isinstance(wanted, str):
        return bool(text == wanted) and not isinstance(value, int | float | None)
    # To Python True is 1; in the record they are different values.
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)
