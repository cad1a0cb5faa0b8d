"""CRITICAL records straight to Alertmanager: each once, whatever happens to it, and never at the caller's expense."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from logging_system import configure, flush, get_logger, shutdown
from packages.logger.tests.sinks.alert_receiver import HANG, NO_ANSWER, Receiver, receiving

Wait = Callable[[Callable[[], object]], None]
Lines = Callable[[], list[dict[str, Any]]]
Run = Callable[..., subprocess.CompletedProcess[str]]

logger = get_logger("shop.db")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Alertmanager's stand-in."""
    with receiving() as server:
        yield server


@pytest.fixture
def use(log_dir: Path) -> Callable[..., None]:
    """Configure the library with `alertmanager_…` settings, given without that prefix, and others."""

    def configure_with(url: str, others: dict[str, Any] | None = None, **settings: Any) -> None:
        own = {f"alertmanager_{name}": value for name, value in settings.items()}
        base = {"log_dir": log_dir, "console_output": False, "service_name": "app", "flush_interval": 0.02}
        configure(alertmanager_url=url, **{**base, **own, **(others or {})})

    return configure_with


def _dropped(reason: str) -> float:
    return REGISTRY.get_sample_value("log_records_dropped_total", {"sink": "alertmanager", "reason": reason}) or 0.0


def test_a_critical_record_is_one_alert_and_no_other_record_is_any(receiver: Receiver, use: Any) -> None:
    """With the labels that routes know, and annotations as those of the alert from metrics."""
    use(
        receiver.url,
        runbook_url="https://example.org/CriticalRecord",
        dashboard_url="http://localhost:8000/?correlation_id={correlation_id}",
        instance="{service_name}-{pid}",
    )
    before = time.time()
    with logger.context(correlation_id="a/b"):
        logger.error("no page")
        try:
            raise ConnectionError("refused")
        except ConnectionError as error:
            logger.critical("the database is gone", exc_info=error, password="hunter2")
    assert flush()

    [alert] = receiver.posts
    labels, annotations = alert["labels"], alert["annotations"]
    assert len(labels.pop("event_id")) == 16
    assert labels == {
        "alertname": "CriticalRecord",
        "severity": "critical",
        "notify": "immediate",
        "channel": "direct",
        "job": "app",
        "instance": f"app-{os.getpid()}",
        "logger": "shop.db",
    }
    description = annotations.pop("description")
    assert description.startswith("CRITICAL record of shop.db at test_alertmanager.test_a_critical_record_is_one_alert")
    assert description.endswith("Z; ConnectionError: refused")
    assert annotations == {
        "summary": "the database is gone",
        "value": "1",
        "threshold": "> 0",
        "correlation_id": "a/b",
        "runbook_url": "https://example.org/CriticalRecord",
        "dashboard_url": "http://localhost:8000/?correlation_id=a%2Fb",
    }
    starts, ends = (_seconds(alert[key]) for key in ("startsAt", "endsAt"))
    assert before - 1 <= starts <= time.time() + 1
    assert 299 <= ends - starts <= 302
    assert receiver.paths == [("/api/v2/alerts", None)]


