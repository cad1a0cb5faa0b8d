"""Breaks each part of a dashboard in turn, to see whether the checks notice."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import promql_parser as promql

from monitoring_generator.checks.queries import series_of
from monitoring_generator.dashboards.lint.findings import Surroundings, lint
from monitoring_generator.dashboards.lint.rules import EXCLUSIONS, RULES
from monitoring_generator.dashboards.proof.run_queries import PrometheusApi, run_query
from monitoring_generator.dashboards.queries import (
    Document,
    Values,
    catalogue,
    panels_of,
    series_and_label,
)

#: What a broken name gets.
_BROKEN: Final = "_gone"
_MATCHER = re.compile(r"([a-zA-Z_]\w*)(?=\s*(?:=~|!~|!=|=)\s*\")")
_GROUPING = re.compile(r"\b(?:by|on|group_left)\s*\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A dashboard with one thing broken: what kind of thing, where, and how."""

    kind: str
    place: str
    change: str
    document: Document


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: `caught_by` is `data`, `lint` or None."""

    mutant: Mutant
    caught_by: str | None
    finding: str = ""


def mutants_of(document: Document, without: Collection[str] = ()) -> Iterator[Mutant]:
    """Every mutant of a dashboard; but of panels that need something in `without`, which has no data here."""
    unproven = {query.name for query in catalogue(document) if query.needs in without}
    for holder, place, key in _expressions(document):
        if place not in unproven:
            for kind, expr in _broken_expressions(holder[key]):
                yield _mutant(document, kind, place, expr, holder, _setter(key, expr))
    for panel in panels_of(document):
        if panel["title"] in unproven:
            continue
        for target in panel.get("targets") or []:
            yield _mutant(document, "query dropped", panel["title"], target["refId"], panel, _dropper(target["refId"]))
        for index, step in enumerate(panel["fieldConfig"]["defaults"]["thresholds"]["steps"]):
            if step["value"]:
                yield _mutant(document, "threshold", panel["title"], f"{step['value']:g} × 10", panel, _raiser(index))


def judge(mutant: Mutant, original: Document, around: Surroundings, api: PrometheusApi, values: Values) -> Verdict:
    """Whether running its changed queries, or the linter, notices."""
    before = set(catalogue(original))
    for query in catalogue(mutant.document):
        if query not in before and query.needs is None:
            problem = run_query(api, query, values).problem
            if problem:
                return Verdict(mutant, "data", problem)
    try:
        findings: list[Any] = list(lint(mutant.document, around, RULES, EXCLUSIONS))
    except ValueError as error:
        findings = [error]
    return Verdict(mutant, "lint", str(findings[0])) if findings else Verdict(mutant, None)


def table(verdicts: Iterable[Verdict]) -> str:
    """Caught of all, by kind, and the names of those that were not."""
    all_of_them = list(verdicts)
    lines = [f"{'broken':<16} {'caught':>8} {'by data':>8} {'by lint':>8} {'of':>6}"]
    for kind in sorted({each.mutant.kind for each in all_of_them}):
        of_kind = [each for each in all_of_them if each.mutant.kind == kind]
        by = {how: sum(each.caught_by == how for each in of_kind) for how in ("data", "lint")}
        lines.append(f"{kind:<16} {sum(by.values()):>8} {by['data']:>8} {by['lint']:>8} {len(of_kind):>6}")
    missed = [each.mutant for each in all_of_them if each.caught_by is None]
    lines += [f"not caught: {each.document['uid']}: {each.place}: {each.kind}: {each.change}" for each in missed]
    return "\n".join(lines)


def _expressions(document: Document) -> Iterator[tuple[Document, str, str]]:
    """What holds a query, whose it is, and under which key."""
    for panel in panels_of(document):
        for target in panel.get("targets") or []:
            if panel["datasource"]["type"] != "loki":
                yield target, panel["title"], "expr"
    for variable in document["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"], variable["name"], "query"
    for annotation in document["annotations"]["list"]:
        yield annotation, annotation["name"], "expr"


def _broken_expressions(expr: str) -> Iterator[tuple[str, str]]:
    text = series_and_label(expr)[0] if expr.startswith("label_values(") else expr
    names = {each.name for each in series_of(promql.parse(Values(start=0, end=3600, step=15).fill(text))) if each.name}
    for name in sorted(names):
        for match in re.finditer(rf"(?<![\w:]){re.escape(name)}(?![\w:])", expr):
            yield "metric", _with(expr, match.span(), name + _BROKEN)
    for match in _MATCHER.finditer(expr):
        yield "label", _with(expr, match.span(1), match[1] + _BROKEN)
    for grouping in _GROUPING.finditer(expr):
        for label in re.finditer(r"\w+", grouping[1]):
            start = grouping.start(1)
            yield "grouping", _with(expr, (start + label.start(), start + label.end()), label[0] + _BROKEN)
    for match in re.finditer(r"\[\$__rate_interval\]", expr):
        yield "window", _with(expr, match.span(), "[1m]")


def _with(text: str, span: tuple[int, int], replacement: str) -> str:
    return text[: span[0]] + replacement + text[span[1] :]


def _mutant(
    document: Document, kind: str, place: str, change: str, part: Document, break_it: Callable[[Document], None]
) -> Mutant:
    """A copy of `document` in which the copy of `part`, one of its mappings, is broken."""
    memo: dict[int, Any] = {}
    copied = copy.deepcopy(document, memo)
    break_it(memo[id(part)])
    return Mutant(kind, place, change, copied)


def _setter(key: str, value: str) -> Callable[[Document], None]:
    def set_it(holder: Document) -> None:
        holder[key] = value

    return set_it


def _dropper(ref: str) -> Callable[[Document], None]:
    """Drops a query; those after it take its letter, as they would in the source."""

    def drop(panel: Document) -> None:
        panel["targets"] = [target for target in panel["targets"] if target["refId"] != ref]
        for place, target in enumerate(panel["targets"]):
            target["refId"] = chr(ord("A") + place)

    return drop


def _raiser(index: int) -> Callable[[Document], None]:
    def raise_it(panel: Document) -> None:
        panel["fieldConfig"]["defaults"]["thresholds"]["steps"][index]["value"] *= 10

    return raise_it
