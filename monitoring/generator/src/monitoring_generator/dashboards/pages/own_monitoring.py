"""Rows of Infrastructure about Prometheus and Alertmanager themselves."""

from __future__ import annotations

from monitoring_generator.dashboards.limits import GREEN, RED, Limit, Limits
from monitoring_generator.dashboards.model import NO_METRICS, Kind, Panel, Query
from monitoring_generator.dashboards.pages.graph import graph
from monitoring_generator.dashboards.recorded import Known


def prometheus() -> tuple[Panel, ...]:
    """Whether rules are evaluated and alerts sent on, and what it costs."""
    own = 'job="prometheus"'
    return (
        graph(
            "Rules that fail",
            "Evaluations that failed since the point before. Any: an alert or a panel is blind. The log of Prometheus "
            "names the rule.",
            "short",
            Query(
                f"sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total{{{own}}}[$__rate_interval]))",
                "{{rule_group}}",
            ),
            Query(
                f"sum(increase(prometheus_rule_group_iterations_missed_total{{{own}}}[$__rate_interval]))",
                "missed in all",
            ),
            no_value=NO_METRICS,
            limits=Limits(GREEN, (Limit(1, RED),)),
        ),
        graph(
            "Alerts that do not reach Alertmanager",
            "Notifications that Prometheus dropped since the point before, and errors on the way. Alertmanager is down "
            "or cannot be reached.",
            "short",
            Query(f"sum(increase(prometheus_notifications_dropped_total{{{own}}}[$__rate_interval]))", "dropped"),
            Query(f"sum(increase(prometheus_notifications_errors_total{{{own}}}[$__rate_interval]))", "errors"),
            no_value=NO_METRICS,
            limits=Limits(GREEN, (Limit(1, RED),)),
        ),
        graph(
            "Duration of rule groups",
            "How long the last evaluation of each group took. Near the evaluation interval evaluations are missed.",
            "s",
            Query(f"max by (rule_group) (prometheus_rule_group_last_duration_seconds{{{own}}})", "{{rule_group}}"),
            no_value=NO_METRICS,
        ),
        graph(
            "Series in memory",
            "Memory of Prometheus goes by it. A jump at a deployment: a label with too many values.",
            "short",
            Query(f"sum by (instance) (prometheus_tsdb_head_series{{{own}}})", "{{instance}}"),
            no_value=NO_METRICS,
        ),
        graph(
            "Samples a second",
            "What Prometheus takes in. It grows with targets and with labels of many values, see Targets.",
            "cps",
            Query(
                f"sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total{{{own}}}[$__rate_interval]))",
                "{{instance}}",
            ),
            no_value=NO_METRICS,
        ),
        graph(
            "Disk of Prometheus",
            "Size of its blocks. Retention by size in compose.yaml keeps it below its limit.",
            "bytes",
            Query(f"sum by (instance) (prometheus_tsdb_storage_blocks_bytes{{{own}}})", "blocks {{instance}}"),
            no_value=NO_METRICS,
        ),
    )


def alertmanager(known: Known) -> tuple[Panel, ...]:
    """Whether people are told."""
    own = 'job="alertmanager"'
    failed = known.notifications.metric
    return (
        graph(
            "Notifications",
            "Attempts a second by integration. None while alerts fire: look at the routes and at silences.",
            "ops",
            Query(
                f"sum by (integration) (rate(alertmanager_notifications_total{{{own}}}[$__rate_interval]))",
                "{{integration}}",
            ),
            no_value=NO_METRICS,
        ),
        Panel(
            kind=Kind.TIMESERIES,
            title="Notifications that fail",
            description=f"Attempts that failed since the point before. Any fires {known.notifications.name}: a secret, "
            "a receiver that is down, or the way out is closed.",
            unit="short",
            queries=(
                Query(f"sum by (integration) (increase({failed}{{{own}}}[$__rate_interval]))", "{{integration}}"),
            ),
            no_value=NO_METRICS,
            alert=known.notifications,
        ),
        graph(
            "Alerts in Alertmanager",
            "By state. Suppressed ones are silenced or inhibited.",
            "short",
            Query(f"sum by (state) (alertmanager_alerts{{{own}}})", "{{state}}"),
            no_value=NO_METRICS,
        ),
    )
