"""Records of `logging` through our pipeline: each once, whatever handlers there are and whoever configures them."""

from __future__ import annotations

import gc
import importlib
import io
import logging
import logging.config
import logging.handlers
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, get_logger
from logging_system.capture import handlers
from logging_system.integrations.asgi import LoggingMiddleware

Lines = Callable[[], list[dict[str, Any]]]
Run = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = [pytest.mark.guarantee(23), pytest.mark.usefixtures("capturing")]

TO_CONSOLE = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr"}},
    "loggers": {"isolated": {"handlers": ["console"], "propagate": False}},
    "root": {"handlers": ["console"], "level": "INFO"},
}


@pytest.fixture
def alone() -> logging.Logger:
    """A logger with no handlers: pytest's would format each record as well, and fail where we do not."""
    return logging.Logger("alone")  # noqa: LOG001 - that it has no parent is the point


def _messages(lines: Lines) -> list[str]:
    return [record["message"] for record in lines()]


def test_a_record_of_logging_is_one_of_ours(log_lines: Lines) -> None:
    """Same keys, same context, same place."""
    with get_logger("ours").context(correlation_id="c"):
        logging.getLogger("theirs").warning("hello %s", "you", extra={"order": 7})
        get_logger("theirs").warning("hello you", order=7)

    theirs, ours = log_lines()
    assert list(theirs) == list(ours)
    assert {**theirs, "timestamp": 0, "line": 0} == {**ours, "timestamp": 0, "line": 0}
    assert theirs["line"] + 1 == ours["line"]


def test_configuring_again_does_not_double(log_lines: Lines, log_dir: Path) -> None:
    """By us, by `dictConfig` and by `basicConfig`, each more than once."""
    for _ in range(3):
        configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
        logging.config.dictConfig(TO_CONSOLE)
        logging.basicConfig(force=True)
    logging.getLogger("shop").warning("once")
    logging.getLogger("isolated").warning("once, too")

    assert _messages(log_lines) == ["once", "once, too"]


@pytest.mark.parametrize("propagate", [True, False])
def test_a_logger_with_its_own_handlers_is_captured_once(log_lines: Lines, propagate: bool) -> None:
    """Whether it propagates or not, and if that changes later."""
    logger = logging.getLogger(f"own.{propagate}")
    logger.addHandler(logging.NullHandler())
    logger.propagate = propagate
    logger.warning("first")
    logger.propagate = not propagate
    logger.warning("second")

    assert _messages(log_lines) == ["first", "second"]


