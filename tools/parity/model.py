"""The canonical model: resources with a kind, a key and properties, the same from both tools.

A value is text, a number, a boolean, a list or a mapping; keys are lower case without underscores, so that
`ok_actions` and `OKActions` are one. What is absent, empty or false is left out: AWS makes no difference. A
reference to another resource is `<kind key>`, or its ARN or name where these follow from the environment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Resource:
    """One resource; `source` is its address or logical id, for messages and mutations."""

    kind: str
    key: str
    properties: dict[str, Any]
    source: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """How differences and references name it."""
        return f"{self.kind} {self.key}"


Model = dict[str, Resource]

#: What is on unless it is turned off: here false says something and true nothing.
ON_BY_DEFAULT = {"actionsenabled", "healthcheckenabled", "isenabled"}


def simple(name: str) -> str:
    """A property's name as the model has it."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def normal(value: Any) -> Any:
    """`value` without what says nothing, keys simplified, numbers and booleans as such, lists of one item unpacked."""
    if isinstance(value, Mapping):
        pairs = ((simple(key), item) for key, item in value.items())
        made = {key: _property(key, item) for key, item in sorted(pairs)}
        return {key: item for key, item in made.items() if not _says_nothing(item)}
    if isinstance(value, list | tuple):
        items = [item for item in (normal(item) for item in value) if not _says_nothing(item)]
        if len(items) == 1 and isinstance(items[0], dict):
            return items[0]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _property(key: str, value: Any) -> Any:
    if key.endswith("document"):
        return document(value)
    made = normal(value)
    if key in ON_BY_DEFAULT:
        return "off" if made is False else None if made is True else made
    return made


def _scalar(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if re.fullmatch(r"-?\d{1,15}", text) and (text == "0" or not text.startswith("0")):
        return int(text)
    return text


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def document(text: Any) -> Any:
    """A JSON document in a property: policies and dashboards, compared as what they mean."""
    found = json.loads(text) if isinstance(text, str) else text
    return _policy(found) if isinstance(found, dict) and "Statement" in found else exact(found)


def exact(value: Any) -> Any:
    """A document whose keys and order matter; only numbers in texts stay texts."""
    if isinstance(value, Mapping):
        return {str(key): exact(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    """An IAM policy: lists of one are their item, the order of actions and statements says nothing."""

    def flat(value: Any) -> Any:
        if isinstance(value, Mapping):  # `Sid` is a name that nothing evaluates
            return {key: flat(item) for key, item in sorted(value.items()) if key != "Sid"}
        if isinstance(value, list):
            items = sorted((flat(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
            return items[0] if len(items) == 1 else items
        return str(value).lower() if isinstance(value, bool) else value

    flattened: dict[str, Any] = flat(policy)
    return flattened


def paths(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All leaves with their paths."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from paths(item, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from paths(item, f"{prefix}[{number}]")
    else:
        yield prefix, value
