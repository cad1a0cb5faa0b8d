"""Panels of containers, from cAdvisor, which needs rights that not every machine gives it.

Their row is closed by default; the proof names them where no cAdvisor runs, and does not count them.
"""

from __future__ import annotations

from typing import Final

from monitoring_generator.dashboards.model import Kind, Panel, Query

#: Job of Prometheus; what is not a container of the stack has no name.
CADVISOR: Final = "cadvisor"
_CHOSEN: Final = f'job="{CADVISOR}", name!=""'
_NONE: Final = "no containers: is cAdvisor there?"


def containers() -> tuple[Panel, ...]:
    """Processor, memory, network, and what the kernel refused."""

    def graph(title: str, description: str, unit: str, *queries: Query) -> Panel:
        return Panel(
            kind=Kind.TIMESERIES,
            title=title,
            description=description,
            unit=unit,
            queries=queries,
            no_value=_NONE,
            width=12,
        )

    return (
        graph(
            "Processor time of containers",
            "Cores that each uses; its limit is in compose.yaml.",
            "short",
            Query(
                f"sum by (name) (rate(container_cpu_usage_seconds_total{{{_CHOSEN}}}[$__rate_interval]))", "{{name}}"
            ),
        ),
        graph(
            "Memory of containers",
            "Share of the limit that cannot be given back. At 100 % the kernel kills the container.",
            "percentunit",
            Query(
                f"max by (name) (container_memory_working_set_bytes{{{_CHOSEN}}})"
                f" / (max by (name) (container_spec_memory_limit_bytes{{{_CHOSEN}}}) > 0)",
                "{{name}}",
            ),
        ),
        graph(
            "Time that containers were held back",
            "Seconds a second in which a container wanted more processor time than its limit gives. Above 0 for long: "
            "raise the limit or add instances.",
            "s",
            Query(
                f"sum by (name) (rate(container_cpu_cfs_throttled_seconds_total{{{_CHOSEN}}}[$__rate_interval]))",
                "{{name}}",
            ),
        ),
        graph(
            "Network of containers",
            "Bytes a second, received and sent.",
            "Bps",
            Query(
                f"sum by (name) (rate(container_network_receive_bytes_total{{{_CHOSEN}}}[$__rate_interval]))",
                "received {{name}}",
            ),
            Query(
                f"sum by (name) (rate(container_network_transmit_bytes_total{{{_CHOSEN}}}[$__rate_interval]))",
                "sent {{name}}",
            ),
        ),
    )
