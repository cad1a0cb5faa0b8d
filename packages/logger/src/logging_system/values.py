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

from logging_system.redact import active
from logging_system.redact.redactor import REMOVED

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

#: Containers inside containers; orjson itself stops at 254.
MAX_DEPTH = 64
#: Elements of one container that are written; what is beyond is counted in a last element.
MAX_ITEMS = 10_000
_TEXT_TYPES = (pathlib.PurePath, decimal.Decimal, uuid.UUID, complex, dt.timedelta)


def to_json(value: object, key: str = "", _depth: int = 0, _path: tuple[int, ...] = ()) -> Any:
    """Return `value` as something orjson encodes without a word, redacted; REMOVED if it is to be left out.

    `key` is the name it stands under, for the redaction rules.
    """
    try:
        converted = _convert(value, key, _depth, _path)
        return converted if isinstance(converted, dict | list) else active.redactor.leaf(key, converted)
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


def _convert(value: object, key: str, depth: int, path: tuple[int, ...]) -> Json:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, enum.Enum):
        return _convert(value.value, key, depth + 1, path) if depth < MAX_DEPTH else safe_text(value)
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
    return _container(value, key, depth, path)


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


def _container(value: object, key: str, depth: int, path: tuple[int, ...]) -> Json:
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
        return _items(list(value), key, depth, path)
    if isinstance(value, AbstractSet):
        return _items(_ordered(value), key, depth, path)
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        if getattr(value, "size", 0) > MAX_ITEMS:
            return f"<{type(value).__name__} of {value.size} elements>"  # type: ignore[attr-defined]
        return _convert(value.tolist(), key, depth + 1, path)
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


def _items(items: list[Any], key: str, depth: int, path: tuple[int, ...]) -> Json:
    converted = [_item(item, key, depth, path) for item in items[:MAX_ITEMS]]
    converted = [item for item in converted if item is not REMOVED]
    if len(items) > MAX_ITEMS:
        converted.append(f"<{len(items) - MAX_ITEMS} more>")
    return converted


def _item(item: object, key: str, depth: int, path: tuple[int, ...]) -> Any:
    """One element; a pair whose first part is a secret name is a header: `("Authorization", "Basic …")`."""
    if isinstance(item, list | tuple) and len(item) == 2 and isinstance(item[0], str | bytes):
        name = key_text(item[0])
        if active.redactor.hides_key(name):
            hidden = active.redactor.hidden(name, item[1])
            return REMOVED if hidden is REMOVED else [name, hidden]
        return [to_json(name, key, depth + 1, path), to_json(item[1], name, depth + 1, path)]
    return to_json(item, key, depth + 1, path)


def _mapping(mapping: Mapping[Any, Any], depth: int, path: tuple[int, ...]) -> Json:
    try:
        pairs = list(mapping.items())
    except RuntimeError:  # another thread changed its size meanwhile
        pairs = list(dict(mapping).items())
    converted: dict[str, Json] = {}
    for key, value in pairs[:MAX_ITEMS]:
        add_member(converted, key_text(key), value, depth, path)
    if len(pairs) > MAX_ITEMS:
        converted["…"] = f"<{len(pairs) - MAX_ITEMS} more>"
    return converted


def add_member(
    converted: dict[str, Any],
    name: str,
    value: object,
    depth: int = 0,
    path: tuple[int, ...] = (),
    reserved: frozenset[str] = frozenset(),
) -> None:
    """Add `value` under `name`, redacted; `_` is added to a name that is reserved or taken."""
    redactor = active.redactor
    written = redactor.hidden(name, value) if redactor.hides_key(name) else to_json(value, name, depth + 1, path)
    if written is REMOVED:
        return
    if name in reserved:
        name += "_"
    while name in converted:
        name += "_"
    converted[name] = written


def key_text(key: object) -> str:
    """A key as text: text as it is, bytes decoded, everything else as JSON or Python writes it."""
    if isinstance(key, bytes):
        return key.decode("utf-8", "backslashreplace")
    return safe_text(key.value if isinstance(key, enum.Enum) else key)
