"""From the properties of a CloudFormation resource to the parameters of an API operation.

Both name the same things, in different case and with looser types; the service's description in botocore
says what it takes. A property that the operation does not take is an error, so that none is dropped.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.model import Shape


class UnknownProperty(Exception):
    """A property that nothing takes; the text is its path."""


def to_parameters(properties: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """`properties` under the names and in the types of `shape`, which is a structure."""
    converted: dict[str, Any] = _convert(properties, shape, "")
    return converted


def _convert(value: Any, shape: Shape, path: str) -> Any:
    match shape.type_name:
        case "structure":
            return _structure(value, shape, path)
        case "list":
            if not isinstance(value, list):
                raise UnknownProperty(f"{path}: a list is expected, not {value!r}")
            return [_convert(item, shape.member, f"{path}[{index}]") for index, item in enumerate(value)]  # type: ignore[attr-defined]
        case "map":
            if isinstance(value, list) and all(set(item) == {"Key", "Value"} for item in value):
                value = {item["Key"]: item["Value"] for item in value}  # tags: a list there, a mapping here
            if not isinstance(value, dict):
                raise UnknownProperty(f"{path}: a mapping is expected, not {value!r}")
            return {str(key): _convert(item, shape.value, f"{path}.{key}") for key, item in value.items()}  # type: ignore[attr-defined]
        case "integer" | "long":
            return int(value)
        case "float" | "double":
            return float(value)
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case "string":
            return text_of(value)
        case _:
            return value


def _structure(value: Any, shape: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnknownProperty(f"{path}: an object is expected, not {value!r}")
    members = {name.lower(): (name, member) for name, member in shape.members.items()}
    converted = {}
    for key, item in value.items():
        if key.lower() not in members:
            raise UnknownProperty(f"{path}.{key}".lstrip("."))
        name, member = members[key.lower()]
        converted[name] = _convert(item, member, f"{path}.{name}".lstrip("."))
    return converted


def text_of(value: Any) -> str:
    """A value where the API takes text: documents become JSON, booleans as JSON writes them."""
    if isinstance(value, str):
        return value
    return json.dumps(value)
