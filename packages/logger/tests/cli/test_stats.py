"""`logging-system stats`: records by level, rate, messages, errors and slow operations, in bounded memory."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, get_logger, shutdown
from packages.logger.tests.cli.conftest import Ran, line

Run = Callable[..., Ran]


def at(time: str, message: str = "m", level: str = "INFO", **changes: Any) -> str:
    """A record of 19 June 2026 at a time of day."""
    return line(message, level, timestamp=f"2026-06-19T{time}Z", **changes)


def summary(run: Run, *argv: str) -> dict[str, Any]:
    """The JSON document."""
    status, out, err = run("stats", "--json", *argv)
    assert (status, err) == (0, "")
    document: dict[str, Any] = json.loads(out)
    return document


def test_records_are_counted_by_level_time_message_and_error(run: Run, log: Path) -> None:
    """And lines that are none."""
    log.write_text(
        at("10:00:00.000", "started", "DEBUG")
        + at("10:00:10.000", "sold")
        + at("10:00:05.000", "sold")
        + at("10:00:20.000", "failed", "ERROR", exception={"type": "KeyError", "message": "x", "stacktrace": "s"})
        + at("10:00:20.000", "failed", "CRITICAL", exception={"type": "KeyError", "message": "x", "stacktrace": "s"})
        + "no record\n\n",
        encoding="utf-8",
    )

    assert summary(run, str(log)) == {
        "files": [str(log)],
        "records": 5,
        "no_records": 1,
        "levels": {"DEBUG": 1, "INFO": 2, "WARNING": 0, "ERROR": 1, "CRITICAL": 1},
        "first": "2026-06-19T10:00:00.000Z",
        "last": "2026-06-19T10:00:20.000Z",
        "seconds": 20.0,
        "records_per_second": 0.25,
        "messages": [
            {"message": "failed", "count": 2},
            {"message": "sold", "count": 2},
            {"message": "started", "count": 1},
        ],
        "error_types": [{"type": "KeyError", "count": 2}],
        "operations": [],
    }


def test_the_same_is_shown_as_tables(run: Run, log: Path) -> None:
    """Names to the left, figures to the right, nothing that drives a terminal."""
    log.write_text(
        at("10:00:00.000", "started")
        + at("10:00:04.000", "a\x1b[2J" + "x" * 200, "ERROR", exception={"type": "E", "message": "", "stacktrace": "s"})
        + at("10:00:04.000", "query", duration_ms=1.5, operation="query"),
        encoding="utf-8",
    )

    out = run("stats", str(log)).out

    assert "records             3\n" in out
    assert "records per second  0.75\n" in out
    assert "\nERROR           1\n" in out
    assert "a\\x1b[2Jxxx" in out
    assert "\nquery          1   1.500   1.500   1.500\n" in out
    assert "\nerror type  records\nE                 1\n" in out
    assert max(map(len, out.splitlines())) < 120


def test_no_records_are_a_summary_too(run: Run, log: Path) -> None:
    """Without rate and tables."""
    log.write_text("", encoding="utf-8")

    assert run("stats", str(log)).out == "records             0\nnot a record        0\n"
    empty = summary(run, str(log))
    assert (empty["first"], empty["records_per_second"]) == (None, None)
    log.write_text(at("10:00:00.000"), encoding="utf-8")
    assert "records per second  -\n" in run("stats", str(log)).out


def test_operations_are_timers_and_routes_slowest_first(run: Run, log: Path) -> None:
    """Under the names that the metrics use."""
    durations = "".join(line("q", operation="query", duration_ms=n) for n in range(1, 101))
    log.write_text(
        durations
        + line("GET /a 200", method="GET", route="/a/{id}", status=200, duration_ms=500)
        + line("GET /x 404", method="GET", route=None, status=404, duration_ms=1)
        + line("GET /stream", method="GET", route="/stream", streaming=True, duration_ms=99_999)
        + line("odd", operation="query", duration_ms=True)
        + line("odd", operation=5, duration_ms=7)
        + line("odd", operation="query", duration_ms="9"),
        encoding="utf-8",
    )

    operations = summary(run, str(log))["operations"]

    assert operations == [
        {"operation": "GET /a/{id}", "count": 1, "p50_ms": 500.0, "p95_ms": 500.0, "max_ms": 500.0},
        {"operation": "query", "count": 100, "p50_ms": 50.0, "p95_ms": 95.0, "max_ms": 100.0},
        {"operation": "unmatched", "count": 1, "p50_ms": 1.0, "p95_ms": 1.0, "max_ms": 1.0},
    ]


def test_since_and_until_cut_a_window(run: Run, log: Path) -> None:
    """From the first moment on, before the second; as times with offset or as ages."""
    log.write_text("".join(at(f"10:0{n}:00.000", f"m{n}") for n in range(6)), encoding="utf-8")

    window = summary(run, "--since", "2026-06-19T10:02:00Z", "--until", "2026-06-19T12:04:00+02:00", str(log))

    assert [each["message"] for each in window["messages"]] == ["m2", "m3"]
    assert summary(run, "--until", "1s", str(log))["records"] in (0, 6)  # the machine's clock decides
    log.write_text(line("old", timestamp="2020-01-01T00:00:00.000Z"), encoding="utf-8")
    assert summary(run, "--since", "1w", str(log))["records"] == 0
    assert summary(run, "--until", "2 h", str(log))["records"] == 1


def test_top_bounds_the_tables(run: Run, log: Path) -> None:
    """The most frequent, then by name."""
    log.write_text("".join(line(message) for message in "cbacba" + "d"), encoding="utf-8")

    assert [each["message"] for each in summary(run, "--top", "2", str(log))["messages"]] == ["a", "b"]
    assert summary(run, "--top", "0", str(log))["messages"] == []


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
def test_the_configured_file_is_read_with_its_rotated_ones_in_order(
    run: Run, log_dir: Path, monkeypatch: pytest.MonkeyPatch, compress: str
) -> None:
    """Oldest first, each record once."""
    configure(log_dir=log_dir, service_name="app", console_output=False, max_file_size=1000, file_compress=compress)
    for number in range(12):
        get_logger("shop").info(f"m{number}")
    shutdown()
    (log_dir / "app.log.20260619").write_text("somebody else's copy\n", encoding="utf-8")
    (log_dir / "app.log.7").mkdir()
    monkeypatch.setenv("LOG_DIR", str(log_dir))
    monkeypatch.setenv("SERVICE_NAME", "app")

    found = summary(run, "--top", "99")

    suffix = {"none": "", "gzip": ".gz", "zstd": ".zst"}[compress]
    assert found["files"][-2:] == [str(log_dir / f"app.log.1{suffix}"), str(log_dir / "app.log")]
    assert (found["records"], found["no_records"], len(found["messages"])) == (12, 0, 12)


def test_a_plain_file_beside_its_finished_copy_counts_once(run: Run, tmp_path: Path) -> None:
    """As a process leaves them that was killed between writing the copy and deleting the original."""
    (tmp_path / "logs").mkdir()
    path = tmp_path / "logs" / "logging-service.log"
    plain, packed = Path(f"{path}.1"), Path(f"{path}.1.gz")
    path.write_text(line("new"), encoding="utf-8")
    plain.write_text(line("old"), encoding="utf-8")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    status = plain.stat()
    os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert summary(run)["files"] == [f"logs/{packed.name}", f"logs/{path.name}"]
    assert summary(run)["records"] == 2


def test_a_missing_log_is_told(run: Run) -> None:
    """Of the configuration as of an argument."""
    assert run("stats") == (2, "", "logging-system: logs/logging-service.log: No such file or directory\n")


def test_standard_input_and_several_files_are_one_summary(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the arguments."""
    log.write_text(line("a"), encoding="utf-8")
    packed = log.with_suffix(".gz")
    packed.write_bytes(gzip.compress(line("b").encode()))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line("c").encode())))

    found = summary(run, str(log), str(packed), "-")

    assert (found["files"], found["records"]) == ([str(log), str(packed), "-"], 3)


