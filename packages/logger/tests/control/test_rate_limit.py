"""Rate limit: the first records of a call site pass, the rest are counted and told of, and the sums are exact."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import ConfigError, configure, get_logger, shutdown
from logging_system.redact import active
from logging_system.redact.redactor import Redactor

Lines = Callable[[], list[dict[str, Any]]]
Use = Callable[..., None]
Gained = Callable[[str], float]
SUPPRESSED = "log_records_suppressed_total"
logger = get_logger("limited")
HOUR = 3600


def told(records: list[dict[str, Any]]) -> int:
    """The records that the summaries stand for."""
    return sum(record.get("suppressed", 0) for record in records)


def test_the_first_records_of_a_call_site_pass_and_the_rest_is_told_at_the_end(
    log_lines: Lines, use: Use, gained: Gained
) -> None:
    """The summary has the level, the logger and the call site of those it stands for."""
    use(rate_limit=3, rate_limit_interval=HOUR)
    for number in range(1237):
        with logger.context(user=number):
            logger.warning("disk is nearly full", free=number)
    shutdown()

    *first, summary = log_lines()
    assert [record["free"] for record in first] == [0, 1, 2]
    assert summary["message"] == "suppressed 1,234 similar records"
    assert (summary["suppressed"], summary["similar_to"]) == (1234, "disk is nearly full")
    same = ("level", "logger", "module", "function", "line")
    assert [summary[key] for key in same] == [first[0][key] for key in same]
    assert list(summary["context"]) == ["service_name", "version", "environment"]
    assert gained(SUPPRESSED) == 1234


def test_the_text_of_the_message_does_not_matter(log_lines: Lines, use: Use) -> None:
    """Messages with ids inside are one call site's; the summary shows the first that was left out."""
    use(rate_limit=1, rate_limit_interval=HOUR)
    for number in range(10):
        logger.info(f"order {number} is late")
    use()

    assert [record["message"] for record in log_lines()] == ["order 0 is late", "suppressed 9 similar records"]
    assert log_lines()[1]["similar_to"] == "order 1 is late"


def test_call_sites_loggers_and_levels_are_limited_apart(log_lines: Lines, use: Use) -> None:
    """A storm at one place takes nothing from others."""
    use(rate_limit=2, rate_limit_interval=HOUR)
    other = get_logger("limited.other")
    for _ in range(5):
        logger.info("a")
        logger.info("b")
        other.info("c")
        for level in ("INFO", "ERROR"):
            logger.log(level, f"d {level}")
        logger.bind(x=1).info("e")
    use()

    records = log_lines()
    assert Counter(record["message"] for record in records if "suppressed" not in record) == dict.fromkeys(
        ("a", "b", "c", "d INFO", "d ERROR", "e"), 2
    )
    assert sorted(record["similar_to"] for record in records if "suppressed" in record) == [
        "a",
        "b",
        "c",
        "d ERROR",
        "d INFO",
        "e",
    ]


def test_errors_are_limited_and_critical_records_are_not(log_lines: Lines, use: Use) -> None:
    """A storm of errors is a storm; the summary of one is an error too, and has no exception."""
    use(rate_limit=1, rate_limit_interval=HOUR)
    for _ in range(4):
        logger.critical("c")
        try:
            raise KeyError("k")
        except KeyError:
            logger.exception("e")
    use()

    records = log_lines()
    assert Counter(record["level"] for record in records) == {"CRITICAL": 4, "ERROR": 2}
    assert told(records) == 3
    assert [("exception" in record) for record in records if record["level"] == "ERROR"] == [True, False]


def test_a_summary_comes_with_the_next_record_of_its_site(log_lines: Lines, use: Use) -> None:
    """Before it, and a new interval begins."""
    use(rate_limit=1, rate_limit_interval=0.000001)
    for number in range(50):
        logger.info(f"x{number}")
    use()

    records = log_lines()
    assert sum("suppressed" not in record for record in records) + told(records) == 50
    assert sum("suppressed" not in record for record in records) > 1


