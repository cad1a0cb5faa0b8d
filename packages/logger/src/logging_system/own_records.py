"""Records that the library writes itself: what was lost, what was suppressed. They have no caller and no context."""

from __future__ import annotations

import time
from collections.abc import Mapping

from logging_system import diagnostics, limits, metrics
from logging_system.callsite import encode_place
from logging_system.control.levels import LoggerCore, core_of
from logging_system.errors import ConfigError
from logging_system.levels import ERROR, WARNING
from logging_system.pipeline.entry import Entry
from logging_system.record import encode_fields
from logging_system.record_size import cut_record
from logging_system.timestamp import encode_timestamp


def make_record(core: LoggerCore, level: int, message: str, place: bytes, fields: Mapping[str, object]) -> Entry:
    """A record of now, on its way to the sinks; `fields` has at least one."""
    now = time.time_ns() // 1_000_000
    head = core.sites.head(level, message, place)
    encoded = encode_fields(fields)[1:]
    line = b'{"timestamp":"%b",%b"context":{%b,%b\n' % (encode_timestamp(now), head, core.tail, encoded)
    if len(line) > limits.record_size:
        line = cut_record(line, limits.record_size)
    return level, now, line, "none" if level >= ERROR else None


def drop_notice(sink: str, reason: str, count: int) -> Entry:
    """The record that tells of lost ones."""
    fields = {"sink": sink, "reason": reason, "dropped": count}
    return make_record(core_of("logging_system"), WARNING, "records dropped", encode_place(None), fields)


def reload_failed(error: ConfigError) -> Entry:
    """The record that tells of a configuration that was read again and is wrong."""
    fields = {"source": error.source, "setting": error.key, "problem": error.problem}
    core = core_of("logging_system")
    return make_record(core, ERROR, "configuration not reloaded", encode_place(None), fields)


def count_failure(failure: Exception) -> None:
    """The one edge where the library swallows: count, say so once a minute, go on."""
    try:
        metrics.count_dropped("encoder", "error", 1)
        diagnostics.say("encoder", f"a record could not be written: {type(failure).__name__}: {failure}")
    except Exception:  # not even that worked (no memory): the caller's work matters more
        return
