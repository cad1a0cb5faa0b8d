"""A YAML file to plain values: dictionaries with text keys, lists, texts, numbers, true, false and null.

Read as YAML 1.2 does (`no` and 2026-06-19 are texts, 010 is ten), with anchors, aliases and merge
keys. Numbers remember how they were written, so that a version 1.10 does not become 1.1. Size,
depth and what aliases add up to are bounded: no file takes long or much memory. What is refused
(a key given twice, tags, several documents) is a ConfigError that names the key or the line.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import yaml

from logging_system.config.shown import shown, shown_key
from logging_system.config.yaml_scalars import plain_value
from logging_system.errors import ConfigError

#: Bytes of a file; a configuration of every setting has three thousand.
LARGEST_FILE: Final = 1 << 20
#: Characters of its values once every alias is replaced by what it stands for.
LARGEST_DOCUMENT: Final = 4 << 20
DEEPEST: Final = 32

_YAML_TAG: Final = "tag:yaml.org,2002:"
_LINE_END: Final = "\n"
_PLAIN_TAGS: Final = {None, "!", f"{_YAML_TAG}str", f"{_YAML_TAG}seq", f"{_YAML_TAG}map"}

#: PyYAML's events and marks; its stubs leave them untyped.
_Event: TypeAlias = Any


def parse_yaml(file: str) -> dict[str, object]:
    """Read a YAML file whose top is a mapping; an empty one counts as such. Raises ConfigError for anything else."""
    source = shown_key(file)
    document = _Builder(source).build(_read_text(file, source))
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigError(source, "line 1", f"got {shown(document)}, expected sections with keys")
    return document


def _read_text(file: str, source: str) -> str:
    try:
        mode = os.stat(file).st_mode
        if stat.S_ISDIR(mode):
            raise ConfigError(source, "", "is a directory, expected a YAML file")
        # A pipe would wait for whoever writes it, perhaps for ever.
        if not stat.S_ISREG(mode) and file != os.devnull:
            raise ConfigError(source, "", "is not a regular file")
        with open(file, "rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(source, "", f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL in the name
        raise ConfigError(source, "", f"cannot be read: {error}") from None
    if len(content) > LARGEST_FILE:
        raise ConfigError(source, "", f"is larger than {LARGEST_FILE} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise ConfigError(source, f"line {line}, byte {column}", "is not UTF-8 text") from None


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    items: dict[str, object] | list[object]
    place: str
    anchor: str | None
    size: int = 1
    #: How deep what it holds is nested.
    height: int = 0
    #: A mapping's key whose value comes next, and whether it is the one that merges.
    key: str | None = None
    is_merge: bool = False
    lines: dict[str, int] = field(default_factory=dict)
    merged: list[dict[str, object]] = field(default_factory=list)

    def place_of_next(self) -> str:
        """Key path of the value that comes next."""
        name = f"[{len(self.items)}]" if isinstance(self.items, list) else ".{}".format(self.key or '""')
        return f"{self.place}{name}".removeprefix(".")


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for."""

    value: object
    size: int
    height: int


