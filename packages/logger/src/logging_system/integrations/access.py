"""One HTTP request, whatever the server's protocol: its correlation id, its context, its access record and metric.

The id comes from `X-Correlation-ID`, else from the trace id of `traceparent`, else it is made; an id
that is not plain text of up to 128 safe characters is replaced. `asgi.py` and `wsgi.py` say what
their protocol knows; everything else is here, so both behave alike.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Final, Self

from logging_system import context, metrics
from logging_system.callsite import encode_place
from logging_system.context import LogContext, new_correlation_id
from logging_system.integrations.tracing import encode_ids, ids_of_header
from logging_system.levels import DEBUG, ERROR, INFO, WARNING
from logging_system.logger import follow_traces, get_logger
from logging_system.metrics_exemplars import Source
from logging_system.timer import outcome_of

HEADER: Final = "X-Correlation-ID"
#: nginx's status for a client that went away before the answer.
CLIENT_CLOSED_REQUEST: Final = 499
_SAFE_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
_STREAM: Final = "text/event-stream"

_logger = get_logger("logging_system.access")


class RequestContext(LogContext):
    """The context of a request; `bind_request_context` adds to it, and its records carry `trace`."""

    def __init__(self, correlation_id: str, trace: bytes) -> None:
        super().__init__({"correlation_id": correlation_id})
        self._trace = trace

    def __enter__(self) -> Self:
        super().__enter__()
        state = context.current.get()
        state.request = context.Request(state, self._trace)
        return self


@dataclass(slots=True)
class Request:
    """A request and what is known of its answer until now."""

    method: str
    path: str
    client: str | None
    correlation_id: str
    trace: bytes
    started: float
    #: Routes of health checks.
    probes: frozenset[str]
    #: The template of the route that matched, such as `/api/orders/{id}`, where the framework tells.
    route: str | None = None
    status: int | None = None
    #: Seconds until the answer began, of one that lasts as long as somebody watches: that is its figure of speed.
    stream_began: float | None = None
    #: The answer has been sent to its end.
    complete: bool = False

    def context(self) -> RequestContext:
        """The context for all its records."""
        return RequestContext(self.correlation_id, self.trace)

    def answered(self, status: int, content_type: str) -> None:
        """The application has started to answer; `route` is known by now. A stream is observed here."""
        self.status = status
        if content_type.startswith(_STREAM) and self.stream_began is None:
            self.stream_began = time.perf_counter() - self.started
            self._observe("error" if status >= 500 else "ok", self.stream_began, None)

    def write_record(self, error: BaseException | None, *, abandoned: bool = False) -> None:
        """Write the access record and observe the duration. `abandoned`: the client took no more of the answer.

        INFO below status 400, WARNING below 500, ERROR from there on. A health check that goes well is DEBUG and
        no request among the others.
        """
        seconds = time.perf_counter() - self.started
        status = self._final_status(error, abandoned)
        outcome = "error" if status >= 500 else "cancelled" if abandoned else outcome_of(error)
        is_quiet = status < 400 and outcome == "ok" and self.route in self.probes
        fields: dict[str, object] = {
            "method": self.method,
            "path": self.path,
            "route": self.route,
            "status": status,
            "client": self.client,
        }
        if self.stream_began is not None:
            fields |= {"streaming": True, "first_byte_ms": round(self.stream_began * 1000, 3)}
        record = _logger.write_timed(
            DEBUG if is_quiet else INFO if status < 400 else WARNING if status < 500 else ERROR,
            "request handled",
            seconds=seconds,
            fields=fields,
            place=encode_place(None),
            error=error if outcome == "error" else None,
        )
        if self.stream_began is None and not is_quiet:
            self._observe(outcome, seconds, record)

    def _observe(self, outcome: str, seconds: float, record: Source | None) -> None:
        metrics.observe_operation(
            f"{self.method} {self.route}" if self.route else "unmatched", outcome, seconds, record
        )

    def _final_status(self, error: BaseException | None, abandoned: bool) -> int:
        if abandoned:
            return CLIENT_CLOSED_REQUEST
        if error is not None and not self.complete:
            return CLIENT_CLOSED_REQUEST if outcome_of(error) in ("cancelled", "closed") else 500
        return self.status if self.status is not None else 500


def begin(
    *,
    method: str,
    path: str,
    client: str | None,
    given_id: bytes,
    traceparent: bytes,
    probes: frozenset[str],
) -> Request:
    """A request has come, with these values of the headers `X-Correlation-ID` and `traceparent` (or nothing)."""
    trace = ids_of_header(traceparent)
    if trace is not None:
        follow_traces()
    return Request(
        method=method,
        path=path,
        client=client,
        correlation_id=_correlation_id(given_id, trace),
        trace=encode_ids(*trace) if trace is not None else b"",
        started=time.perf_counter(),
        probes=probes,
    )


def _correlation_id(given_id: bytes, trace: tuple[bytes, bytes] | None) -> str:
    if _SAFE_ID.fullmatch(given_id):
        return given_id.decode()
    return trace[0].decode() if trace is not None else new_correlation_id()
