"""Every query of the dashboards' files, with what Grafana would put in for the variables.

What is read is the committed JSON, not the pages it was made from: what is proven is what ships.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from monitoring_generator.dashboards.pages.containers import CADVISOR
from monitoring_generator.durations import format_duration
from monitoring_generator.timing import SCRAPE_INTERVAL

#: A dashboard's file as JSON has it.
Document = dict[str, Any]
QueryKind = Literal["panel", "variable", "annotation"]

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
_LABEL_VALUES = re.compile(r"label_values\((?P<series>.+), *(?P<label>\w+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueQuery:
    """One query. `name` is the title of its panel, or the name of the variable or annotation.

    `labels` are those that the result must have, because the legend or a column shows them.
    `needs` names what must run beside Prometheus, node-exporter, Alertmanager and the service:
    `cadvisor` or `loki`.
    """

    dashboard: str
    name: str
    kind: QueryKind
    expr: str
    ref: str = ""
    panel_type: str = ""
    legend: str = ""
    instant: bool = False
    exemplars: bool = False
    labels: tuple[str, ...] = ()
    needs: str | None = None

    def __str__(self) -> str:
        return f"{self.dashboard}: {self.name}{f' [{self.ref}]' if self.ref else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What is chosen at the top of a dashboard and on its time axis; times in seconds since the epoch.

    A variable that is not in `chosen` is "All", `.+`.
    """

    start: float
    end: float
    step: float
    chosen: Mapping[str, str] = field(default_factory=dict)
    scrape_interval: float = SCRAPE_INTERVAL

    def fill(self, text: str) -> str:
        """`text` with every variable replaced. Raises LookupError for one that Grafana would not know either."""
        return _VARIABLE.sub(lambda match: self._value(match[1] or match[2]), text)

    def _value(self, name: str) -> str:
        if not name.startswith("__"):
            return self.chosen.get(name, ".+")
        length = self.end - self.start
        # https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
        rate_interval = max(self.step + self.scrape_interval, 4 * self.scrape_interval)
        builtin = {
            "__interval": format_duration(self.step),
            "__interval_ms": f"{self.step * 1000:.0f}",
            "__rate_interval": format_duration(rate_interval),
            "__range": format_duration(length),
            "__range_s": f"{length:.0f}",
            "__range_ms": f"{length * 1000:.0f}",
        }
        if name not in builtin:
            raise LookupError(f"${name} is no variable of Grafana")
        return builtin[name]


def read_documents(folder: Path) -> list[Document]:
    """The dashboards in `folder`, in the order of their names."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def panels_of(document: Document) -> Iterator[Document]:
    """All panels, those in closed rows too; no rows."""
    for panel in document["panels"]:
        if panel["type"] == "row":
            yield from panel.get("panels") or []
        else:
            yield panel


def catalogue(document: Document) -> list[CatalogueQuery]:
    """Every query of a dashboard: of panels, variables and annotations."""
    return [*_of_panels(document), *_of_variables(document), *_of_annotations(document)]


def variables_in(text: str) -> set[str]:
    """The names of all variables that `text` uses."""
    return {braced or plain for braced, plain in _VARIABLE.findall(text)}


def columns_of(panel: Document) -> list[str]:
    """The fields that a table shows."""
    for transformation in panel.get("transformations") or []:
        if transformation["id"] == "filterFieldsByName":
            return list(transformation["options"]["include"]["names"])
    return []


def series_and_label(variable_query: str) -> tuple[str, str]:
    """What `label_values(series, label)` asks for. Raises ValueError for any other query."""
    match = _LABEL_VALUES.fullmatch(variable_query)
    if match is None:
        raise ValueError(f"got {variable_query!r}, expected label_values(series, label)")
    return match["series"], match["label"]


def _of_panels(document: Document) -> Iterator[CatalogueQuery]:
    for panel in panels_of(document):
        shown = tuple(name for name in columns_of(panel) if not name.startswith("Value"))
        for target in panel.get("targets") or []:
            legend = target.get("legendFormat", "")
            expr = target["expr"]
            yield CatalogueQuery(
                dashboard=document["uid"],
                name=panel["title"],
                kind="panel",
                expr=expr,
                ref=target["refId"],
                panel_type=panel["type"],
                legend=legend,
                instant=bool(target.get("instant")),
                exemplars=bool(target.get("exemplar")),
                labels=tuple(re.findall(r"\{\{\s*(\w+)\s*\}\}", legend)) or shown,
                needs=_needs(panel, expr),
            )


def _needs(panel: Document, expr: str) -> str | None:
    if panel["datasource"]["type"] == "loki":
        return "loki"
    return CADVISOR if f'job="{CADVISOR}"' in expr else None


def _of_variables(document: Document) -> Iterator[CatalogueQuery]:
    for variable in document["templating"]["list"]:
        if variable["type"] == "query":
            yield CatalogueQuery(
                dashboard=document["uid"],
                name=variable["name"],
                kind="variable",
                expr=variable["query"]["query"],
            )


def _of_annotations(document: Document) -> Iterator[CatalogueQuery]:
    for annotation in document["annotations"]["list"]:
        if annotation.get("builtIn") != 1:
            texts = f"{annotation.get('titleFormat', '')}{annotation.get('textFormat', '')}"
            labels = [*re.findall(r"\{\{\s*(\w+)\s*\}\}", texts), *annotation.get("tagKeys", "").split(",")]
            yield CatalogueQuery(
                dashboard=document["uid"],
                name=annotation["name"],
                kind="annotation",
                expr=annotation["expr"],
                labels=tuple(label for label in labels if label),
            )
