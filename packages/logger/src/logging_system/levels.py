"""The five levels, their numbers (those of the standard library) and their reading from text."""

from __future__ import annotations

from typing import Final

DEBUG: Final = 10
INFO: Final = 20
WARNING: Final = 30
ERROR: Final = 40
CRITICAL: Final = 50

#: Number of a level by its name, lowest first.
NUMBERS: Final[dict[str, int]] = {
    "DEBUG": DEBUG,
    "INFO": INFO,
    "WARNING": WARNING,
    "ERROR": ERROR,
    "CRITICAL": CRITICAL,
}
NAMES: Final[dict[int, str]] = {number: name for name, number in NUMBERS.items()}

_ALIASES: Final = {"WARN": "WARNING", "FATAL": "CRITICAL"}


def level_number(level: str | int) -> int:
    """Return the number of a level given as a name (any case, `WARN` and `FATAL` too) or a number.

    A number between two levels counts as the lower one, as a record of the standard library at
    25 is "at least INFO". Raises ValueError for anything else.
    """
    if isinstance(level, str):
        name = level.strip().upper()
        name = _ALIASES.get(name, name)
        if name in NUMBERS:
            return NUMBERS[name]
    elif isinstance(level, int) and not isinstance(level, bool) and level >= 0:
        return max((number for number in NAMES if number <= level), default=DEBUG)
    raise ValueError(f"got {level!r}, expected one of {', '.join(NUMBERS)}")
