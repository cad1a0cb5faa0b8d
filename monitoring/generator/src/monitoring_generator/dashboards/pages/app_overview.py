"""Application Overview: is the service well, and where to look if not. Rate, errors, duration; the objective."""

from __future__ import annotations

from monitoring_generator.dashboards.limits import GREEN, RED, Limit, Limits
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
from monitoring_generator.dashboards.pages.shared_panels import (
    DURATION,
    TO_ERRORS,
    TO_INFRASTRUCTURE,
    TO_PERFORMANCE,
    TO_RECORDS,
    budget_left,
    durations,
    error_share,
    failed_share,
)
from monitoring_generator.dashboards.pages.variables import INSTANCE, JOB, LEVEL, OPERATION
from monitoring_generator.dashboards.promql import CHOSEN, increase, quantile, rate
from monitoring_generator.dashboards.recorded import Known

#: Colours by level, the same wherever levels are drawn.
LEVEL_LOOKS = (
    Look("DEBUG", {"color": {"mode": "fixed", "fixedColor": "gray"}}),
    Look("INFO", {"color": {"mode": "fixed", "fixedColor": GREEN}}),
    Look("WARNING", {"color": {"mode": "fixed", "fixedColor": "yellow"}}),
    Look("ERROR", {"color": {"mode": "fixed", "fixedColor": "red"}}),
    Look("CRITICAL", {"color": {"mode": "fixed", "fixedColor": "purple"}}),
)
_HIDE_DEBUG = Look("DEBUG", {"custom.hideFrom": {"viz": True, "legend": False, "tooltip": False}})
_OPERATIONS = f'{CHOSEN}, operation=~"$operation"'


def app_overview(known: Known) -> Page:
    """The page that one opens first."""
    return Page(
        uid="app-overview",
        title="Application Overview",
        description="Is the service well? Rate, errors and duration of requests, records by level, what runs, what "
        "fires.",
        variables=(JOB, INSTANCE, OPERATION, LEVEL),
        rows=(
            Row("Now", _now(known)),
            Row("Requests", _requests(known)),
            Row("Records", _records(known)),
            Row("What runs and what fires", _state(known)),
        ),
    )


def _now(known: Known) -> tuple[Panel, ...]:
    requests = f"{CHOSEN}, {known.requests}"
    return (
        Panel(
            kind=Kind.STAT,
            title="Requests a second",
            description="Requests answered, whatever the answer. A fall to 0 without a deployment means that callers "
            "no longer reach the service.",
            unit="reqps",
            queries=(Query(rate(f"{DURATION}_count", requests), "requests"),),
            no_value=NO_METRICS,
            width=4,
            height=4,
            links=(TO_PERFORMANCE,),
        ),
        Panel(
            kind=Kind.STAT,
            title="Errors among the records",
            description=f"The greatest share of one service, coloured by the threshold of {known.errors.name}.",
            unit="percentunit",
            queries=(Query(f'max({known.error_share}{{job=~"$job"}})', "errors"),),
            no_value=NO_RECORDS,
            width=4,
            height=4,
            alert=known.errors,
            decimals=2,
            links=(TO_ERRORS,),
        ),
        Panel(
            kind=Kind.STAT,
            title=f"p{known.slow.percentile:g} of the requests",
            description=f"{known.slow.percentile:g} % of the requests are answered faster, coloured by the threshold "
            f"of {known.slow.name}. The alert looks at each route by itself.",
            unit="s",
            queries=(Query(quantile(known.slow.percentile / 100, DURATION, requests), "p95"),),
            no_value=NO_TRAFFIC,
            width=4,
            height=4,
            alert=known.slow,
            links=(TO_PERFORMANCE,),
        ),
        Panel(
            kind=Kind.STAT,
            title="Contexts entered now",
            description="Requests and jobs under way, as the logging contexts count them. A number that only rises "
            "means that work hangs: look for its last records.",
            unit="short",
            queries=(Query(f"sum(active_contexts{{{CHOSEN}}})", "contexts"),),
            no_value=NO_METRICS,
            width=4,
            height=4,
            links=(TO_PERFORMANCE,),
        ),
        budget_left(known),
        Panel(
            kind=Kind.STAT,
            title="Alerts that fire",
            description="All but the watchdog. Empty means that not even the watchdog fires: alerting is off, see "
            "Infrastructure.",
            unit="short",
            queries=(
                Query(
                    'count(ALERTS{alertstate="firing", severity!="none"})'
                    ' or 0 * count(ALERTS{alertstate="firing", severity="none"})',
                    "alerts",
                    instant=True,
                ),
            ),
            no_value="alerting is off",
            width=4,
            height=4,
            limits=Limits(GREEN, (Limit(1, RED),)),
            links=(TO_INFRASTRUCTURE,),
        ),
    )


