"""What stands in the place of a hidden value: `***`, a keyed hash, or nothing."""

from __future__ import annotations

import enum
import hashlib
import hmac
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias
from urllib.parse import unquote

from logging_system.redact.redactor import MASK, REMOVED

#: What stands in a text where a part of it was removed.
REMOVED_TEXT: Final = "[removed]"
#: Hexadecimal digits of a hash that are written: 96 bits, among 10¹² values a chance of 10⁻⁵ that two share one.
HASH_DIGITS: Final = 24

#: Brings a value's text to one form, so that one card number has one hash however it is grouped.
Canonical: TypeAlias = Callable[[str], str]


class Action(Protocol):
    """Hides a value under its key, or a part of a text."""

    def value(self, value: object, canonical: Canonical) -> object:
        """What is written for the whole value of a key."""

    def text(self, found: str, canonical: Canonical) -> str:
        """What is written for a part of a text."""


class Mask:
    """Writes `***`."""

    def value(self, value: object, canonical: Canonical) -> object:  # noqa: ARG002 - as Action has it
        """The mask, whatever the value is."""
        return MASK

    def text(self, found: str, canonical: Canonical) -> str:  # noqa: ARG002
        """The mask."""
        return MASK


class Remove:
    """Leaves a key out with its value; in a text it writes `[removed]`."""

    def value(self, value: object, canonical: Canonical) -> object:  # noqa: ARG002 - as Action has it
        """The sign to leave the key out."""
        return REMOVED

    def text(self, found: str, canonical: Canonical) -> str:  # noqa: ARG002
        """A note, so that the text still reads as one with a gap."""
        return REMOVED_TEXT


class Hash:
    """Writes an HMAC-SHA256 under a secret key: equal values stay joinable and cannot be looked up without the key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def value(self, value: object, canonical: Canonical) -> object:
        """The hash of a value's text, of each element of a list; no value stays null, a mapping is masked."""
        if value is None:
            return None
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(element, canonical) for element in value if element is not value]
        text = _text_of(value)
        return MASK if text is None else self.text(text, canonical)

    def text(self, found: str, canonical: Canonical) -> str:
        """The hash of a text; percent-encoding, as in a query string, is undone first."""
        plain = canonical(unquote(found) if "%" in found else found)
        digest = hmac.new(self._key, plain.encode("utf-8", "backslashreplace"), hashlib.sha256)
        return f"hash:{digest.hexdigest()[:HASH_DIGITS]}"


def as_is(text: str) -> str:
    """No other form."""
    return text


def _text_of(value: object) -> str | None:
    """The text of a single value, or None for one that has parts or none."""
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    if hasattr(value, "keys") or hasattr(value, "__dataclass_fields__") or hasattr(value, "__next__"):
        return None
    try:
        return str(value)
    except Exception:  # a broken __str__: nothing to join
        return None
