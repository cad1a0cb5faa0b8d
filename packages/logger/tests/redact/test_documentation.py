"""docs/redaction.md says what the code does: its tables are compared with the code's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from logging_system.redact.actions import HASH_DIGITS
from logging_system.redact.keys import SECRET_KEYS
from logging_system.redact.kinds import KINDS, PRESET_NAMES

DOCUMENT: Final = (Path(__file__).parents[4] / "docs" / "redaction.md").read_text(encoding="utf-8")


def table(first_line: str) -> list[str]:
    """The rows below a table's head."""
    lines = DOCUMENT[DOCUMENT.index(first_line) :].split("\n\n")[0].splitlines()
    return lines[2:]


def coverage() -> Iterator[str]:
    """A row for each kind: what it is, and how each preset finds it."""
    for kind in KINDS:
        found = ", ".join([*(["key"] if kind.keys else []), *(["form"] if kind.patterns else [])])
        cells = [found if preset in kind.presets else "–" for preset in PRESET_NAMES]
        yield f"| `{kind.name}` | {kind.title} | {' | '.join(cells)} |"


def test_the_table_of_presets_is_what_the_code_covers() -> None:
    """Kind by kind, by key and by form."""
    head = f"| kind | what it is | {' | '.join(f'`{preset}`' for preset in PRESET_NAMES)} |"
    assert table(head) == list(coverage())


def test_the_table_of_keys_is_what_the_code_looks_for() -> None:
    """Every phrase, with its marks."""
    rows = [("secrets", SECRET_KEYS), *((f"`{kind.name}`", kind.keys) for kind in KINDS if kind.keys)]
    assert table("| kind | keys |") == [f"| {name} | {', '.join(phrases)} |" for name, phrases in rows]


def test_every_form_is_described() -> None:
    """One row for each kind that has one."""
    described = [row.split("`")[1] for row in table("| kind | form |")]
    assert sorted(described) == sorted(kind.name for kind in KINDS if kind.patterns)


def test_the_length_of_a_hash_is_the_one_described() -> None:
    """So that others can make the same hashes and join by them."""
    assert f"`hash:` and {HASH_DIGITS} hexadecimal digits" in DOCUMENT
