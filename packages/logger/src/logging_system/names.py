"""The names of fields: which are reserved, which hide their value, and which are known to do neither.

What a name is found to be is remembered, because programs use the same few names in every record.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from logging_system.redact import active
from logging_system.texts import PASSED_ON

#: Top-level keys of the schema; a caller's field of such a name is kept under that name plus `_`.
RESERVED: Final = frozenset("timestamp level logger message module function line context duration_ms exception".split())
#: Keys that the library itself adds at the end of `context`.
RESERVED_CONTEXT: Final = frozenset(["service_name", "version", "environment"])

_MAX_REMEMBERED: Final = 4096
#: Longer names are rarely the same again.
_MAX_LENGTH: Final = 100
#: Characters at each end of a very long name in which a secret word is looked for.
_SEARCHED: Final = 4096

#: Names seen that are neither reserved nor secret: one set operation clears a record's keys.
_plain: set[str] = set()


def are_plain(names: Collection[str]) -> bool:
    """Whether none of the keys of a dict is reserved or hides its value, nor is too long to be written whole."""
    known = _plain  # which is another one under other rules: what old ones found must not get there
    if known.issuperset(names):
        return True
    if len(names) > _MAX_REMEMBERED:
        return False
    for name in names:
        if len(name) > _MAX_LENGTH or name in RESERVED or active.redactor.hides_key(name):
            return False
    if len(known) + len(names) > _MAX_REMEMBERED:
        known.clear()
    known.update(names)
    return True


def hides(name: str) -> bool:
    """Whether the value under this name is hidden."""
    if name in _plain:
        return False
    try:
        if len(name) > 2 * _SEARCHED:
            return active.redactor.hides_key(name[:_SEARCHED]) or active.redactor.hides_key(name[-_SEARCHED:])
        return active.redactor.hides_key(name)
    except PASSED_ON:
        raise
    except BaseException:  # a rule that fails must not show what it was to hide
        return True


def reserved_among(names: Collection[str], reserved: frozenset[str]) -> set[str]:
    """The names that get `_` added: those reserved, and those that stand where one of these moves to.

    With `level` and `level_` both given, `level` is kept as `level_` and `level_` as `level__`.
    """
    found: set[str] = set()
    for name in reserved.intersection(names):
        while name in names:
            found.add(name)
            name += "_"
    return found


def forget() -> None:
    """The redaction rules have changed: what was a harmless name may be one no more."""
    global _plain
    _plain = set()
