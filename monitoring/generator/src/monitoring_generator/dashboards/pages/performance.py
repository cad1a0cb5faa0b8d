"""Performance Monitoring: how long things take, which are slow, and what is used up meanwhile."""

from __future__ import annotations

from monitoring_generator.dashboards.model import NO_METRICS, NO_TRAFFIC, Kind, Look, Page, Panel, Query, Row
from monitoring_generator.dashboards.pages.shared_panels import (
    DURATION,
    TO_ERRORS,
    TO_INFRASTRUCTURE,
    TO_RECORDS,
    durations,
)
from monitoring_generator.dashboards.pages.variables import INSTANCE, JOB, OPERATION
from monitoring_generator.dashboards.promql import CHOSEN, increase, quantile, rate
from monitoring_generator.dashboards.recorded import Known
from monitoring_generator.dashboards.render import KEEP

_OPERATIONS = f'{CHOSEN}, operation=~"$operation"'
_ON_THE_RIGHT = {"custom.axisPlacement": "right", "unit": "s"}


def performance(known: Known) -> Page:
    """Where the alert about slow requests leads."""
    return Page(
        uid="performance",
        title="Performance Monitoring",
        description="How long requests and timers take, which are slow, and what the processes use meanwhile.",
        variables=(JOB, INSTANCE, OPERATION),
        rows=(
            Row("Duration", _duration(known)),
            Row("By operation", _by_operation(known)),
            Row("What the processes use", _processes(known)),
        ),
    )


def _duration(known: Known) -> tuple[Panel, ...]:
    return (
        Panel(
            kind=Kind.HEATMAP,
            title="Durations over time",
            description="How many calls of the chosen operations took how long. Two bands: two kinds of work, or a "
            "cache that misses. A band that drifts up: something fills or grows. The points are single calls: a click "
            "leads to their records.",
            unit="s",
            queries=(
                Query(increase(f"{DURATION}_bucket", _OPERATIONS, "le", "$__rate_interval"), "{{le}}", exemplars=True),
            ),
            no_value=NO_TRAFFIC,
            width=12,
            height=9,
            links=(TO_RECORDS,),
        ),
        durations(known, _OPERATIONS, width=12, height=9),
    )


def _by_operation(known: Known) -> tuple[Panel, ...]:
    percentile = known.slow.percentile
    return (
        Panel(
            kind=Kind.TIMESERIES,
            title=f"p{percentile:g} by route",
            description=f"What {known.slow.name} looks at: {percentile:g} % of a route's requests are answered faster. "
            "See whether one route is slow (its query, its dependency) or all (the process or the host).",
            unit="s",
            queries=(Query(f'{known.slow_recorded}{{job=~"$job", operation=~"$operation"}} >= 0', "{{operation}}"),),
            no_value=NO_TRAFFIC,
            width=12,
            height=9,
            alert=known.slow,
            links=(TO_RECORDS,),
        ),
        Panel(
            kind=Kind.BAR_GAUGE,
            title="Slowest operations",
            description=f"The ten operations with the greatest p{percentile:g} in the range shown.",
            unit="s",
            queries=(
                Query(
                    f"topk(10, {quantile(percentile / 100, DURATION, _OPERATIONS, 'operation', '$__range')})",
                    "{{operation}}",
                    instant=True,
                ),
            ),
            no_value=NO_TRAFFIC,
            width=6,
            height=9,
            alert=known.slow,
            row_link=("Only this operation", f"/d/performance{KEEP}&var-operation=${{__field.labels.operation}}"),
        ),
        Panel(
            kind=Kind.TIMESERIES,
            title="Satisfied callers",
            description=f"Of the requests, those answered within {known.slow.threshold / 4:g} s and half of those "
            f"within {known.slow.threshold:g} s (Apdex, with a quarter of the alert's threshold as target). When it "
            "falls while the medians stay, a part of the callers suffers: see by route.",
            unit="percentunit",
            queries=(Query(_apdex(known), "satisfied"),),
            no_value=NO_TRAFFIC,
            width=6,
            height=9,
            maximum=1,
        ),
        Panel(
            kind=Kind.TABLE,
            title="Operations",
            description="Calls in the range shown, their mean duration and the time spent in all of them together: "
            "what is worth to be made faster stands first.",
            unit="s",
            queries=(
                Query(increase(f"{DURATION}_sum", _OPERATIONS, "operation"), instant=True),
                Query(increase(f"{DURATION}_count", _OPERATIONS, "operation"), instant=True),
                Query(
                    f"{increase(f'{DURATION}_sum', _OPERATIONS, 'operation')}"
                    f" / ({increase(f'{DURATION}_count', _OPERATIONS, 'operation')} > 0)",
                    instant=True,
                ),
            ),
            no_value=NO_TRAFFIC,
            width=12,
            looks=(Look("Calls", {"unit": "short", "decimals": 0}),),
            columns={"Value #A": "Time in all", "Value #B": "Calls", "Value #C": "Mean", "operation": "Operation"},
            links=(TO_ERRORS,),
        ),
        Panel(
            kind=Kind.TIMESERIES,
            title="Throughput and duration",
            description="Requests a second on the left, their median on the right. Duration that rises with "
            "throughput: saturation, add instances. Duration that rises alone: a dependency.",
            unit="reqps",
            queries=(
                Query(rate(f"{DURATION}_count", f"{CHOSEN}, {known.requests}"), "requests"),
                Query(quantile(0.5, DURATION, f"{CHOSEN}, {known.requests}"), "median", exemplars=True),
            ),
            no_value=NO_TRAFFIC,
            width=12,
            looks=(Look("median", _ON_THE_RIGHT),),
        ),
    )


