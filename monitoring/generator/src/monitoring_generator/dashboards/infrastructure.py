"""Infrastructure: hosts by utilisation, saturation and errors; what is scraped; Prometheus and Alertmanager."""

from __future__ import annotations

from monitoring_generator.dashboards.containers import containers
from monitoring_generator.dashboards.limits import GREEN, RED, Limit, Limits
from monitoring_generator.dashboards.model import NO_METRICS, Kind, Look, Page, Panel, Query, Row
from monitoring_generator.dashboards.recorded import Known
from monitoring_generator.dashboards.variables import HOST, TARGET_INSTANCE, TARGET_JOB
from monitoring_generator.measures import MEASURES

_NODE = 'job="node", instance=~"$host"'
_NO_HOST = "no host: is node-exporter there?"
#: Devices that are no network of the host itself.
_WIRES = f'{_NODE}, device!~"lo|veth.*|br-.*|docker.*|ifb.*|cni.*"'
_TARGETS = 'job=~"$job", instance=~"$instance"'


def infrastructure(known: Known) -> Page:
    """Where the alerts about hosts, targets and notifications lead."""
    return Page(
        uid="infrastructure",
        title="Infrastructure",
        description="Hosts (utilisation, saturation, errors), targets, Prometheus, Alertmanager, containers.",
        variables=(TARGET_JOB, TARGET_INSTANCE, HOST),
        rows=(
            Row("Hosts", _hosts(known)),
            Row("Disks and network", _disks(known)),
            Row("Targets", _targets(known)),
            Row("Prometheus", _prometheus()),
            Row("Alertmanager", _alertmanager(known)),
            Row("Containers (where cAdvisor runs)", containers(), collapsed=True),
        ),
    )


def _graph(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    no_value: str = _NO_HOST,
    width: int = 8,
    maximum: float | None = None,
    limits: Limits | None = None,
) -> Panel:
    return Panel(
        kind=Kind.TIMESERIES,
        title=title,
        description=description,
        unit=unit,
        queries=queries,
        no_value=no_value,
        width=width,
        maximum=maximum,
        limits=limits,
    )


def _hosts(known: Known) -> tuple[Panel, ...]:
    return (
        _graph(
            "Processor in use",
            "Share of all cores that is not idle. Near 100 % with a load above 1 a core: work waits.",
            "percentunit",
            Query(
                f'1 - avg by (instance) (rate(node_cpu_seconds_total{{{_NODE}, mode="idle"}}[$__rate_interval]))',
                "{{instance}}",
            ),
            maximum=1,
        ),
        _graph(
            "Load of each core",
            "Processes that run or wait, over one minute, for each core. Above 1 they queue.",
            "short",
            Query(
                f"sum by (instance) (node_load1{{{_NODE}}})"
                f' / count by (instance) (node_cpu_seconds_total{{{_NODE}, mode="idle"}})',
                "{{instance}}",
            ),
            limits=Limits(GREEN, (Limit(1, "orange"),)),
        ),
        Panel(
            kind=Kind.TIMESERIES,
            title="Memory in use",
            description=f"Of a host (what it can still give does not count as used), and of the limit that a service's "
            f"process runs under. Above the line {known.memory.name} fires: the kernel will kill something soon.",
            unit="percentunit",
            queries=(
                Query(f"{MEASURES[known.memory.metric].recorded_as}{{{_NODE}}}", "host {{instance}}"),
                Query(
                    f'{MEASURES[known.memory.metric].recorded_as}{{{_TARGETS}, job!="node"}}',
                    "{{job}} {{instance}}",
                ),
            ),
            no_value=_NO_HOST,
            maximum=1,
            alert=known.memory,
        ),
        _graph(
            "Swap in use",
            "Bytes moved out to disk. Growing swap with little free memory makes everything slow before it fails.",
            "bytes",
            Query(
                f"node_memory_SwapTotal_bytes{{{_NODE}}} - node_memory_SwapFree_bytes{{{_NODE}}}",
                "{{instance}}",
            ),
        ),
        _graph(
            "Processes that wait for disks",
            "Blocked processes: saturation of the storage. See which device is busy.",
            "short",
            Query(f"node_procs_blocked{{{_NODE}}}", "{{instance}}"),
        ),
        _graph(
            "Open files of those allowed",
            "Of the whole host. At 100 % nothing can open a file or a connection.",
            "percentunit",
            Query(f"node_filefd_allocated{{{_NODE}}} / node_filefd_maximum{{{_NODE}}}", "{{instance}}"),
            maximum=1,
        ),
    )


