"""Panels that stand on more than one dashboard, at different widths."""

from __future__ import annotations

from monitoring_generator.dashboards.limits import GREEN, ORANGE, RED, Limit, Limits
from monitoring_generator.dashboards.model import NO_RULES, NO_TRAFFIC, Kind, Panel, Query
from monitoring_generator.dashboards.promql import CHOSEN, quantile, rate, share
from monitoring_generator.dashboards.recorded import Known
from monitoring_generator.dashboards.render import KEEP
from monitoring_generator.durations import format_duration

DURATION = "operation_duration_seconds"
TO_ERRORS = ("Error Analysis", f"/d/error-analysis{KEEP}")
TO_PERFORMANCE = ("Performance Monitoring", f"/d/performance{KEEP}")
TO_INFRASTRUCTURE = ("Infrastructure", f"/d/infrastructure{KEEP}")
TO_RECORDS = ("Live records", "http://127.0.0.1:8000/")


def budget_left(known: Known, width: int = 4, height: int = 4) -> Panel:
    """How much of the error budget is left, as one number."""
    period = format_duration(known.objective.period)
    return Panel(
        kind=Kind.STAT,
        title="Error budget left",
        description=f"Share of the failed requests that the objective of {known.objective.objective:.4g} allows within "
        f"{period} and that have not happened yet. At 0 the objective is missed: stop risky changes, and look at the "
        "burn rates for when it was used up. With less data than the period it is about the data there is.",
        unit="percentunit",
        queries=(Query(known.budget_left, "{{job}}", instant=True),),
        no_value=NO_TRAFFIC,
        width=width,
        height=height,
        minimum=None,
        maximum=1,
        decimals=1,
        limits=Limits(RED, (Limit(0, GREEN),)),
        links=(TO_ERRORS,),
    )


def error_share(known: Known, width: int = 8, height: int = 8) -> Panel:
    """The share of records that are errors, with the alert's line."""
    return Panel(
        kind=Kind.TIMESERIES,
        title="Share of records that are errors",
        description=f"ERROR and CRITICAL among all records but DEBUG, over "
        f"{format_duration(known.errors.window)}. Above the line the alert {known.errors.name} fires, unless there are "
        "too few records to say. See which types and operations it is.",
        unit="percentunit",
        queries=(Query(f'{known.error_share}{{job=~"$job"}}', "{{job}}"),),
        no_value=NO_RULES,
        width=width,
        height=height,
        alert=known.errors,
        links=(TO_ERRORS, TO_RECORDS),
    )


def failed_share(known: Known, width: int = 8, height: int = 8) -> Panel:
    """The share of requests that failed."""
    return Panel(
        kind=Kind.TIMESERIES,
        title="Share of requests that fail",
        description=f"Requests that ended with an error of ours (status 5xx or an exception), as the objective counts "
        f"them. The line is what the objective allows on average: {known.objective.budget:.3g}. Short times above it "
        "are what the budget is for.",
        unit="percentunit",
        queries=(
            Query(
                share(
                    rate(f"{DURATION}_count", f"{CHOSEN}, {known.failed}", "job"),
                    rate(f"{DURATION}_count", f"{CHOSEN}, {known.requests}", "job"),
                ),
                "{{job}}",
            ),
        ),
        no_value=NO_TRAFFIC,
        width=width,
        height=height,
        limits=Limits(GREEN, (Limit(known.objective.budget, ORANGE),)),
        links=(TO_ERRORS,),
    )


def durations(known: Known, labels: str, width: int = 8, height: int = 8) -> Panel:
    """Quantiles of the time to answer, with the alert's line and exemplars."""
    slow = known.slow
    return Panel(
        kind=Kind.TIMESERIES,
        title="Time to answer a request",
        description=f"Half, 95 % and 99 % of the requests are answered faster. When the "
        f"{slow.percentile:g} % of one route stay above the line, {slow.name} fires. Each small square is one "
        "request: a click leads to its records.",
        unit="s",
        queries=tuple(
            Query(quantile(q, DURATION, labels), f"p{q * 100:g}", exemplars=q == slow.percentile / 100)
            for q in (0.5, 0.95, 0.99)
        ),
        no_value=NO_TRAFFIC,
        width=width,
        height=height,
        alert=slow,
        links=(TO_PERFORMANCE, TO_RECORDS),
    )
