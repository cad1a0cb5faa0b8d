"""Pieces of PromQL that several statistics share."""

from __future__ import annotations

from typing import Any

from monitoring_generator.section import Selection

#: A rule as the rule file has it.
Rule = dict[str, Any]


def selector(metric: str, *selections: Selection) -> str:
    """`metric` with the labels of all `selections`; `*` in a value stands for any text."""
    matchers = [_matcher(label, values) for selection in selections for label, values in selection.items()]
    return f"{metric}{{{', '.join(matchers)}}}" if matchers else metric


def _matcher(label: str, values: tuple[str, ...]) -> str:
    if len(values) == 1 and "*" not in values[0]:
        return f'{label}="{values[0]}"'
    return f'{label}=~"{"|".join(map(_pattern, values))}"'


def _pattern(value: str) -> str:
    """A class of one character needs no backslash, which PromQL's texts would want doubled."""
    return "".join({"*": ".*", ".": "[.]", "{": "[{]", "}": "[}]"}.get(character, character) for character in value)


def counter_of(metric: str) -> str:
    """The counter of `metric`: itself, or the count of a distribution's observations."""
    return metric if metric.endswith("_total") else f"{metric}_count"


def number(value: float) -> str:
    """All digits of `value` and no more: `%g` would write 1.23457e+06 for bytes."""
    return f"{value:.15g}"


def recording(name: str, expression: str) -> Rule:
    """A recording rule."""
    return {"record": name, "expr": expression}
