"""An exception to the record's `exception` object: type, message, stack trace, chain, notes, group members.

Never raises and never keeps a frame: stack traces become text here. Local variables are not written.
"""

from __future__ import annotations

import sys
import traceback

from logging_system.redact import active
from logging_system.redact.redactor import REMOVED
from logging_system.values import Json, safe_text, to_json

#: Exceptions of a chain or group that are written; a marker says where it was cut.
MAX_EXCEPTIONS = 50
#: Frames of one stack trace: the outermost and the innermost are kept by halves.
MAX_FRAMES = 100


def current_exception(exc_info: object) -> BaseException | None:
    """The exception meant by `exc_info`: an exception, a `sys.exc_info()` triple, or True for the current one."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) == 3:
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def exception_to_json(error: BaseException) -> Json:
    """Return the structure of `error` with its causes, contexts and, for a group, its members."""
    return _structure(error, set())


def _structure(error: BaseException, seen: set[int]) -> Json:
    if id(error) in seen:
        return {"type": type(error).__qualname__, "message": "<cycle>"}
    if len(seen) >= MAX_EXCEPTIONS:
        return {"type": type(error).__qualname__, "message": f"<cut after {MAX_EXCEPTIONS} exceptions>"}
    seen.add(id(error))

    cause = error.__cause__
    context = None if error.__suppress_context__ else error.__context__
    structure: dict[str, Json] = {
        "type": type(error).__qualname__,
        "module": type(error).__module__,
        "message": _redacted("message", safe_text(error)),
        "stacktrace": _redacted("stacktrace", _stacktrace(error)),
        "cause": _structure(cause, seen) if cause is not None else None,
        "context": _structure(context, seen) if context is not None else None,
        "notes": _notes(error),
    }
    if isinstance(error, BaseExceptionGroup):
        members = error.exceptions
        structure["exceptions"] = [_structure(member, seen) for member in members[:MAX_EXCEPTIONS]]
        if len(members) > MAX_EXCEPTIONS:
            structure["exceptions"].append(f"<{len(members) - MAX_EXCEPTIONS} more>")  # type: ignore[union-attr]
    return structure


def _notes(error: BaseException) -> Json:
    notes = getattr(error, "__notes__", None)
    return (
        to_json(notes, "exception.notes") if isinstance(notes, list) else ([] if notes is None else [safe_text(notes)])
    )


def _redacted(key: str, text: str) -> str:
    written = active.redactor.leaf(f"exception.{key}", text)
    return "" if written is REMOVED else safe_text(written)


def _stacktrace(error: BaseException) -> str:
    try:
        frames = traceback.extract_tb(error.__traceback__)
        if len(frames) > MAX_FRAMES:
            half = MAX_FRAMES // 2
            left_out = f"  … {len(frames) - MAX_FRAMES} frames left out …\n"
            middle = [left_out]
            lines = traceback.format_list(frames[:half]) + middle + traceback.format_list(frames[-half:])
        else:
            lines = frames.format()
        text = "".join(["Traceback (most recent call last):\n", *lines]) if frames else ""
        return safe_text(f"{text}{type(error).__qualname__}: {safe_text(error)}")
    except Exception as failure:
        return f"<{type(failure).__name__} while formatting the stack trace>"
