"""The filter grammar of CloudWatch Logs, by the examples of its user guide and on records of the library."""

from __future__ import annotations

import json

import pytest

from tools.aws_local.filter_pattern import PatternError, compile_pattern

RECORD = json.dumps(
    {
        "level": "ERROR",
        "logger": "shop",
        "duration_ms": 12.5,
        "context": {"user": None, "paid": True},
        "items": [{"id": 1}, {"id": 2}],
        "count": 3,
    }
)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        '{ $.level = "ERROR" }',
        "{ $.level = ERROR }",
        '{ $.level = "ERR*" && $.duration_ms > 12 }',
        '{ $.level = "INFO" || ($.count = 3 && $.count != 4) }',
        '{ $.level = "INFO" && $.count = 9 || $.count >= 3 }',
        "{ $.context.user IS NULL }",
        "{ $.context.paid IS TRUE }",
        "{ $.nope NOT EXISTS }",
        "{ $.items[*].id = 2 }",
        "{ $.items[1].id = 2 }",
        "{ $.['level'] = %^ERR|^CRIT% }",
        "{ $.duration_ms = * }",
        "{ $.duration_ms = 1.25e1 }",
        "ERROR shop",
        '"ERROR"',
        "ERROR -WARNING",
        "?CRITICAL ?ERROR",
        "%E[R]{2}OR%",
    ],
)
def test_patterns_that_match(pattern: str) -> None:
    """Each form of the grammar."""
    assert compile_pattern(pattern)(RECORD)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.level = "INFO" }',
        '{ $.level = "ERROR" && $.count > 3 }',
        "{ $.nope = * }",
        '{ $.nope != "x" }',  # a property that is not there is not unequal
        "{ $.context.paid IS FALSE }",
        "{ $.items[0].id = 2 }",
        "{ $.level > 3 }",  # text is not a number
        '{ $.count = "3 " }',
        "ERROR -shop",
        "ERROR missing",
        "?CRITICAL ?WARNING",
        "[first, second]",
    ],
)
def test_patterns_that_do_not_match(pattern: str) -> None:
    """What looks close and is not."""
    assert not compile_pattern(pattern)(RECORD)


def test_a_json_pattern_never_matches_what_is_not_json() -> None:
    """Not even one that asks for a property that is not there."""
    assert not compile_pattern("{ $.nope NOT EXISTS }")("ERROR plain text")


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("[ip, user, status=4*, ...]", True),
        ("[ip, user, status=404, size>100]", True),
        ("[..., size>=2000]", False),
        ('[ip, user!="bob", ...]', False),
        ("[ip, user, status=4* || status=5*, size]", True),
        ("[ip, user]", False),
    ],
)
def test_columns(pattern: str, matches: bool) -> None:
    """The space-delimited form."""
    assert compile_pattern(pattern)("10.0.0.1 bob 404 1534") is matches


@pytest.mark.parametrize(
    "pattern", ['{ $.a = "x"', "{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a > x }", "{ $.a = 1 && }", "[a, ..., ...]"]
)
def test_a_pattern_that_does_not_parse_is_refused(pattern: str) -> None:
    """Rather than matching everything, as moto does."""
    with pytest.raises(PatternError):
        compile_pattern(pattern)