class _Builder:
    """Builds values from PyYAML's events, which come one by one and without recursion."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self._documents = 0
        self._document: object = None

    def build(self, text: str) -> object:
        """The value of the one document in `text`; None if there is none."""
        for event in self._events(text):
            match event:
                case yaml.DocumentStartEvent():
                    self._documents += 1
                    if self._documents > 1:
                        raise self._error(event, "a second document starts here, expected one")
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._start(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._end(event)
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.AliasEvent():
                    self._alias(event)
                case _:
                    pass
        return self._document

    def _events(self, text: str) -> Iterator[_Event]:
        # libyaml where PyYAML was built with it: twenty times as fast.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        line = 0
        if bad := yaml.reader.Reader.NON_PRINTABLE.search(text):
            before = text[: bad.start()]
            where = f"line {before.count(_LINE_END) + 1}, column {bad.start() - before.rfind(_LINE_END)}"
            raise ConfigError(self._source, where, f"is not valid YAML: the character {shown(bad[0])}")
        try:
            events: Iterable[_Event] = yaml.parse(text, Loader=loader)
            for event in events:
                line = event.start_mark.line
                yield event
        except yaml.error.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = _place(mark) if mark else f"line {line + 1}"
            raise ConfigError(self._source, where, f"is not valid YAML: {error.problem or error.context}") from None
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # an escape beyond Unicode, in pure Python
            raise ConfigError(self._source, f"line {line + 1}", f"is not valid YAML: {shown_key(str(error))}") from None

    def _start(self, event: _Event) -> None:
        if self._expects_key():
            raise self._error(event, "expected a key, which is a text")
        self._check_tag(event)
        place = self._open[-1].place_of_next() if self._open else ""
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open({} if is_mapping else [], place, event.anchor))
        self._check_depth(event, 0)
        if event.anchor is not None:
            self._anchors[event.anchor] = None

    def _end(self, event: _Event) -> None:
        done = self._open.pop()
        if isinstance(done.items, dict):
            for base in done.merged:
                for key, value in base.items():
                    done.items.setdefault(key, value)
        self._put(event, _Anchored(done.items, done.size, done.height + 1), done.anchor)

    def _scalar(self, event: _Event) -> None:
        self._check_tag(event)
        text: str = event.value
        is_plain = bool(event.implicit[0]) and event.tag is None
        if self._expects_key():
            self._key(event, text, is_merge=is_plain and text == "<<")
            return
        self._put(event, _Anchored(plain_value(text) if is_plain else text, 1 + len(text), 0), event.anchor)

    def _alias(self, event: _Event) -> None:
        if self._expects_key():
            raise self._error(event, "expected a key, which is a text")
        if event.anchor not in self._anchors:
            raise self._error(event, f"there is no anchor &{shown_key(event.anchor)} above")
        anchored = self._anchors[event.anchor]
        if anchored is None:
            raise self._error(event, f"*{shown_key(event.anchor)} stands inside what it names")
        self._check_depth(event, anchored.height)
        self._put(event, anchored, None)

    def _key(self, event: _Event, text: str, *, is_merge: bool) -> None:
        top = self._open[-1]
        top.key, top.is_merge = text, is_merge
        line = event.start_mark.line + 1
        if text in top.lines:
            lines = f"lines {top.lines[text]} and {line}" if top.lines[text] != line else f"line {line}"
            raise ConfigError(self._source, shown_key(top.place_of_next()), f"is there twice, on {lines}")
        top.lines[text] = line
        top.size += len(text)

    def _put(self, event: _Event, found: _Anchored, anchor: str | None) -> None:
        """Put a finished value where it belongs."""
        if anchor is not None:
            self._anchors[anchor] = found
        if not self._open:
            self._document = found.value
            return
        top = self._open[-1]
        top.size += found.size
        top.height = max(top.height, found.height)
        if top.size > LARGEST_DOCUMENT:
            raise self._error(event, f"aliases make it larger than {LARGEST_DOCUMENT} characters")
        if isinstance(top.items, list):
            top.items.append(found.value)
            return
        key, top.key = top.key, None
        if top.is_merge:
            top.merged += self._bases(event, found.value)
        else:
            top.items[str(key)] = found.value

    def _bases(self, event: _Event, value: object) -> Iterable[dict[str, object]]:
        """What a merge key names, the most important first."""
        bases = value if isinstance(value, list) else [value]
        found = [base for base in bases if isinstance(base, dict)]
        if len(found) != len(bases):
            raise self._error(event, f"<<: got {shown(value)}, expected a section or a list of sections")
        return found

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].items, dict) and self._open[-1].key is None

    def _check_tag(self, event: _Event) -> None:
        if event.tag not in _PLAIN_TAGS:
            tag = event.tag.replace(_YAML_TAG, "!!") if event.tag.startswith(_YAML_TAG) else event.tag
            raise self._error(event, f"the tag {shown_key(tag)} is not allowed, expected a plain value")

    def _check_depth(self, event: _Event, height: int) -> None:
        if len(self._open) + height > DEEPEST:
            raise self._error(event, f"is nested more than {DEEPEST} levels deep")

    def _error(self, event: _Event, problem: str) -> ConfigError:
        return ConfigError(self._source, _place(event.start_mark), problem)


def _place(mark: _Event) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
