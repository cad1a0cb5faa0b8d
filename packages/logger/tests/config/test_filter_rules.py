"""Filter rules in a configuration: what is read, and errors that name rule, key, value and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from logging_system import ConfigError, configure
from logging_system.config.filter_rules import FilterRule, read_filters
from logging_system.config.load import load_settings


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"logger": "x"}, "filters: got .*, expected a list of filter rules"),
        (["x"], r'filters\[0\]: got "x", expected a mapping with one or more of logger, level, '),
        ([{"logger": "a"}, {}], r"filters\[1\]: got .*, expected a mapping with one or more of"),
        ([{"action": "keep"}], r"filters\[0\]: got .*, expected a mapping with one or more of"),
        ([{"loger": "a"}], r'filters\[0\]\.loger: unknown key; did you mean "logger"\?'),
        ([{"logger": "a", "max-level": "INFO"}], r'filters\[0\]\.max-level: unknown key; did you mean "max_level"\?'),
        ([{"zzz": 1}], r"filters\[0\]\.zzz: unknown key; known here: logger, level, min_level, max_level, field, "),
        ([{"logger": 5}], r"filters\[0\]\.logger: got 5, expected the name of a logger"),
        ([{"logger": []}], r"filters\[0\]\.logger: got \[\], expected a list that is not empty"),
        ([{"level": ["INFO", "LOUD"]}], r'filters\[0\]\.level\[1\]: got "LOUD", expected DEBUG, INFO, WARNING,'),
        ([{"min_level": "LOUD"}], r'filters\[0\]\.min_level: got "LOUD", expected DEBUG'),
        ([{"min_level": "ERROR", "max_level": "INFO"}], r"filters\[0\]: level, min_level and max_level leave no level"),
        ([{"field": "user"}], r'filters\[0\]\.field: got "user", expected fields with values'),
        ([{"field": {"user": {"rex": "a"}}}], r"filters\[0\]\.field\.user: got .*, expected a value, a list of values"),
        ([{"field": {"user": [{"regex": "("}]}}], r'filters\[0\]\.field\.user\[0\]\.regex: got "\(", expected a regul'),
        ([{"message": {"regex": 5}}], r"filters\[0\]\.message\.regex: got 5, expected a regular expression"),
        ([{"message": 5}], r"filters\[0\]\.message: got 5, expected a text, a list of texts or"),
        ([{"route": "/a/*/b"}], r'filters\[0\]\.route: got "/a/\*/b", expected a path .* \* only at its end'),
        ([{"path": ["/a", 7]}], r"filters\[0\]\.path\[1\]: got 7, expected a path"),
        ([{"logger": "a", "action": "hide"}], r'filters\[0\]\.action: got "hide", expected drop or keep'),
    ],
)
def test_a_mistake_is_named_with_its_place(rules: Any, message: str) -> None:
    """In a keyword as in a file."""
    with pytest.raises(ConfigError, match=message):
        configure(filters=rules)


def test_a_mistake_in_a_file_names_the_file(write: Callable[[str], str]) -> None:
    """With the key path of the rule."""
    path = write("logging:\n  filters:\n    - logger: a\n    - levle: INFO\n")
    with pytest.raises(ConfigError, match=r'some\.yaml: logging\.filters\[1\]\.levle: .* did you mean "level"\?'):
        load_settings(path, environ={})


def test_rules_of_file_and_keyword_are_read_alike(write: Callable[[str], str]) -> None:
    """One value or a list; levels in any case; rules that are read already are taken as they are."""
    path = write(
        "logging:\n  filters:\n"
        "    - {logger: a.b, level: [warn, ERROR], field: {n: [1, null]}, route: '/x*', action: KEEP}\n"
    )
    [rule] = load_settings(path, environ={}).filters

    assert rule == FilterRule(
        action="keep",
        loggers=("a.b",),
        levels=("WARNING", "ERROR"),
        fields=(("n", (1, None)),),
        routes=("/x*",),
    )
    assert read_filters([rule, {"logger": "a.b"}]) == (rule, FilterRule(loggers=("a.b",)))
    assert read_filters(None) == ()
