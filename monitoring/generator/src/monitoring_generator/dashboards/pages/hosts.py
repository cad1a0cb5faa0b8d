"""Rows of Infrastructure about the hosts: utilisation, saturation, errors."""

from __future__ import annotations

from monitoring_generator.dashboards.limits import GREEN, ORANGE, Limit, Limits
from monitoring_generator.dashboards.model import Kind, Look, Panel, Query
from monitoring_generator.dashboards.pages.graph import graph
from monitoring_generator.dashboards.promql import CHOSEN
from monitoring_generator.dashboards.recorded import Known
from monitoring_generator.measures import MEASURES

_NODE = 'job="node", instance=~"$host"'
_NO_HOST = "no host: is node-exporter there?"
#: Devices that are no network of the host itself.
_WIRES = f'{_NODE}, device!~"lo|veth.*|br-.*|docker.*|ifb.*|cni.*"'


def hosts(known: Known) -> tuple[Panel, ...]:
    """Processor, memory, files."""
    return (
        graph(
            "Processor in use",
            "Share of all cores that is not idle. Near 100 % with a load above 1 a core: work waits.",
            "percentunit",
            Query(
                f'1 - avg by (instance) (rate(node_cpu_seconds_total{{{_NODE}, mode="idle"}}[$__rate_interval]))',
                "{{instance}}",
            ),
            maximum=1,
            no_value=_NO_HOST,
        ),
        graph(
            "Load of each core",
            "Processes that run or wait, over one minute, for each core. Above 1 they queue.",
            "short",
            Query(
                f"sum by (instance) (node_load1{{{_NODE}}}) / (count by (instance)"
                f' (rate(node_cpu_seconds_total{{{_NODE}, mode="idle"}}[$__rate_interval])) > 0)',
                "{{instance}}",
            ),
            no_value=_NO_HOST,
            limits=Limits(GREEN, (Limit(1, ORANGE),)),
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
                    f'{MEASURES[known.memory.metric].recorded_as}{{{CHOSEN}, job!="node"}}',
                    "{{job}} {{instance}}",
                ),
            ),
            no_value=_NO_HOST,
            maximum=1,
            alert=known.memory,
        ),
        graph(
            "Swap in use",
            "Bytes moved out to disk. Growing swap with little free memory makes everything slow before it fails.",
            "bytes",
            Query(
                f"node_memory_SwapTotal_bytes{{{_NODE}}} - node_memory_SwapFree_bytes{{{_NODE}}}",
                "{{instance}}",
            ),
            no_value=_NO_HOST,
        ),
        graph(
            "Processes that wait for disks",
            "Blocked processes: saturation of the storage. See which device is busy.",
            "short",
            Query(f"node_procs_blocked{{{_NODE}}}", "{{instance}}"),
            no_value=_NO_HOST,
        ),
        graph(
            "Open files of those allowed",
            "Of the whole host. At 100 % nothing can open a file or a connection.",
            "percentunit",
            Query(f"node_filefd_allocated{{{_NODE}}} / (node_filefd_maximum{{{_NODE}}} > 0)", "{{instance}}"),
            maximum=1,
            no_value=_NO_HOST,
        ),
    )


def disks(known: Known) -> tuple[Panel, ...]:
    """How full, how busy, and the network."""
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
        graph(
            "Inodes in use",
            "A disk with room left is full all the same when its inodes are used up: many small files.",
            "percentunit",
            Query(
                f'1 - max by (instance, device) (node_filesystem_files_free{{{_NODE}, fstype!~"tmpfs|ramfs|overlay"}}'
                f' / (node_filesystem_files{{{_NODE}, fstype!~"tmpfs|ramfs|overlay"}} > 0))',
                "{{instance}} {{device}}",
            ),
            maximum=1,
            no_value=_NO_HOST,
        ),
        graph(
            "Disks busy",
            "Share of the time in which a device had something to do. Near 100 % on one spindle it is saturated; an "
            "SSD may still have room, see the processes that wait.",
            "percentunit",
            Query(
                f"sum by (instance, device) (rate(node_disk_io_time_seconds_total{{{_NODE}}}[$__rate_interval]))",
                "{{instance}} {{device}}",
            ),
            no_value=_NO_HOST,
        ),
        graph(
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
            no_value=_NO_HOST,
        ),
        graph(
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
            no_value=_NO_HOST,
        ),
        graph(
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
            no_value=_NO_HOST,
        ),
    )
