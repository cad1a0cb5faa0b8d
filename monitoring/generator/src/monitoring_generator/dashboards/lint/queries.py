"""Rules about queries, variables and links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

import promql_parser as promql

from monitoring_generator.checks.queries import nodes_of, series_of
from monitoring_generator.checks.query_lint import query_problems
from monitoring_generator.dashboards.lint.findings import WHOLE, LintRule, Surroundings
from monitoring_generator.dashboards.queries import (
    CatalogueQuery,
    Document,
    Values,
    catalogue,
    panels_of,
    series_and_label,
    variables_in,
)

Places = Iterable[tuple[str, str]]

#: Any values do for parsing. The step is that of a short range, where `$__rate_interval` is shortest.
_VALUES: Final = Values(start=0, end=3600, step=15)
_WINDOW = re.compile(r"\b(rate|irate|increase)\((?:[^()]|\([^()]*\))*?\[([^\]]+)\]")
_UID_IN_LINK = re.compile(r"/d/([A-Za-z0-9_-]+)")
_SOURCES: Final = {"prometheus": "${datasource}", "loki": "${loki}"}
_NAME = re.compile(r"[A-Za-z_]\w*")
#: What comes in pairs: who shows one and not the other looks at half of it.
_PAIRS: Final = (
    ("_receive_bytes_", "_transmit_bytes_"),
    ("_receive_errs_", "_transmit_errs_"),
    ("_receive_drop_", "_transmit_drop_"),
    ("_disk_read_bytes_", "_disk_written_bytes_"),
    ("_notifications_dropped_", "_notifications_errors_"),
    ("_rule_evaluation_failures_", "_rule_group_iterations_missed_"),
    ("SwapTotal", "SwapFree"),
)


def _parsed(document: Document) -> Iterable[tuple[CatalogueQuery, promql.Expr]]:
    for query in catalogue(document):
        if query.needs != "loki":
            text = series_and_label(query.expr)[0] if query.kind == "variable" else query.expr
            yield query, promql.parse(_VALUES.fill(text))


def _parse(document: Document, _: Surroundings) -> Places:
    for query in catalogue(document):
        try:
            text = series_and_label(query.expr)[0] if query.kind == "variable" else query.expr
            if query.needs != "loki":
                promql.parse(_VALUES.fill(text))
        except (ValueError, LookupError) as error:
            yield query.name, f"query {query.ref}: {error}"


def _sound(document: Document, _: Surroundings) -> Places:
    for query, parsed in _parsed(document):
        if query.kind == "panel":
            for problem in query_problems(parsed):
                yield query.name, f"query {query.ref}: {problem}"


def _windows(document: Document, _: Surroundings) -> Places:
    for query in catalogue(document):
        for function, window in _WINDOW.findall(query.expr):
            if function == "irate" or window not in ("$__rate_interval", "$__range"):
                yield query.name, f"{function}(…[{window}]): expected $__rate_interval, or $__range for a total"
            if window == "$__range" and not query.instant:
                yield query.name, f"{function}(…[$__range]) at every point of a graph: expected $__rate_interval"


def _recorded(document: Document, around: Surroundings) -> Places:
    recorded = {rule.name for rule in around.rules}
    for query, parsed in _parsed(document):
        for series in series_of(parsed):
            if series.name and ":" in series.name and series.name not in recorded:
                yield query.name, f"{series.name} is not recorded"


def _selected(document: Document, _: Surroundings) -> Places:
    """A job is chosen or named; without, another service's series of the same name would be added."""
    for query, parsed in _parsed(document):
        if query.kind == "panel":
            for series in series_of(parsed):
                if series.name != "ALERTS" and "job" not in _labels_of(series):
                    yield query.name, f"{series.name}: no matcher of job"


def _labels_of(series: promql.VectorSelector) -> set[str]:
    return {matcher.name for matcher in series.matchers.matchers}


def _shows_all(document: Document, _: Surroundings) -> Places:
    for panel in panels_of(document):
        text = " ".join(target["expr"] for target in panel.get("targets") or [])
        for one, other in _PAIRS:
            if (one in text) != (other in text):
                yield panel["title"], f"shows {one if one in text else other} without its other half"
        quantiles = re.findall(r"histogram_quantile\(([0-9.]+)", text)
        if len(quantiles) > 1 and {"0.5", "0.95", "0.99"} - set(quantiles):
            yield panel["title"], f"quantiles {', '.join(quantiles)}: expected 0.5, 0.95 and 0.99"


