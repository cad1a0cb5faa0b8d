"""Runs the catalogue against a Prometheus: no error, not empty, finite, with the labels that are shown."""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import promql_parser as promql

from monitoring_generator.dashboards.proof.needed_labels import needed_labels
from monitoring_generator.dashboards.queries import CatalogueQuery, Values, series_and_label
from monitoring_generator.durations import format_duration

#: Seconds that one query may take.
TIMEOUT: Final = 30.0
#: Panels that show one number: it must be there at the end of the range.
_ONE_NUMBER: Final = frozenset(["stat", "bargauge", "gauge"])

#: Seconds before the end in which a series must have been there: what never fires in an hour is no mistake.
EVER: Final = 7 * 86_400.0
#: Metrics without any series until something happens, and what.
UNBORN: Final[Mapping[str, str]] = {"log_sink_errors_total": "the first failed attempt of a sink"}
#: Labels that only some series of a metric have: an alert has those of its expression.
VARYING: Final[Mapping[str, frozenset[str]]] = {"ALERTS": frozenset(["job", "instance"])}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a query gave. `skipped` says what it needs that does not run here; `problem` is None if all is well."""

    query: CatalogueQuery
    series: int = 0
    points: int = 0
    problem: str | None = None
    skipped: str | None = None


class PrometheusApi:
    """The query API of a Prometheus."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def instant(self, query: str, time: float) -> list[dict[str, Any]]:
        """Series with their `value` at `time`. Raises QueryError."""
        return self._result("query", {"query": query, "time": f"{time:.3f}"})

    def range(self, query: str, start: float, end: float, step: float) -> list[dict[str, Any]]:
        """Series with their `values`. Raises QueryError."""
        times = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:.3f}"}
        return self._result("query_range", {"query": query, **times})

    def exemplars(self, query: str, start: float, end: float) -> list[dict[str, Any]]:
        """Exemplars of the series in `query`, their `labels`, `value` and `timestamp`. Raises QueryError."""
        data = self._ask("query_exemplars", {"query": query, "start": f"{start:.3f}", "end": f"{end:.3f}"})
        return [exemplar for series in data for exemplar in series["exemplars"]]

    def label_values(self, series: str, label: str, start: float, end: float) -> list[str]:
        """The values of `label` on `series`. Raises QueryError."""
        match = {"match[]": series, "start": f"{start:.3f}", "end": f"{end:.3f}"}
        return list(self._ask(f"label/{label}/values?{urllib.parse.urlencode(match)}", None))

    def _result(self, path: str, arguments: Mapping[str, str]) -> list[dict[str, Any]]:
        return list(self._ask(path, arguments)["result"])

    def _ask(self, path: str, arguments: Mapping[str, str] | None) -> Any:
        body = None if arguments is None else urllib.parse.urlencode(arguments).encode()
        try:
            with urllib.request.urlopen(f"{self._url}/api/v1/{path}", body, timeout=TIMEOUT) as answer:  # noqa: S310
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise QueryError(json.loads(error.read() or b"{}").get("error", str(error))) from None


class QueryError(Exception):
    """Prometheus refused a query."""


def run_queries(
    api: PrometheusApi, queries: Iterable[CatalogueQuery], values: Values, *, without: Collection[str] = ()
) -> list[Outcome]:
    """Run them all; those that need something named in `without` are left out and say so."""
    return [
        Outcome(query, skipped=f"not proven here: there is no {query.needs}")
        if query.needs is not None and query.needs in without
        else run_query(api, query, values)
        for query in queries
    ]


def run_query(api: PrometheusApi, query: CatalogueQuery, values: Values) -> Outcome:
    """Run one as Grafana would: over the range, or at its end."""
    try:
        if query.kind == "variable":
            return _run_variable(api, query, values)
        expr = values.fill(query.expr)
        found = (
            api.instant(expr, values.end) if query.instant else api.range(expr, values.start, values.end, values.step)
        )
        numbers = [float(number) for series in found for _, number in _samples(series)]
        finite = sum(map(math.isfinite, numbers))
        problem = _problem(query, found, numbers, values) or _dead_part(api, expr, values, query.labels)
        return Outcome(query, len(found), finite, problem)
    except (QueryError, LookupError, ValueError) as error:
        return Outcome(query, problem=f"error: {error}")


def run_exemplars(api: PrometheusApi, queries: Iterable[CatalogueQuery], values: Values, label: str) -> list[Outcome]:
    """For the queries that show exemplars: there are some, and they carry `label`."""
    outcomes = []
    for query in queries:
        if query.exemplars:
            found = api.exemplars(values.fill(query.expr), values.start, values.end)
            with_label = sum(1 for exemplar in found if exemplar["labels"].get(label))
            problem = None if with_label else f"none of {len(found)} exemplars has the label {label}"
            outcomes.append(Outcome(query, len(found), with_label, problem))
    return outcomes


def _run_variable(api: PrometheusApi, query: CatalogueQuery, values: Values) -> Outcome:
    series, label = series_and_label(query.expr)
    found = api.label_values(values.fill(series), label, values.start, values.end)
    return Outcome(query, len(found), len(found), None if found else "empty")


def _samples(series: Mapping[str, Any]) -> list[tuple[float, str]]:
    return [tuple(series["value"])] if "value" in series else [tuple(pair) for pair in series["values"]]


def _problem(query: CatalogueQuery, found: list[dict[str, Any]], numbers: list[float], values: Values) -> str | None:
    if not numbers:
        return "empty"
    if not all(map(math.isfinite, numbers)):
        return f"not finite: {sum(not math.isfinite(number) for number in numbers)} of {len(numbers)} points"
    varying = frozenset().union(*(labels for name, labels in VARYING.items() if name in query.expr))
    for label in set(query.labels) - varying:
        if not any(label in series["metric"] for series in found):
            return f"shows the label {label}, which no series has"
    last = max(time for series in found for time, _ in _samples(series))
    if query.panel_type in _ONE_NUMBER and last < values.end - values.step:
        return "has no number at the end of the range"
    return None


def _dead_part(api: PrometheusApi, expr: str, values: Values, shown: Collection[str]) -> str | None:
    """A series of `expr` that does not exist, or has not the labels that the query goes by.

    `… or 0` would hide it, a matcher such as `!="x"` is true for what has no such label, and grouping
    by a label that is not there makes one of all.
    """
    window = format_duration(max(values.end - values.start, EVER))
    for selector, labels in needed_labels(promql.parse(expr), frozenset(shown)):
        if selector.name in UNBORN:
            continue
        # What was there before an offset is there now too, and `@` is not used.
        plain = str(selector).split(" offset ")[0].removesuffix("{}")
        present = ", ".join(f'{label}!=""' for label in sorted(labels - VARYING.get(selector.name or "", frozenset())))
        asked = f"{plain[:-1]}, {present}}}" if plain.endswith("}") else f"{plain}{{{present}}}"
        if not api.instant(f"count(last_over_time({asked}[{window}]))", values.end):
            return f"there is no series {plain} with the labels {', '.join(sorted(labels))}"
    return None
