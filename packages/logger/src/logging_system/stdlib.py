"""`StructuredFormatter`: the same record for programs that use `logging` with handlers of their own.

    "formatters": {"json": {"()": "logging_system.stdlib.StructuredFormatter"}}

A handler with it writes what `configure(capture_stdlib=True)` would: context, redaction, exceptions,
service name. The settings are those of the library, from environment and file if nothing has
configured it. Levels, sampling and rate limits are left to `logging`, and nothing is counted.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any, Final

from pythonjsonlogger.core import BaseJsonFormatter

from logging_system import context, diagnostics
from logging_system.capture.log_record import OWN_ATTRIBUTES, ForeignRecord, message_of, translate
from logging_system.control.levels import core_of
from logging_system.integrations import tracing
from logging_system.pipeline import lifecycle
from logging_system.record import encode_exception, encode_fields
from logging_system.record_size import cut_record
from logging_system.timestamp import encode_timestamp

#: Attributes of a LogRecord whose information every record of ours has.
_IN_EVERY_RECORD: Final = frozenset(
    "asctime created msecs levelname levelno name message msg args pathname filename module funcName lineno"
    " exc_info exc_text stack_info".split()
)


class StructuredFormatter(BaseJsonFormatter):
    """A formatter of python-json-logger that writes our record. Never raises for what is in a record.

    Of that library's arguments `fmt` adds further attributes of the LogRecord as fields
    (`"%(threadName)s %(process)d"`), `static_fields` and `defaults` add fields, `rename_fields` renames the
    caller's, `reserved_attrs` leaves more of them out, and `prefix` stands before the line. The keys of
    the record itself stay as they are. `add_fields` and `process_log_record` can be overridden; they
    see the fields only.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON, without its newline."""
        parts = translate(record)
        try:
            fields: dict[str, Any] = {}
            self.add_fields(fields, record, parts.fields)
            fields = self.process_log_record(fields)
        except Exception as failure:  # of a subclass
            diagnostics.say("formatter", f"fields are left as they were: {type(failure).__name__}: {failure}")
            fields = parts.fields
        return self.prefix + _line(record.name, parts, fields).decode()

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Put the record's own fields into `log_data`; `message_dict` are those that `translate` has found."""
        renamed = self.rename_fields
        found = {**self.defaults, **self._attributes_asked_for(record), **self.static_fields}
        left_out = self.reserved_attrs - OWN_ATTRIBUTES
        found |= {name: value for name, value in message_dict.items() if name not in left_out}
        log_data.update({renamed.get(name, name): value for name, value in found.items()})

    def _attributes_asked_for(self, record: logging.LogRecord) -> dict[str, object]:
        """Those named by `fmt`, without what every record says unless it is wanted under another name."""
        wanted = [name for name in self._required_fields if name not in _IN_EVERY_RECORD or name in self.rename_fields]
        made = {"asctime": self.formatTime(record, self.datefmt), "message": message_of(record)[0]} if wanted else {}
        known = {**record.__dict__, **made}
        return {name: known[name] for name in wanted if name in known}


def _line(logger_name: str, parts: ForeignRecord, fields: Mapping[str, object]) -> bytes:
    """The record as `AdvancedLogger` joins it (which is in a hurry), without the newline."""
    core = core_of(logger_name)
    core.resolve()
    state = context.current.get()
    shared, tail = tracing.add_ids(state, state.encoded, core.tail)
    head = core.sites.head(parts.level, parts.message, parts.place)
    line = b'{"timestamp":"%b",%b"context":{%b%b' % (
        encode_timestamp(parts.milliseconds or time.time_ns() // 1_000_000),
        head,
        shared,
        tail,
    )
    encoded = encode_fields(fields)
    if encoded != b"{}":
        line += b"," + encoded[1:-1]
    if parts.error is not None:
        line += b',"exception":' + encode_exception(parts.error)
    line += b"}"
    limit = lifecycle.current_settings().max_record_size
    return line if len(line) < limit else cut_record(line, limit).rstrip(b"\n")
