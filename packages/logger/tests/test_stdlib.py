"""`StructuredFormatter`: the record of the pipeline, for handlers of `logging`."""

from __future__ import annotations

import json
import logging
import logging.config
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from pythonjsonlogger.core import BaseJsonFormatter

from logging_system import configure, flush, get_logger
from logging_system.context import bind_request_context
from logging_system.stdlib import StructuredFormatter

Run = Callable[..., subprocess.CompletedProcess[str]]
tracer = TracerProvider().get_tracer("test")


def _record(**attributes: object) -> logging.LogRecord:
    made = {"name": "theirs", "levelno": 30, "levelname": "WARNING", "msg": "hello", **attributes}
    place = {"pathname": "/srv/shop.py", "module": "shop", "funcName": "pay", "lineno": 7}
    return logging.makeLogRecord({"created": 1_700_000_000.25, "msecs": 250.0, **place, **made})


def _formatted(record: logging.LogRecord, formatter: StructuredFormatter | None = None) -> dict[str, Any]:
    line = (formatter or StructuredFormatter()).format(record)
    assert "\n" not in line
    loaded: dict[str, Any] = json.loads(line)
    return loaded


def _captured_line(record: logging.LogRecord, log_dir: Path) -> str:
    """The same record through `capture_stdlib`."""
    file = log_dir / "app.log"
    before = file.stat().st_size if file.exists() else 0
    logging.Logger(record.name).callHandlers(record)  # noqa: LOG001
    assert flush()
    return file.read_bytes()[before:].decode().removesuffix("\n")


@pytest.fixture
def capturing(log_dir: Path) -> None:
    """The pipeline takes the records of `logging` too, of all levels."""
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True, log_level="DEBUG")
    logging.lastResort = None


@pytest.fixture(autouse=True)
def _last_resort() -> Any:
    kept = logging.lastResort
    yield
    logging.lastResort = kept


def test_dict_config_with_nothing_configured_gives_whole_records(run_program: Run, tmp_path: Path) -> None:
    """Service name, version and environment come from the environment; no file is written, no thread started."""
    done = run_program(
        "import logging, logging.config, sys, threading\n"
        "logging.config.dictConfig({'version': 1,\n"
        "  'formatters': {'json': {'()': 'logging_system.stdlib.StructuredFormatter'}},\n"
        "  'handlers': {'out': {'class': 'logging.StreamHandler', 'formatter': 'json', 'stream': 'ext://sys.stdout'}},\n"
        "  'root': {'handlers': ['out'], 'level': 'INFO'}})\n"
        "logging.getLogger('shop').info('hello %s', 'you', extra={'order': 7, 'password': 'hunter2'})\n"
        "assert threading.active_count() == 1\n",
        SERVICE_VERSION="2.0",
        ENVIRONMENT="prod",
    )

    record = json.loads(done.stdout)
    assert list(record) == [
        "timestamp", "level", "logger", "message", "module", "function", "line", "context", "order", "password"
    ]  # fmt: skip
    assert record["message"] == "hello you"
    assert record["context"] == {"service_name": "app", "version": "2.0", "environment": "prod"}
    assert record["password"] == "***"
    assert list(tmp_path.iterdir()) == []


def test_the_formatter_is_one_of_python_json_logger() -> None:
    """What checks for that library's class finds it."""
    assert issubclass(StructuredFormatter, BaseJsonFormatter)


@pytest.mark.usefixtures("capturing")
@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"msg": "%d", "args": ("text",)},
        {"msg": {"message": "paid", "order": 7, "nested": {"token": "secret"}}},
        {"levelno": 35, "levelname": "NOTICE", "level": "mine"},
        {"exc_info": (ValueError, ValueError("x"), None), "stack_info": "Stack"},
        {"exc_text": "Traceback", "extra_float": float("nan"), "\ud800": "\ud800"},
        {"name": "weird\nname", "msg": "two\nlines"},
        {"big": "x" * 400_000},
    ],
)
def test_the_line_is_the_very_line_of_the_pipeline(log_dir: Path, attributes: dict[str, object]) -> None:
    """Byte for byte: in a context, in a trace, in a request, for awkward records too."""
    with get_logger("a").context(correlation_id="c", tenant="t"), tracer.start_as_current_span("span"):
        bind_request_context(user="u")
        line = StructuredFormatter().format(_record(**attributes))
        assert line == _captured_line(_record(**attributes), log_dir)


