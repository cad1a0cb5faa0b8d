"""An exception to the record's `exception` object: type, message, stack trace, chain, notes, group members.

Never raises and never keeps a frame: stack traces become text here. The structure is made breadth
first and without recursion, so what stands nearest to the exception is what is kept of a large one.
"""

from __future__ import annotations

import sys
from collections import deque
from types import TracebackType
from typing import Final, TypeAlias

from logging_system.leaves import text_leaf
from logging_system.limits import Budget
from logging_system.redact.redactor import REMOVED
from logging_system.stacktrace import format_frames
from logging_system.texts import PASSED_ON, bounded_name, safe_text, valid_text
from logging_system.values import Json

#: Exceptions of a chain or group that are written, and so how deep they stand in each other; markers say what is cut.
MAX_EXCEPTIONS: Final = 50
#: Notes of one exception that are written.
MAX_NOTES: Final = 50
#: Bytes of room below which frames are no longer read: there would be no place for them.
_FRAMES_WORTH: Final = 1000


#: What `exc_info` may be: True for the exception that is being handled, an exception, or a triple.
ExcInfo: TypeAlias = (
    bool
    | BaseException
    | tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
    | None
)


def current_exception(exc_info: object) -> BaseException | None:
    """The exception meant by `exc_info`: an exception, a `sys.exc_info()` triple, or the current one for True."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) == 3:
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def bare_exception(error: BaseException, message: str) -> dict[str, Json]:
    """The structure of an exception of which only the type is told."""
    kind = type(error)
    return _structure(_class_text(kind, "__qualname__"), _class_text(kind, "__module__"), message)


def _structure(kind: str, module: str, message: str) -> dict[str, Json]:
    return {
        "type": bounded_name(kind),
        "module": bounded_name(module),
        "message": message,
        "stacktrace": "",
        "cause": None,
        "context": None,
        "notes": [],
    }


def exception_to_json(error: BaseException) -> Json:
    """Return the structure of `error` with its causes, contexts and, for a group, its members."""
    return _Tree().written(error)


class _Found:
    """An exception, the object it is written into, and the exception through which it was found."""

    __slots__ = ("above", "error", "structure")

    def __init__(self, error: BaseException, above: _Found | None) -> None:
        self.error = error
        self.above = above
        self.structure: dict[str, Json] = {}

    def is_inside(self, error: BaseException) -> bool:
        """Whether `error` is this one or one that it was found through."""
        found: _Found | None = self
        while found is not None:
            if found.error is error:
                return True
            found = found.above
        return False


class _Tree:
    """An exception with all that belongs to it."""

    def __init__(self) -> None:
        self._budget = Budget()
        self._waiting: deque[_Found] = deque()
        #: By address; the exceptions are kept by `_all`.
        self._seen: set[int] = set()
        self._all: list[_Found] = []

    def written(self, error: BaseException) -> Json:
        structure = self._place(error, None)
        while self._waiting:
            self._describe(self._waiting.popleft())
        return structure

    def _place(self, error: BaseException, above: _Found | None) -> Json:
        """The object for `error`, to be filled when its turn comes, or one that says why it is not."""
        if above is not None and above.is_inside(error):
            return bare_exception(error, "<cycle>")
        if id(error) in self._seen:
            return bare_exception(error, "<repeated>")
        if len(self._seen) >= MAX_EXCEPTIONS:
            return bare_exception(error, f"<cut after {MAX_EXCEPTIONS} exceptions>")
        found = _Found(error, above)
        self._seen.add(id(error))
        self._all.append(found)
        self._waiting.append(found)
        return found.structure

    def _describe(self, found: _Found) -> None:
        error, structure = found.error, found.structure
        message, notes = safe_text(error), _notes(error)
        self._budget.next_value()
        structure.update(bare_exception(error, self._text("message", message)))
        frames = _read(error, "__traceback__") if self._budget.room > _FRAMES_WORTH else None
        structure["stacktrace"] = self._text("stacktrace", _stacktrace(frames, structure, message, notes))

        cause = _linked(error, "__cause__")
        context = None if _read(error, "__suppress_context__") else _linked(error, "__context__")
        structure["cause"] = None if cause is None else self._place(cause, found)
        structure["context"] = None if context is None else self._place(context, found)
        structure["notes"] = [self._text("notes", note) for note in notes]
        if issubclass(type(error), BaseExceptionGroup):
            structure["exceptions"] = self._members(found)

    def _members(self, found: _Found) -> list[Json]:
        members = _read(found.error, "exceptions")
        if not isinstance(members, tuple | list):
            return []
        written: list[Json] = []
        for number, member in enumerate(members):
            if len(self._seen) >= MAX_EXCEPTIONS:
                left_out = len(members) - number
                written.append(_structure("…", "", f"<{left_out} more>"))
                break
            if isinstance(member, BaseException):
                written.append(self._place(member, found))
        return written

    def _text(self, key: str, text: str) -> str:
        written = text_leaf(f"exception.{key}", text, self._budget)
        return "" if written is REMOVED else safe_text(written)


def _notes(error: BaseException) -> list[str]:
    notes = _read(error, "__notes__")
    if notes is None:
        return []
    if not isinstance(notes, list | tuple):
        return [safe_text(notes)]
    shown = [safe_text(note) for note in notes[:MAX_NOTES]]
    return [*shown, f"<{len(notes) - MAX_NOTES} more>"] if len(notes) > MAX_NOTES else shown


def _stacktrace(trace: object, structure: dict[str, Json], message: str, notes: list[str]) -> str:
    kind, module = structure["type"], structure["module"]
    name = kind if module in ("builtins", "__main__") else f"{module}.{kind}"
    last = f"{name}: {message}" if message else f"{name}"
    return "\n".join([f"{format_frames(trace if isinstance(trace, TracebackType) else None)}{last}", *notes])


def _linked(error: BaseException, name: str) -> BaseException | None:
    linked = _read(error, name)
    return linked if isinstance(linked, BaseException) else None


def _read(error: BaseException, name: str) -> object:
    """An attribute, which a subclass may have made a property of its own."""
    try:
        return getattr(error, name, None)
    except PASSED_ON:
        raise
    except BaseException:
        return None


def _class_text(kind: type, name: str) -> str:
    """`__qualname__` or `__module__`, whatever a class has made of it."""
    try:
        text = getattr(kind, name)
        return valid_text(text) if isinstance(text, str) else kind.__name__
    except PASSED_ON:
        raise
    except BaseException:
        return ""
