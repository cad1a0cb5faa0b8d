"""`logging.filters`: which records are left out or kept, by logger, level, field, message or route.

Here are the rules as data and their reader; `control/filters.py` applies them. A rule in YAML:

    - {logger: shop.cart, max_level: INFO}                  # the logger and those below it
    - {route: [/health/*, /metrics], action: drop}          # `*` at the end: whatever follows
    - {field: {user: bot, agent: {regex: "^kube-"}}, message: {regex: probe}}
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from logging_system.config.values import WrongPart, one_of, read_level, wrong
from logging_system.levels import NUMBERS

#: One of them has to match: a value that is equal, or a regular expression that is found in the text.
Wanted: TypeAlias = "tuple[object, ...]"


@dataclass(frozen=True, slots=True)
class FilterRule:
    """One rule; a record matches if all that is given matches. Empty means: not asked for."""

    action: Literal["drop", "keep"] = "drop"
    #: Names; those below them match too.
    loggers: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    fields: tuple[tuple[str, Wanted], ...] = ()
    messages: Wanted = ()
    #: For the fields `route` and `path`; a `*` at the end stands for whatever follows.
    routes: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def read_filters(value: object) -> tuple[FilterRule, ...]:
    """A list of rules."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise wrong(value, "a list of filter rules")
    rules: list[FilterRule] = []
    for index, item in enumerate(value):
        try:
            rules.append(_read_rule(item))
        except ValueError as error:
            raise WrongPart(f"[{index}]{getattr(error, 'place', '')}", str(error)) from None
    return tuple(rules)


def _read_rule(value: object) -> FilterRule:
    if isinstance(value, FilterRule):
        return value
    if not isinstance(value, Mapping) or not value.keys() - {"action"}:
        raise wrong(value, f"a mapping with one or more of {', '.join(key for key in _READERS if key != 'action')}")
    given: dict[str, Any] = {}
    for key, item in value.items():
        if key not in _READERS:
            raise WrongPart(f".{key}", _unknown(str(key)))
        name, read = _READERS[key]
        given[name] = _read_part(f".{key}", read, item)
    if given.keys() & {"levels", "lowest", "highest"}:
        given["levels"] = _levels(given.get("levels", NUMBERS), given.pop("lowest", None), given.pop("highest", None))
    return FilterRule(**given)


def _levels(named: Collection[str], lowest: str | None, highest: str | None) -> tuple[str, ...]:
    levels = tuple(
        level
        for level, number in NUMBERS.items()
        if level in named and NUMBERS[lowest or "DEBUG"] <= number <= NUMBERS[highest or "CRITICAL"]
    )
    if not levels:
        raise ValueError("level, min_level and max_level leave no level over")
    return levels


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key, _READERS, n=1, cutoff=0.6)
    return f'unknown key; did you mean "{near[0]}"?' if near else f"unknown key; known here: {', '.join(_READERS)}"


def _read_part(place: str, read: Callable[[object], object], value: object) -> object:
    try:
        return read(value)
    except ValueError as error:
        raise WrongPart(f"{place}{getattr(error, 'place', '')}", str(error)) from None


def _several(read: Callable[[object], object]) -> Callable[[object], tuple[object, ...]]:
    """A reader of one value or a list of values."""

    def read_several(value: object) -> tuple[object, ...]:
        if not isinstance(value, list | tuple):
            return (read(value),)
        if not value:
            raise wrong(value, "a list that is not empty")
        return tuple(_read_part(f"[{index}]", read, item) for index, item in enumerate(value))

    return read_several


def _read_name(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong(value, "the name of a logger")
    return value.strip()


def _read_route(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "*" in value.strip()[:-1]:
        raise wrong(value, "a path such as /health or /health/*, with * only at its end")
    return value.strip()


def _read_wanted(value: object) -> object:
    """A value, or a regular expression."""
    if not isinstance(value, Mapping):
        return value
    if list(value) != ["regex"]:
        raise wrong(value, 'a value, a list of values or {regex: "…"}')
    try:
        return re.compile(value["regex"])
    except (re.error, TypeError) as error:
        raise WrongPart(".regex", f"{wrong(value['regex'], 'a regular expression')} ({error})") from None


def _read_text(value: object) -> object:
    wanted = _read_wanted(value)
    if not isinstance(wanted, str | re.Pattern):
        raise wrong(value, 'a text, a list of texts or {regex: "…"}')
    return wanted


def _read_fields(value: object) -> tuple[tuple[str, object], ...]:
    if not isinstance(value, Mapping) or not value:
        raise wrong(value, "fields with values, such as {user: bot}")
    read = _several(_read_wanted)
    return tuple((str(name), _read_part(f".{name}", read, item)) for name, item in value.items())


#: By key in the YAML: what it becomes, and its reader.
_READERS: Final[dict[str, tuple[str, Callable[[object], object]]]] = {
    "logger": ("loggers", _several(_read_name)),
    "level": ("levels", _several(read_level)),
    "min_level": ("lowest", read_level),
    "max_level": ("highest", read_level),
    "field": ("fields", _read_fields),
    "message": ("messages", _several(_read_text)),
    "route": ("routes", _several(_read_route)),
    "path": ("paths", _several(_read_route)),
    "action": ("action", one_of("drop", "keep")),
}
