"""What ends badly without a log call: exceptions that nobody caught, in any thread or in `__del__`, and warnings.

Each becomes a record. A hook that the program or a tool has set is called afterwards. The hooks of
Python itself only print on standard error, so those for exceptions are called where our console sink
is off, and the one for warnings never. (An exception in a task that nobody awaits goes through the
logger `asyncio`.)
"""

from __future__ import annotations

import sys
import threading
import warnings
from types import TracebackType
from typing import TYPE_CHECKING, Final, TextIO

from logging_system.callsite import encode_place
from logging_system.capture.log_record import encode_source
from logging_system.capture.patch import Patch, Replaced
from logging_system.levels import CRITICAL, ERROR, WARNING
from logging_system.logger import get_logger
from logging_system.pipeline import lifecycle

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

#: The logger of uncaught exceptions; that of warnings has the standard library's name.
UNCAUGHT: Final = "uncaught"
WARNINGS: Final = "py.warnings"


def install() -> None:
    """From now on they are records. May be called again."""
    for patch in _patches:
        patch.install()


def remove() -> None:
    """As it was before."""
    for patch in _patches:
        patch.remove()


def _main_thread(previous: Replaced) -> Replaced:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):  # Ctrl-C is a wish, not a fault
            _write(CRITICAL, "uncaught exception", error, trace, {})
            if _says_it_all(previous is sys.__excepthook__):
                return
        previous(kind, error, trace)

    return hook


def _other_threads(previous: Replaced) -> Replaced:
    def hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:  # which ends the thread and nothing else
            name = None if args.thread is None else args.thread.name
            _write(CRITICAL, "uncaught exception in a thread", args.exc_value, args.exc_traceback, {"thread": name})
            if _says_it_all(previous is threading.__excepthook__):
                return
        previous(args)

    return hook


def _unraisable(previous: Replaced) -> Replaced:
    def hook(args: UnraisableHookArgs) -> None:
        # The object may be on its way to destruction: its text is taken, it is not kept.
        fields = {"object": getattr(args.object, "__qualname__", None) or type(args.object).__qualname__}
        _write(ERROR, args.err_msg or "exception ignored", args.exc_value, args.exc_traceback, fields)
        if not _says_it_all(previous is sys.__unraisablehook__):
            previous(args)

    return hook


def _warning(previous: Replaced) -> Replaced:
    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if file is not None or _goes_through_logging(previous):
            previous(message, category, filename, lineno, file, line)
            return
        get_logger(WARNINGS).write_foreign(
            WARNING,
            message,
            milliseconds=0,
            fields={"category": category.__name__, "filename": filename, "lineno": lineno},
            place=encode_source(filename, None, lineno),
        )
        if previous is not getattr(warnings, "_showwarning_orig", None):
            previous(message, category, filename, lineno, file, line)

    return show


def _goes_through_logging(show: Replaced) -> bool:
    """After `logging.captureWarnings(True)` a warning comes as a record of the logger `py.warnings`."""
    return getattr(show, "__module__", None) == "logging"


def _write(
    level: int,
    message: str,
    error: BaseException | None,
    trace: TracebackType | None,
    fields: dict[str, object],
) -> None:
    place = encode_place(None)
    while trace is not None:  # to where it was raised
        code = trace.tb_frame.f_code
        place, trace = encode_source(code.co_filename, code.co_name, trace.tb_lineno), trace.tb_next
    get_logger(UNCAUGHT).write_foreign(level, message, milliseconds=0, fields=fields, place=place, error=error)


def _says_it_all(is_pythons_own: bool) -> bool:
    """Whether a hook would only print on the terminal what our console sink shows there."""
    return is_pythons_own and lifecycle.current_settings().console_output


_patches: Final = (
    Patch(sys, "excepthook", _main_thread),
    Patch(threading, "excepthook", _other_threads),
    Patch(sys, "unraisablehook", _unraisable),
    Patch(warnings, "showwarning", _warning),
)