def test_handlers_of_the_program_go_on_and_those_of_the_console_rest(
    log_lines: Lines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is on the terminal is up to our console sink; a file or a collector is the program's own affair."""
    memory = logging.StreamHandler(io.StringIO())
    file = logging.FileHandler(tmp_path / "their.log")
    root = logging.getLogger()
    for handler in (logging.StreamHandler(sys.stdout), logging.StreamHandler(), memory, file):
        root.addHandler(handler)
    logging.getLogger("shop").warning("hello")
    file.close()

    assert capsys.readouterr() == ("", "")
    assert memory.stream.getvalue() == (tmp_path / "their.log").read_text() == "hello\n"
    assert _messages(log_lines) == ["hello"]


def test_handlers_that_write_to_a_terminal_through_another_object_rest_too(
    log_lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    """As rich's does, and a file handler on `/dev/stdout`."""

    class Rich(logging.Handler):
        class console:  # noqa: N801 - the attribute's name is rich's
            file = sys.stdout

        def emit(self, record: logging.LogRecord) -> None:
            self.console.file.write(self.format(record))

    logging.getLogger().addHandler(Rich())
    if Path("/dev/stdout").exists():
        logging.getLogger().addHandler(logging.FileHandler("/dev/stdout", delay=True))
    logging.getLogger("shop").warning("hello")

    assert capsys.readouterr() == ("", "")
    assert _messages(log_lines) == ["hello"]


def test_a_queue_with_a_console_behind_it_does_not_show_the_record_again(
    log_lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    """The listener calls the handler in a thread of its own."""
    records: queue.Queue[Any] = queue.Queue()
    memory = logging.StreamHandler(io.StringIO())
    listener = logging.handlers.QueueListener(records, logging.StreamHandler(sys.stdout), memory)
    logging.getLogger().addHandler(logging.handlers.QueueHandler(records))
    listener.start()
    logging.getLogger("shop").warning("hello")
    listener.stop()

    assert (memory.stream.getvalue(), capsys.readouterr().out) == ("hello\n", "")
    assert _messages(log_lines) == ["hello"]


def test_a_program_without_handlers_has_nothing_on_standard_error(run_program: Run, log_dir: Path) -> None:
    """Neither from the handler of last resort nor from the `basicConfig` that `logging.warning` calls."""
    done = run_program(
        "import logging\nfrom logging_system import configure\n"
        "configure(capture_stdlib=True, console_output=False)\n"
        "logging.getLogger('a').warning('hello')\nlogging.warning('hello')\n"
    )

    assert (done.stdout, done.stderr) == ("", "")
    assert "hello" in (log_dir / "app.log").read_text(encoding="utf-8")


def test_boto_and_its_kin_are_captured_at_the_level_they_are_given(log_lines: Lines, log_dir: Path) -> None:
    """Libraries that log much at DEBUG are silent until asked for by name."""
    boto3 = pytest.importorskip("boto3")
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}
    boto3.session.Session(**keys).client("logs")
    configure(
        log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True, levels={"botocore": "DEBUG"}
    )
    logging.getLogger("shop").warning("now")
    boto3.session.Session(**keys).client("logs")

    names = [record["logger"] for record in log_lines()]
    assert names[0] == "shop"
    assert {name.partition(".")[0] for name in names[1:]} == {"botocore"}


def test_turning_it_off_gives_everything_back(log_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The functions of `logging` are the ones it came with, and a console handler writes again."""
    configure(log_dir=log_dir, console_output=False, service_name="app")
    logger = logging.getLogger("after")
    handler = logging.StreamHandler()
    logger.addHandler(handler)
    logger.warning("hello")
    logger.removeHandler(handler)

    assert logging.Logger.callHandlers.__module__ == logging.Handler.handle.__module__ == "logging"
    assert capsys.readouterr().err == "hello\n"


def test_it_works_above_and_below_another_library_that_does_the_same(
    log_lines: Lines, log_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Sentry replaces `callHandlers`: both see each record once, in either order, also after a reload."""
    seen: list[str] = []
    below = logging.Logger.callHandlers

    def other(self: logging.Logger, record: logging.LogRecord) -> None:
        seen.append(record.getMessage())
        below(self, record)

    monkeypatch.setattr(logging.Logger, "callHandlers", other)
    logging.getLogger("shop").warning("other above ours")
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
    logging.getLogger("shop").warning("ours above other")
    configure(log_dir=log_dir, console_output=False, service_name="app")
    logging.getLogger("shop").warning("not ours")

    assert seen == ["other above ours", "ours above other", "not ours"]
    assert _messages(log_lines) == ["other above ours", "ours above other"]


def test_it_finds_itself_again_after_the_module_is_reloaded(log_lines: Lines) -> None:
    """A second copy of the module takes the place of the first."""
    importlib.reload(handlers).install()
    logging.getLogger("shop").warning("hello")

    assert _messages(log_lines) == ["hello"]
    handlers.remove()
    assert logging.Logger.callHandlers.__module__ == "logging"


@pytest.mark.guarantee(24)
def test_access_lines_are_left_out_while_a_middleware_exists(log_lines: Lines) -> None:
    """Its own record says the same; a program that drops its application has the lines again."""

    async def app(*_: object) -> None:
        """Never called."""

    access = logging.getLogger("uvicorn.access")
    access.warning("before")
    middleware = LoggingMiddleware(app)
    access.warning("covered")
    logging.getLogger("uvicorn.error").warning("not an access line")
    del middleware
    gc.collect()
    access.warning("after")

    assert _messages(log_lines) == ["before", "not an access line", "after"]


def test_values_that_log_while_they_are_formatted_do_not_loop(log_lines: Lines, alone: logging.Logger) -> None:
    """Inner records are lines of their own; the third of them is written without formatting."""

    class Chatty:
        def __str__(self) -> str:
            alone.warning("inner %s", self)
            return "chatty"

    alone.warning("outer %s", Chatty())

    assert _messages(log_lines) == ["inner %s", "inner chatty", "outer chatty"]


def test_a_record_that_cannot_be_read_is_counted_and_said(
    log_lines: Lines, alone: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program goes on, and so do the records after it."""

    class Broken(logging.LogRecord):
        @property
        def exc_info(self) -> Any:
            raise RuntimeError("no")

        @exc_info.setter
        def exc_info(self, value: object) -> None:
            """The base class sets it."""

    alone.callHandlers(Broken("broken", 30, "x.py", 1, "hello", None, None))
    alone.warning("next")

    assert "a record of logging was not captured: RuntimeError: no" in capsys.readouterr().err
    assert _messages(log_lines) == ["next"]


def test_what_the_library_says_about_itself_does_not_come_back(run_program: Run, log_dir: Path) -> None:
    """It is written to standard error directly, also when a sink fails."""
    done = run_program(
        "from logging_system import configure, flush\nimport logging\n"
        "class Broken:\n"
        "    name = 'broken'\n"
        "    def write(self, entries): raise ValueError('no disk')\n"
        "    def idle(self): pass\n"
        "    def close(self): pass\n"
        "configure(capture_stdlib=True, console_output=False, sinks=[Broken()])\n"
        "logging.warning('hello')\nflush()\n"
    )

    assert "logging_system: sink broken: no disk" in done.stderr
    assert "no disk" not in (log_dir / "app.log").read_text(encoding="utf-8")


def test_dict_config_in_one_thread_and_records_in_others_do_not_hang(log_lines: Lines, log_dir: Path) -> None:
    """`dictConfig` holds the lock of `logging` while it closes handlers, which wait for those who log."""

    def work(number: int) -> None:
        logger = logging.getLogger(f"busy.{number}")
        for _ in range(200):
            logger.warning("hello")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        logging.config.dictConfig(TO_CONSOLE)
        configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
    for thread in threads:
        thread.join(10)

    assert not any(thread.is_alive() for thread in threads)
    assert _messages(log_lines) == ["hello"] * 800


def test_a_record_on_its_way_while_the_library_is_configured_again_is_captured(
    log_lines: Lines, log_dir: Path, alone: logging.Logger
) -> None:
    """A thread may stand between the look-up of `callHandlers` and the call of what it has found."""
    call_handlers = alone.callHandlers
    configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True)
    call_handlers(alone.makeRecord("alone", logging.WARNING, __file__, 1, "hello", (), None))

    assert _messages(log_lines) == ["hello"]


def test_dict_config_while_the_first_record_configures_the_library_does_not_hang(
    run_program: Run, tmp_path: Path
) -> None:
    """A formatter that resolves the configuration holds its handler's lock, for which `dictConfig` waits."""
    (tmp_path / "logging_config.yaml").write_text("logging: {capture_stdlib: true}\n", encoding="utf-8")
    run_program(
        "import logging, logging.config, threading\n"
        "from logging_system.pipeline import lifecycle\n"
        "from logging_system.stdlib import StructuredFormatter\n"
        "inside, held = threading.Event(), threading.Event()\n"
        "class Slow(logging.StreamHandler):\n"
        "    def emit(self, record):\n"
        "        inside.set(); held.wait(10)\n"
        "        super().emit(record)\n"
        "    def acquire(self):\n"
        "        if threading.current_thread() is threading.main_thread(): held.set()\n"
        "        super().acquire()\n"
        "handler = Slow(); handler.setFormatter(StructuredFormatter())\n"
        "logging.getLogger().addHandler(handler)\n"
        "thread = threading.Thread(target=logging.warning, args=('hello',))\n"
        "thread.start(); inside.wait(10)\n"
        "logging.config.dictConfig({'version': 1})\n"
        "thread.join(10)\n"
        "assert not thread.is_alive()\n"
    )
