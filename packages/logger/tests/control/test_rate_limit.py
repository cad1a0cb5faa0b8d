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
from hypothesis import given
from hypothesis import strategies as st

from logging_system import ConfigError, configure, get_logger, shutdown
from logging_system.control.levels import core_of
from logging_system.control.rate_limit import RateLimiter, Suppressed
from logging_system.levels import INFO, WARNING

Lines = Callable[[], list[dict[str, Any]]]
Use = Callable[..., None]
Gained = Callable[[str], float]
SUPPRESSED = "log_records_suppressed_total"
logger = get_logger("limited")
HOUR = 3600


def told(records: list[dict[str, Any]]) -> int:
    """The records that the summaries stand for."""
    return sum(record.get("suppressed", 0) for record in records)


# -- through the public door ---------------------------------------------------------------------


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


def test_a_summary_shows_no_secret_and_no_endless_text(log_lines: Lines, use: Use) -> None:
    """Redacted first, cut then."""
    use(rate_limit=1, rate_limit_interval=HOUR, redact=lambda _, value: str(value).replace("hunter2", "###"))
    for _ in range(3):
        logger.info("x" * 197 + "hunter2" + "y" * 10_000)
    use()

    summary = log_lines()[-1]
    assert summary["similar_to"] == "x" * 197 + "###"


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


# -- the limiter alone, with a clock of the test -------------------------------------------------


class Clock:
    """Moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def site(name: object, level: int = INFO) -> tuple[bytes, int, Any]:
    return str(name).encode(), level, core_of("limiter")


@given(
    limit=st.integers(1, 4),
    max_sites=st.integers(1, 4),
    steps=st.lists(st.tuples(st.integers(0, 7), st.sampled_from([0.0, 0.1, 0.5, 1.0, 5.0])), max_size=200),
)
@pytest.mark.guarantee(65)
def test_whatever_the_order_the_sums_are_exact_and_the_table_is_bounded(
    limit: int, max_sites: int, steps: list[tuple[int, float]]
) -> None:
    """Passed and told add up for each site, with more sites than there is room for."""
    clock = Clock()
    limiter = RateLimiter(limit, 1.0, max_sites=max_sites, clock=clock)
    asked: Counter[bytes] = Counter()
    accounted: Counter[bytes] = Counter()
    due: list[Suppressed] = []
    for name, seconds in steps:
        clock.now += seconds
        place = site(name)
        asked[place[0]] += 1
        accounted[place[0]] += limiter.passes(place, "message", due)
        assert len(limiter) <= max_sites
        if seconds == 0.5:
            due += limiter.over()
    due += limiter.all()
    for suppressed in due:
        accounted[suppressed.place] += suppressed.records

    assert accounted == asked
    assert limiter.all() == []


@given(st.lists(st.floats(0, 0.4), max_size=300), st.integers(1, 5))
def test_no_interval_sees_more_than_the_limit_and_the_first_always_pass(pauses: list[float], limit: int) -> None:
    """An interval begins with its first record."""
    clock = Clock()
    limiter = RateLimiter(limit, 1.0, clock=clock)
    passed: list[float] = []
    begun, in_interval = clock.now - 2.0, 0
    for pause in pauses:
        clock.now += pause
        if clock.now >= begun + 1.0:
            begun, in_interval = clock.now, 0
        in_interval += 1
        assert limiter.passes(site("a"), "m", []) == (in_interval <= limit)
        passed.append(clock.now)


@pytest.mark.guarantee(65)
def test_a_site_that_makes_room_is_told_of() -> None:
    """The one whose interval began first goes."""
    limiter = RateLimiter(1, 60.0, max_sites=2, clock=Clock())
    due: list[Suppressed] = []
    for name in ("a", "a", "a", "b", "b", "c"):
        limiter.passes(site(name), f"message {name}", due)

    assert due == [Suppressed(*site("a"), 2, "message a")]
    assert len(limiter) == 2
    assert limiter.all() == [Suppressed(*site("b"), 1, "message b")]


@pytest.mark.guarantee(65)
def test_a_million_sites_take_the_room_of_the_bound() -> None:
    """Names made up as the program runs; here a tenth of a million, which says the same."""
    clock = Clock()
    limiter = RateLimiter(1, 60.0, clock=clock)
    for number in range(100_000):
        limiter.passes(site(number), "m", [])
    assert len(limiter) == 10_000

    clock.now += 61
    assert limiter.over() == []
    assert len(limiter) == 0


def test_sites_whose_interval_is_over_are_cleared_away_by_the_records_of_others() -> None:
    """Two for each record, so that old ones never gather."""
    clock = Clock()
    limiter = RateLimiter(1, 1.0, clock=clock)
    due: list[Suppressed] = []
    for number in range(100):
        limiter.passes(site(number), "m", due)
        limiter.passes(site(number), "m", due)
    clock.now += 1
    for _ in range(50):
        limiter.passes(site("busy", WARNING), "m", due)

    assert sum(suppressed.records for suppressed in due) == 100
    assert len(limiter) == 1


def test_a_message_that_logs_itself_does_not_meet_the_lock() -> None:
    """Its text is made outside; what it asks the limiter meanwhile is answered."""
    limiter = RateLimiter(1, 60.0, clock=Clock())
    answers: list[bool] = []

    class Talks:
        def __str__(self) -> str:
            thread = threading.Thread(target=lambda: answers.append(limiter.passes(site("other"), "m", [])))
            thread.start()
            thread.join(10)
            return "talks"

    for _ in range(3):
        limiter.passes(site("a"), Talks(), [])

    assert answers == [True]
    assert [(suppressed.records, suppressed.message) for suppressed in limiter.all()] == [(2, "talks")]


def test_a_closed_limiter_lets_all_through() -> None:
    """A thread that still has the old one in hand cannot suppress what nobody would tell of."""
    limiter = RateLimiter(1, 60.0, clock=Clock())
    assert [limiter.passes(site("a"), "m", []) for _ in range(3)] == [True, False, False]
    assert [suppressed.records for suppressed in limiter.all(close=True)] == [2]
    assert all(limiter.passes(site("a"), "m", []) for _ in range(3))
    assert limiter.all() == []


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
