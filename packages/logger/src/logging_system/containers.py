"""What is inside a value: its elements, or its members by name, for the kinds known to be containers.

Only these are ever iterated. Anything else (generators, files, coroutines, map objects, lazy
queries) would be used up or would start to work, so it is described by its text in `values.py`.
Contents are copied, so that what another thread does to the value meanwhile cannot matter.
"""

from __future__ import annotations

import array
import dataclasses
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import islice
from types import MappingProxyType, SimpleNamespace
from typing import Any, Final, NamedTuple, TypeAlias

from logging_system.limits import MAX_ITEMS
from logging_system.texts import PASSED_ON, type_name

#: How often a container that changes while it is copied is copied again.
_ATTEMPTS: Final = 3


class Contents(NamedTuple):
    """At most MAX_ITEMS values, or pairs of a name and a value; `total` is how many there are."""

    is_named: bool
    members: list[Any]
    total: int


class Unreadable:
    """Stands for a member that raised while it was read."""

    def __init__(self, text: str) -> None:
        self.text = text


Reader: TypeAlias = Callable[[Any], Contents]


def reader_of(value: object) -> Reader | None:
    """The function that copies the contents of `value`; None if it is no known container."""
    kind = type(value)
    reader = _READERS.get(kind)
    if reader is not None:
        return reader
    if isinstance(value, type):
        return None
    if issubclass(kind, tuple):
        return _read_named_tuple if isinstance(getattr(kind, "_fields", None), tuple) else _read_tuple
    if issubclass(kind, list):
        return _read_list
    if issubclass(kind, dict):
        return _read_dict
    for attribute, found in _READERS_BY_ATTRIBUTE.items():
        if hasattr(kind, attribute):
            return found
    if isinstance(value, Mapping):
        return _read_mapping
    if isinstance(value, AbstractSet):
        return _read_set
    numpy = sys.modules.get("numpy")  # not imported for its sake
    return _read_numpy_array if numpy is not None and isinstance(value, numpy.ndarray) else None


def _read_list(value: list[Any]) -> Contents:
    # The slices of the base types, because a subclass may have methods of its own.
    return Contents(False, list.__getitem__(value, slice(MAX_ITEMS)), list.__len__(value))


def _read_tuple(value: tuple[Any, ...]) -> Contents:
    return Contents(False, list(tuple.__getitem__(value, slice(MAX_ITEMS))), tuple.__len__(value))


def _read_named_tuple(value: Any) -> Contents:
    return Contents(True, list(zip(type(value)._fields, tuple.__iter__(value), strict=False)), tuple.__len__(value))


def _read_dict(value: dict[Any, Any]) -> Contents:
    return Contents(True, _copied(lambda: dict.items(value)), dict.__len__(value))


def _read_mapping(value: Mapping[Any, Any]) -> Contents:
    pairs = [(name, member) for name, member in _copied(value.items)]
    return Contents(True, pairs, max(len(value), len(pairs)))


def _read_set(value: AbstractSet[Any]) -> Contents:
    elements = _copied(lambda: value)
    try:
        elements.sort()
    except PASSED_ON:
        raise
    except BaseException:  # they have no order: as they come
        elements = _copied(lambda: value)
    return Contents(False, elements, max(len(value), len(elements)))


def _read_sequence(value: Any) -> Contents:
    return Contents(False, _copied(lambda: value), len(value))


def _read_array(value: array.array[Any]) -> Contents:
    return Contents(False, value[:MAX_ITEMS].tolist(), len(value))


def _read_numpy_array(value: Any) -> Contents:
    """Rows of an array, as many as have MAX_ITEMS elements together; one row that has more is described."""
    if value.ndim == 0:
        return Contents(False, [value.item()], 1)
    rows = len(value)
    kept = MAX_ITEMS if rows == 0 else MAX_ITEMS // max(value.size // rows, 1)
    if kept == 0:
        return Contents(False, [Unreadable(f"<row of {value.size // rows} elements>")], rows)
    return Contents(False, value[:kept].tolist(), rows)


def _read_dataclass(value: Any) -> Contents:
    return _attributes(value, (field.name for field in dataclasses.fields(value)))


def _read_attrs(value: Any) -> Contents:
    return _attributes(value, (attribute.name for attribute in type(value).__attrs_attrs__))


def _read_struct(value: Any) -> Contents:
    return _attributes(value, type(value).__struct_fields__)


def _read_namespace(value: object) -> Contents:
    members = dict(vars(value))
    extra = getattr(value, "__pydantic_extra__", None)  # fields that a model allows without naming them
    return _read_dict({**members, **extra} if isinstance(extra, dict) else members)


def _attributes(value: object, names: Iterable[str]) -> Contents:
    pairs = [(name, _attribute(value, name)) for name in islice(names, MAX_ITEMS)]
    return Contents(True, pairs, len(pairs))


def _attribute(value: object, name: str) -> object:
    try:
        return getattr(value, name)
    except PASSED_ON:
        raise
    except BaseException as error:
        return Unreadable(f"<{type_name(error)} while reading it>")


def _copied(iterable_of: Callable[[], Iterable[Any]]) -> list[Any]:
    """The first MAX_ITEMS; again when another thread changes the container meanwhile."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return list(islice(iterable_of(), MAX_ITEMS))
        except RuntimeError:
            continue
    return list(islice(iterable_of(), MAX_ITEMS))


_READERS: Final[dict[type, Reader]] = {
    dict: _read_dict,
    list: _read_list,
    tuple: _read_tuple,
    set: _read_set,
    frozenset: _read_set,
    deque: _read_sequence,
    array.array: _read_array,
    SimpleNamespace: _read_namespace,
    MappingProxyType: _read_mapping,
    type({}.values()): _read_sequence,
}
#: Classes that name their fields: dataclasses, attrs, msgspec, pydantic (both generations).
_READERS_BY_ATTRIBUTE: Final[dict[str, Reader]] = {
    "__dataclass_fields__": _read_dataclass,
    "__attrs_attrs__": _read_attrs,
    "__struct_fields__": _read_struct,
    "__pydantic_fields__": _read_namespace,
    "__fields_set__": _read_namespace,
}