def test_memory_is_bounded_by_what_is_told_apart(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages, error types and operations with ids in them; what is frequent is found however late it comes."""
    monkeypatch.setattr("logging_system.cli.stats.KEPT", 100)
    with log.open("w", encoding="utf-8") as stream:
        for number in range(2_000):
            stream.write(line(f"order {number} " + "x" * 1000, operation=f"op {number}", duration_ms=1))
            if number >= 1_000:
                stream.write(line("late"))

    tracemalloc.start()
    found = summary(run, "--top", "5000", str(log))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    counts = {each["message"]: each["count"] for each in found["messages"]}
    assert found["records"] == sum(counts.values()) == 3_000
    assert counts["late"] >= 900
    assert counts["_other"] > 1_500
    assert len(counts) <= 201
    assert max(map(len, counts)) == 300
    assert len(found["operations"]) == 101
    assert peak < 5_000_000


def test_percentiles_of_many_durations_come_from_a_sample(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Near the truth, the same each time; count and longest are exact."""
    monkeypatch.setattr("logging_system.cli.stats.SAMPLED", 200)
    log.write_text("".join(line("q", operation="q", duration_ms=n) for n in range(2_000)), encoding="utf-8")

    first, second = summary(run, str(log)), summary(run, str(log))

    [found] = first["operations"]
    assert first == second
    assert (found["count"], found["max_ms"]) == (2_000, 1_999.0)
    assert 800 < found["p50_ms"] < 1_200
    assert 1_700 < found["p95_ms"] < 2_000