def _disks(known: Known) -> tuple[Panel, ...]:
    recorded = MEASURES[known.disk.metric].recorded_as
    chosen = f"{recorded}{{{_NODE}}}"
    return (
        Panel(
            kind=Kind.TIMESERIES,
            title="Disks in use",
            description=f"As `df` counts, a line a device; the dashed one is where it stands in four hours if it goes "
            f"on like the last six. Above the line {known.disk.name} fires: make room, see its runbook.",
            unit="percentunit",
            queries=(
                Query(chosen, "{{instance}} {{device}}"),
                Query(f"clamp_min(predict_linear({chosen}[6h], 4 * 3600), 0)", "in 4 h: {{instance}} {{device}}"),
            ),
            no_value=_NO_HOST,
            maximum=1,
            alert=known.disk,
            looks=(Look("in 4 h.*", {"custom.lineStyle": {"fill": "dash", "dash": [6, 6]}, "custom.fillOpacity": 0}),),
        ),
        _graph(
            "Inodes in use",
            "A disk with room left is full all the same when its inodes are used up: many small files.",
            "percentunit",
            Query(
                f'1 - max by (instance, device) (node_filesystem_files_free{{{_NODE}, fstype!~"tmpfs|ramfs|overlay"}}'
                f' / (node_filesystem_files{{{_NODE}, fstype!~"tmpfs|ramfs|overlay"}} > 0))',
                "{{instance}} {{device}}",
            ),
            maximum=1,
        ),
        _graph(
            "Disks busy",
            "Share of the time in which a device had something to do. Near 100 % on one spindle it is saturated; an "
            "SSD may still have room, see the processes that wait.",
            "percentunit",
            Query(
                f"sum by (instance, device) (rate(node_disk_io_time_seconds_total{{{_NODE}}}[$__rate_interval]))",
                "{{instance}} {{device}}",
            ),
        ),
        _graph(
            "Disk reads and writes",
            "Bytes a second of all devices.",
            "Bps",
            Query(
                f"sum by (instance) (rate(node_disk_read_bytes_total{{{_NODE}}}[$__rate_interval]))",
                "read {{instance}}",
            ),
            Query(
                f"sum by (instance) (rate(node_disk_written_bytes_total{{{_NODE}}}[$__rate_interval]))",
                "written {{instance}}",
            ),
        ),
        _graph(
            "Network",
            "Bytes a second of the host's own devices. In a container node-exporter sees the container's unless it has "
            "the host's network.",
            "Bps",
            Query(
                f"sum by (instance) (rate(node_network_receive_bytes_total{{{_WIRES}}}[$__rate_interval]))",
                "received {{instance}}",
            ),
            Query(
                f"sum by (instance) (rate(node_network_transmit_bytes_total{{{_WIRES}}}[$__rate_interval]))",
                "sent {{instance}}",
            ),
        ),
        _graph(
            "Network errors and drops",
            "Packets a second. Errors: cable, driver, virtual switch. Drops: buffers that are too small for the load.",
            "pps",
            *(
                Query(
                    f"sum by (instance) (rate(node_network_{way}_{what}_total{{{_WIRES}}}[$__rate_interval]))",
                    f"{way} {what} {{{{instance}}}}",
                )
                for way in ("receive", "transmit")
                for what in ("errs", "drop")
            ),
        ),
    )


def _targets(known: Known) -> tuple[Panel, ...]:
    return (
        Panel(
            kind=Kind.STATE_TIMELINE,
            title="Targets",
            description=f"Whether each target answered its last scrape. While one does not, {known.down.name} fires "
            "and every other alert about it is blind.",
            unit="short",
            queries=(Query(f"min by (job, instance) (up{{{_TARGETS}}})", "{{job}} {{instance}}"),),
            no_value="nothing is scraped",
            alert=known.down,
            maximum=1,
            mappings={0: ("down", RED), 1: ("up", GREEN)},
        ),
        _graph(
            "Duration of scrapes",
            "Above a few seconds a target is near its scrape timeout: too many series or a process that is stuck.",
            "s",
            Query(f"max by (job, instance) (scrape_duration_seconds{{{_TARGETS}}})", "{{job}} {{instance}}"),
            no_value="nothing is scraped",
        ),
        _graph(
            "Samples of each scrape",
            "A number that grows by itself: a label with too many values.",
            "short",
            Query(f"sum by (job, instance) (scrape_samples_scraped{{{_TARGETS}}})", "{{job}} {{instance}}"),
            no_value="nothing is scraped",
        ),
    )


def _prometheus() -> tuple[Panel, ...]:
    own = 'job="prometheus"'
    return (
        _graph(
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
        _graph(
            "Alerts that do not reach Alertmanager",
            "Notifications that Prometheus dropped since the point before, and errors on the way. Alertmanager is down "
            "or cannot be reached.",
            "short",
            Query(f"sum(increase(prometheus_notifications_dropped_total{{{own}}}[$__rate_interval]))", "dropped"),
            Query(f"sum(increase(prometheus_notifications_errors_total{{{own}}}[$__rate_interval]))", "errors"),
            no_value=NO_METRICS,
            limits=Limits(GREEN, (Limit(1, RED),)),
        ),
        _graph(
            "Duration of rule groups",
            "How long the last evaluation of each group took. Near the evaluation interval evaluations are missed.",
            "s",
            Query(f"max by (rule_group) (prometheus_rule_group_last_duration_seconds{{{own}}})", "{{rule_group}}"),
            no_value=NO_METRICS,
        ),
        _graph(
            "Series in memory",
            "Memory of Prometheus goes by it. A jump at a deployment: a label with too many values.",
            "short",
            Query(f"sum by (instance) (prometheus_tsdb_head_series{{{own}}})", "{{instance}}"),
            no_value=NO_METRICS,
        ),
        _graph(
            "Samples a second",
            "What Prometheus takes in.",
            "cps",
            Query(
                f"sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total{{{own}}}[$__rate_interval]))",
                "{{instance}}",
            ),
            no_value=NO_METRICS,
        ),
        _graph(
            "Disk of Prometheus and trouble with it",
            "Size of the blocks; writes to the log of the head that failed since the point before, on the right.",
            "bytes",
            Query(f"sum by (instance) (prometheus_tsdb_storage_blocks_bytes{{{own}}})", "blocks {{instance}}"),
            Query(
                f"sum(increase(prometheus_tsdb_wal_writes_failed_total{{{own}}}[$__rate_interval]))", "failed writes"
            ),
            no_value=NO_METRICS,
        ),
    )


def _alertmanager(known: Known) -> tuple[Panel, ...]:
    own = 'job="alertmanager"'
    failed = known.notifications.metric
    return (
        _graph(
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
        _graph(
            "Alerts in Alertmanager",
            "By state. Suppressed ones are silenced or inhibited.",
            "short",
            Query(f"sum by (state) (alertmanager_alerts{{{own}}})", "{{state}}"),
            no_value=NO_METRICS,
        ),
    )
