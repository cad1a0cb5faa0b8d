"""Levels by logger name: inheritance, changes at run time, and what a new configuration leaves alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from logging_system import AdvancedLogger, configure, get_logger

Lines = Callable[[], list[dict[str, Any]]]
Use = Callable[..., None]
NAMES = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@pytest.fixture
def own_levels() -> Iterator[Callable[[str, str | None], AdvancedLogger]]:
    """Give loggers a level of their own; taken back at the end of the test."""
    given: list[AdvancedLogger] = []

    def set_level(name: str, level: str | None) -> AdvancedLogger:
        logger = get_logger(name)
        given.append(logger)
        logger.set_level(level)
        return logger

    yield set_level
    for logger in given:
        logger.set_level(None)


Own = Callable[[str, str | None], AdvancedLogger]


def level_of(name: str) -> str:
    """The lowest level that a logger writes."""
    return next(level for level in NAMES if get_logger(name).is_enabled_for(level))


def test_levels_of_the_configuration_hold_for_a_name_and_those_below_it(log_lines: Lines, use: Use) -> None:
    """`shop.cart` follows `shop`, `shopping` does not."""
    use(log_level="WARNING", levels={"shop": "DEBUG", "shop.cart.tax": "ERROR"})
    names = ("shop", "shop.cart", "shop.cart.tax", "shop.cart.tax.eu", "shopping", "other")
    for name in names:
        for level in NAMES:
            get_logger(name).log(level, level)

    lowest: dict[str, str] = {}
    for record in log_lines():
        lowest.setdefault(record["logger"], record["level"])
    assert lowest == dict(zip(names, ("DEBUG", "DEBUG", "ERROR", "ERROR", "WARNING", "WARNING"), strict=True))


def test_levels_are_read_from_the_file(log_lines: Lines, log_dir: Path, tmp_path: Path) -> None:
    """Names with dots are keys as they are."""
    path = tmp_path / "levels.yaml"
    path.write_text("logging: {level: ERROR, levels: {shop.api: debug, shop: INFO}}\n", encoding="utf-8")
    configure(path, log_dir=log_dir, console_output=False, service_name="app")
    get_logger("shop.api.v1").debug("yes")
    get_logger("shop").debug("no")
    get_logger("elsewhere").warning("no")

    assert [(record["logger"], record["message"]) for record in log_lines()] == [("shop.api.v1", "yes")]


def test_a_level_set_at_run_time_reaches_loggers_below_and_children_bound_before(own_levels: Own) -> None:
    """Whoever was there first."""
    below, bound = get_logger("runtime.a.b"), get_logger("runtime.a").bind(x=1)
    own_levels("runtime", "DEBUG")

    assert below.is_enabled_for("DEBUG")
    assert bound.is_enabled_for("DEBUG")
    assert get_logger("runtime.made.later").is_enabled_for("DEBUG")
    assert not get_logger("runtime_other").is_enabled_for("DEBUG")


def test_a_bound_child_sets_the_level_of_its_logger(own_levels: Own) -> None:
    """They are one logger with more fields."""
    logger = own_levels("bound.level", None)
    logger.bind(x=1).set_level("ERROR")

    assert level_of("bound.level") == "ERROR"


def test_taking_the_own_level_back_returns_to_the_one_above(use: Use, own_levels: Own) -> None:
    """First to the logger above, then to the configuration."""
    use(log_level="WARNING", levels={"back": "ERROR"})
    own_levels("back", "INFO")
    own_levels("back.child", "DEBUG")
    assert (level_of("back.child"), level_of("back.child.grand")) == ("DEBUG", "DEBUG")

    own_levels("back.child", None)
    assert (level_of("back.child"), level_of("back.child.grand")) == ("INFO", "INFO")
    own_levels("back", None)
    assert (level_of("back"), level_of("back.child"), level_of("back.child.grand")) == ("ERROR", "ERROR", "ERROR")


def test_own_levels_win_over_the_configuration_and_outlast_it(use: Use, own_levels: Own) -> None:
    """What was set by the program is the program's to take back."""
    own_levels("mine", "DEBUG")
    use(log_level="ERROR", levels={"mine": "CRITICAL", "mine.below": "WARNING"})

    assert (level_of("mine"), level_of("mine.below"), level_of("mine.other")) == ("DEBUG", "WARNING", "DEBUG")


