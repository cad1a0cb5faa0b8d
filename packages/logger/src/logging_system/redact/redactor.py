"""The redaction rules in force, as one object that the encoding asks.

`values.py` walks a record's values and asks here about each key and each leaf; `record.py` asks
`suspects` first, whether an encoded object needs that walk at all. `active.py` holds the one in force.
"""

from __future__ import annotations

from typing import Final

from logging_system.redact.keys import MASK, is_secret_key


class Removed:
    """Stands for a value that is to be left out, with its key."""


REMOVED: Final = Removed()


class Redactor:
    """Hides values by their keys. Immutable; a change of configuration makes another one."""

    def hides_key(self, key: str) -> bool:
        """Whether the value under `key` is hidden whatever it is."""
        return is_secret_key(key)

    def hidden(self, key: str, value: object) -> object:  # noqa: ARG002 - for rules that need them
        """What stands in the place of a value that is hidden by its key; REMOVED to leave the key out."""
        return MASK

    def leaf(self, key: str, value: object) -> object:  # noqa: ARG002 - for rules that need it
        """What is written for a text, number or constant under `key`; REMOVED to leave it out.

        The message has the key `message`, an exception's texts `exception.message`,
        `exception.stacktrace` and `exception.notes`. Runs before anything is cut.
        """
        return value

    def suspects(self, encoded: bytes) -> bool:  # noqa: ARG002 - for rules that need it
        """Whether an encoded object of plain values under harmless keys may hold something to hide.

        Called for every record, so it has to be quick; a needless yes only costs the slow way.
        """
        return False
