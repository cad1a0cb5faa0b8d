"""Pieces of PromQL that several panels need."""

from __future__ import annotations

from monitoring_generator.rules.promql import selector
from monitoring_generator.section import Selection

#: What the variables at the top select, on every series of a service.
CHOSEN = 'job=~"$job", instance=~"$instance"'


def matchers(selection: Selection) -> str:
    """The matchers of a selection in alerts.yaml, without braces."""
    return selector("", selection).strip("{}")


def rate(metric: str, labels: str, by: str = "", window: str = "$__rate_interval") -> str:
    """Events a second, summed over everything but the labels `by`."""
    return _sum(f"rate({metric}{{{labels}}}[{window}])", by)


def increase(metric: str, labels: str, by: str = "", window: str = "$__range", *, before: bool = False) -> str:
    """Events in the window, or in the one before it, summed over everything but the labels `by`."""
    offset = f" offset {window}" if before else ""
    return _sum(f"increase({metric}{{{labels}}}[{window}]{offset})", by)


def share(part: str, whole: str) -> str:
    """`part` of `whole`, 0 to 1. Without any whole there is no share; without series of a part it is 0."""
    return f"({part} or 0 * {whole}) / ({whole} > 0)"


def quantile(quantile: float, metric: str, labels: str, by: str = "", window: str = "$__rate_interval") -> str:
    """A quantile (0 to 1) of a histogram; nothing, not NaN, where nothing was observed."""
    buckets = rate(f"{metric}_bucket", labels, f"le, {by}" if by else "le", window)
    return f"histogram_quantile({quantile:g}, {buckets}) >= 0"


def _sum(expression: str, by: str) -> str:
    return f"sum by ({by}) ({expression})" if by else f"sum({expression})"
