"""Filters: which records are left out, by logger, level, field, message and route, and that nothing breaks."""

from __future__ import annotations

import asyncio
import enum
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from logging_system import configure, get_logger
from logging_system.integrations.asgi import LoggingMiddleware

Lines = Callable[[], list[dict[str, Any]]]
Use = Callable[..., None]
Gained = Callable[[str], float]
FILTERED = "log_records_filtered_total"
logger = get_logger("shop")


def messages(lines: Lines) -> list[str]:
    return [record["message"] for record in lines()]


def test_filters_of_the_file_leave_records_out_and_count_them(
    log_lines: Lines, log_dir: Path, tmp_path: Path, gained: Gained
) -> None:
    """Health checks and the noise of one logger, as one writes it."""
    path = tmp_path / "filters.yaml"
    path.write_text(
        """\
logging:
  filters:
    - {route: [/health/*, /metrics]}
    - {logger: shop.noisy, max_level: INFO}
    - field: {agent: {regex: ^kube-}}
      message: [probe, {regex: "^ping "}]
""",
        encoding="utf-8",
    )
    configure(path, log_dir=log_dir, console_output=False, service_name="app")
    logger.info("dropped", route="/health/live")
    logger.info("dropped", route=None, path="/metrics")
    get_logger("shop.noisy.part").info("dropped")
    logger.info("probe", agent="kube-probe/1.28")
    logger.info("ping 7", agent="kube-probe/1.28")
    logger.info("kept", route="/healthy")
    get_logger("shop.noisy").warning("kept")
    get_logger("shop.noisyish").info("kept")
    logger.info("probe", agent="curl")
    logger.info("a ping 7", agent="kube-probe/1.28")

    assert messages(log_lines) == ["kept", "kept", "kept", "probe", "a ping 7"]
    assert gained(FILTERED) == 5


def test_the_first_rule_that_matches_decides(log_lines: Lines, use: Use) -> None:
    """`keep` shields records from the rules behind it."""
    use(filters=[{"field": {"user": "vip"}, "action": "keep"}, {"logger": "shop"}, {"field": {"user": "other"}}])
    logger.info("kept", user="vip")
    logger.info("dropped", user="x")
    get_logger("else").info("dropped", user="other")
    get_logger("else").info("kept", user="x")

    assert messages(log_lines) == ["kept", "kept"]


def test_errors_are_left_out_only_by_a_rule_that_names_levels(log_lines: Lines, use: Use) -> None:
    """A rule about a logger or a route cannot hide an error by accident."""
    use(filters=[{"logger": "shop", "message": "known", "level": ["ERROR", "fatal"]}, {"logger": "shop"}])
    for level in ("INFO", "WARNING", "ERROR", "CRITICAL"):
        logger.log(level, "known")
        logger.log(level, f"{level} of another kind")

    assert messages(log_lines) == ["ERROR of another kind", "CRITICAL of another kind"]


def test_a_rule_that_keeps_also_keeps_errors(log_lines: Lines, use: Use) -> None:
    """Keeping is the safe side, so it needs no level."""
    use(filters=[{"field": {"user": "vip"}, "action": "keep"}, {"min_level": "DEBUG"}])
    logger.error("kept", user="vip")
    logger.error("dropped", user="x")

    assert messages(log_lines) == ["kept"]


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ({"level": "INFO"}, "DEBUG WARNING ERROR CRITICAL"),
        ({"level": ["info", 40]}, "DEBUG WARNING CRITICAL"),
        ({"max_level": "INFO"}, "WARNING ERROR CRITICAL"),
        ({"min_level": "WARNING", "max_level": "ERROR"}, "DEBUG INFO CRITICAL"),
        ({"min_level": "INFO", "level": ["DEBUG", "CRITICAL"]}, "DEBUG INFO WARNING ERROR"),
    ],
)
def test_levels_are_exact_at_most_or_at_least(log_lines: Lines, use: Use, rule: object, left: str) -> None:
    """And together they narrow each other."""
    use(log_level="DEBUG", filters=[rule])
    for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        logger.log(level, level)

    assert messages(log_lines) == left.split()


def test_the_access_records_of_health_checks_are_left_out(log_lines: Lines, use: Use) -> None:
    """With the middleware's own names; a check that fails is an error and stays."""
    use(filters=[{"route": "/health/*"}])

    async def answer(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 - the signature of ASGI
        status = 503 if scope["path"].endswith("ready") else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def request(path: str) -> None:
        async def send(message: Any) -> None:
            pass

        async def receive() -> Any:
            return {"type": "http.request"}

        await LoggingMiddleware(answer)({"type": "http", "method": "GET", "path": path, "headers": []}, receive, send)

    for path in ("/health/live", "/health/ready", "/orders"):
        asyncio.run(request(path))

    assert [(record["path"], record["status"]) for record in log_lines()] == [("/health/ready", 503), ("/orders", 200)]


class Colour(enum.Enum):
    RED = "red"


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("wanted", "matching", "others"),
    [
        ("red", ["red", Text("red"), Colour.RED, b"red"], ["Red", "red ", None, ["red"], {"red": 1}, 0]),
        (200, [200, 200.0], ["200", True, 201, None]),
        (1, [1], [True, "1"]),
        (True, [True], [1, "True", "true"]),
        (None, [None], ["", 0, False, "None"]),
        (["a", 5], ["a", 5], ["5", "b", ["a", 5]]),
        ({"regex": "^5"}, [503, "5 apples", 5.5], ["15", None, {"5": 1}, [5]]),
        ({"regex": "(?i)RED"}, ["hatred", Colour.RED], ["green"]),
        (re.compile("red$"), ["tired"], ["reds"]),
        ("12345678-1234-5678-1234-567812345678", [UUID("12345678123456781234567812345678")], [UUID(int=0)]),
    ],
)
def test_a_field_matches_by_value_as_it_is_written(
    log_lines: Lines, use: Use, wanted: object, matching: list[object], others: list[object]
) -> None:
    """In the record's own fields, in those of the context and in bound ones; True is not 1."""
    use(filters=[{"field": {"x": wanted}}])
    for value in [*matching, *others]:
        logger.info("own", x=value)
        logger.bind(x=value).info("bound")
        with logger.context(x=value):
            logger.info("context")
    logger.info("not there")

    assert messages(log_lines) == ["own", "bound", "context"] * len(others) + ["not there"]


