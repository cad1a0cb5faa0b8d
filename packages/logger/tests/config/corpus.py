"""Wrong and right configurations in any number, the same for the same seed."""

from __future__ import annotations

import functools
import json
import math
import random
from pathlib import Path
from typing import Any, Final

from logging_system.config.yaml_file import parse_yaml

EXAMPLE: Final = Path(__file__).with_name("full.yaml")

_NUMBERS: Final = (0, 1, -1, 7, 64, 2**31, 2**63, 2**64, 10**30, -(10**30), 0.5, -0.0, 1e-300, 1e300)
_WORDS: Final = (
    "x INFO debug yes No 10MB 0MB 99999999TB 7d 1e3 0x10 {pid} {pid nan json gzip,pci * /a*b [ (?P<a> é 日本".split()
)
_TEXTS: Final = ("", " ", "gdpr , pci", "(" * 50, "\u202e", "\x1b[2J", "\n", "a" * 3000)
_LISTS: Final[tuple[list[Any], ...]] = ([], [None], [[]], ["a", 1, {}], [{"logger": "a"}], [{"level": []}])
_MAPPINGS: Final[tuple[dict[str, Any], ...]] = ({}, {"a": 1}, {"": None}, {"regex": "["}, {"regex": "x"})
#: Values of every type, usual and not.
VALUES: Final[tuple[Any, ...]] = (None, True, False, *_NUMBERS, *_WORDS, *_TEXTS, *_LISTS, *_MAPPINGS)
NAMES: Final = ("", "x", "enabled", "level", "logging.level", "<<", "é", "\u202e", "\x1b", "0", "null", "a" * 500)
_SIGNS: Final = "- |: |? |, |{|}|[|]|'|\"|#|&a |*a|<<: |!!|!t |!!python/object:os.system |\\|~".split("|")
_LINES: Final = ("\t", "\n", "\r", "\r\n", "  ", "|\n", ">-\n", "---\n", "...\n", "%YAML 1.1\n", "%TAG ! x\n")
_SCALARS: Final = ("2026-99-99", "0x", "0o9", "1_0", ".inf", ".nan", "9" * 5000, '"\\ud800"', '"\\UFFFFFFFF"')
_CHARACTERS: Final = ("\x00", "\x1b", "\x7f", "\x85", "\u2028", "\ufeff", "\U0001f600")
#: What YAML gives a meaning to, and what is no UTF-8.
PIECES: Final = (*(text.encode() for text in (*_SIGNS, *_LINES, *_SCALARS, *_CHARACTERS)), b"\xc3", b"\xff\xfe")


def wrong_file(chance: random.Random) -> bytes:
    """The bytes of a configuration file that was changed a little, much, or never was one."""
    kind = chance.random()
    if kind < 0.5:
        return json.dumps(wrong_document(chance), ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    if kind < 0.9:
        return _mangled(EXAMPLE.read_bytes(), chance)
    if kind < 0.95:
        return chance.randbytes(chance.randrange(200))
    return b"".join(chance.choices([*PIECES, b"logging", b"a", b"level"], k=chance.randrange(1, 80)))


def wrong_document(chance: random.Random) -> Any:
    """The full example with one to three places changed."""
    document: Any = _example()
    for _ in range(chance.randint(1, 2)):
        document = _changed(document, chance)
    if chance.random() < 0.02:
        for _ in range(chance.choice([5, 20, 40, 300])):
            document = {"logging": document} if chance.random() < 0.5 else [document]
    return document


@functools.cache
def _example() -> dict[str, Any]:
    return parse_yaml(str(EXAMPLE))


def wrong_value(chance: random.Random) -> Any:
    """Anything that a file can hold."""
    return _copy(chance.choice(VALUES))


def odd_object(chance: random.Random) -> object:
    """Anything that a program can pass."""
    odd = (object(), b"bytes", {1, 2}, len, int, math.nan, 10**5000, Hostile())
    return chance.choice(odd) if chance.random() < 0.4 else wrong_value(chance)


class Hostile:
    """An object whose every use fails."""

    def _fail(self, *_: object) -> Any:
        raise RuntimeError("hostile\n")

    __repr__ = __str__ = __iter__ = __len__ = __eq__ = __bool__ = __fspath__ = __int__ = __float__ = __index__ = _fail
    __hash__ = object.__hash__


def misspelt(name: str, chance: random.Random) -> str:
    """The name with one letter changed, lost or doubled, or another one."""
    if not name or chance.random() < 0.3:
        return chance.choice(NAMES)
    place = chance.randrange(len(name))
    return name[:place] + chance.choice(["", name[place] * 2, "q", "_", name[place].upper()]) + name[place + 1 :]


def _changed(value: Any, chance: random.Random) -> Any:
    """A copy of a tree with one place changed."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.05:
        return wrong_value(chance)
    value = _copy(value)
    if isinstance(value, list):
        place = chance.randrange(len(value))
        value[place] = _changed(value[place], chance)
        return value
    name = chance.choice(list(value))
    match chance.randrange(6):
        case 0:
            del value[name]
        case 1:
            value[misspelt(name, chance)] = value.pop(name)
        case 2:
            value[chance.choice(NAMES)] = wrong_value(chance)
        case _:
            value[name] = _changed(value[name], chance)
    return value


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, dict | list) else value


def _mangled(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(lines))
        line = lines[place]
        column = chance.randrange(len(line) + 1)
        match chance.randrange(7):
            case 0:
                lines.insert(place, chance.choice(lines))
            case 1:
                lines[place] = b""
            case 2:
                lines[place] = b" " * chance.randrange(6) + line.lstrip()
            case 3:
                lines[place] = line[:column] + chance.randbytes(1) + line[column + 1 :]
            case 4:
                lines[place] = line[:column] + line[column + chance.randrange(1, 8) :]
            case _:
                lines[place] = line[:column] + chance.choice(PIECES) + line[column:]
    return b"".join(lines)[: chance.randrange(1, len(content)) if chance.random() < 0.1 else None]
