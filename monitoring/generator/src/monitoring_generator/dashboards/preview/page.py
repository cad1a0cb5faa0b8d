"""One dashboard as a page of HTML that needs nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from typing import Any, Final

from monitoring_generator.dashboards.preview.drawings import Line, draw
from monitoring_generator.dashboards.proof.run_queries import PrometheusApi, QueryError
from monitoring_generator.dashboards.queries import CatalogueQuery, Document, Values, catalogue

#: Pixels of a cell of the grid; Grafana's cells are 30 high with a gap of 8.
_WIDE: Final = 66
_HIGH: Final = 38
_STYLE: Final = """
body { background: #111217; color: #ccccdc; font: 13px sans-serif; margin: 8px; width: 1600px }
h1 { font-size: 18px }
h2 { font-size: 14px; margin: 6px 0 }
h3 { font-size: 13px; margin: 5px 8px; font-weight: 500 }
.grid { position: relative }
.panel { position: absolute; background: #181b1f; border: 1px solid #2c3235; overflow: hidden }
.none { text-align: center; color: #9fa7b3 }
text { fill: #9fa7b3; font-size: 11px }
text.big { font-size: 30px; font-weight: 600 }
table { width: 100%; border-collapse: collapse; font-size: 12px }
td, th { text-align: left; padding: 3px 8px; border-bottom: 1px solid #2c3235 }
"""


def page(document: Document, api: PrometheusApi, values: Values, without: Collection[str] = ()) -> str:
    """The dashboard's panels with their data; those that need something in `without` show what empty ones say."""
    queries = catalogue(document)
    parts = []
    bottom = 0
    for panel in _placed(document):
        place = panel["gridPos"]
        bottom = max(bottom, place["y"] + place["h"])
        position = f"left:{place['x'] * _WIDE}px;top:{place['y'] * _HIGH}px;width:{place['w'] * _WIDE - 8}px"
        if panel["type"] == "row":
            parts.append(f'<h2 class="row" style="position:absolute;{position}">▾ {html.escape(panel["title"])}</h2>')
            continue
        width, height = place["w"] * _WIDE - 24, place["h"] * _HIGH - 44
        own = [each for each in queries if each.name == panel["title"] and each.kind == "panel"]
        lines = [line for query in own if query.needs not in without for line in lines_of(query, api, values)]
        body = draw(panel, lines, values.start, values.end, width, height)
        style = f"{position};height:{place['h'] * _HIGH - 8}px"
        title = html.escape(panel["title"])
        hint = html.escape(panel["description"])
        parts.append(f'<div class="panel" style="{style}"><h3 title="{hint}">{title}</h3>{body}</div>')
    grid = f'<div class="grid" style="height:{bottom * _HIGH}px">{"".join(parts)}</div>'
    heading = f"{html.escape(document['title'])} (a preview, not Grafana)"
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style><title>{heading}</title><h1>{heading}</h1>{grid}'
    )


def _placed(document: Document) -> list[Document]:
    """Rows and panels, those of closed rows below their row."""
    placed: list[Document] = []
    for panel in document["panels"]:
        placed += [panel, *(panel.get("panels") or [])]
    return placed


def lines_of(query: CatalogueQuery, api: PrometheusApi, values: Values) -> list[Line]:
    """The series of a query with their names. A query that fails has none: `run_queries` says why."""
    expr = values.fill(query.expr)
    try:
        found = (
            api.instant(expr, values.end) if query.instant else api.range(expr, values.start, values.end, values.step)
        )
    except QueryError:
        return []
    return [Line(_name(query, series["metric"]), query.ref, series["metric"], _points(series)) for series in found]


def _points(series: dict[str, Any]) -> list[tuple[float, float]]:
    pairs = [series["value"]] if "value" in series else series["values"]
    return [(float(time), float(value)) for time, value in pairs]


def _name(query: CatalogueQuery, labels: dict[str, str]) -> str:
    if query.legend in ("", "__auto"):
        return ", ".join(value for name, value in sorted(labels.items()) if name != "__name__")
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: labels.get(match[1], ""), query.legend)
