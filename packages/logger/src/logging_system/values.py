"""Any Python value to a JSON value: the slow path behind `record.py`.

Nothing is lost and nothing raises: what JSON cannot hold becomes text. Values under a secret key
are masked at any depth. Iterators, files and coroutines are described, never consumed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import math
import pathlib
import uuid
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from logging_system.redact.keys import MASK, is_secret_key

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

#: Containers inside containers; orjson itself stops at 254.
MAX_DEPTH = 64
#: Elements of one container that are written; what is beyond is counted in a last element.
MAX_ITEMS = 10_000
_TEXT_TYPES = (pathlib.PurePath, decimal.Decimal, uuid.UUID, complex, dt.timedelta)


def to_json(value: object, _depth: int = 0, _path: tuple[int, ...] = ()) -> Json:
    """Return `value` as something orjson encodes without a word; secrets inside it masked."""
    try:
        return _convert(value, _depth, _path)
    except Exception as error:
        return f"<{type(value).__name__}: {type(error).__name__} while reading it>"


def safe_text(value: object) -> str:
    """`str(value)` as valid Unicode; if that raises, the type and what was raised."""
    try:
        text = str(value)
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    except Exception as error:
        return f"<{type(value).__name__}: {type(error).__name__} in __str__>"
    # A plain copy: orjson and joins refuse some subclasses.
    return text if type(text) is str else str.__str__(text)


def _convert(value: object, depth: int, path: tuple[int, ...]) -> Json:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, enum.Enum):
        return to_json(value.value, depth + 1, path) if depth < MAX_DEPTH else safe_text(value)
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, int):
        return _integer(int(value))
    if isinstance(value, float):
        return _float(float(value))
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, _TEXT_TYPES):
        return safe_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {safe_text(value)}"
    return _container(value, depth, path)


def _integer(number: int) -> Json:
    if -(2**63) <= number < 2**64:
        return number
    try:
        return str(number)
    except ValueError:  # over the interpreter's limit of digits
        return hex(number)


def _float(number: float) -> Json:
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")


def _container(value: object, depth: int, path: tuple[int, ...]) -> Json:
    if id(value) in path:
        return f"<cycle: {type(value).__name__}>"
    if depth >= MAX_DEPTH:
        return f"<cut at depth {MAX_DEPTH}: {type(value).__name__}>"
    path = (*path, id(value))

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _mapping({f.name: getattr(value, f.name) for f in dataclasses.fields(value)}, depth, path)
    if isinstance(value, Mapping):
        return _mapping(value, depth, path)
    if isinstance(value, list | tuple):
        return _items(list(value), depth, path)
    if isinstance(value, AbstractSet):
        return _items(_ordered(value), depth, path)
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        if getattr(value, "size", 0) > MAX_ITEMS:
            return f"<{type(value).__name__} of {value.size} elements>"  # type: ignore[attr-defined]
        return to_json(value.tolist(), depth + 1, path)
    if hasattr(type(value), "model_fields"):  # a pydantic model; its fields lie in __dict__
        return _mapping(dict(vars(value)), depth, path)
    return safe_text(_described(value))


def _described(value: object) -> object:
    """The text of an object of any other kind: its `__str__` if it has one, else its `repr`."""
    try:
        return repr(value) if type(value).__str__ is object.__str__ else str(value)
    except Exception as error:
        return f"<{type(value).__name__}: {type(error).__name__} in __repr__>"


def _ordered(value: AbstractSet[Any]) -> list[Any]:
    try:
        return sorted(value)
    except TypeError:
        return list(value)


def _items(items: list[Any], depth: int, path: tuple[int, ...]) -> Json:
    converted = [to_json(item, depth + 1, path) for item in items[:MAX_ITEMS]]
    if len(items) > MAX_ITEMS:
        converted.append(f"<{len(items) - MAX_ITEMS} more>")
    return converted


def _mapping(mapping: Mapping[Any, Any], depth: int, path: tuple[int, ...]) -> Json:
    try:
        pairs = list(mapping.items())
    except RuntimeError:  # another thread changed its size meanwhile
        pairs = list(dict(mapping).items())
    converted: dict[str, Json] = {}
    for key, value in pairs[:MAX_ITEMS]:
        name = key_text(key)
        while name in converted:
            name += "_"
        converted[name] = MASK if is_secret_key(name) else to_json(value, depth + 1, path)
    if len(pairs) > MAX_ITEMS:
        converted["…"] = f"<{len(pairs) - MAX_ITEMS} more>"
    return converted


def key_text(key: object) -> str:
    """A key as text: text as it is, bytes decoded, everything else as JSON or Python writes it."""
    if isinstance(key, bytes):
        return key.decode("utf-8", "backslashreplace")
    return safe_text(key.value if isinstance(key, enum.Enum) else key)
