"""What the encoding asks the redaction rules, and the answers of having none.

`values.py` walks a record's values and asks here about each key and each value; `record.py` asks
`suspects` first, whether an encoded object needs that walk at all. `rules.py` has the rules,
`active.py` holds the ones in force.
"""

from __future__ import annotations

from typing import Final


class Removed:
    """Stands for a value that is to be left out, with its key."""

    def __repr__(self) -> str:
        return "REMOVED"


#: What stands in place of a secret value.
MASK: Final = "***"
#: A rule of the program's own returns it to leave a value and its key out.
REMOVED: Final = Removed()


class Redactor:
    """Hides nothing. Immutable, as are the rules: a change of configuration makes other ones."""

    __slots__ = ()

    def hides_key(self, key: str) -> bool:  # noqa: ARG002 - as the others, for the rules
        """Whether the value under `key` is hidden whatever it is."""
        return False

    def hidden(self, key: str, value: object) -> object:  # noqa: ARG002
        """What stands in the place of a value that is hidden by its key; REMOVED to leave the key out."""
        return MASK

    def container(self, key: str, value: object) -> object:  # noqa: ARG002
        """What takes the place of a container before anything looks into it; REMOVED to leave it out."""
        return value

    def leaf(self, key: str, value: object) -> object:  # noqa: ARG002
        """What is written for a text, number or constant under `key`; REMOVED to leave it out.

        The message has the key `message`, an exception's texts `exception.message`,
        `exception.stacktrace` and `exception.notes`. Runs before anything is cut.
        """
        return value

    def name(self, key: str) -> str:
        """The key itself as it is written: a mapping may have e-mail addresses for keys."""
        return key

    def suspects(self, encoded: bytes, members: int | None = None) -> bool:  # noqa: ARG002
        """Whether JSON of plain values under harmless keys may hold something to hide.

        A text, a flat list or a flat object of so many `members`. Called for every record, so it has to be
        quick; a needless yes only costs the slow way.
        """
        return False
