"""How each kind of panel looks: its options and the options of its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from grafana_foundation_sdk.models import bargauge, common, dashboard, heatmap, logs, stat, statetimeline, table

from monitoring_generator.dashboards.model import Kind, Panel

#: Series of a legend from the largest down; their last, mean and greatest value.
_CALCULATIONS: Final = ["lastNotNull", "mean", "max"]
_LAST: Final = common.ReduceDataOptions(calcs=["lastNotNull"], fields="", values=False)


def _legend() -> common.VizLegendOptions:
    return common.VizLegendOptions(
        display_mode=common.LegendDisplayMode.TABLE,
        placement=common.LegendPlacement.BOTTOM,
        show_legend=True,
        calcs=_CALCULATIONS,
        sort_by="Max",
        sort_desc=True,
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions(mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.DESCENDING)


def _timeseries(_: Panel) -> object:
    return {"legend": _legend(), "tooltip": _tooltip()}


def _stat(_: Panel) -> object:
    return stat.Options(
        graph_mode=common.BigValueGraphMode.AREA,
        color_mode=common.BigValueColorMode.VALUE,
        reduce_options=_LAST,
        wide_layout=True,
        show_percent_change=False,
    )


def _table(panel: Panel) -> object:
    first = next(iter(panel.columns.values()), "")
    return table.Options(show_header=True, sort_by=[common.TableSortByFieldState(display_name=first, desc=True)])


def _bar_gauge(_: Panel) -> object:
    return bargauge.Options(
        display_mode=common.BarGaugeDisplayMode.BASIC,
        orientation=common.VizOrientation.HORIZONTAL,
        name_placement=common.BarGaugeNamePlacement.LEFT,
        reduce_options=_LAST,
        show_unfilled=True,
        min_viz_width=8,
        min_viz_height=16,
        max_viz_height=300,
    )


def _heatmap(panel: Panel) -> object:
    return heatmap.Options(
        calculate=False,
        cell_gap=1,
        cell_values=heatmap.CellValues(unit="short"),
        y_axis=heatmap.YAxisConfig(unit=panel.unit, axis_placement=common.AxisPlacement.LEFT, min_val=0),
        tooltip=heatmap.HeatmapTooltip(mode=common.TooltipDisplayMode.SINGLE, y_histogram=True, show_color_scale=True),
    )


def _state_timeline(_: Panel) -> object:
    legend = common.VizLegendOptions(show_legend=True)
    return statetimeline.Options(
        legend=legend, tooltip=_tooltip(), merge_values=True, row_height=0.9, show_value=common.VisibilityMode.NEVER
    )


def _logs(_: Panel) -> object:
    return logs.Options(
        show_time=True, wrap_log_message=True, prettify_log_message=True, enable_log_details=True, show_labels=False
    )


_OPTIONS: Final[dict[Kind, Callable[[Panel], object]]] = {
    Kind.TIMESERIES: _timeseries,
    Kind.STAT: _stat,
    Kind.TABLE: _table,
    Kind.BAR_GAUGE: _bar_gauge,
    Kind.HEATMAP: _heatmap,
    Kind.STATE_TIMELINE: _state_timeline,
    Kind.LOGS: _logs,
}


def options_of(panel: Panel) -> object:
    """The panel's `options`."""
    return _OPTIONS[panel.kind](panel)


def field_options_of(panel: Panel) -> object:
    """The panel's `fieldConfig.defaults.custom`."""
    if panel.kind is Kind.TIMESERIES:
        return common.GraphFieldConfig(
            draw_style=common.GraphDrawStyle.LINE,
            line_interpolation=common.LineInterpolation.LINEAR,
            line_width=1,
            fill_opacity=30 if panel.stacked else 8,
            show_points=common.VisibilityMode.NEVER,
            # A gap of a scrape or two is bridged, an outage is seen.
            span_nulls=60_000,
            axis_soft_min=0 if panel.minimum is not None else None,
            stacking=common.StackingConfig(
                mode=common.StackingMode.NORMAL if panel.stacked else common.StackingMode.NONE, group="A"
            ),
            thresholds_style=common.GraphThresholdsStyleConfig(
                mode=common.GraphThresholdsStyleMode.DASHED
                if panel.alert or panel.limits
                else common.GraphThresholdsStyleMode.OFF
            ),
        )
    if panel.kind is Kind.TABLE:
        return common.TableFieldOptions(align=common.FieldTextAlignment.AUTO, inspect=False, filterable=True)
    if panel.kind is Kind.STATE_TIMELINE:
        return statetimeline.FieldConfig(fill_opacity=70, line_width=0)
    return {}


def transformations_of(panel: Panel) -> list[dashboard.DataTransformerConfig]:
    """A table's queries side by side, with the columns that the panel names, in their order."""
    if panel.kind is not Kind.TABLE:
        return []
    order = {name: place for place, name in enumerate(panel.columns)}
    return [
        dashboard.DataTransformerConfig(id_val="merge", options={}),
        dashboard.DataTransformerConfig(
            id_val="filterFieldsByName", options={"include": {"names": list(panel.columns)}}
        ),
        dashboard.DataTransformerConfig(
            id_val="organize",
            options={"indexByName": order, "renameByName": panel.columns, "excludeByName": {}},
        ),
    ]
