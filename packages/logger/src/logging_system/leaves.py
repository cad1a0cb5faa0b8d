"""Single values as JSON holds them: numbers, constants and texts, redacted and then cut to the room there is.

Redaction comes before cutting, so that no half of a secret is left at a cut.
"""

from __future__ import annotations

import math
from typing import Any, Final

from logging_system import limits
from logging_system.limits import SHORTEST_TEXT, Budget
from logging_system.redact import active
from logging_system.redact.redactor import REMOVED
from logging_system.texts import PASSED_ON, cut_text, described, integer_text, safe_text, type_name, valid_text

#: Of a text much longer than a record only the beginning is redacted, in a time that does not grow with it.
#: Its last characters are then left out, since they may be the first half of a secret.
_HALF_A_SECRET: Final = 8192


def longest_read() -> int:
    """Characters or bytes of one value that are looked at."""
    return 4 * limits.record_size + _HALF_A_SECRET


def integer(number: int) -> int | str:
    """The number, or its text if receivers would refuse or round it."""
    return number if limits.smallest_integer <= number <= limits.largest_integer else integer_text(number)


def real(number: float) -> float | str:
    """The number, or `NaN`, `Infinity`, `-Infinity`."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")


def number_leaf(key: str, value: float | bool | str | None, budget: Budget) -> Any:
    """What is written for a number, a constant, or a number as text; REMOVED to leave it out."""
    budget.left -= 2
    return _redacted(key, value)


def text_leaf(key: str, text: str, budget: Budget, length: int | None = None, unit: str = "characters") -> Any:
    """What is written for a text under `key`; REMOVED to leave it out.

    `length` in `unit` is given when `text` is only the beginning of it.
    """
    whole = len(text)
    first = longest_read()
    written = _redacted(key, valid_text(text[:first]))
    if not isinstance(written, str):
        budget.left -= 2
        return written

    kept = max(budget.room, SHORTEST_TEXT)
    if whole > first or length is not None:
        kept = min(kept, max(len(written) - _HALF_A_SECRET, 0))
    elif len(written) <= kept:
        budget.left -= len(written) + 2
        return written
    budget.left -= kept + 2
    return cut_text(written, kept, whole if length is None else length, unit)


def hidden_leaf(key: str, value: object) -> Any:
    """What stands for a value that is hidden by its key; REMOVED to leave the key out."""
    try:
        written = active.redactor.hidden(key, value)
    except PASSED_ON:
        raise
    except BaseException as error:
        return f"<left out: {type_name(error)} while redacting>"
    if type(written) is list and all(type(element) is str for element in written):
        return written  # the hashes of a list's elements
    return written if written is REMOVED else plain_value(written)


def plain_value(value: object) -> Any:
    """A number, text or constant as JSON holds it; anything else as its text. For what a redaction rule gives."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, int):
        return integer(int.__int__(value))
    if isinstance(value, float):
        return real(float.__float__(value))
    return described(value)


def _redacted(key: str, value: float | bool | str | None) -> Any:
    try:
        written = active.redactor.leaf(key, value)
    except PASSED_ON:
        raise
    except BaseException as error:
        return f"<left out: {type_name(error)} while redacting>"
    return written if written is value or written is REMOVED else plain_value(written)