def test_root_stands_above_all_names(use: Use, own_levels: Own) -> None:
    """As in the standard library; a name with a level of its own is nearer."""
    use(log_level="INFO", levels={"root": "WARNING", "kept": "INFO"})
    assert (level_of("anything"), level_of("root"), level_of("kept")) == ("WARNING", "WARNING", "INFO")

    own_levels("root", "DEBUG")
    assert (level_of("anything"), level_of("some.other"), level_of("kept.below")) == ("DEBUG", "DEBUG", "INFO")
    assert level_of("root.child") == "DEBUG"


@pytest.mark.parametrize("name", ["", ".", "..", ".a", "a.", "a..b", " ", "ä.ö", "root.", "\ud800.x"])
def test_odd_names_have_levels_too(own_levels: Own, log_lines: Lines, use: Use, name: str) -> None:
    """Whatever the dots: its own level counts, and lasts."""
    own_levels(name, "ERROR")
    use(log_level="INFO")
    assert level_of(name) == "ERROR"
    own_levels(name, None)
    assert level_of(name) == "INFO"
    get_logger(name).info("x")

    assert len(log_lines()) == 1


def test_a_name_follows_the_nearest_name_above_it_also_with_empty_parts(own_levels: Own) -> None:
    """`a..b` lies below `a.` and `a`."""
    own_levels("odd", "DEBUG")
    assert level_of("odd..b") == "DEBUG"
    own_levels("odd.", "ERROR")
    assert (level_of("odd..b"), level_of("odd.b")) == ("ERROR", "DEBUG")


def test_own_levels_count_before_anything_is_configured(run_program: Callable[..., Any], tmp_path: Path) -> None:
    """The first record resolves the configuration; those below the level do not come through before."""
    run_program(
        "from logging_system import get_logger\n"
        "a, b = get_logger('early.child'), get_logger('early', log_level='ERROR')\n"
        "late = get_logger('early.late')\n"
        "a.info('no'); b.info('no'); late.info('no'); get_logger('first').info('yes')\n"
        "a.warning('no'); a.error('yes')\n"
        "b.set_level(None); late.info('yes')\n",
        LOG_LEVEL="INFO",
    )

    written = (tmp_path / "logs" / "app.log").read_text(encoding="utf-8")
    assert written.count('"yes"') == 3
    assert '"no"' not in written


def test_levels_can_be_set_while_others_log_and_make_loggers(own_levels: Own, log_lines: Lines) -> None:
    """Nothing fails, and the last word counts everywhere."""
    errors: list[BaseException] = []

    def change(number: int) -> None:
        try:
            for turn in range(100):
                get_logger("busy").set_level(NAMES[turn % 2])
                get_logger(f"busy.{number}.{turn}").debug("x")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own_levels("busy", "CRITICAL")

    assert errors == []
    assert {level_of(f"busy.{number}.{turn}") for number in range(4) for turn in range(100)} == {"CRITICAL"}
    assert all(earlier["timestamp"] <= later["timestamp"] for earlier, later in pairwise(log_lines()))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_can_set_levels_whatever_a_thread_of_the_parent_was_doing(
    run_program: Callable[..., Any],
) -> None:
    """Here a thread that is nearly always in the middle of it."""
    run_program(
        "import os, signal, threading\n"
        "from logging_system import get_logger\n"
        "loggers = [get_logger(f'a.{number}') for number in range(2000)]\n"
        "stop = threading.Event()\n"
        "def change():\n"
        "    while not stop.is_set(): get_logger('a').set_level('INFO')\n"
        "thread = threading.Thread(target=change)\n"
        "thread.start()\n"
        "for turn in range(5):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        signal.alarm(20)\n"
        "        get_logger('a').set_level('ERROR')\n"
        "        os._exit(0)\n"
        "    assert os.waitpid(pid, 0)[1] == 0, 'the child did not come to its end'\n"
        "stop.set()\n"
        "thread.join()\n",
        measured=False,  # coverage has locks of its own, which the child inherits taken
    )
