"""Sampling: whole requests, the same everywhere, never errors, and counts that can be scaled back."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logging_system import get_logger
from logging_system.control.sampling import Sampler, position
from logging_system.levels import CRITICAL, ERROR, INFO

Lines = Callable[[], list[dict[str, Any]]]
Use = Callable[..., None]
Gained = Callable[[str], float]
SAMPLED_OUT = "log_records_sampled_out_total"
logger = get_logger("sampling")

#: Pinned: another process, machine, version of Python or of this library has to decide the same.
POSITIONS = {
    "order-1": 3_728_860_936,
    "4bf92f3577b34da6a3ce929d0e0e4736": 899_892_127,
    "ä€😀": 27_451_984,
    "7": 1_155_898_794,
    "id-22-8jJB": 0,
}


@pytest.mark.guarantee(64)
def test_the_decision_for_an_id_never_changes() -> None:
    """It is a fixed function of the text, no salted hash."""
    assert {correlation_id: position(correlation_id) for correlation_id in POSITIONS} == POSITIONS


@pytest.mark.guarantee(64)
def test_all_records_of_a_request_share_the_decision_in_every_process(
    run_program: Callable[..., Any], tmp_path: Path
) -> None:
    """Two services with different hash seeds keep the same requests, each of them whole."""
    program = (
        "from logging_system import get_logger\n"
        "log = get_logger('service')\n"
        "for number in range(200):\n"
        "    with log.context(correlation_id=f'request-{number}'):\n"
        "        log.info('a'); log.bind(x=1).warning('b')\n"
        "        with log.context(step=2): log.info('c')\n"
    )
    for seed in ("1", "2"):
        run_program(program, LOG_SAMPLE_RATE="0.3", PYTHONHASHSEED=seed, SERVICE_NAME=f"s{seed}", LOG_FORMAT="json")
    kept = []
    for seed in ("1", "2"):
        lines = (tmp_path / "logs" / f"s{seed}.log").read_text(encoding="utf-8").splitlines()
        kept.append([line.partition('"correlation_id":"')[2].partition('"')[0] for line in lines])

    assert kept[0] == kept[1]
    ids = set(kept[0])
    assert kept[0] == [f"request-{n}" for n in range(200) if f"request-{n}" in ids for _ in range(3)]
    assert ids == {f"request-{n}" for n in range(200) if position(f"request-{n}") < 0.3 * 2**32}


@pytest.mark.guarantee(64)
@pytest.mark.parametrize("rate", [0.0, 1e-12, 0.5, 1.0])
def test_errors_are_never_sampled(log_lines: Lines, use: Use, rate: float) -> None:
    """And do not carry a rate: each stands for itself."""
    use(sample_rate=rate)
    with logger.context():
        for _ in range(50):
            logger.error("e")
            logger.critical("c")

    records = [record for record in log_lines() if record["level"] in ("ERROR", "CRITICAL")]
    assert len(records) == 100
    assert not any("sample_rate" in record for record in records)


@pytest.mark.guarantee(64)
def test_the_rates_0_and_1_are_exact(log_lines: Lines, use: Use, gained: Gained) -> None:
    """With and without a correlation id; at 1 nothing is added to the records."""
    for rate, expected in ((0, 0), (1, 200)):
        use(sample_rate=rate)
        written, counted = len(log_lines()), gained(SAMPLED_OUT)
        for number in range(100):
            logger.info("without")
            with logger.context(correlation_id=f"id-{number}"):
                logger.info("with")

        assert len(log_lines()) - written == expected
        assert gained(SAMPLED_OUT) - counted == 200 - expected
    assert not any("sample_rate" in record for record in log_lines())


@pytest.mark.guarantee(64)
def test_the_lowest_position_is_left_out_at_0_and_kept_at_any_rate_above() -> None:
    """The bound is exact to one id in 4,294,967,296."""
    assert not Sampler(0.0).keeps(INFO, "id-22-8jJB")
    assert Sampler(1e-300).keeps(INFO, "id-22-8jJB")


@pytest.mark.guarantee(64)
def test_what_is_left_out_is_counted_exactly(log_lines: Lines, use: Use, gained: Gained) -> None:
    """Written and sampled out add up; records without an id are drawn one by one."""
    use(sample_rate=0.25)
    for number in range(400):
        logger.info("alone")
        with logger.context(correlation_id=str(number)):
            logger.info("together")

    records = log_lines()
    assert len(records) + gained(SAMPLED_OUT) == 800
    for message in ("alone", "together"):
        # 400 draws at 0.25: 100 expected, 9 the standard deviation; outside of 40 to 160 once in 10**10 runs.
        assert 40 < sum(record["message"] == message for record in records) < 160


def test_the_rate_is_written_into_the_record(log_lines: Lines, use: Use) -> None:
    """So that counts can be scaled back; a field of the caller's of that name moves aside."""
    use(sample_rate=0.999999)
    logger.info("plain", a=1)
    logger.info("taken", sample_rate="mine", sample_rate_="mine too", z=1)
    logger.bind(sample_rate="in the context").info("bound")
    with logger.timer("timed"):
        pass

    plain, taken, bound, timed = log_lines()
    assert (plain["a"], plain["sample_rate"]) == (1, 0.999999)
    assert (taken["sample_rate"], taken["sample_rate_"], taken["sample_rate__"]) == (0.999999, "mine too", "mine")
    assert (bound["sample_rate"], bound["context"]["sample_rate"]) == (0.999999, "in the context")
    assert timed["sample_rate"] == 0.999999


