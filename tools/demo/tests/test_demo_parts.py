"""Parts of the demo: ports, the scenario, counting, the verdict, the status line's counts."""

from __future__ import annotations

import gzip
import json
import socket
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tools.demo.counting import FileCount, MetricsCount, count_files, count_metrics
from tools.demo.log_tail import LogTail
from tools.demo.ports import Ports
from tools.demo.scenario import Scenario, is_bad
from tools.demo.summary import Summary


def _line(level: str = "INFO", **fields: Any) -> str:
    return json.dumps({"level": level, "logger": "x", "message": "m", **fields}) + "\n"


def test_a_port_that_is_taken_gives_way_to_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    """And says so; no port is given twice."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        ports = Ports()
        first, second = ports.take(taken, "service"), ports.take(taken, "metrics")

    assert len({taken, first, second}) == 3
    assert f"port {taken} is in use: the service uses {first}" in capsys.readouterr().out


def test_the_same_seed_gives_the_same_requests() -> None:
    """Another seed gives others."""

    def draw(seed: int) -> list[object]:
        scenario = Scenario(seed)
        return [scenario.next(bad=number > 100) for number in range(200)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_bad_phases_have_many_errors_and_good_ones_few() -> None:
    """Enough for the alert, and far enough from it."""
    scenario = Scenario(1)
    good = Counter(scenario.next(bad=False).kind for _ in range(2000))
    bad = Counter(scenario.next(bad=True).kind for _ in range(2000))

    assert good["error"] / 2000 < 0.02
    assert bad["error"] / 2000 > 0.2
    assert {"browse", "order", "bad order", "not found", "slow", "error"} <= good.keys() & bad.keys()


def test_traffic_turns_bad_in_time_for_the_alert() -> None:
    """In a short run as well as in one without an end."""
    assert [is_bad(second, 15) for second in (0, 4, 5, 13, 14)] == [False, False, True, True, False]
    assert [is_bad(second, None) for second in (0, 59, 60, 104, 105)] == [False, False, True, True, False]


def test_files_are_counted_with_their_rotated_ones(tmp_path: Path) -> None:
    """What was there before the run is taken off, also when it was rotated meanwhile."""
    log = tmp_path / "a.log"
    log.write_text(_line() * 3, encoding="utf-8")
    before = count_files(log)
    (tmp_path / "a.log.2.gz").write_bytes(gzip.compress((_line() * 3).encode()))
    (tmp_path / "a.log.1").write_text(_line("ERROR") * 2, encoding="utf-8")
    log.write_text(_line() + "no json\n" + _line(message="alert fires", alert="A"), encoding="utf-8")
    (tmp_path / "another.log").write_text(_line(), encoding="utf-8")

    count = count_files(log) - before
    assert count.levels == {"INFO": 2, "ERROR": 2}
    assert (count.records, count.broken, count.alerts) == (4, 1, {"A": 1})


def test_metrics_are_summed_over_their_series(tmp_path: Path) -> None:
    """Records by level, drops by sink and reason."""
    path = tmp_path / "final.prom"
    path.write_text(
        "# TYPE log_messages_total counter\n"
        'log_messages_total{level="INFO"} 5.0\nlog_messages_total{level="ERROR"} 2.0\n'
        "# TYPE log_records_dropped_total counter\n"
        'log_records_dropped_total{sink="buffer",reason="overflow"} 3.0\n',
        encoding="utf-8",
    )
    assert count_metrics(path) == MetricsCount(records=7, dropped=3)


GOOD = Summary(
    seconds=10,
    traffic={"requests": 5, "answered": 5, "failed": 0, "statuses": {"200": 5}, "wrong_ids": 0},
    file=FileCount(Counter(INFO=9, ERROR=1), 0, 1000, Counter(HighErrorRate=1)),
    metrics=MetricsCount(10, 0),
    cloudwatch_events=10,
    cloudwatch_metrics=10,
    log_file="a.log",
)


def test_figures_that_agree_are_no_problem(tmp_path: Path) -> None:
    """And are there for programs too."""
    assert GOOD.problems() == []
    assert "file, metrics and CloudWatch agree" in GOOD.text()
    GOOD.write_json(tmp_path / "summary.json")
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["records_in_cloudwatch"] == 10


@pytest.mark.parametrize(
    ("summary", "problem"),
    [
        (replace(GOOD, cloudwatch_events=9), "records differ: the file 10, log_messages_total 10, CloudWatch Logs 9"),
        (replace(GOOD, metrics=MetricsCount(10, 2)), "2 records were dropped"),
        (replace(GOOD, file=replace(GOOD.file, broken=1)), "1 lines of the file are no records"),
        (replace(GOOD, traffic={**GOOD.traffic, "failed": 1}), "1 requests got no answer"),
        (replace(GOOD, traffic={**GOOD.traffic, "wrong_ids": 1}), "1 answers came without the correlation id"),
    ],
)
def test_what_does_not_agree_is_named(summary: Summary, problem: str) -> None:
    """One sentence each."""
    [found] = summary.problems()
    assert found.startswith(problem)
    assert f"PROBLEM: {problem}" in summary.text()


def test_the_status_counts_what_comes_also_over_a_rotation(tmp_path: Path) -> None:
    """From the moment it looks first."""
    log = tmp_path / "a.log"
    log.write_text(_line(), encoding="utf-8")
    tail = LogTail(log)
    with log.open("a", encoding="utf-8") as stream:
        stream.write(_line(logger="logging_system.access") + _line("ERROR") + '{"half')
    assert tail.read() == "1 requests   2 records   1 errors"

    log.rename(tmp_path / "a.log.1")
    log.write_text(_line(logger="demo_service.alerts", message="alert fires", alert="A"), encoding="utf-8")
    tail.read()
    assert tail.read().endswith("3 records   1 errors   firing: A")
