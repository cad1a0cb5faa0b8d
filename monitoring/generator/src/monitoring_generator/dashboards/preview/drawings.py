"""A panel's data as SVG or as an HTML table."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from monitoring_generator.dashboards.preview.values import formatted
from monitoring_generator.dashboards.queries import Document, columns_of

PALETTE: Final = ("#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0", "#37872d")
COLORS: Final = {
    "green": "#73bf69",
    "red": "#f2495c",
    "orange": "#ff9830",
    "yellow": "#fade2a",
    "purple": "#b877d9",
    "gray": "#8e8e8e",
}
_LEFT: Final = 62


@dataclass(slots=True)
class Line:
    """One series as it is drawn; points are seconds and values."""

    name: str
    ref: str
    labels: dict[str, str]
    points: list[tuple[float, float]] = field(default_factory=list)


def draw(panel: Document, lines: list[Line], start: float, end: float, width: int, height: int) -> str:
    """The body of a panel, `width` by `height` pixels."""
    if not lines:
        return f'<p class="none">{html.escape(panel["fieldConfig"]["defaults"]["noValue"])}</p>'
    kinds: dict[str, Callable[[], str]] = {
        "timeseries": lambda: _graph(panel, lines, start, end, width, height),
        "stat": lambda: _stat(panel, lines, start, end, width, height),
        "table": lambda: _table(panel, lines),
        "bargauge": lambda: _bars(panel, lines, width),
        "heatmap": lambda: _heatmap(lines, start, end, width, height),
        "state-timeline": lambda: _states(panel, lines, start, end, width),
    }
    return kinds[panel["type"]]()


def _unit(panel: Document, name: str = "") -> str:
    """Of the panel, or of its series or column `name`."""
    return str(_look(panel, name).get("unit", panel["fieldConfig"]["defaults"]["unit"]))


def _look(panel: Document, name: str) -> dict[str, Any]:
    """What the overrides say about the series or column `name`."""
    found: dict[str, Any] = {}
    for override in panel["fieldConfig"]["overrides"]:
        if re.match(override["matcher"]["options"].strip("/"), name):
            found |= {each["id"]: each["value"] for each in override["properties"]}
    return found


def _line_color(panel: Document, lines: list[Line], line: Line) -> str:
    fixed = _look(panel, line.name).get("color", {}).get("fixedColor")
    return COLORS.get(fixed, PALETTE[lines.index(line) % len(PALETTE)])


def _steps(panel: Document) -> list[dict[str, Any]]:
    return list(panel["fieldConfig"]["defaults"]["thresholds"]["steps"])


def _color_at(panel: Document, value: float) -> str:
    reached = [step for step in _steps(panel) if step["value"] is None or value >= step["value"]]
    return COLORS.get(reached[-1]["color"], "#73bf69")


def _stacked(lines: Sequence[Line]) -> list[Line]:
    total: dict[float, float] = {}
    stacked = []
    for line in lines:
        for time, value in line.points:
            total[time] = total.get(time, 0.0) + value
        stacked.append(Line(line.name, line.ref, line.labels, [(time, total[time]) for time, _ in line.points]))
    return stacked


def _graph(panel: Document, lines: list[Line], start: float, end: float, width: int, height: int) -> str:
    hidden = [line for line in lines if _look(panel, line.name).get("custom.hideFrom", {}).get("viz")]
    shown = [line for line in lines if line not in hidden]
    legend = sorted(lines, key=lambda line: -max(value for _, value in line.points))[:5]
    plot = height - 20 - 15 * (len(legend) + 1)
    custom = panel["fieldConfig"]["defaults"]["custom"]
    drawn = _stacked(shown) if custom["stacking"]["mode"] == "normal" else shown
    limits = [step for step in _steps(panel) if step["value"] is not None]
    on_the_left = [line for line in drawn if not _is_on_the_right(panel, line)]
    numbers = [value for line in on_the_left for _, value in line.points]
    top = 1.05 * (max(numbers + [step["value"] for step in limits[:1]]) or 1.0)
    bottom = min(0.0, *numbers)

    def height_of(value: float) -> float:
        return plot - (value - bottom) / (top - bottom) * (plot - 6)

    parts = []
    for share in (0.0, 0.5, 1.0):
        value = bottom + share * (top - bottom) / 1.05
        y = f"{height_of(value):.1f}"
        parts.append(f'<line x1="{_LEFT}" x2="{width - 8}" y1="{y}" y2="{y}" stroke="#2c3235"/>')
        parts.append(f'<text x="{_LEFT - 4}" y="{y}" text-anchor="end" dy="4">{formatted(value, _unit(panel))}</text>')
    for step in limits:
        if bottom <= step["value"] <= top:
            y = f"{height_of(step['value']):.1f}"
            color = COLORS.get(step["color"], "red")
            parts.append(f'<line x1="{_LEFT}" x2="{width}" y1="{y}" y2="{y}" stroke="{color}" stroke-dasharray="6 4"/>')
    for line, source in zip(drawn, shown, strict=True):
        # A line with an axis of its own fills the height.
        own = max(value for _, value in line.points) or 1.0
        scale = top / 1.05 / own if _is_on_the_right(panel, line) else 1.0
        points = " ".join(
            f"{_LEFT + (time - start) / (end - start) * (width - _LEFT - 8):.1f},{height_of(value * scale):.1f}"
            for time, value in line.points
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{_line_color(panel, lines, source)}"/>')
    return _svg(width, height, parts + _legend(panel, lines, legend, width, plot + 14))


def _is_on_the_right(panel: Document, line: Line) -> bool:
    return bool(_look(panel, line.name).get("custom.axisPlacement") == "right")


def _legend(panel: Document, lines: list[Line], shown: list[Line], width: int, top: int) -> list[str]:
    places = (width - 260, width - 180, width - 90)
    parts = [f'<text x="{x}" y="{top}">{word}</text>' for x, word in zip(places, ("last", "mean", "max"), strict=True)]
    for row, line in enumerate(shown):
        y = top + 14 + 15 * row
        values = [value for _, value in line.points]
        parts.append(f'<rect x="8" y="{y - 8}" width="12" height="4" fill="{_line_color(panel, lines, line)}"/>')
        parts.append(f'<text x="24" y="{y}">{html.escape(line.name[: max(8, (width - 300) // 6)])}</text>')
        for x, value in zip(places, (values[-1], sum(values) / len(values), max(values)), strict=True):
            parts.append(f'<text x="{x}" y="{y}">{formatted(value, _unit(panel, line.name))}</text>')
    return parts


def _stat(panel: Document, lines: list[Line], start: float, end: float, width: int, height: int) -> str:
    value = lines[0].points[-1][1]
    color = _color_at(panel, value)
    values = [number for _, number in lines[0].points]
    parts = []
    if len(values) > 1:
        top, span = max(values) or 1.0, end - start
        points = " ".join(
            f"{(time - start) / span * width:.1f},{height - number / top * height * 0.35:.1f}"
            for time, number in lines[0].points
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" opacity="0.6"/>')
    text = formatted(value, _unit(panel))
    place = f'x="{width / 2}" y="{height * 0.5}" text-anchor="middle"'
    parts.append(f'<text class="big" {place} style="fill:{color}">{text}</text>')
    return _svg(width, height, parts)


def _table(panel: Document, lines: list[Line]) -> str:
    names = columns_of(panel)
    titles = next(each for each in panel["transformations"] if each["id"] == "organize")["options"]["renameByName"]
    rows: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
    for line in lines:
        key = tuple(sorted(line.labels.items()))
        column = "Value" if "Value" in names or len(panel["targets"]) == 1 else f"Value #{line.ref}"
        rows.setdefault(key, {})[column] = line.points[-1][1]
    first = next((name for name in names if name.startswith("Value")), "Value")
    ordered = sorted(rows.items(), key=lambda row: -row[1].get(first, -math.inf))
    head = "".join(f"<th>{html.escape(titles[name])}</th>" for name in names)

    def cell(name: str, labels: dict[str, str], values: dict[str, float]) -> str:
        return formatted(values[name], _unit(panel, titles[name])) if name in values else labels.get(name, "")

    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell(name, dict(labels), values))}</td>" for name in names) + "</tr>"
        for labels, values in ordered
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _bars(panel: Document, lines: list[Line], width: int) -> str:
    top = max(line.points[-1][1] for line in lines) or 1.0
    parts = []
    for row, line in enumerate(sorted(lines, key=lambda line: -line.points[-1][1])):
        value = line.points[-1][1]
        length = max(1.0, value / top * (width - 260))
        parts.append(f'<text x="4" y="{row * 26 + 17}">{html.escape(line.name)}</text>')
        parts.append(
            f'<rect x="160" y="{row * 26 + 4}" width="{length:.1f}" height="18" fill="{_color_at(panel, value)}"/>'
        )
        parts.append(f'<text x="{166 + length:.1f}" y="{row * 26 + 17}">{formatted(value, _unit(panel))}</text>')
    return _svg(width, len(lines) * 26, parts)


def _heatmap(lines: list[Line], start: float, end: float, width: int, height: int) -> str:
    rows = sorted(lines, key=lambda line: float(line.labels.get("le", "inf")))
    cells = {}
    before: dict[float, float] = {}
    for row, line in enumerate(rows):
        for time, value in line.points:
            cells[row, time] = value - before.get(time, 0.0)
        before = dict(line.points)
    top = max(cells.values()) or 1.0
    times = sorted({time for _, time in cells})
    wide = (width - _LEFT) / max(1, len(times)) + 0.5
    high = (height - 12) / len(rows)
    parts = []
    for (row, time), value in cells.items():
        if value > 0:
            x = _LEFT + (time - start) / (end - start) * (width - _LEFT)
            y = height - 12 - (row + 1) * high
            opacity = max(0.05, (value / top) ** 0.5)
            size = f'width="{wide:.1f}" height="{high:.1f}"'
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="#ff9830" opacity="{opacity:.2f}"/>')
    for row, line in enumerate(rows):
        y = height - 12 - row * high - high / 2
        parts.append(f'<text x="{_LEFT - 4}" y="{y:.1f}" text-anchor="end">{line.labels.get("le", "")}</text>')
    return _svg(width, height, parts)


def _states(panel: Document, lines: list[Line], start: float, end: float, width: int) -> str:
    [mapping] = panel["fieldConfig"]["defaults"]["mappings"]
    parts = []
    for row, line in enumerate(lines):
        parts.append(f'<text x="4" y="{row * 24 + 16}">{html.escape(line.name)}</text>')
        step = (width - 200) / max(1, len(line.points)) + 0.5
        for time, value in line.points:
            x = 200 + (time - start) / (end - start) * (width - 200)
            color = COLORS.get(mapping["options"].get(f"{value:g}", {}).get("color", "green"), "#73bf69")
            parts.append(f'<rect x="{x:.1f}" y="{row * 24 + 3}" width="{step:.1f}" height="18" fill="{color}"/>')
    return _svg(width, len(lines) * 24, parts)


def _svg(width: float, height: float, parts: list[str]) -> str:
    return f'<svg width="{width}" height="{height}">{"".join(parts)}</svg>'