def test_an_id_counts_as_it_is_written(use: Use, log_lines: Lines) -> None:
    """The number 7, the text 7 and the bytes of 7 are one id to whoever reads the records."""
    number = next(n for n in range(1000) if position(str(n)) < 0.1 * 2**32)
    use(sample_rate=0.1)
    for correlation_id in (number, str(number), str(number).encode()):
        logger.bind(correlation_id=correlation_id).info("kept")
        logger.bind(correlation_id=correlation_id).info("kept")

    assert len(log_lines()) == 6


def test_an_id_that_cannot_be_shown_loses_no_record(use: Use, log_lines: Lines, gained: Gained) -> None:
    """It is decided by the text that stands for it."""

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("no comparison")

        __hash__ = None  # type: ignore[assignment]

    use(sample_rate=0.5)
    for _ in range(20):
        logger.bind(correlation_id=Broken()).info("x")

    assert len(log_lines()) in (0, 20)
    assert len(log_lines()) + gained(SAMPLED_OUT) == 20


def test_sampling_leaves_the_random_numbers_of_the_program_alone(use: Use) -> None:
    """A seeded run gives what it gave without logging."""
    use(sample_rate=0.5)
    random.seed(7)
    expected = random.random()
    random.seed(7)
    logger.info("drawn")

    assert random.random() == expected


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_forked_children_do_not_draw_the_same_records(run_program: Callable[..., Any], tmp_path: Path) -> None:
    """Else all workers of a server would keep and lose the same ones."""
    run_program(
        "import os\n"
        "from logging_system import configure, get_logger, shutdown\n"
        "configure(sample_rate=0.5, console_output=False)\n"
        "for child in range(2):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        for number in range(64): get_logger(f'child-{child}').info(f'n{number}')\n"
        "        shutdown()\n"
        "        os._exit(0)\n"
        "    os.waitpid(pid, 0)\n"
    )

    records = [json.loads(line) for line in (tmp_path / "logs" / "app.log").read_text(encoding="utf-8").splitlines()]
    first, second = (
        [record["message"] for record in records if record["logger"] == f"child-{child}"] for child in range(2)
    )
    assert first
    assert first != second


@pytest.mark.guarantee(64)
@given(rate=st.floats(0, 1), correlation_id=st.text(min_size=1))
def test_a_higher_rate_keeps_all_that_a_lower_one_keeps(rate: float, correlation_id: str) -> None:
    """Two services with different rates share the requests of the lower one; errors are kept at any rate."""
    lower, higher = Sampler(rate / 2), Sampler(rate)
    assert higher.keeps(INFO, correlation_id) >= lower.keeps(INFO, correlation_id)
    assert all(sampler.keeps(level, correlation_id) for sampler in (lower, higher) for level in (ERROR, CRITICAL))


@pytest.mark.parametrize("form", ["{}", "order-{:06d}", "{:032x}", "2026-06-19-{}"])
def test_ids_that_differ_little_are_spread_evenly(form: str) -> None:
    """Numbered ids are common; the share kept must not depend on where they begin."""
    for start in (0, 1000, 123_000):
        kept = sum(position(form.format(number)) < 0.1 * 2**32 for number in range(start, start + 2000))
        assert 140 < kept < 260  # 200 expected, 13 the standard deviation