def _apdex(known: Known) -> str:
    selected = f"{CHOSEN}, {known.requests}"

    def within(seconds: float) -> str:
        return rate(f"{DURATION}_bucket", f'{selected}, le="{float(seconds)}"')

    every = rate(f"{DURATION}_count", selected)
    return f"({within(known.slow.threshold / 4)} + {within(known.slow.threshold)}) / 2 / ({every} > 0)"


def _of_services(expression: str) -> str:
    """Only of processes that log with the library: with all jobs chosen, every exporter has such metrics too."""
    return f"{expression} and on (job, instance) active_contexts{{{CHOSEN}}}"


def _processes(known: Known) -> tuple[Panel, ...]:
    def gauge(title: str, description: str, unit: str, query: str, legend: str = "{{job}} {{instance}}") -> Panel:
        return Panel(
            kind=Kind.TIMESERIES,
            title=title,
            description=description,
            unit=unit,
            queries=(Query(query, legend),),
            no_value=NO_METRICS,
            links=(TO_INFRASTRUCTURE,),
        )

    return (
        gauge(
            "Contexts entered",
            "Requests and jobs under way. A number that only rises: work hangs or contexts are not left.",
            "short",
            f"active_contexts{{{CHOSEN}}}",
        ),
        gauge(
            "Processor time",
            "Cores a process uses. Python runs on one: near 1 the process is saturated, add instances.",
            "short",
            _of_services(f"rate(process_cpu_seconds_total{{{CHOSEN}}}[$__rate_interval])"),
        ),
        gauge(
            "Memory",
            f"Resident memory. Rising for days: a leak. Where the process has a limit, {known.memory.name} looks at "
            "the share of it, see Infrastructure.",
            "bytes",
            _of_services(f"process_resident_memory_bytes{{{CHOSEN}}}"),
        ),
        gauge(
            "Bytes waiting for the writer",
            "Records in the library's buffer. Steadily above 0: the sinks are slower than the service; at the bound "
            "the overflow policy acts.",
            "bytes",
            f"log_buffer_bytes{{{CHOSEN}}}",
        ),
        gauge(
            "Records written by sink",
            "What each sink took. A sink that stays behind the others is slow or spools.",
            "recps",
            rate("log_records_written_total", CHOSEN, "sink"),
            "{{sink}}",
        ),
        Panel(
            kind=Kind.TIMESERIES,
            title="Failed attempts of sinks",
            description="Attempts to write or to send that failed and are repeated. Not lost yet: see Records lost in "
            "the overview for what was.",
            unit="ops",
            queries=(
                Query(
                    f"{rate('log_sink_errors_total', CHOSEN, 'sink')}"
                    f" or 0 * {rate('log_records_written_total', CHOSEN, 'sink')}",
                    "{{sink}}",
                ),
            ),
            no_value=NO_METRICS,
        ),
        gauge(
            "Garbage collections",
            "Runs of Python's collector. Many of generation 2: many long-lived objects in cycles.",
            "ops",
            rate("python_gc_collections_total", CHOSEN, "generation"),
            "generation {{generation}}",
        ),
        Panel(
            kind=Kind.TIMESERIES,
            title="Open files of those allowed",
            description="At 100 % the process can open neither files nor connections. Rising without more requests: "
            "something is not closed.",
            unit="percentunit",
            queries=(
                Query(
                    _of_services(f"process_open_fds{{{CHOSEN}}} / (process_max_fds{{{CHOSEN}}} > 0)"),
                    "{{job}} {{instance}}",
                ),
            ),
            no_value=NO_METRICS,
            maximum=1,
            links=(TO_INFRASTRUCTURE,),
        ),
        gauge(
            "Records left out on purpose",
            "By sampling, by filters and by the rate limit. They are not lost: it was asked for.",
            "recps",
            "sum by (why) ("
            + " or ".join(
                f'label_replace(rate({metric}{{{CHOSEN}}}[$__rate_interval]), "why", "{why}", "", "")'
                for metric, why in (
                    ("log_records_sampled_out_total", "sampling"),
                    ("log_records_filtered_total", "filters"),
                    ("log_records_suppressed_total", "rate limit"),
                )
            )
            + ")",
            "{{why}}",
        ),
    )