def test_a_summary_is_written_when_nothing_more_is_logged(
    log_lines: Lines, use: Use, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    """The writer looks once a flush interval."""
    use(rate_limit=1, rate_limit_interval=0.05, flush_interval=0.02)
    for _ in range(20):
        logger.info("storm")

    wait_until(lambda: told(log_lines()) + sum("suppressed" not in record for record in log_lines()) == 20)


@pytest.mark.guarantee(65)
def test_written_and_suppressed_add_up_with_many_threads_and_a_change_of_configuration(
    log_lines: Lines, use: Use, gained: Gained
) -> None:
    """Nothing is counted twice and nothing is forgotten, also by the gate that is replaced meanwhile."""
    use(rate_limit=5, rate_limit_interval=0.002, flush_interval=0.01)

    def storm() -> None:
        for number in range(2000):
            logger.info("a", n=number)
            logger.warning(f"b {number}")

    threads = [threading.Thread(target=storm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        use(rate_limit=7, rate_limit_interval=0.003, flush_interval=0.01)
    for thread in threads:
        thread.join()
    shutdown()

    records = log_lines()
    written = sum("suppressed" not in record for record in records)
    assert written + told(records) == 16_000
    assert told(records) == gained(SUPPRESSED)


@pytest.mark.guarantee(65)
def test_what_was_suppressed_is_told_at_exit(run_program: Callable[..., Any], tmp_path: Path) -> None:
    """The program does nothing for it."""
    run_program(
        "from logging_system import configure, get_logger\n"
        "configure(rate_limit=2, rate_limit_interval=3600, console_output=False)\n"
        "for n in range(100): get_logger('a').info(f'number {n}')\n"
    )

    lines = (tmp_path / "logs" / "app.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert '"suppressed":98,"similar_to":"number 2"' in lines[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_tells_its_own_only(run_program: Callable[..., Any], tmp_path: Path) -> None:
    """What the parent suppressed the parent tells, once."""
    run_program(
        "import os\n"
        "from logging_system import ConfigError, configure, get_logger, shutdown\n"
        "configure(rate_limit=1, rate_limit_interval=3600, console_output=False)\n"
        "def work(times):\n"
        "    for _ in range(times): get_logger('a').info('x')\n"
        "work(11)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    work(101)\n"
        "    shutdown()\n"
        "    os._exit(0)\n"
        "os.waitpid(pid, 0)\n"
    )

    text = (tmp_path / "logs" / "app.log").read_text(encoding="utf-8")
    assert text.count('"message":"x"') == 2
    assert sorted(part.partition(",")[0] for part in text.split('"suppressed":')[1:]) == ["10", "100"]


class HidesAWord(Redactor):
    def leaf(self, key: str, value: object) -> object:  # noqa: ARG002 - the signature
        return str(value).replace("hunter2", "###")


def test_a_summary_shows_no_secret_and_no_endless_text(
    log_lines: Lines, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redacted first, cut then."""
    use(rate_limit=1, rate_limit_interval=HOUR)
    monkeypatch.setattr(active, "redactor", HidesAWord())
    for _ in range(3):
        logger.info("x" * 197 + "hunter2" + "y" * 10_000)
    use()

    assert log_lines()[-1]["similar_to"] == "x" * 197 + "###"


def test_sampling_comes_before_the_limit(log_lines: Lines, use: Use, gained: Gained) -> None:
    """What was sampled out uses nothing up; the summary carries the rate, each metric its own part."""
    use(rate_limit=2, rate_limit_interval=HOUR, sample_rate=0.5)
    for number in range(200):
        with logger.context(correlation_id=f"id-{number}"):
            logger.info("x")
    use()

    *written, summary = log_lines()
    assert len(written) == 2
    assert summary["sample_rate"] == 0.5
    assert 2 + summary["suppressed"] + gained("log_records_sampled_out_total") == 200


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timer here")
def test_a_signal_handler_that_logs_does_not_hang(log_lines: Lines, use: Use) -> None:
    """It may have interrupted the limiter itself; the sums stay exact."""
    use(rate_limit=1, rate_limit_interval=0.001)
    handled = 0

    def handle(*_: object) -> None:
        nonlocal handled
        handled += 1
        logger.warning("in the handler")

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        for _ in range(20_000):
            logger.info("x")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    use()

    records = log_lines()
    assert handled
    assert sum("suppressed" not in record for record in records) + told(records) == 20_000 + handled


def test_a_summary_respects_the_longest_record(log_lines: Lines, use: Use) -> None:
    """As any other record."""
    use(rate_limit=1, rate_limit_interval=HOUR, max_record_size=1024)
    for _ in range(3):
        logger.info("😀" * 300)
    use()

    assert all(len(str(record).encode()) < 1100 for record in log_lines())
    assert log_lines()[-1]["suppressed"] == 2


def test_the_limit_is_off_by_default(log_lines: Lines) -> None:
    """Nobody loses records for a setting they do not know."""
    for _ in range(300):
        logger.info("x")

    assert len(log_lines()) == 300


@pytest.mark.parametrize("settings", [{"rate_limit": 0}, {"rate_limit": "x"}, {"rate_limit_interval": 0}])
def test_a_limit_that_makes_no_sense_is_refused(settings: dict[str, Any]) -> None:
    """Zero would lose everything."""
    with pytest.raises(ConfigError, match="rate_limit"):
        configure(**settings)
