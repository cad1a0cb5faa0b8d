"""`trace_id` and `span_id` of the trace in force, for the end of a record's context.

OpenTelemetry's active span comes first. Without one they are those of the `traceparent` header that
a middleware found (https://www.w3.org/TR/trace-context/): the `span_id` is then the caller's, the
only span of the request that a tracing backend can know. OpenTelemetry is never imported from here.
"""

from __future__ import annotations

import re
import sys
from typing import Final

import orjson

from logging_system.context import ContextState

OPENTELEMETRY: Final = "opentelemetry.trace"
_TRACEPARENT: Final = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_NAMES: Final = ("trace_id", "span_id")


def ids_of_header(traceparent: bytes) -> tuple[bytes, bytes] | None:
    """The trace id and the parent's span id of a `traceparent` header; None if it is not valid."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    version, trace_id, span_id, rest = found.groups()
    # Version ff is forbidden, version 00 ends after the flags; all zeros means no trace, no span.
    if version == b"ff" or (version == b"00" and rest) or not trace_id.strip(b"0") or not span_id.strip(b"0"):
        return None
    return trace_id, span_id


def encode_ids(trace_id: bytes, span_id: bytes) -> bytes:
    """Two hexadecimal ids as members of an object."""
    return b'"trace_id":"%b","span_id":"%b"' % (trace_id, span_id)


def add_ids(state: ContextState, shared: bytes, tail: bytes) -> tuple[bytes, bytes]:
    """`tail`, the encoded end of a context with its brace, with the ids of the trace in force.

    `shared` are the members before it. A field of the program that has one of the two names is
    kept there under that name plus `_`. Never raises.
    """
    ids = _active_span() or (b"" if state.request is None else state.request.trace)
    if not ids:
        return shared, tail
    if b'"trace_id":' in shared or b'"span_id":' in shared:
        shared = _with_names_free(shared)
    return shared, b"%b,%b}" % (tail[:-1], ids)


def _active_span() -> bytes:
    opentelemetry = sys.modules.get(OPENTELEMETRY)
    if opentelemetry is None:
        return b""
    try:
        span = opentelemetry.get_current_span().get_span_context()
        return encode_ids(b"%032x" % span.trace_id, b"%016x" % span.span_id) if span.is_valid else b""
    except Exception:  # a span of the program's own making, or a module that is still being imported
        return b""


def _with_names_free(shared: bytes) -> bytes:
    fields = orjson.loads(b"{%b}" % shared[:-1])
    for name in _NAMES:
        if name in fields:
            other = f"{name}_"
            while other in fields:
                other += "_"
            fields[other] = fields.pop(name)
    return orjson.dumps(fields)[1:-1] + b","
