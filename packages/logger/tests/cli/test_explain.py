"""`validate-config --explain`: which level applies to a logger, by which key, and where its records go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from logging_system import configure, get_logger
from logging_system.levels import NUMBERS
from packages.logger.tests.cli.conftest import Ran

Run = Callable[..., Ran]


def explained(run: Run, tmp_path: Path, text: str, logger: str) -> list[str]:
    """The lines after the one about the file."""
    (tmp_path / "some.yaml").write_text(text, encoding="utf-8")
    status, out, err = run("validate-config", "some.yaml", "--explain", logger)
    assert (status, err) == (0, "")
    return out.splitlines()[2:]


def test_without_any_rule_records_of_the_level_go_to_file_and_console(run: Run) -> None:
    """The defaults."""
    assert run("validate-config", "--explain", "shop").out.splitlines() == [
        "no configuration file found; settings come from environment and defaults",
        "",
        "shop: INFO and above, by logging.level (default)",
        "set_level and get_logger(log_level=…) in the program decide before that",
        "",
        "DEBUG     not written: below the level",
        "INFO      file logs/logging-service.log, console",
        "WARNING   file logs/logging-service.log, console",
        "ERROR     file logs/logging-service.log, console",
        "CRITICAL  file logs/logging-service.log, console",
    ]


def test_the_key_that_gives_the_level_is_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The logger's own, that of a name above it, of `root`, or of all."""
    text = "logging: {level: ERROR, levels: {shop: DEBUG, shop.cart: WARNING}}"
    assert explained(run, tmp_path, text, "shop")[0] == "shop: DEBUG and above, by logging.levels.shop (file)"
    assert explained(run, tmp_path, text, "shop.cart.items")[0].endswith(
        "WARNING and above, by logging.levels.shop.cart (file)"
    )
    assert explained(run, tmp_path, text, "shopping")[0] == "shopping: ERROR and above, by logging.level (file)"

    text = "logging: {levels: {root: WARNING}}"
    assert explained(run, tmp_path, text, "shop")[0] == "shop: WARNING and above, by logging.levels.root (file)"

    monkeypatch.setenv("LOG_LEVEL", "CRITICAL")
    assert (
        explained(run, tmp_path, "", "shop")[0]
        == "shop: CRITICAL and above, by logging.level (environment (LOG_LEVEL))"
    )


@pytest.mark.parametrize("name", ["shop", "shop.cart", "shop.cart.items", "shopping", "root", "a.b.c"])
def test_the_level_it_names_is_the_one_a_program_has(run: Run, tmp_path: Path, log_dir: Path, name: str) -> None:
    """The same configuration in a running program."""
    text = (
        f"logging: {{levels: {{shop: DEBUG, shop.cart: ERROR, root: WARNING}}}}\nhandlers: {{file: {{dir: {log_dir}}}}}"
    )

    rows = explained(run, tmp_path, text, name)[3:]
    configure(tmp_path / "some.yaml", console_output=False)

    for row in rows:
        level, fate = row.split(maxsplit=1)
        assert get_logger(name).is_enabled_for(level) == (fate != "not written: below the level")


def test_one_level_gives_one_line_and_names_the_sinks_that_take_it(run: Run, tmp_path: Path) -> None:
    """A remote sink has a level of its own."""
    text = "logging: {console_output: false}\nhandlers: {file: {dir: /var/log}, cloudwatch: {level: ERROR}}"

    assert explained(run, tmp_path, text, "shop:info")[3:] == ["INFO      file /var/log/logging-service.log"]
    assert explained(run, tmp_path, text, "shop:ERROR")[3:] == [
        "ERROR     file /var/log/logging-service.log, cloudwatch"
    ]

    text = "handlers: {console: {enabled: false}, file: {enabled: false}, cloudwatch: {level: ERROR}}"
    assert explained(run, tmp_path, text, "shop:INFO")[3:] == ["INFO      not written: no sink is on for this level"]


def test_critical_records_go_to_alertmanager_where_it_has_an_address(run: Run, tmp_path: Path) -> None:
    """And is not turned off."""
    text = "handlers: {console: {enabled: false}, file: {dir: /l}, alertmanager: {url: 'http://am:9093', enabled: %s}}"

    assert explained(run, tmp_path, text % "yes", "shop:ERROR")[3:] == ["ERROR     file /l/logging-service.log"]
    assert explained(run, tmp_path, text % "yes", "shop:CRITICAL")[3:] == [
        "CRITICAL  file /l/logging-service.log, alertmanager"
    ]
    assert explained(run, tmp_path, text % "no", "shop:CRITICAL")[3:] == ["CRITICAL  file /l/logging-service.log"]


def test_filters_that_decide_or_may_decide_are_named(run: Run, tmp_path: Path) -> None:
    """The first that matches decides; one about fields, messages or routes may match."""
    text = """\
logging:
  filters:
    - {logger: shop.health, route: /health, action: drop}
    - {logger: shop.health, min_level: ERROR, action: keep}
    - {logger: shop.health, level: [INFO, ERROR]}
    - {field: {user: bot}, message: probe}
"""
    sinks, last = "file logs/logging-service.log, console", "logging.filters[3] may drop them, by field and message"
    assert explained(run, tmp_path, text, "shop.health.db")[4:] == [
        "INFO      not written: logging.filters[2] drops them; logging.filters[0] may drop them, by route",
        f"WARNING   {sinks}; logging.filters[0] may drop them, by route; {last}",
        f"ERROR     {sinks}",
        f"CRITICAL  {sinks}",
    ]
    assert explained(run, tmp_path, text, "shop.healthy:INFO")[3:] == [f"INFO      {sinks}; {last}"]


def test_sampling_rate_limit_and_flight_recorder_are_named(run: Run, tmp_path: Path) -> None:
    """With what they leave alone."""
    text = """\
logging: {level: WARNING, sample_rate: 0.25, rate_limit: 5, rate_limit_interval: 1m,
          flight_recorder: 10, flight_recorder_level: INFO}
handlers: {console: {enabled: false}}
"""
    sink, limit = "file logs/logging-service.log", "at most 5 of one call site in 60 s"
    assert explained(run, tmp_path, text, "shop")[3:] == [
        "DEBUG     not written: below the level",
        f"INFO      {sink}; held in a context, written if it fails or logs ERROR or above",
        f"WARNING   {sink}; logging.sample_rate keeps 0.25 of them; {limit}",
        f"ERROR     {sink}; {limit}",
        f"CRITICAL  {sink}",
    ]
    assert len(explained(run, tmp_path, text, "a\x1b[2J")[3:]) == len(NUMBERS)
    assert "\x1b" not in run("validate-config", "--explain", "a\x1b[2J").out