def _requests(known: Known) -> tuple[Panel, ...]:
    return (
        Panel(
            kind=Kind.TIMESERIES,
            title="Requests and timers by operation",
            description="What the service does, stacked. A new or missing band after a deployment is worth a look.",
            unit="ops",
            queries=(Query(rate(f"{DURATION}_count", _OPERATIONS, "operation"), "{{operation}}"),),
            no_value=NO_METRICS,
            stacked=True,
            links=(TO_PERFORMANCE,),
        ),
        failed_share(known),
        durations(known, f"{CHOSEN}, {known.requests}"),
    )


def _records(known: Known) -> tuple[Panel, ...]:
    return (
        Panel(
            kind=Kind.TIMESERIES,
            title="Records by level",
            description="Records accepted a second. DEBUG is hidden until it is clicked in the legend. More records "
            "without more requests: something repeats itself, see Error Analysis.",
            unit="recps",
            queries=(Query(rate("log_messages_total", f'{CHOSEN}, level=~"$level"', "level"), "{{level}}"),),
            no_value=NO_METRICS,
            width=7,
            stacked=True,
            looks=(*LEVEL_LOOKS, _HIDE_DEBUG),
            links=(TO_RECORDS,),
        ),
        error_share(known, width=6),
        Panel(
            kind=Kind.TABLE,
            title="Records in this range",
            description="How many records of each level and service. A flood of one level costs money in the log "
            "store.",
            unit="short",
            queries=(Query(increase("log_messages_total", f'{CHOSEN}, level=~"$level"', "job, level"), instant=True),),
            no_value=NO_METRICS,
            width=5,
            columns={"Value": "Records", "job": "Service", "level": "Level"},
            decimals=0,
            links=(TO_RECORDS,),
        ),
        Panel(
            kind=Kind.TIMESERIES,
            title="Records lost",
            description=f"Records that the buffer or a sink lost since the last point, by sink and reason. Any loss "
            f"fires {known.dropped.name}. `overflow` of the buffer: the sinks are too slow for the load.",
            unit="short",
            queries=(
                Query(
                    increase("log_records_dropped_total", CHOSEN, "sink, reason", "$__rate_interval"),
                    "{{sink}}: {{reason}}",
                ),
            ),
            no_value=NO_METRICS,
            width=6,
            alert=known.dropped,
        ),
    )


def _state(known: Known) -> tuple[Panel, ...]:
    return (
        Panel(
            kind=Kind.TABLE,
            title="Versions that run",
            description="One row a process. Two versions for long after a deployment: it is stuck half way.",
            unit="dateTimeFromNow",
            queries=(
                Query(
                    f"max by (job, instance, version) (app_build_info{{{CHOSEN}}})"
                    f" * on (job, instance) group_left max by (job, instance) (process_start_time_seconds{{{CHOSEN}}})"
                    " * 1000",
                    instant=True,
                ),
            ),
            no_value=NO_METRICS,
            minimum=None,
            columns={"Value": "Started", "job": "Service", "instance": "Instance", "version": "Version"},
            links=(TO_INFRASTRUCTURE,),
        ),
        Panel(
            kind=Kind.TABLE,
            title="Firing alerts",
            description="The watchdog is always among them; without it alerting does not work. Each has a runbook of "
            "its name.",
            unit="short",
            queries=(
                Query(
                    'count by (alertname, severity, job, instance) (ALERTS{alertstate="firing"})',
                    instant=True,
                ),
            ),
            no_value="alerting is off",
            columns={"alertname": "Alert", "severity": "Severity", "job": "Service", "instance": "Instance"},
            links=(TO_INFRASTRUCTURE,),
        ),
        Panel(
            kind=Kind.STATE_TIMELINE,
            title="Metrics arrive",
            description=f"Whether every chosen instance of a service answers Prometheus. While one does not, alerts "
            f"about it are blind; {known.down.name} fires, and {known.absent.name} when there is no instance at all.",
            unit="short",
            queries=(
                Query(
                    f"min by (job) (up{{{CHOSEN}}})",
                    "{{job}}",
                ),
            ),
            no_value=NO_METRICS,
            alert=known.down,
            mappings={0: ("not scraped", RED), 1: ("scraped", GREEN)},
            maximum=1,
            links=(TO_INFRASTRUCTURE,),
        ),
    )
