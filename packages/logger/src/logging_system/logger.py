"""The loggers: level methods, bound fields, and the fast path from a log call to the buffer.

A record is glued from parts that are already bytes (time stamp, call site, context, static
context) and the one encoding of its own fields, then appended to the buffer. Nothing here waits
and nothing raises into the caller: what fails is counted and said on stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from sys import _getframe
from time import time_ns

from logging_system import context, limits
from logging_system.callsite import caller_frame, encode_place, forget_sites
from logging_system.capture import switch
from logging_system.config.schema import Settings
from logging_system.context import ContextState, LogContext
from logging_system.control import flight_recorder
from logging_system.control.gate import Gate, make_gate
from logging_system.control.levels import LoggerCore, checked_level, core_of, set_own_level
from logging_system.exceptions import ExcInfo, current_exception
from logging_system.integrations import tracing
from logging_system.levels import CRITICAL, DEBUG, ERROR, INFO, NUMBERS, WARNING, level_number
from logging_system.metrics_exemplars import Source
from logging_system.own_records import count_failure, drop_notice, reload_failed
from logging_system.pipeline import lifecycle
from logging_system.pipeline.buffer import LARGE_RECORD
from logging_system.record import encode_context, encode_exception, encode_fields, forget_names
from logging_system.record_size import cut_record
from logging_system.redact import active
from logging_system.timer import Timer
from logging_system.timestamp import encode_timestamp

_pipeline = lifecycle.pipeline
_buffer = _pipeline.buffer
_current_context = context.current
#: The last millisecond and its text: only a new millisecond is formatted.
_stamp: tuple[int, bytes] = (0, b"")
_max_record_size = Settings().max_record_size
_gate: Gate | None = None
#: Records from this level on wait until they are written; above all levels: none does.
_NO_LEVEL = 1000
_flush_level = _NO_LEVEL
#: Adds trace and span to the end of a context; None while the program has to do with no trace.
_add_ids: Callable[[ContextState, bytes, bytes], tuple[bytes, bytes]] | None = None


def follow_traces() -> None:
    """From now on records carry the ids of the trace in force."""
    global _add_ids
    _add_ids = tracing.add_ids


def _stamp_of(milliseconds: int) -> bytes:
    global _stamp
    if _add_ids is None and tracing.OPENTELEMETRY in sys.modules:
        follow_traces()
    _stamp = (milliseconds, encode_timestamp(milliseconds))
    return _stamp[1]


class AdvancedLogger:
    """Writes records. Get one with `get_logger`; a child with fixed fields with `bind`.

    The level methods take a message, which is data and never formatted, and any keyword fields.
    `exc_info` adds an exception: True for the current one, or the exception itself. `stacklevel`
    counts callers up: 2 names the caller of the function that logs. Further positional arguments
    are kept in the field `args`. They never raise.
    """

    __slots__ = ("_bound", "_core", "_merged")

    def __init__(self, core: LoggerCore, bound: Mapping[str, object]) -> None:
        self._core = core
        self._bound = bound
        #: The encoded context last seen, and it together with the bound fields.
        self._merged: tuple[object, object, bytes] = (None, None, b"")

    @property
    def name(self) -> str:
        """The name given to `get_logger`."""
        return self._core.name

    def __repr__(self) -> str:
        return f"<AdvancedLogger {self._core.name!r} {dict(self._bound) or ''}".rstrip() + ">"

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickle, (self._core.name, dict(self._bound))

    # -- level methods ---------------------------------------------------------------------------

    def debug(
        self, message: object, /, *args: object, exc_info: ExcInfo = None, stacklevel: int = 1, **fields: object
    ) -> None:
        """Write a DEBUG record."""
        if self._core.threshold <= DEBUG:
            self._log(DEBUG, message, args, exc_info, stacklevel, fields)

    def info(
        self, message: object, /, *args: object, exc_info: ExcInfo = None, stacklevel: int = 1, **fields: object
    ) -> None:
        """Write an INFO record."""
        if self._core.threshold <= INFO:
            self._log(INFO, message, args, exc_info, stacklevel, fields)

    def warning(
        self, message: object, /, *args: object, exc_info: ExcInfo = None, stacklevel: int = 1, **fields: object
    ) -> None:
        """Write a WARNING record."""
        if self._core.threshold <= WARNING:
            self._log(WARNING, message, args, exc_info, stacklevel, fields)

    def error(
        self, message: object, /, *args: object, exc_info: ExcInfo = None, stacklevel: int = 1, **fields: object
    ) -> None:
        """Write an ERROR record."""
        if self._core.threshold <= ERROR:
            self._log(ERROR, message, args, exc_info, stacklevel, fields)

    def critical(
        self, message: object, /, *args: object, exc_info: ExcInfo = None, stacklevel: int = 1, **fields: object
    ) -> None:
        """Write a CRITICAL record."""
        if self._core.threshold <= CRITICAL:
            self._log(CRITICAL, message, args, exc_info, stacklevel, fields)

    def exception(
        self, message: object, /, *args: object, exc_info: ExcInfo = True, stacklevel: int = 1, **fields: object
    ) -> None:
        """Write an ERROR record with the exception that is being handled."""
        if self._core.threshold <= ERROR:
            self._log(ERROR, message, args, exc_info, stacklevel, fields)

    def log(
        self,
        level: str | int,
        message: object,
        /,
        *args: object,
        exc_info: ExcInfo = None,
        stacklevel: int = 1,
        **fields: object,
    ) -> None:
        """Write a record at `level`, a name or a number. An unknown level counts as INFO and is kept as `level_`."""
        try:
            number = level_number(level)
        except ValueError:
            number = INFO
            fields.setdefault("level", level)
        if self._core.threshold <= number:
            self._log(number, message, args, exc_info, stacklevel, fields)

    # -- children, context, level ----------------------------------------------------------------

    def bind(self, **fields: object) -> AdvancedLogger:
        """A child of this logger whose records carry `fields` in their context."""
        return AdvancedLogger(self._core, {**self._bound, **fields})

    def unbind(self, *names: str) -> AdvancedLogger:
        """A child without the bound fields `names`; unknown names do not matter."""
        return AdvancedLogger(self._core, {name: value for name, value in self._bound.items() if name not in names})

    def context(self, **fields: object) -> LogContext:
        """Fields for all records of a piece of work, and a correlation id if there is none yet."""
        return LogContext(fields)

    def timer(self, operation: str, /, *, log_level: str | int = "INFO", **fields: object) -> Timer:
        """Time a block: one record at `log_level` named `operation` with `duration_ms` and `outcome`."""
        try:
            level = level_number(log_level)
        except ValueError:
            level = INFO
        return Timer(self, str(operation), level, encode_place(caller_frame(1)), fields)

    def set_level(self, level: str | int | None) -> None:
        """Set the minimum level of this logger, its bound children and the loggers below it that have none.

        `root` stands above all. The level lasts until it is taken back with None: then, and not by a
        new configuration, the logger follows the one above it again. Raises ConfigError for an unknown level.
        """
        set_own_level(self._core, None if level is None else checked_level(level, "level"))

    def is_enabled_for(self, level: str | int) -> bool:
        """Tell whether a record at `level` would be written, or held by the flight recorder.

        Raises ConfigError for an unknown level.
        """
        self._core.resolve()
        return self._core.threshold <= checked_level(level, "level")

    # -- the path of a record --------------------------------------------------------------------

    def _log(
        self,
        level: int,
        message: object,
        args: tuple[object, ...],
        exc_info: ExcInfo,
        stacklevel: int,
        fields: dict[str, object],
    ) -> None:
        try:
            core = self._core
            if not core.tail:
                core.resolve()
                if level < core.threshold:
                    return

            # Call site: found by one look-up, encoded once; see callsite.py.
            try:
                frame = _getframe(1 + stacklevel)
                code = frame.f_code
                key = id(code) + frame.f_lasti
                site = core.sites.by_key.get(key)
                if site is None or site.code is not code:
                    site = core.sites.add(key, frame, level, message)
                place = site.place
                if site.message is message and site.level == level:
                    head = site.head
                else:
                    head = core.sites.head(level, message, place)
            except (ValueError, TypeError, OverflowError):  # the stack is not that deep, or stacklevel is no number
                place = encode_place(caller_frame(stacklevel if isinstance(stacklevel, int) else 1))
                head = core.sites.head(level, message, place)

            if args:
                fields["args" if "args" not in fields else "args_"] = args
            if _gate is not None and not self._is_admitted(level, message, place, fields):
                return
            error = current_exception(exc_info) if exc_info is not None else None
            self._write(level, head, fields, error, b"")
        except Exception as failure:
            try:
                count_failure(failure)
            except RecursionError:  # so close to the limit that not even this call fits
                return

    def write_timed(
        self,
        level: int,
        message: str,
        *,
        seconds: float,
        fields: dict[str, object],
        place: bytes,
        error: BaseException | None = None,
    ) -> Source | None:
        """Write a record with `duration_ms`. Returns what an exemplar is made of, None if not written. Never raises."""
        try:
            core = self._core
            core.resolve()
            if core.threshold <= level and (_gate is None or self._is_admitted(level, message, place, fields)):
                duration = b'"duration_ms":%b,' % repr(round(seconds * 1000, 3)).encode()
                return self._write(level, core.sites.head(level, message, place), fields, error, duration)
        except Exception as failure:
            count_failure(failure)
        return None

    def write_foreign(
        self,
        level: int,
        message: object,
        *,
        milliseconds: int,
        fields: dict[str, object],
        place: bytes,
        error: BaseException | None = None,
    ) -> None:
        """Write a record that another logging library made at `milliseconds` since 1970. Never raises."""
        try:
            core = self._core
            core.resolve()
            if core.threshold <= level and (_gate is None or self._is_admitted(level, message, place, fields)):
                self._write(level, core.sites.head(level, message, place), fields, error, b"", milliseconds)
        except Exception as failure:
            count_failure(failure)

    def _is_admitted(self, level: int, message: object, place: bytes, fields: dict[str, object]) -> bool:
        """Ask the gate, which may add fields."""
        core = self._core
        state = _current_context.get()
        if _gate is None or (level < core.level and state.held is None):
            return _gate is None  # nothing will hold it
        context_fields = state.fields
        shared = {**context_fields, **self._bound} if self._bound else context_fields
        added = _gate.admits(core, level, message, place, fields, shared)
        if added is None:
            return False
        fields.update(added)
        return True

    def _write(
        self,
        level: int,
        head: bytes,
        fields: dict[str, object],
        error: BaseException | None,
        duration: bytes,
        now: int = 0,
    ) -> Source | None:
        state = _current_context.get()
        held = state.held
        if held is None and level < self._core.level:  # outside any context there is nothing that could fail
            return None
        now = now or time_ns() // 1_000_000
        stamp = _stamp
        text = stamp[1] if stamp[0] == now else _stamp_of(now)

        redactor = active.redactor
        if state.redactor is not redactor:
            state.encode_again()
        if not self._bound:
            shared = state.encoded
        elif self._merged[0] is state.encoded and self._merged[1] is redactor:
            shared = self._merged[2]
        else:
            shared = encode_context({**state.fields, **self._bound})
            self._merged = (state.encoded, redactor, shared)
        tail = self._core.tail
        if _add_ids is not None:
            shared, tail = _add_ids(state, shared, tail)

        # `rest` is everything behind the context: `,"a":1}` or `}`.
        encoded = encode_fields(fields) if fields else b"{}"  # empty, too, when redaction removed every field
        rest = b",%b" % encoded[1:] if len(encoded) > 2 else b"}"
        if duration:
            rest = b",%b%b" % (duration, rest[1:]) if len(encoded) > 2 else b",%b}" % duration[:-1]
        if error is not None:
            rest = b'%b,"exception":%b}' % (rest[:-1], encode_exception(error))

        line = b'{"timestamp":"%b",%b"context":{%b%b%b\n' % (text, head, shared, tail, rest)
        error_type = None if level < ERROR else "none" if error is None else type(error).__name__

        if len(line) > _max_record_size:
            line = cut_record(line, _max_record_size)
        if state.in_sink_thread:
            _pipeline.take_side_record((level, now, line, error_type))
            return None
        if held is not None:
            if level < self._core.level:
                held.hold((level, now, line, error_type))
                return None
            if level >= held.recorder.trigger:
                held.write()
        entries = _buffer.entries
        entries.append((level, now, line, error_type))
        if len(entries) >= _buffer.seal_at or len(line) > LARGE_RECORD:
            _pipeline.relieve()
        if level >= _flush_level:
            _pipeline.flush(lifecycle.EXIT_SECONDS)
        return (now, shared, tail) if duration else None


_loggers: dict[str, AdvancedLogger] = {}


def get_logger(name: str = "root", log_level: str | int | None = None) -> AdvancedLogger:
    """The logger of this name, always the same one. `log_level` sets its own minimum level, from now on.

    Loggers without a level of their own follow the one above them (`shop.cart` follows `shop`).
    Without `configure` the first record configures the library from environment and file. Raises
    ConfigError for an unknown level.
    """
    own_level = None if log_level is None else checked_level(log_level, "log_level")
    logger = _loggers.get(name)
    if logger is None:
        logger = _loggers.setdefault(name, AdvancedLogger(core_of(str(name)), {}))
    if own_level is not None:
        set_own_level(logger._core, own_level)
    return logger


def _unpickle(name: str, bound: dict[str, object]) -> AdvancedLogger:
    return AdvancedLogger(get_logger(name)._core, bound)


def _apply(settings: Settings) -> None:
    global _flush_level, _gate, _max_record_size
    _max_record_size = settings.max_record_size
    _flush_level = _NO_LEVEL if settings.flush_level is None else NUMBERS[settings.flush_level]
    replaced, _gate = _gate, make_gate(settings, _pipeline.append)
    if replaced is not None:
        replaced.close()  # its last summaries still go by the old rules
    limits.use(settings)
    active.use(settings)
    forget_names()
    forget_sites()
    _pipeline.on_pass = None if _gate is None else _gate.sweep
    flight_recorder.active = flight_recorder.make_recorder(settings, _pipeline.append)


lifecycle.on_configure(_apply)
lifecycle.on_configure(switch.follow)
lifecycle.before_exit(lambda: None if _gate is None else _gate.flush())
lifecycle.on_reload_failed(lambda error: _pipeline.append(reload_failed(error)))
_pipeline.notices.make_record = drop_notice
