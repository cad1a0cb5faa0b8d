"""Any Python value to a JSON value, redacted: the slow way of encoding.

Nothing is lost and nothing raises: what JSON cannot hold becomes text. The walk keeps its own stack
of open containers, so it needs the same few frames for any depth and works close to the caller's
recursion limit.
"""

from __future__ import annotations

import datetime as dt
import enum
import sys
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, TypeAlias

from logging_system import names
from logging_system.containers import Unreadable, reader_of
from logging_system.leaves import hidden_leaf, integer, longest_read, number_leaf, plain_value, real, text_leaf
from logging_system.limits import MAX_DEPTH, MAX_ITEMS, Budget
from logging_system.plain import encode_plain
from logging_system.redact import active
from logging_system.redact.redactor import REMOVED
from logging_system.texts import NO_ROOM, PASSED_ON, bounded_name, described, key_text, safe_text, type_name, unreadable

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

#: A list of at least so many is first tried in one piece.
_WORTH_TRYING: Final = 3
_are_texts: Final = frozenset([str]).issuperset


class _Open:
    """A container whose members are being converted into `output`, which already stands in its parent."""

    __slots__ = ("is_named", "key", "left_out", "members", "output", "source")

    def __init__(self, source: object, key: str, is_named: bool, members: list[Any], total: int) -> None:
        #: Kept, so that no other object gets its address meanwhile.
        self.source = source
        self.key = key
        self.is_named = is_named
        self.members: Iterator[Any] = iter(members)
        self.left_out = total - len(members)
        self.output: Any = {} if is_named else []


def fields_to_json(fields: Iterable[tuple[object, object]], budget: Budget, taken: set[str]) -> dict[str, Json]:
    """Return `fields` as an object that orjson encodes without a word, redacted.

    `_` is added to a name that is in `taken` or stands there already.
    """
    output: dict[str, Json] = {}
    walk = _Walk(budget)
    for key, value in fields:
        budget.next_value()
        name = key_text(key)
        try:
            written = hidden_leaf(name, value) if names.hides(name) else walk.convert(value, name)
            if type(written) is _Open:
                walk.fill(written)
                written = written.output
        except RecursionError:
            walk = _Walk(budget)
            written = NO_ROOM
        if written is not REMOVED:
            output[_free_name(output, f"{name}_" if name in taken else name, budget)] = written
    return output


def _free_name(output: dict[str, Any], name: str, budget: Budget) -> str:
    name = bounded_name(active.redactor.name(name))
    while name in output:
        name += "_"
    budget.left -= len(name) + 4
    return name


