"""Error Analysis: how many errors, which, since when, and what they cost of the objective."""

from __future__ import annotations

from monitoring_generator.alerts import BurnRateAlert
from monitoring_generator.dashboards.limits import GREEN, ORANGE, RED, Limit, Limits
from monitoring_generator.dashboards.model import (
    NO_METRICS,
    NO_RECORDS,
    NO_TRAFFIC,
    Kind,
    Look,
    Page,
    Panel,
    Query,
    Row,
)
from monitoring_generator.dashboards.pages.app_overview import LEVEL_LOOKS
from monitoring_generator.dashboards.pages.shared_panels import (
    DURATION,
    TO_PERFORMANCE,
    TO_RECORDS,
    budget_left,
    error_share,
    failed_share,
)
from monitoring_generator.dashboards.pages.variables import INSTANCE, JOB, LEVEL, OPERATION
from monitoring_generator.dashboards.promql import CHOSEN, increase, matchers, rate, share
from monitoring_generator.dashboards.recorded import Known, window_names
from monitoring_generator.dashboards.render import KEEP
from monitoring_generator.durations import format_duration

_ERRORS = "log_errors_total"
_CRITICAL = f'{CHOSEN}, level="CRITICAL"'
_BAD_LEVELS = f'{CHOSEN}, level=~"ERROR|CRITICAL"'


def error_analysis(known: Known) -> Page:
    """Where the alerts about errors and the objective lead."""
    return Page(
        uid="error-analysis",
        title="Error Analysis",
        description="Which errors, how many, since when, in which operation; CRITICAL records; the error budget.",
        variables=(JOB, INSTANCE, OPERATION, LEVEL),
        with_records=True,
        rows=(
            Row("How many", _how_many(known)),
            Row("Which", _which(known)),
            Row("Error budget", _budget(known)),
            Row("Records in Loki (compose profile logs)", _records(), collapsed=True),
        ),
    )


def _count(title: str, description: str, query: str, *, limits: Limits | None = None) -> Panel:
    return Panel(
        kind=Kind.STAT,
        title=title,
        description=description,
        unit="short",
        queries=(Query(query, title, instant=True),),
        no_value=NO_METRICS,
        width=4,
        height=4,
        decimals=0,
        limits=limits,
        links=(TO_RECORDS,),
    )


def _how_many(known: Known) -> tuple[Panel, ...]:
    some = Limits(GREEN, (Limit(1, RED),))
    counted = f"{DURATION}_count"
    total = increase(_ERRORS, CHOSEN)
    return (
        _count(
            "ERROR and CRITICAL records",
            "In the range shown. Choose a range around an incident to see what it wrote.",
            increase("log_messages_total", _BAD_LEVELS),
        ),
        _count(
            "CRITICAL records",
            f"In the range shown. Each pages at once ({known.critical.name}); the record says what is wrong.",
            increase("log_messages_total", _CRITICAL),
            limits=some,
        ),
        _count(
            "Failed requests",
            "In the range shown, as the objective counts them: answered with 5xx or an exception.",
            f"{increase(counted, f'{CHOSEN}, {known.failed}')} or 0 * {increase(counted, CHOSEN)}",
        ),
        _count(
            "Types of errors",
            "Exception types that occurred in the range shown; `none` are records without an exception.",
            f"count({increase(_ERRORS, CHOSEN, 'type')} > 0) or 0 * {total}",
        ),
        _count(
            "New types of errors",
            "Types that occurred in this range and never in the one of the same length before: what a deployment "
            "brought. They stand in the table with 0 before.",
            f"count({increase(_ERRORS, CHOSEN, 'type')} > 0 unless on (type)"
            f" {increase(_ERRORS, CHOSEN, 'type', before=True)} > 0) or 0 * {total}",
            limits=Limits(GREEN, (Limit(1, ORANGE),)),
        ),
        budget_left(known),
        error_share(known),
        Panel(
            kind=Kind.TIMESERIES,
            title="Errors by level",
            description="ERROR and CRITICAL records a second, stacked.",
            unit="recps",
            queries=(Query(rate("log_messages_total", _BAD_LEVELS, "level"), "{{level}}"),),
            no_value=NO_METRICS,
            stacked=True,
            looks=LEVEL_LOOKS,
            links=(TO_RECORDS,),
        ),
        Panel(
            kind=Kind.STATE_TIMELINE,
            title="When CRITICAL records were written",
            description=f"Red: at least one CRITICAL record since the point before. The first of a process that starts "
            f"with it is only seen by the alert {known.critical.name}.",
            unit="short",
            queries=(
                Query(
                    f"{increase('log_messages_total', _CRITICAL, 'job, instance', '$__rate_interval')} > bool 0",
                    "{{job}} {{instance}}",
                ),
            ),
            no_value=NO_METRICS,
            maximum=1,
            alert=known.critical,
            mappings={0: ("none", GREEN), 1: ("CRITICAL", RED)},
            links=(TO_RECORDS,),
        ),
    )


