"""Every record of the standard library's loggers, once, whatever their handlers are.

`logging.Logger.callHandlers` is where a record leaves its logger for the handlers; here it becomes
ours as well. A handler on the root logger would miss loggers that do not propagate (uvicorn,
gunicorn), see a record twice where it is added twice, and be removed by the next `dictConfig`,
`basicConfig(force=True)` or server that sets its own handlers. This way there is nothing to add and
nothing to attach again, and no lock to hold.

Handlers of the program go on getting their records (files, Sentry, pytest's caplog), except for
those that write to standard output or error: what appears there is up to our console sink, which
would show the record a second time, or has been turned off.
"""

from __future__ import annotations

import logging
import sys
from typing import Final

from logging_system import diagnostics, metrics
from logging_system.capture.access_lines import is_covered
from logging_system.capture.log_record import level_of, translate
from logging_system.capture.patch import Patch, Replaced
from logging_system.logger import get_logger

_STANDARD_STREAMS: Final = frozenset(["<stdout>", "<stderr>", "/dev/stdout", "/dev/stderr"])


def install() -> None:
    """From now on every record is ours as well. May be called again."""
    for patch in _patches:
        patch.install()


def remove() -> None:
    """As it was before."""
    for patch in _patches:
        patch.remove()


def write(record: logging.LogRecord) -> None:
    """Write `record` into our pipeline, if our level for its logger takes it. Never raises."""
    try:
        if is_covered(record.name):
            return
        logger = get_logger(record.name)
        if logger.is_enabled_for(level_of(record)):
            level, message, milliseconds, fields, place, error = translate(record)
            logger.write_foreign(level, message, milliseconds=milliseconds, fields=fields, place=place, error=error)
    except Exception as failure:
        metrics.count_dropped("capture", "error", 1)
        diagnostics.say("capture", f"a record of logging was not captured: {type(failure).__name__}: {failure}")


def _capturing(previous: Replaced) -> Replaced:
    def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
        write(record)
        previous(logger, record)

    return call_handlers


def _passing_over_the_console(previous: Replaced) -> Replaced:
    def handle(handler: logging.Handler, record: logging.LogRecord) -> object:
        return False if _is_console(handler) else previous(handler, record)

    return handle


def _is_console(handler: logging.Handler) -> bool:
    stream = getattr(handler, "stream", None)
    if stream is None:  # rich's handler
        stream = getattr(getattr(handler, "console", None), "file", None)
    if stream is None:
        return False
    name = getattr(stream, "name", None)
    standard = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    return (isinstance(name, str) and name in _STANDARD_STREAMS) or any(stream is one for one in standard)


_patches: Final = (
    Patch(logging.Logger, "callHandlers", _capturing),
    Patch(logging.Handler, "handle", _passing_over_the_console),
)
