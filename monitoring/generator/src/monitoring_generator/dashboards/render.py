"""A page of ours as the JSON of a Grafana dashboard."""

from __future__ import annotations

import json
import string
import zlib
from typing import Any, Final, cast

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, dashboard, loki, prometheus

from monitoring_generator.alerts import Alert
from monitoring_generator.dashboards.kinds import field_options_of, options_of, transformations_of
from monitoring_generator.dashboards.limits import Limits, limits_of
from monitoring_generator.dashboards.model import GRID_WIDTH, Kind, Page, Panel, Query, Row, Variable
from monitoring_generator.dashboards.pages.annotations import ANNOTATIONS, Annotation
from monitoring_generator.spec import Spec

#: All four carry it; the links between them go by it.
TAG: Final = "observability"
#: Leads to a dashboard of ours with the time and the variables of this one.
KEEP: Final = "?${__url_time_range}&${__all_variables}"
_PROMETHEUS: Final = common.DataSourceRef(type_val="prometheus", uid="${datasource}")
_LOKI: Final = common.DataSourceRef(type_val="loki", uid="${loki}")
#: The SDK puts links and annotations into a menu of newer Grafanas, where nobody looks for them.
_HIDING: Final = {"placement": "inControlsMenu"}
#: Fields that the SDK writes and Grafana 12 does not know (`schema_check` found them).
_GONE: Final = ("footer", "auto", "auto_count", "auto_min")


def render(page: Page, spec: Spec) -> str:
    """The text of the dashboard's file; the same page gives the same text."""
    document = dashboard.Dashboard(
        uid=page.uid,
        title=page.title,
        description=page.description,
        tags=[TAG],
        timezone="browser",
        editable=False,
        graph_tooltip=dashboard.DashboardCursorSync.CROSSHAIR,
        time=dashboard.DashboardDashboardTime(from_val="now-1h", to="now"),
        timepicker=dashboard.TimePickerConfig(refresh_intervals=["10s", "30s", "1m", "5m", "15m"]),
        refresh="30s",
        schema_version=41,
        panels=_panels(page.rows, spec),
        templating=dashboard.DashboardDashboardTemplating(list_val=_variables(page)),
        annotations=dashboard.AnnotationContainer(list_val=[_annotation(each) for each in ANNOTATIONS]),
        links=[
            dashboard.DashboardLink(
                title="Dashboards",
                type_val=dashboard.DashboardLinkType.DASHBOARDS,
                icon="external link",
                tags=[TAG],
                include_vars=True,
                keep_time=True,
            )
        ],
    )
    plain = json.loads(JSONEncoder().encode(document))
    return json.dumps({"id": None, **_cleaned(plain)}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _cleaned(item)
            for key, item in value.items()
            if key not in _GONE and not (key in _HIDING and item == _HIDING[key])
        }
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def panel_id(title: str) -> int:
    """The number of a panel: by its title, so that links to it live on when others come and go."""
    return zlib.crc32(title.encode()) % 1_000_000 + 1


def _panels(rows: tuple[Row, ...], spec: Spec) -> list[dashboard.Panel | dashboard.RowPanel]:
    """Row after row; in a row from left to right, onto a new line when the width is used up."""
    placed: list[dashboard.Panel | dashboard.RowPanel] = []
    y = 0
    for row in rows:
        heading = dashboard.RowPanel(
            collapsed=row.collapsed,
            title=row.title,
            id_val=panel_id(f"row {row.title}"),
            grid_pos=dashboard.GridPos(x=0, y=y, w=GRID_WIDTH, h=1),
        )
        placed.append(heading)
        y += 1
        x = line_height = 0
        panels = []
        for panel in row.panels:
            if x + panel.width > GRID_WIDTH:
                x, y, line_height = 0, y + line_height, 0
            panels.append(_panel(panel, spec, x, y))
            x, line_height = x + panel.width, max(line_height, panel.height)
        if row.collapsed:
            heading.panels = panels  # they take no room until the row is opened
        else:
            placed += panels
            y += line_height
    return placed


def _panel(panel: Panel, spec: Spec, x: int, y: int) -> dashboard.Panel:
    limits = panel.limits or (limits_of(panel.alert) if panel.alert else Limits())
    return dashboard.Panel(
        id_val=panel_id(panel.title),
        type_val=panel.kind,
        title=panel.title,
        description=panel.description,
        datasource=_source(panel),
        grid_pos=dashboard.GridPos(x=x, y=y, w=panel.width, h=panel.height),
        targets=[
            _target(panel, query, letter) for query, letter in zip(panel.queries, string.ascii_uppercase, strict=False)
        ],
        options=options_of(panel),
        transformations=transformations_of(panel) or None,
        links=[_link(title, url) for title, url in (*panel.links, *_runbook(panel.alert, spec))],
        field_config=dashboard.FieldConfigSource(defaults=_defaults(panel, limits), overrides=_overrides(panel)),
    )


def _source(panel: Panel) -> common.DataSourceRef:
    return _LOKI if panel.kind is Kind.LOGS else _PROMETHEUS


def _runbook(alert: Alert | None, spec: Spec) -> tuple[tuple[str, str], ...]:
    return ((f"Runbook: {alert.name}", spec.runbook_of(alert)),) if alert else ()