def test_all_fields_of_a_rule_have_to_match(log_lines: Lines, use: Use) -> None:
    """Also when one is in the context and the other is not."""
    use(filters=[{"field": {"a": 1, "b": ["x", "y"]}}])
    with logger.context(a=1):
        logger.info("dropped", b="y")
        logger.info("kept", b="z")
        logger.info("kept", a=2, c="y")
    logger.info("kept", b="y")

    assert messages(log_lines) == ["kept", "kept", "kept"]


@pytest.mark.parametrize(
    ("rule", "dropped"),
    [
        ({"route": "/api/orders/{id}"}, {"route": "/api/orders/{id}", "path": "/api/orders/7"}),
        ({"route": "/api/*"}, {"path": "/api/orders/7"}),
        ({"path": "/api/orders/7"}, {"route": "/api/orders/{id}", "path": "/api/orders/7"}),
        ({"path": ["/x", "*"]}, {"path": "/whatever"}),
    ],
)
def test_a_route_is_the_template_or_the_path(log_lines: Lines, use: Use, rule: object, dropped: dict[str, Any]) -> None:
    """`path` looks at the path alone."""
    use(filters=[rule])
    logger.info("dropped", **dropped)
    logger.info("kept", route="/apis", path=7)
    logger.info("kept")

    assert messages(log_lines) == ["kept", "kept"]


def test_a_template_does_not_count_as_path(log_lines: Lines, use: Use) -> None:
    """Only what was asked for."""
    use(filters=[{"path": "/api/*"}])
    logger.info("kept", route="/api/orders/{id}")

    assert messages(log_lines) == ["kept"]


class Hostile:
    """Compares, shows and hashes by raising."""

    def __eq__(self, other: object) -> bool:
        raise ValueError("no comparison")

    def __str__(self) -> str:
        raise ValueError("no text")

    __hash__ = None  # type: ignore[assignment]


class HostileText(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise ValueError("no comparison")

    def __hash__(self) -> int:
        raise ValueError("no hash")


def test_a_value_that_cannot_be_compared_does_not_match(log_lines: Lines, use: Use) -> None:
    """The record is written as without filters."""
    use(filters=[{"field": {"x": [5, "a"]}}, {"field": {"x": {"regex": "no such text"}}}, {"route": "/a"}])
    logger.info("kept", x=Hostile())
    logger.info("kept", route=HostileText("/a"))
    with logger.context(x=Hostile()):
        logger.info("kept")

    assert messages(log_lines) == ["kept", "kept", "kept"]


@pytest.mark.parametrize("message", ["5 tries", 5, b"5", None])
def test_a_message_matches_as_text(log_lines: Lines, use: Use, message: object) -> None:
    """Also one that is none."""
    use(filters=[{"message": {"regex": "^5|None"}}])
    logger.info(message)
    logger.error(message)

    assert [record["level"] for record in log_lines()] == ["ERROR"]


def test_values_that_log_while_they_are_compared_end(log_lines: Lines, use: Use) -> None:
    """Each such record is one of its own; they do not go on for ever."""

    class Talks:
        def __str__(self) -> str:
            logger.info("inside", x=self)
            return "talks"

        def __eq__(self, other: object) -> bool:
            logger.info("inside", x=self)
            return False

        __hash__ = None  # type: ignore[assignment]

    use(filters=[{"field": {"x": ["secret", 5]}}])
    logger.info("outside", x=Talks())

    assert messages(log_lines)[-1] == "outside"
    assert len(log_lines()) < 40


def test_timers_and_foreign_records_are_filtered_too(log_lines: Lines, use: Use, gained: Gained) -> None:
    """Whatever way a record comes."""
    use(filters=[{"message": "slow"}])
    with logger.timer("slow"):
        pass
    with logger.timer("other"):
        pass

    assert messages(log_lines) == ["other"]
    assert gained(FILTERED) == 1


def test_what_is_left_out_is_counted_in_one_metric_only(log_lines: Lines, use: Use, gained: Gained) -> None:
    """Filters come first, then sampling."""
    use(filters=[{"field": {"x": 1}}], sample_rate=0)
    for number in range(10):
        logger.info("x", x=number % 2)

    assert log_lines() == []
    assert (gained(FILTERED), gained("log_records_sampled_out_total")) == (5, 5)
