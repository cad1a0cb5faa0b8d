"""Readers of the section `redaction:`; what presets, kinds and patterns do is in `redact/`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from logging_system.config.values import WrongPart, wrong
from logging_system.errors import ConfigError
from logging_system.redact.kinds import KIND_NAMES, PRESET_NAMES

#: A rule of the program's own: gets the key (or "" for a text without one) and the value; returns what is written.
Rule: TypeAlias = Callable[[str, object], object]
Redact: TypeAlias = "tuple[str | Rule, ...]"

#: What `redact` takes besides functions. `none` takes the rules for secrets away, `default` is what is there without.
PRESETS: Final = ("none", "default", *PRESET_NAMES, *KIND_NAMES)


def read_presets(value: object) -> Redact:
    """A preset, a kind of value, a rule (a function), or several of them."""
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
            raise wrong(item, f"none, default, {', '.join(PRESET_NAMES)}, {_kinds(name)} or a function")
    return tuple(found)


def _kinds(name: object) -> str:
    near = difflib.get_close_matches(name, KIND_NAMES, n=1) if isinstance(name, str) else []
    return f"a kind of value such as {near[0] if near else 'email'}"


def check_hash_key(action: str, key: str | None, source: str) -> None:
    """Raises ConfigError if values are to be hashed and there is no key: hashes without one can be guessed."""
    if action == "hash" and not key:
        problem = "not set, expected a secret key (also LOG_REDACT_HASH_KEY), because redaction.action is hash"
        raise ConfigError(source, "redaction.hash_key", problem)


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