def _link(title: str, url: str) -> dashboard.DashboardLink:
    outside = url.startswith("http")
    return dashboard.DashboardLink(title=title, url=url, target_blank=outside)


def _defaults(panel: Panel, limits: Limits) -> dashboard.FieldConfig:
    steps = [dashboard.Threshold(value=None, color=limits.base)]
    steps += [dashboard.Threshold(value=step.value, color=step.color) for step in limits.steps]
    colored_by_value = panel.kind in (Kind.STAT, Kind.BAR_GAUGE, Kind.STATE_TIMELINE)
    mappings: list[dashboard.ValueMapping] = []
    if panel.mappings:
        mappings.append(
            dashboard.ValueMap(
                options={
                    f"{value:g}": dashboard.ValueMappingResult(text=text, color=color)
                    for value, (text, color) in panel.mappings.items()
                }
            )
        )
    return dashboard.FieldConfig(
        unit=panel.unit,
        min_val=panel.minimum,
        max_val=panel.maximum,
        decimals=panel.decimals,
        no_value=panel.no_value,
        thresholds=dashboard.ThresholdsConfig(mode=dashboard.ThresholdsMode.ABSOLUTE, steps=steps),
        color=dashboard.FieldColor(
            mode=dashboard.FieldColorModeId.THRESHOLDS
            if colored_by_value
            else dashboard.FieldColorModeId.PALETTE_CLASSIC
        ),
        mappings=mappings,
        links=_row_links(panel),
        custom=field_options_of(panel),
    )


def _row_links(panel: Panel) -> list[dashboard.DashboardLink]:
    """Links of values have fewer keys than those of panels, which the SDK's type does not know."""
    links = [{"title": title, "url": url, "targetBlank": False} for title, url in filter(None, [panel.row_link])]
    return cast("list[dashboard.DashboardLink]", links)


def _overrides(panel: Panel) -> list[dashboard.DashboardFieldConfigSourceOverrides]:
    return [
        dashboard.DashboardFieldConfigSourceOverrides(
            matcher=dashboard.MatcherConfig(id_val="byRegexp", options=f"/^({look.name})$/"),
            properties=[
                dashboard.DynamicConfigValue(id_val=key, value=value) for key, value in look.properties.items()
            ],
        )
        for look in panel.looks
    ]


def _target(panel: Panel, query: Query, letter: str) -> prometheus.Dataquery | loki.Dataquery:
    if panel.kind is Kind.LOGS:
        return loki.Dataquery(ref_id=letter, datasource=_LOKI, expr=query.expr, query_type="range", max_lines=500)
    formats = {Kind.TABLE: prometheus.PromQueryFormat.TABLE, Kind.HEATMAP: prometheus.PromQueryFormat.HEATMAP}
    return prometheus.Dataquery(
        ref_id=letter,
        datasource=_PROMETHEUS,
        editor_mode=prometheus.QueryEditorMode.CODE,
        expr=query.expr,
        legend_format=query.legend or "__auto",
        format_val=formats.get(panel.kind, prometheus.PromQueryFormat.TIME_SERIES),
        instant=query.instant,
        range_val=not query.instant,
        exemplar=query.exemplars,
    )


def _variables(page: Page) -> list[dashboard.VariableModel]:
    sources = [_source_variable("datasource", "Metrics", "prometheus")]
    if page.with_records:
        sources.append(_source_variable("loki", "Records", "loki"))
    return sources + [_query_variable(variable) for variable in page.variables] + _record_variables(page)


def _record_variables(page: Page) -> list[dashboard.VariableModel]:
    if not page.with_records:
        return []
    return [
        dashboard.VariableModel(
            name="correlation_id",
            label="Correlation id",
            description="Records of one request or job only; empty: all.",
            type_val=dashboard.VariableType.TEXTBOX,
            query="",
            current=dashboard.VariableOption(text="", value=""),
        )
    ]


def _source_variable(name: str, label: str, plugin: str) -> dashboard.VariableModel:
    return dashboard.VariableModel(
        name=name,
        label=label,
        type_val=dashboard.VariableType.DATASOURCE,
        query=plugin,
        refresh=dashboard.VariableRefresh.ON_DASHBOARD_LOAD,
        include_all=False,
        multi=False,
    )


def _query_variable(variable: Variable) -> dashboard.VariableModel:
    return dashboard.VariableModel(
        name=variable.name,
        label=variable.label,
        description=variable.description,
        type_val=dashboard.VariableType.QUERY,
        datasource=_PROMETHEUS,
        query={"query": variable.query, "refId": variable.name, "qryType": 1},
        refresh=dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED,
        sort=dashboard.VariableSort.ALPHABETICAL_ASC,
        multi=True,
        include_all=True,
        all_value=".+",
        current=dashboard.VariableOption(selected=True, text=["All"], value=["$__all"]),
    )


def _annotation(annotation: Annotation) -> dashboard.AnnotationQuery:
    return dashboard.AnnotationQuery(
        name=annotation.name,
        datasource=_PROMETHEUS,
        enable=True,
        hide=False,
        icon_color=annotation.color,
        expr=annotation.expr,
        title_format=annotation.title,
        tag_keys=annotation.tags,
        step="60s",
        use_value_for_time=annotation.value_is_time,
    )
