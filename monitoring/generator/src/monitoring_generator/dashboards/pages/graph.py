"""A graph with nothing special about it: most panels of Infrastructure are one."""

from __future__ import annotations

from monitoring_generator.dashboards.limits import Limits
from monitoring_generator.dashboards.model import Kind, Panel, Query


def graph(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    no_value: str,
    width: int = 8,
    maximum: float | None = None,
    limits: Limits | None = None,
) -> Panel:
    """A time series panel, see `Panel`."""
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
