"""Hand-written YAML read key by key; every mistake is one line that says where and what was expected."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from monitoring_generator.durations import parse_duration
from monitoring_generator.errors import SpecError

#: Which series are meant: values by label; `*` in a value stands for any text.
Selection = Mapping[str, tuple[str, ...]]

_LABEL = re.compile(r"[a-z_][a-z0-9_]*")
_LABEL_VALUE = re.compile(r"[A-Za-z0-9_/:{}. *-]+")


def read_file(path: Path) -> Section:
    """The mapping at the top of the YAML file `path`. Raises SpecError."""
    try:
        document = _UniqueKeyLoader(path.read_text(encoding="utf-8")).get_single_data()
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: is not UTF-8: {error.reason} at byte {error.start}") from None
    except yaml.YAMLError as error:
        raise SpecError(f"{path}: is not valid YAML: {' '.join(str(error).split())}") from None
    return Section(str(path), document)


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML silently takes the last of two equal keys; a threshold must not change that way."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for place, key in enumerate(keys):
            if key.value in [earlier.value for earlier in keys[:place]]:
                raise yaml.MarkedYAMLError(problem=f'key "{key.value}" is there twice', problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


class Section:
    """A mapping of the file and where it stands. Every method raises SpecError for a value it does not expect."""

    def __init__(self, place: str, data: object) -> None:
        if not isinstance(data, Mapping):
            raise SpecError(f"{place}: got {data!r}, expected keys with values")
        self.place = place
        self._data: Mapping[str, Any] = data

    @property
    def given(self) -> set[str]:
        """The keys that are there."""
        return {str(key) for key in self._data}

    def fail(self, key: str, problem: str) -> SpecError:
        """An error at `key`."""
        return SpecError(f"{self.place}: {key}: {problem}")

    def check_keys(self, known: Collection[str], required: Collection[str] = ()) -> None:
        """No key but those `known`, and all of those `required`."""
        for key in sorted(self.given - set(known)):
            raise self.fail(key, f"unknown key; {nearest(key, known)}")
        for key in sorted(set(required) - self.given):
            raise self.fail(key, "is missing")

    def value(self, key: str) -> Any:
        """Whatever is there."""
        if key not in self._data:
            raise self.fail(key, "is missing")
        return self._data[key]

    def sections(self, key: str, *, named: bool = False) -> list[Section]:
        """A list of mappings, at least one; if `named`, each is called by its `name` where it has one."""
        items = self.value(key)
        if not isinstance(items, list) or not items:
            raise self.fail(key, f"got {items!r}, expected a list of {key}")
        places = [f"{key}[{number}]" for number in range(len(items))]
        if named:
            names = [item.get("name") if isinstance(item, Mapping) else None for item in items]
            places = [
                name if isinstance(name, str) and name.isprintable() and name else place
                for name, place in zip(names, places, strict=True)
            ]
        return [Section(f"{self.place}: {place}", item) for place, item in zip(places, items, strict=True)]

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        """A text that is not empty, all of it like `pattern`."""
        value = self.value(key)
        if not isinstance(value, str) or not value or (pattern and not pattern.fullmatch(value)):
            expected = f"a text like {pattern.pattern}" if pattern else "a text"
            raise self.fail(key, f"got {value!r}, expected {expected}")
        return value

    def number(self, key: str, *, above: float = -math.inf, below: float = math.inf) -> float:
        """A finite number between two others, which it must not reach."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.fail(key, f"got {value!r}, expected a number")
        if not above < value < below:
            limits = [f"above {above:g}"] * (above > -math.inf) + [f"below {below:g}"] * (below < math.inf)
            raise self.fail(key, f"got {value!r}, expected a number {' and '.join(limits)}")
        return float(value)

    def count(self, key: str) -> int:
        """A whole number from 1."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.fail(key, f"got {value!r}, expected a whole number from 1")
        return value

    def duration(self, key: str) -> float:
        """Seconds of a duration such as `5m`."""
        try:
            return parse_duration(str(self.value(key)))
        except ValueError as error:
            raise self.fail(key, str(error)) from None

    def one_of(self, key: str, words: Collection[str]) -> Any:
        """One of `words`."""
        value = self.value(key)
        if value not in words:
            raise self.fail(key, f"got {value!r}, expected one of {', '.join(words)}")
        return value

    def labels(self, key: str) -> tuple[str, ...]:
        """A list of label names."""
        value = self.value(key)
        if not isinstance(value, list) or not value:
            raise self.fail(key, f"got {value!r}, expected a list of labels")
        for label in value:
            self._check_label(key, label)
        return tuple(value)

    def selection(self, key: str) -> Selection:
        """Labels with lists of values."""
        value = self.value(key)
        if not isinstance(value, Mapping):
            raise self.fail(key, f"got {value!r}, expected labels with lists of values")
        if not value:
            raise self.fail(key, "got no label, expected labels with lists of values")
        for label, values in value.items():
            self._check_label(key, label)
            if not isinstance(values, list) or not values:
                raise self.fail(f"{key}.{label}", f"got {values!r}, expected a list of values")
            for item in values:
                if not isinstance(item, str) or not _LABEL_VALUE.fullmatch(item):
                    raise self.fail(f"{key}.{label}", f"got {item!r}, expected a text like {_LABEL_VALUE.pattern}")
        return {label: tuple(values) for label, values in value.items()}

    def _check_label(self, key: str, label: object) -> None:
        if not isinstance(label, str) or not _LABEL.fullmatch(label):
            raise self.fail(key, f"got the label {label!r}, expected a name like {_LABEL.pattern}")


def nearest(word: str, known: Collection[str]) -> str:
    """Which of the `known` words was probably meant, or all of them."""
    near = difflib.get_close_matches(word, known, n=1)
    return f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(sorted(known))}"
