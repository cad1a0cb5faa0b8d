"""`trace_id` and `span_id`: OpenTelemetry's active span, else what a request's `traceparent` says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span

from logging_system import get_logger
from logging_system.integrations.tracing import ids_of_header
from logging_system.logger import follow_traces

Lines = Callable[[], list[dict[str, Any]]]
Run = Callable[..., subprocess.CompletedProcess[str]]
logger = get_logger("tracing")
tracer = TracerProvider().get_tracer("test")

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_records_carry_the_ids_of_the_active_span_at_the_end_of_the_context(log_lines: Lines) -> None:
    """Nested spans each their own; none outside."""
    with logger.context(correlation_id="c"), tracer.start_as_current_span("outer") as outer:
        logger.info("outer", a=1)
        with tracer.start_as_current_span("inner") as inner:
            logger.bind(component="x").info("inner")
    logger.info("outside")

    records = log_lines()
    assert list(records[0]["context"]) == [
        "correlation_id",
        "service_name",
        "version",
        "environment",
        "trace_id",
        "span_id",
    ]
    for record, span in zip(records, (outer, inner), strict=False):
        ids = span.get_span_context()
        assert record["context"]["trace_id"] == trace.format_trace_id(ids.trace_id)
        assert record["context"]["span_id"] == trace.format_span_id(ids.span_id)
    assert "trace_id" not in records[2]["context"]


def test_leading_zeros_of_ids_are_kept(log_lines: Lines) -> None:
    """32 and 16 digits always."""
    with use_span(NonRecordingSpan(SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1)))):
        logger.info("x")

    context = log_lines()[0]["context"]
    assert (context["trace_id"], context["span_id"]) == ("0" * 31 + "1", "0" * 15 + "2")


def test_fields_of_the_program_with_those_names_are_kept_beside_them(log_lines: Lines) -> None:
    """No key twice; where no trace is active they keep their names."""
    fields = {"trace_id": "mine", "trace_id_": "also mine", "a": {"span_id": "nested"}}
    with logger.context(correlation_id="c", **fields):
        with tracer.start_as_current_span("span"):
            logger.info("in a trace")
        logger.info("in none")

    traced, untraced = (record["context"] for record in log_lines())
    assert (traced["trace_id__"], traced["trace_id_"]) == ("mine", "also mine")
    assert len(traced["trace_id"]) == 32
    assert untraced["trace_id"] == "mine"
    assert traced["a"] == {"span_id": "nested"}


def test_a_span_that_fails_costs_the_ids_and_not_the_record(log_lines: Lines) -> None:
    """A span class of the program's own."""

    class Broken(NonRecordingSpan):
        def get_span_context(self) -> SpanContext:
            raise RuntimeError("no context")

    with use_span(Broken(trace.INVALID_SPAN_CONTEXT), end_on_exit=False):
        logger.info("x")

    [record] = log_lines()
    assert "trace_id" not in record["context"]


@pytest.mark.parametrize(
    ("header", "valid"),
    [
        (f"00-{TRACE}-{SPAN}-01", True),
        (f"cc-{TRACE}-{SPAN}-01-what the future brings", True),
        (f"00-{TRACE}-{SPAN}-01-more", False),
        (f"ff-{TRACE}-{SPAN}-01", False),
        (f"00-{'0' * 32}-{SPAN}-01", False),
        (f"00-{TRACE}-{'0' * 16}-01", False),
        (f"00-{TRACE.upper()}-{SPAN}-01", False),
        (f"00-{TRACE}-{SPAN}", False),
        ("", False),
    ],
)
def test_a_traceparent_counts_only_if_it_is_valid(header: str, valid: bool) -> None:
    """The rules of https://www.w3.org/TR/trace-context/."""
    found = ids_of_header(header.encode())

    assert found == ((TRACE.encode(), SPAN.encode()) if valid else None)


def test_a_program_without_opentelemetry_does_not_get_it_imported(run_program: Run) -> None:
    """And pays one check for None a record."""
    run_program(
        "import sys\nfrom logging_system import get_logger, logger\nget_logger('a').info('x')\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
        "assert logger._add_ids is None\n"
    )


def test_the_ids_are_gone_with_the_module(log_lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that had followed traces for another reason, such as a `traceparent`."""
    monkeypatch.delitem(sys.modules, "opentelemetry.trace")
    follow_traces()
    logger.info("x")

    assert "trace_id" not in log_lines()[0]["context"]