@pytest.mark.usefixtures("capturing")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    message=st.one_of(st.text(), st.integers(), st.none(), st.dictionaries(st.text(), st.integers(), max_size=3)),
    extras=st.dictionaries(
        st.text(max_size=8),
        st.recursive(st.none() | st.floats() | st.text() | st.binary(), lambda v: st.lists(v) | st.tuples(v)),
        max_size=4,
    ),
    level=st.integers(min_value=1, max_value=60),
)
def test_any_record_gives_the_same_line_either_way(
    log_dir: Path, message: object, extras: dict[str, object], level: int
) -> None:
    """Whatever is logged."""
    own = logging.makeLogRecord({}).__dict__.keys() | {"message", "asctime"}
    attributes = {name: value for name, value in extras.items() if name not in own}
    record = _record(**attributes, msg=message, levelno=level, levelname="L")

    assert StructuredFormatter().format(record) == _captured_line(record, log_dir)


def test_a_record_without_a_time_gets_the_time_now() -> None:
    """As made by hand."""
    assert _formatted(_record(created=None))["timestamp"] > "2024"


@pytest.mark.parametrize("number", [None, "LOUD"])
def test_a_level_that_is_no_level_counts_as_info(number: object) -> None:
    """As made by hand."""
    assert _formatted(_record(levelno=number))["level"] == "INFO"


def test_arguments_of_python_json_logger_add_and_rename_fields() -> None:
    """The record's own keys stay as they are."""
    formatter = StructuredFormatter(
        "%(asctime)s %(message)s %(threadName)s %(levelname)s %(missing)s",
        datefmt="%Y",
        static_fields={"team": "shop", "region": "eu"},
        defaults={"region": "unknown", "tenant": "none"},
        rename_fields={"order": "order_id", "levelname": "severity", "message": "text", "asctime": "year"},
        reserved_attrs=["noisy"],
    )
    record = _formatted(_record(order=7, noisy=True, tenant="t1"), formatter)

    assert (record["level"], record["message"]) == ("WARNING", "hello")
    assert {name: record[name] for name in list(record)[8:]} == {
        "region": "eu",
        "tenant": "t1",
        "year": "2023",
        "text": "hello",
        "threadName": "MainThread",
        "severity": "WARNING",
        "team": "shop",
        "order_id": 7,
    }


def test_a_prefix_stands_before_the_line() -> None:
    """For receivers that ask for a cookie."""
    assert StructuredFormatter(prefix="@cee: ").format(_record()).startswith('@cee: {"timestamp"')


def test_a_subclass_may_change_the_fields() -> None:
    """The two methods that python-json-logger has for it."""

    class Mine(StructuredFormatter):
        def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
            super().add_fields(log_data, record, message_dict)
            log_data["added"] = record.lineno

        def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
            return {**log_data, "processed": True}

    record = _formatted(_record(order=7), Mine())
    assert (record["order"], record["added"], record["processed"]) == (7, 7, True)


def test_a_subclass_that_fails_costs_its_fields_and_not_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    """The library says so on standard error."""

    class Broken(StructuredFormatter):
        def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
            raise ValueError(log_data.get("reason", "no"))

    assert _formatted(_record(order=7), Broken())["order"] == 7
    assert "fields are left as they were: ValueError: no" in capsys.readouterr().err


def test_importing_the_library_does_not_import_python_json_logger(run_program: Run) -> None:
    """Only this module does."""
    run_program("import sys, logging_system\nassert 'pythonjsonlogger' not in sys.modules\n")
