"""What a dashboard of ours consists of: rows of panels with queries. `render.py` makes Grafana's JSON of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from monitoring_generator.alerts import Alert
from monitoring_generator.dashboards.limits import Limits

#: Columns of Grafana's grid.
GRID_WIDTH: Final = 24

#: What an empty panel says. Which of them is a statement about the system, so a panel has to choose.
NO_TRAFFIC: Final = "no requests in this range"
NO_RECORDS: Final = "no records in this range"
NO_METRICS: Final = "no metrics: see Infrastructure, row Targets"
NO_RULES: Final = "not recorded: are the rules loaded?"


class Kind(StrEnum):
    """Grafana's panel types that we use."""

    TIMESERIES = "timeseries"
    STAT = "stat"
    TABLE = "table"
    BAR_GAUGE = "bargauge"
    HEATMAP = "heatmap"
    STATE_TIMELINE = "state-timeline"
    LOGS = "logs"


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel. `instant`: only its value at the end of the range."""

    expr: str
    legend: str = ""
    instant: bool = False
    exemplars: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How the series whose name matches the regular expression `name` differ from the others."""

    name: str
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel; `width` and `height` in cells of the grid.

    With `alert` the panel shows that alert's threshold and leads to its runbook. `links` are
    titles and addresses. `columns` names a table's columns in their order; those not named
    are left out. `mappings` are texts for values.
    """

    kind: Kind
    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    no_value: str
    width: int = 8
    height: int = 8
    alert: Alert | None = None
    limits: Limits | None = None
    links: tuple[tuple[str, str], ...] = ()
    row_link: tuple[str, str] | None = None
    looks: tuple[Look, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    mappings: dict[float, tuple[str, str]] = field(default_factory=dict)
    stacked: bool = False
    maximum: float | None = None
    minimum: float | None = 0
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading, from left to right."""

    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable at the top. `query` is `label_values(…)`; several values may be chosen."""

    name: str
    label: str
    description: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One dashboard. `with_records`: it has Loki's data source and a correlation id as variables too."""

    uid: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    with_records: bool = False
