"""What `environments/schema.json` says of a file's values: one line a mistake, in words of the schema.

`x-expected` of the schema is the text after "expected", so that Terraform prints the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

#: Of a file that has no keys at all.
NO_MAPPING = "expected a mapping in YAML"


def read_schema(path: Path) -> dict[str, Any]:
    """The schema in `path`."""
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def mistakes(values: object, schema: dict[str, Any]) -> list[str]:
    """A line `key: got VALUE, expected WHAT` for each mistake, in the schema's order."""
    if not isinstance(values, dict):
        return [NO_MAPPING]
    lines: list[str] = []
    errors = sorted(Draft202012Validator(schema).iter_errors(values), key=lambda error: _order(error, schema))
    for error in errors:
        for line in _lines(error, schema):
            if line not in lines:
                lines.append(line)
    return lines


def key_path(parts: Iterable[str | int]) -> str:
    """`network.public_subnets[1]` for the parts of a path."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def got(value: object) -> str:
    """A value as a line shows it: as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _lines(error: ValidationError, schema: dict[str, Any]) -> list[str]:
    place = list(error.absolute_path)
    properties: dict[str, Any] = error.schema.get("properties", {})  # type: ignore[union-attr]  # never a bare boolean
    given: Any = error.instance
    broken: Any = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in broken if name not in given]
            return [f"{key_path([*place, key])}: missing, expected {properties[key]['x-expected']}" for key in missing]
        case "additionalProperties":
            unknown = [name for name in given if name not in properties]
            known = ", ".join(sorted(properties))
            return [f"{key_path([*place, str(key)])}: unknown key, expected one of {known}" for key in unknown]
        case _:
            return [f"{key_path(place)}: got {got(given)}, expected {_expected(error, schema)}"]


def _expected(error: ValidationError, schema: dict[str, Any]) -> str:
    """The innermost `x-expected` on the way to what was broken: an item of a list has that of the list."""
    expected = ""
    inner: Any = schema
    for part in error.absolute_schema_path:
        inner = inner[part]
        if isinstance(inner, dict):
            expected = str(inner.get("x-expected", expected))
    return expected


def _order(error: ValidationError, schema: dict[str, Any]) -> list[int]:
    order: list[int] = []
    for part in error.absolute_path:
        if isinstance(part, int):
            order.append(part)
            schema = schema.get("items", {})
        else:
            names = list(schema.get("properties", {}))
            order.append(names.index(part) if part in names else len(names))
            schema = schema.get("properties", {}).get(part, {})
    return order
