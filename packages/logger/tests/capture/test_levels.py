"""Levels while capturing: ours, by name, decide what the standard library's loggers let through."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from logging_system import configure, get_logger
from logging_system.capture import levels

Lines = Callable[[], list[dict[str, Any]]]
pytestmark = pytest.mark.guarantee(23)


@pytest.fixture
def capture(log_dir: Path) -> Iterator[Callable[..., None]]:
    """Configure with capturing on and the given settings; off again at the end."""

    def start(**settings: Any) -> None:
        configure(log_dir=log_dir, console_output=False, service_name="app", capture_stdlib=True, **settings)

    yield start
    configure(log_dir=log_dir, console_output=False, service_name="app")


def test_the_level_of_the_configuration_is_that_of_all_loggers(log_lines: Lines, capture: Callable[..., None]) -> None:
    """Also below WARNING, which is the standard library's own default; nothing below ours is even made."""
    capture(log_level="INFO")
    logging.getLogger("fresh.info").info("seen")

    assert not logging.getLogger("fresh.info").isEnabledFor(logging.DEBUG)
    assert [record["message"] for record in log_lines()] == ["seen"]


def test_levels_by_name_hold_for_loggers_that_exist_and_for_later_ones(
    log_lines: Lines, capture: Callable[..., None]
) -> None:
    """A chatty library turned down, one of interest turned up."""
    existing = logging.getLogger("by_name.existing")
    capture(log_level="INFO", levels={"by_name.existing": "DEBUG", "by_name.later": "DEBUG", "by_name.loud": "ERROR"})
    existing.debug("1")
    logging.getLogger("by_name.later").debug("2")
    logging.getLogger("by_name.loud.part").warning("not seen")
    logging.getLogger("by_name.other").debug("not seen")

    assert [record["message"] for record in log_lines()] == ["1", "2"]


def test_a_level_set_while_the_program_runs_counts_at_once(log_lines: Lines, capture: Callable[..., None]) -> None:
    """`set_level` on our logger of that name."""
    capture(log_level="INFO")
    theirs = logging.getLogger("run_time")
    theirs.debug("not yet")
    get_logger("run_time").set_level("DEBUG")
    theirs.debug("now")
    get_logger("run_time").set_level(None)
    theirs.debug("no more")

    assert [record["message"] for record in log_lines()] == ["now"]


def test_a_level_that_the_program_gives_a_standard_logger_counts_too(
    log_lines: Lines, capture: Callable[..., None]
) -> None:
    """As `uvicorn --log-level warning` does."""
    capture(log_level="DEBUG")
    theirs = logging.getLogger("explicit")
    theirs.setLevel(logging.ERROR)
    theirs.warning("not seen")
    theirs.error("seen")
    theirs.setLevel(logging.NOTSET)

    assert [record["message"] for record in log_lines()] == ["seen"]


def test_what_the_flight_recorder_holds_gets_through(log_lines: Lines, capture: Callable[..., None]) -> None:
    """It wants records below the level, for the case that the context fails."""
    capture(log_level="WARNING", flight_recorder=10)
    theirs = logging.getLogger("held")
    with get_logger("ours").context():
        theirs.debug("before")
        theirs.error("failed")

    assert [record["message"] for record in log_lines()] == ["before", "failed"]


def test_turning_it_off_gives_the_levels_back(log_dir: Path, capture: Callable[..., None]) -> None:
    """Except where the program has set one since."""
    root, touched, kept = logging.getLogger(), logging.getLogger("give_back.a"), logging.getLogger("give_back.b")
    before = root.level
    touched.setLevel(logging.ERROR)
    capture(log_level="DEBUG", levels={"give_back.a": "DEBUG", "give_back.b": "DEBUG"})
    capture(log_level="DEBUG", levels={"give_back.a": "INFO", "give_back.b": "DEBUG"})
    assert (root.level, touched.level) == (logging.DEBUG, logging.INFO)
    kept.setLevel(logging.CRITICAL)
    configure(log_dir=log_dir, console_output=False, service_name="app")

    assert (root.level, touched.level, kept.level) == (before, logging.ERROR, logging.CRITICAL)
    assert not touched.isEnabledFor(logging.WARNING)
    kept.setLevel(logging.NOTSET)


def test_a_level_that_the_program_set_between_two_configurations_is_the_one_given_back(
    log_dir: Path, capture: Callable[..., None]
) -> None:
    """Ours stands over it meanwhile."""
    theirs = logging.getLogger("between")
    capture(levels={"between": "DEBUG"})
    theirs.setLevel(logging.CRITICAL)
    capture(levels={"between": "INFO"})
    assert theirs.level == logging.INFO
    configure(log_dir=log_dir, console_output=False, service_name="app")

    assert theirs.level == logging.CRITICAL
    theirs.setLevel(logging.NOTSET)


def test_a_logger_of_an_unusual_class_does_not_matter(log_lines: Lines, capture: Callable[..., None]) -> None:
    """Something in the tree of loggers that keeps no answers."""
    logging.Logger.manager.loggerDict["unusual"] = logging.PlaceHolder(logging.getLogger("unusual.child"))
    capture(log_level="INFO", levels={"unusual": "DEBUG"})
    logging.getLogger("unusual.child").debug("seen")
    levels.apply()

    assert [record["message"] for record in log_lines()] == ["seen"]
