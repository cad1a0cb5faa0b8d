"""Readers of the section `redaction:`; what presets and patterns do is in `redact/`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from logging_system.config.values import WrongPart, wrong

#: A rule of the program's own: gets the key (or "" for a text without one) and the value; returns what is written.
Rule: TypeAlias = Callable[[str, object], object]
Redact: TypeAlias = "tuple[str | Rule, ...]"

PRESETS: Final = ("none", "default", "gdpr", "hipaa", "pci")


def read_presets(value: object) -> Redact:
    """A preset, a rule (a function), or several of them."""
    if value is None:
        return ()
    if isinstance(value, str):
        items: list[object] = [part.strip() for part in value.split(",")]
    else:
        items = list(value) if isinstance(value, Iterable) and not isinstance(value, Mapping) else [value]
    found: list[str | Rule] = []
    for item in items:
        name = item.lower() if isinstance(item, str) else item
        if name in PRESETS or callable(name):
            found.append(name)
        else:
            raise wrong(item, f"{', '.join(PRESETS)} or a function")
    return tuple(found)


def read_names(value: object) -> tuple[str, ...]:
    """Key names, as a list or separated by commas."""
    if value is None:
        return ()
    names = value.split(",") if isinstance(value, str) else value
    if (
        isinstance(names, Mapping)
        or not isinstance(names, Iterable)
        or not all(isinstance(name, str) and name.strip() for name in names)
    ):
        raise wrong(value, "a list of key names")
    return tuple(name.strip() for name in names)


def read_patterns(value: object) -> dict[str, str]:
    """Regular expressions by name."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(value, "names with regular expressions")
    for name, pattern in value.items():
        try:
            re.compile(pattern)
        except (re.error, TypeError, OverflowError, RecursionError):
            raise WrongPart(f".{name}", str(wrong(pattern, "a regular expression"))) from None
    return {str(name): pattern for name, pattern in value.items()}