class _Walk:
    """Through one value and everything inside it."""

    __slots__ = ("_above", "_budget", "_open")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._open: list[_Open] = []
        #: Addresses of the open containers' sources: meeting one again is a cycle.
        self._above: set[int] = set()

    def fill(self, root: _Open) -> None:
        """Convert what is inside `root`, and inside that."""
        self._enter(root)
        while self._open:
            container = self._open[-1]
            opened = self._go_on_named(container) if container.is_named else self._go_on(container)
            if opened is not None:
                self._enter(opened)
                continue
            self._above.discard(id(container.source))
            self._open.pop()

    def _enter(self, container: _Open) -> None:
        self._open.append(container)
        self._above.add(id(container.source))

    def _go_on(self, container: _Open) -> _Open | None:
        """Convert elements up to one that is a container itself, which is returned; None at the end."""
        output, budget = container.output, self._budget
        for element in container.members:
            if not budget.has_room():
                container.left_out += 1 + sum(1 for _ in container.members)
                break
            converted = self.convert(element, container.key)
            if type(converted) is _Open:
                output.append(converted.output)
                return converted
            if converted is not REMOVED:
                output.append(converted)
        if container.left_out > 0:
            output.append(f"<{container.left_out} more>")
        return None

    def _go_on_named(self, container: _Open) -> _Open | None:
        output, budget = container.output, self._budget
        for key, value in container.members:
            if not budget.has_room():
                container.left_out += 1 + sum(1 for _ in container.members)
                break
            name = key_text(key)
            converted = hidden_leaf(name, value) if names.hides(name) else self.convert(value, name)
            if type(converted) is _Open:
                output[_free_name(output, name, budget)] = converted.output
                return converted
            if converted is not REMOVED:
                output[_free_name(output, name, budget)] = converted
        if container.left_out > 0:
            output[_free_name(output, "…", budget)] = f"<{container.left_out} more>"
        return None

    def convert(self, value: object, key: str) -> Any:
        """`value` as JSON, or as a container to be filled; REMOVED to leave it out."""
        try:
            kind = type(value)
            if kind is str:
                return text_leaf(key, value, self._budget)  # type: ignore[arg-type]
            if kind is dict or kind is list or kind is tuple:
                return self._open_container(value, key)
            return self._convert_any(value, kind, key)
        except PASSED_ON:
            raise
        except BaseException as error:
            return unreadable(value, error)

    def _convert_any(self, value: Any, kind: type, key: str) -> Any:
        # The type is asked, not the value, which may lie about its class; and the methods are those
        # of the base types, because a subclass may have its own.
        budget = self._budget
        if value is None or kind is bool:
            return number_leaf(key, value, budget)
        if issubclass(kind, enum.Enum):
            return self.convert(value.value, key)
        if issubclass(kind, str):  # one that hides what it holds does so by its `__str__`
            return text_leaf(key, safe_text(value), budget)
        if issubclass(kind, int):
            number = integer(int.__int__(value))
            return text_leaf(key, number, budget) if isinstance(number, str) else number_leaf(key, number, budget)
        if issubclass(kind, float):
            return number_leaf(key, real(float.__float__(value)), budget)
        if issubclass(kind, dt.date | dt.time):
            return text_leaf(key, safe_text(value.isoformat()), budget)
        if issubclass(kind, bytes | bytearray | memoryview):
            return self._convert_bytes(value, key)
        if issubclass(kind, BaseException):
            return text_leaf(key, f"{type_name(value)}: {safe_text(value)}", budget)
        if kind is Unreadable:
            return value.text
        return self._open_container(value, key)

    def _convert_bytes(self, value: bytes | bytearray | memoryview, key: str) -> Any:
        """Bytes as text: decoded where they are UTF-8, as `\\xff` where not. Cut before they are converted."""
        if isinstance(value, memoryview):
            part, size = value[: longest_read() // value.itemsize].tobytes(), value.nbytes
        else:
            base: Any = bytes if isinstance(value, bytes) else bytearray
            part, size = bytes(base.__getitem__(value, slice(longest_read()))), base.__len__(value)
        text = part.decode("utf-8", "backslashreplace")
        return text_leaf(key, text, self._budget, *((size, "bytes") if size > len(part) else ()))

    def _open_container(self, value: Any, key: str) -> Any:
        """The container to be filled, or what stands in its place; a value of any other kind as its text."""
        reader = reader_of(value)
        if reader is None:
            return self._convert_other(value, key)
        ruled = active.redactor.container(key, value)
        if ruled is not value:  # a rule of the program's own put it there
            reader = None if ruled is REMOVED else reader_of(ruled)
            if reader is None:
                return ruled if ruled is REMOVED else plain_value(ruled)
            value = ruled
        if id(value) in self._above:
            return f"<cycle: {type_name(value)}>"
        if len(self._open) >= MAX_DEPTH:
            return f"<cut at depth {MAX_DEPTH}: {type_name(value)}>"
        if not self._budget.takes_container():
            return f"<cut: {type_name(value)}>"

        if type(value) is dict and len(value) <= MAX_ITEMS:
            copy = value.copy()
            if _are_texts(map(type, copy)) and names.are_plain(copy) and self._is_plain(copy, copy.values()):
                return copy
            return _Open(value, key, True, list(copy.items()), len(copy))
        is_named, members, total = reader(value)
        if total == 2 and not is_named and isinstance(members[0], str | bytes):
            # A pair whose first part is a name, such as a header: `("Authorization", "Basic …")`.
            key = key_text(members[0])
            if names.hides(key):
                hidden = hidden_leaf(key, members[1])
                return REMOVED if hidden is REMOVED else [bounded_name(active.redactor.name(key)), hidden]
        elif total == len(members) >= _WORTH_TRYING and not is_named and self._is_plain(members, members):
            return members
        return _Open(value, key, is_named, members, total)

    def _is_plain(self, container: Collection[object], values: Collection[object]) -> bool:
        """Whether this copy of a container can be written as it is; counts it then."""
        encoded = encode_plain(container, values)
        if encoded is None or len(encoded) > self._budget.room:
            return False
        self._budget.left -= len(encoded)
        return True

    def _convert_other(self, value: Any, key: str) -> Any:
        numpy = sys.modules.get("numpy")  # not imported for its sake
        if numpy is not None and isinstance(value, numpy.generic):
            converted = value.item()
            # A `datetime64` can be more exact than what `item` gives, and `longdouble` gives itself.
            if not isinstance(value, numpy.datetime64 | numpy.timedelta64 | type(converted)):
                return self.convert(converted, key)
        return text_leaf(key, described(value), self._budget)