def _exemplars(document: Document, _: Surroundings) -> Places:
    for panel in panels_of(document):
        queries = panel.get("targets") or []
        durations = [each for each in queries if panel["type"] == "heatmap" or "histogram_quantile" in each["expr"]]
        over_time = panel["type"] in ("timeseries", "heatmap")
        if over_time and durations and not any(each.get("exemplar") for each in durations):
            yield panel["title"], "durations without exemplars: no way to a record"


def _variables(document: Document, _: Surroundings) -> Places:
    defined = {variable["name"]: variable for variable in document["templating"]["list"]}
    text = json.dumps({key: value for key, value in document.items() if key != "templating"})
    queries = " ".join(json.dumps(variable.get("query", "")) for variable in defined.values())
    used = {name for name in variables_in(text) | variables_in(queries) if not name.startswith("__")}
    for name in sorted(used - set(defined)):
        yield name, "is used and is no variable"
    # A variable that a dashboard only hands on would be a control that does nothing.
    for name in sorted(set(defined) - used):
        yield name, "is a variable and is not used"
    for name in ("datasource", "job", "instance"):
        if name not in defined:
            yield name, "every dashboard has this variable"
    for name, variable in defined.items():
        if variable["type"] == "query":
            wanted: dict[str, Any] = {"multi": True, "includeAll": True, "allValue": ".+", "refresh": 2}
            for key, value in wanted.items():
                if variable.get(key) != value:
                    yield name, f"{key}: got {variable.get(key)!r}, expected {value!r}"


def _sources(document: Document, _: Surroundings) -> Places:
    places: list[tuple[str, Any]] = [(panel["title"], panel) for panel in panels_of(document)]
    places += [(panel["title"], target) for panel in panels_of(document) for target in panel.get("targets") or []]
    places += [(each["name"], each) for each in document["annotations"]["list"]]
    places += [(each["name"], each) for each in document["templating"]["list"] if each["type"] == "query"]
    for place, holder in places:
        source = holder.get("datasource") or {}
        if source.get("uid") != _SOURCES.get(str(source.get("type"))):
            yield place, f"data source {source}: expected the variable"


def _links(document: Document, around: Surroundings) -> Places:
    for uid in _UID_IN_LINK.findall(json.dumps(document)):
        if uid not in around.uids:
            yield WHOLE, f"a link leads to the dashboard {uid}, which is not there"
    if not any(link["type"] == "dashboards" and link["includeVars"] and link["keepTime"] for link in document["links"]):
        yield WHOLE, "has no links to the other dashboards that keep time and variables"
    for panel in panels_of(document):
        for link in panel.get("links") or []:
            if link["url"].startswith("/d/") and not {"__url_time_range", "__all_variables"} <= variables_in(
                link["url"]
            ):
                yield panel["title"], f"the link {link['title']} loses time or variables"


def _annotations(document: Document, _: Surroundings) -> Places:
    names = [each["name"] for each in document["annotations"]["list"] if each["enable"]]
    for name in ("Deployments", "Alerts", "Restarts"):
        if name not in names:
            yield name, "is no annotation of this dashboard"


def _legend_labels(document: Document, _: Surroundings) -> Places:
    """By the aggregation; the run looks at the result."""
    for query, parsed in _parsed(document):
        kept = [
            set(node.modifier.labels)
            for node in nodes_of(parsed)[:1]
            if isinstance(node, promql.AggregateExpr) and node.modifier is not None
        ]
        for label in query.labels:
            if kept and label not in kept[0] and _NAME.fullmatch(label):
                yield query.name, f"query {query.ref}: the legend's {label} does not survive the aggregation"


QUERY_RULES: Final = (
    LintRule("parse", "a query that does not parse is an empty panel", _parse),
    LintRule("sound", "NaN, counters as they are, rates of sums", _sound),
    LintRule("windows", "a fixed window holds one sample when zoomed in and skips most when zoomed out", _windows),
    LintRule("recorded", "a series that no rule records does not exist", _recorded),
    LintRule("selected", "a name alone may be another program's", _selected),
    LintRule("shows-all", "half of a pair misleads", _shows_all),
    LintRule("exemplars", "a slow point must lead to a record", _exemplars),
    LintRule("variables", "an unknown variable is sent as it stands and matches nothing", _variables),
    LintRule("sources", "a fixed data source is not there on another Grafana", _sources),
    LintRule("links", "a dead link, or one that shows another hour, costs minutes in an incident", _links),
    LintRule("annotations", "most incidents begin with a deployment", _annotations),
    LintRule("legend-labels", "a legend without its label is the same for all series", _legend_labels),
)