def _seconds(stamp: str) -> float:
    return time.mktime(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


def test_it_is_off_unless_there_is_an_address(receiver: Receiver, use: Any, log_dir: Path) -> None:
    """And with `enabled: false`."""
    configure(log_dir=log_dir, console_output=False)
    logger.critical("off")
    use(receiver.url, output=False)
    logger.critical("off, too")

    assert shutdown()
    assert receiver.posts == []


def test_the_address_may_come_from_the_environment_and_have_path_user_and_password(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, log_dir: Path
) -> None:
    """Behind a proxy, for example."""
    monkeypatch.setenv("LOG_ALERTMANAGER_URL", receiver.url.replace("://", "://me:p%40ss@") + "/am/")
    configure(log_dir=log_dir, console_output=False)
    logger.critical("x")

    assert flush()
    assert receiver.paths == [("/am/api/v2/alerts", "Basic bWU6cEBzcw==")]


def test_texts_are_redacted_and_bounded(receiver: Receiver, use: Any) -> None:
    """As the record is, and shorter."""
    use(receiver.url, {"redact": "pci"})
    logger.critical("token=abcdef123456 card 4111 1111 1111 1111 " + "x" * 2000)
    assert flush()

    [alert] = receiver.posts
    assert len(alert["annotations"]["summary"]) == 501
    assert "4111" not in json.dumps(alert)
    assert "abcdef123456" not in json.dumps(alert)
    assert "correlation_id" not in alert["annotations"]


def test_records_alike_are_alerts_of_their_own(receiver: Receiver, use: Any) -> None:
    """Two in one millisecond are two events."""
    use(receiver.url)
    for _ in range(5):
        logger.critical("again")
    assert flush()

    assert len(receiver.alerts) == len(receiver.posts) == 5


def test_nothing_is_lost_or_doubled_by_an_alertmanager_that_is_away(use: Any, wait_until: Wait, log_dir: Path) -> None:
    """The file is not held up meanwhile, and what comes meanwhile waits, too."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    use(f"http://127.0.0.1:{port}")
    logger.critical("one")
    logger.critical("two")
    assert not flush(0.5)
    logger.critical("three")
    assert len((log_dir / "app.log").read_text(encoding="utf-8").splitlines()) >= 2

    with receiving(port) as receiver:
        wait_until(lambda: len(receiver.alerts) == 3)
        assert flush()
        assert receiver.summaries == ["one", "two", "three"]
        assert len(receiver.posts) == 3


def test_an_alert_whose_answer_was_lost_keeps_its_event(receiver: Receiver, use: Any) -> None:
    """Alertmanager knows it by its labels: posted twice, it is one."""
    receiver.answers += [NO_ANSWER, 503, 429]
    use(receiver.url)
    logger.critical("once")
    logger.critical("then this")

    assert flush(20)
    assert [alert["annotations"]["summary"] for alert in receiver.posts] == ["once", "once", "then this"]
    assert receiver.summaries == ["once", "then this"]


def test_what_alertmanager_refuses_is_counted_and_the_next_goes_on(receiver: Receiver, use: Any) -> None:
    """Another try of the same would not help."""
    receiver.answers.append(400)
    use(receiver.url)
    before = _dropped("rejected")
    logger.critical("refused")
    logger.critical("taken")

    assert not flush()
    assert _dropped("rejected") == before + 1
    assert receiver.summaries == ["taken"]


def test_what_cannot_be_delivered_for_too_long_is_given_up_and_counted(
    receiver: Receiver, use: Any, wait_until: Wait
) -> None:
    """The time counts from the record on; what is younger is still tried."""
    receiver.answers += [500] * 3
    use(receiver.url, retry_for=0.05)
    before = _dropped("expired")
    logger.critical("too old")
    wait_until(lambda: _dropped("expired") == before + 1)
    receiver.answers.clear()
    logger.critical("new")

    assert not flush()
    assert receiver.summaries == ["new"]


@pytest.mark.parametrize("overflow", ["drop_newest", "block"])
def test_callers_do_not_wait_for_an_alertmanager_that_hangs(receiver: Receiver, use: Any, overflow: str) -> None:
    """Whatever the overflow policy; the attempt ends, and the next one delivers. Other records take no space there."""
    receiver.answers.append(HANG)
    use(receiver.url, {"overflow": overflow, "buffer_bytes": "1MB"}, timeout=0.3)
    started = time.monotonic()
    for number in range(10):
        logger.critical("hangs", number=number)
        logger.info("x" * 10_000)

    assert time.monotonic() - started < 5
    assert flush(20)
    assert len(receiver.alerts) == len(receiver.posts) == 10


def test_a_thousand_in_a_second_are_ten_alerts_and_one_that_counts_the_rest(receiver: Receiver, use: Any) -> None:
    """At the latest when the program ends; nothing counts as dropped."""
    use(receiver.url)
    before = sum(_dropped(reason) for reason in ("overflow", "expired", "rejected", "shutdown"))
    for number in range(1000):
        logger.critical("storm", number=number)
    assert flush()
    assert receiver.summaries == ["storm"] * 10
    assert shutdown()

    summary = receiver.posts[-1]
    assert len(receiver.posts) == 11
    assert summary["annotations"]["summary"].startswith("990 more CRITICAL records in ")
    assert summary["annotations"]["value"] == "990"
    assert summary["labels"]["logger"] == "logging_system.alerts"
    assert before == sum(_dropped(reason) for reason in ("overflow", "expired", "rejected", "shutdown"))


def test_a_fork_does_not_lose_what_is_held_back(receiver: Receiver, use: Any) -> None:
    """The parent tells of it, the child only of its own."""
    use(receiver.url, max_per_minute=1)
    for _ in range(3):
        logger.critical("parent")
    assert flush()
    if (child := os.fork()) == 0:
        logger.critical("child")
        os._exit(0 if shutdown() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert shutdown()

    assert sorted(receiver.summaries)[-2:] == ["child", "parent"]
    assert len(receiver.posts) == 3
    assert receiver.posts[-1]["annotations"]["value"] == "2"


def test_what_was_not_delivered_in_the_end_is_counted(use: Any) -> None:
    """The end of the program does not wait for ever."""
    use("http://127.0.0.1:9")
    before = _dropped("shutdown")
    logger.critical("lost")
    assert not shutdown(0.3)
    logger.error("no matter")
    logger.critical("after the end")

    flush()
    assert _dropped("shutdown") == before + 2


def test_a_server_without_tls_is_no_https_server(receiver: Receiver, use: Any) -> None:
    """Nothing is sent in the clear that was to be encrypted."""
    use(receiver.url.replace("http:", "https:"), timeout=0.1)
    before = REGISTRY.get_sample_value("log_sink_errors_total", {"sink": "alertmanager"}) or 0.0
    logger.critical("secret")

    assert not shutdown(0.5)
    assert receiver.paths == []
    assert (REGISTRY.get_sample_value("log_sink_errors_total", {"sink": "alertmanager"}) or 0.0) > before


def test_what_limits_other_records_leaves_critical_ones(receiver: Receiver, use: Any) -> None:
    """Rate limit, sampling and flight recorder; those of the standard library are alerts as well."""
    use(
        receiver.url,
        {"rate_limit": 1, "sample_rate": 0, "flight_recorder": 10, "capture_stdlib": True, "log_level": "ERROR"},
    )
    for number in range(3):
        with logger.context():
            logger.debug("held")
            logger.critical("ours", number=number)
    logging.getLogger("theirs").critical("theirs")
    assert flush()
    configure(capture_stdlib=False)

    assert receiver.summaries == ["ours"] * 3 + ["theirs"]


def test_a_program_that_ends_delivers_first(receiver: Receiver, run_program: Run) -> None:
    """Without a call of `flush`."""
    run_program(
        "from logging_system import get_logger\nget_logger('a').critical('last words')",
        LOG_ALERTMANAGER_URL=receiver.url,
    )

    assert receiver.summaries == ["last words"]