def _which(known: Known) -> tuple[Panel, ...]:
    by = "job, type"
    operations = f'{CHOSEN}, operation=~"$operation"'
    all_of_them = increase(f"{DURATION}_count", operations, "job, operation")
    failed = increase(f"{DURATION}_count", f"{operations}, {matchers(known.objective.bad)}", "job, operation")
    before = increase(_ERRORS, CHOSEN, by, before=True)
    return (
        Panel(
            kind=Kind.TABLE,
            title="Errors by service and type",
            description="The 20 most frequent types in the range shown, and how many there were in the range of the "
            "same length before: 0 there means new. Start with the type that grew most; its records carry the stack "
            "trace.",
            unit="short",
            queries=(
                Query(f"topk(20, {increase(_ERRORS, CHOSEN, by)})", instant=True),
                Query(f"{before} or 0 * {increase(_ERRORS, CHOSEN, by)}", instant=True),
            ),
            no_value=NO_RECORDS,
            columns={"Value #A": "Errors", "Value #B": "Before", "job": "Service", "type": "Type"},
            decimals=0,
            links=(TO_RECORDS,),
        ),
        Panel(
            kind=Kind.TIMESERIES,
            title="Errors by type",
            description="Records of ERROR and CRITICAL a second by exception type, stacked. One type that begins at a "
            "deployment's line: roll it back. All types together: look at what they share, often a dependency.",
            unit="recps",
            queries=(Query(rate(_ERRORS, CHOSEN, "type"), "{{type}}"),),
            no_value=NO_RECORDS,
            stacked=True,
            links=(TO_RECORDS,),
        ),
        Panel(
            kind=Kind.BAR_GAUGE,
            title="Errors by service",
            description="ERROR and CRITICAL records in the range shown. The service with most is not always the one at "
            "fault: those that call a broken one write as many.",
            unit="short",
            queries=(Query(increase(_ERRORS, CHOSEN, "job"), "{{job}}", instant=True),),
            no_value=NO_RECORDS,
            decimals=0,
            row_link=("Records of this service", f"/d/app-overview{KEEP}"),
            width=8,
        ),
        failed_share(known, width=12),
        Panel(
            kind=Kind.TABLE,
            title="Failed requests by operation",
            description="The 20 operations with most failures in the range shown, and their share of that operation's "
            "requests. A share of 100 % of one operation is a bug in it, a small one of all a dependency.",
            unit="short",
            queries=(
                Query(
                    f"topk(20, {failed} or 0 * {all_of_them})",
                    instant=True,
                ),
                Query(
                    share(failed, all_of_them),
                    instant=True,
                ),
            ),
            no_value=NO_TRAFFIC,
            width=12,
            looks=(Look("Share", {"unit": "percentunit"}), Look("Failed", {"decimals": 0})),
            columns={"Value #A": "Failed", "Value #B": "Share", "operation": "Operation", "job": "Service"},
            links=(TO_PERFORMANCE,),
        ),
    )


def _budget(known: Known) -> tuple[Panel, ...]:
    objective = known.objective
    period = format_duration(objective.period)
    return (
        _burn(known, known.fast, "Fast burn of the error budget"),
        _burn(known, known.slowly, "Slow burn of the error budget"),
        Panel(
            kind=Kind.TIMESERIES,
            title="Error budget left over time",
            description=f"What is left of the failed requests that {objective.objective:.4g} over {period} allows. It "
            "rises again as old failures leave the period.",
            unit="percentunit",
            queries=(Query(known.budget_left, "{{job}}"),),
            no_value=NO_TRAFFIC,
            minimum=None,
            maximum=1,
            limits=Limits(RED, (Limit(0, GREEN),)),
        ),
    )


def _burn(known: Known, alert: BurnRateAlert, title: str) -> Panel:
    pairs = ", or ".join(
        f"{format_duration(each.long)} and {format_duration(each.short)} above {each.factor:g}"
        for each in alert.windows
    )
    return Panel(
        kind=Kind.TIMESERIES,
        title=title,
        description=f"How many times as fast as it lasts the budget of {format_duration(known.objective.period)} "
        f"burns. {alert.name} fires with {pairs}. A long window stays up after the cause is mended, the short one "
        "shows whether it still burns. Windows longer than the data are about the data there is.",
        unit="short",
        queries=tuple(
            Query(known.burn_rate(window), f"{{{{job}}}} {format_duration(window)}")
            for window in window_names(alert.windows)
        ),
        no_value=NO_TRAFFIC,
        alert=alert,
    )


def _records() -> tuple[Panel, ...]:
    # A record's level and service are labels in Loki; its id is not, and is looked for in the line.
    chosen = '{service_name=~"$job", level=~"$level"} |= "$correlation_id"'
    return (
        Panel(
            kind=Kind.LOGS,
            title="Records",
            description="Records of the chosen services and levels, newest first. With a correlation id, set above or "
            "by a click on an exemplar, those of one request. Without the profile logs there is no Loki: use the live "
            "page or `logging-system tail`.",
            unit="short",
            queries=(Query(chosen),),
            no_value="no records, or no Loki (compose profile logs)",
            width=24,
            height=14,
            minimum=None,
            links=(TO_RECORDS,),
        ),
    )
