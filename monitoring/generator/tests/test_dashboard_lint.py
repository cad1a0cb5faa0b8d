"""The linter: the shipped dashboards are clean, and each rule finds the mistake it is for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from monitoring_generator.dashboards.lint.findings import lint, surroundings_of
from monitoring_generator.dashboards.lint.rules import EXCLUSIONS, RULES
from monitoring_generator.dashboards.queries import Document, panels_of, read_documents
from monitoring_generator.spec import load_spec

MONITORING = Path(__file__).parents[2]
DOCUMENTS = {document["uid"]: document for document in read_documents(MONITORING / "grafana" / "dashboards")}
RULE_FILES = {
    path.name: path.read_text(encoding="utf-8") for path in (MONITORING / "prometheus" / "rules").glob("*.yml")
}
AROUND = surroundings_of(load_spec(MONITORING / "alerts.yaml"), RULE_FILES, DOCUMENTS.values())

Break = Callable[[Document], object]


@pytest.mark.parametrize("uid", sorted(DOCUMENTS))
def test_the_dashboards_are_clean(uid: str) -> None:
    """But for what is excluded with a reason."""
    assert [str(finding) for finding in lint(DOCUMENTS[uid], AROUND, RULES, EXCLUSIONS)] == []


def test_every_exclusion_is_needed_and_has_a_reason() -> None:
    """One that is left over would hide the next mistake."""
    found = {
        (each.dashboard, each.place, each.rule)
        for document in DOCUMENTS.values()
        for each in lint(document, AROUND, RULES)
    }
    assert found == {(each.dashboard, each.place, each.rule) for each in EXCLUSIONS}
    assert all(each.reason for each in EXCLUSIONS)
    assert all(rule.reason for rule in RULES)


def _panel(title: str) -> Callable[[Document], Document]:
    return lambda document: next(panel for panel in panels_of(document) if panel["title"] == title)


_RECORDS, _SHARE = _panel("Records by level"), _panel("Share of records that are errors")
_TIME, _TABLE = _panel("Time to answer a request"), _panel("Records in this range")


def _expr(text: str) -> Break:
    return lambda document: _RECORDS(document)["targets"][0].update(expr=text)


def _defaults(panel: Document) -> Document:
    defaults: Document = panel["fieldConfig"]["defaults"]
    return defaults


#: Rule, how it is broken (in app-overview), and words of the finding.
MISTAKES: list[tuple[str, Break, str]] = [
    ("identity", lambda d: d.update(uid="App Overview"), "expected lower-case words"),
    ("identity", lambda d: d.update(editable=True), "editable: got True, expected False"),
    ("identity", lambda d: d.update(id=7), "id: got 7"),
    ("not-exported", lambda d: d.update(__inputs=[]), "was exported for sharing"),
    ("ids", lambda d: _RECORDS(d).update(id=_SHARE(d)["id"]), "is no number of its own"),
    ("layout", lambda d: _RECORDS(d)["gridPos"].update(w=20), "lies over"),
    ("layout", lambda d: _RECORDS(d)["gridPos"].update(x=20), "ends at column 27 of 24"),
    ("types", lambda d: _TABLE(d).update(type="table-old"), "type table-old: expected one of"),
    ("words", lambda d: _RECORDS(d).update(description="Records."), "does not say what it means"),
    ("values", lambda d: _defaults(_RECORDS(d)).update(unit="records"), "unit 'records' is none of Grafana's"),
    ("values", lambda d: _defaults(_RECORDS(d)).pop("noValue"), "noValue: does not say"),
    ("values", lambda d: _defaults(_RECORDS(d)).update(min=None), "min: got None, expected 0"),
    ("legends", lambda d: _RECORDS(d)["options"]["legend"].update(calcs=[]), "expected a table with last"),
    ("queries-there", lambda d: _RECORDS(d).update(targets=[]), "has no query"),
    ("queries-there", lambda d: _TIME(d)["targets"].pop(1), "queries A, C: expected A, B"),
    ("overrides", lambda d: _RECORDS(d)["targets"][0].update(legendFormat="all"), "override for ^(DEBUG)$ is for no"),
    ("parse", _expr("sum(rate("), "query A: "),
    ("parse", _expr("sum($__rat)"), "$__rat is no variable"),
    ("sound", _expr('rate(x_total{job="a"}[$__rate_interval]) / y{job="a"}'), "may be 0"),
    ("sound", _expr('log_messages_total{job="a"}'), "compared as it is"),
    ("windows", _expr('rate(x_total{job="a"}[5m])'), "rate(…[5m]): expected $__rate_interval"),
    ("windows", _expr('rate(x_total{job="a"}[$__range])'), "at every point of a graph"),
    ("recorded", _expr('job:nothing:rate5m{job="a"}'), "job:nothing:rate5m is not recorded"),
    ("selected", _expr("active_contexts"), "active_contexts: no matcher of job"),
    ("shows-all", lambda d: _TIME(d)["targets"].pop(), "quantiles 0.5, 0.95: expected 0.5, 0.95 and 0.99"),
    ("exemplars", lambda d: [each.update(exemplar=False) for each in _TIME(d)["targets"]], "without exemplars"),
    ("variables", _expr('active_contexts{job=~"$service"}'), "is used and is no variable"),
    ("variables", lambda d: d["templating"]["list"].pop(1), "is used and is no variable"),
    ("variables", lambda d: d["templating"]["list"][1].update(allValue=""), "allValue: got '', expected '.+'"),
    ("sources", lambda d: _RECORDS(d)["datasource"].update(uid="prometheus"), "expected the variable"),
    ("links", lambda d: _RECORDS(d)["links"][0].update(url="/d/app-overviev"), "leads to the dashboard app-overviev"),
    ("links", lambda d: _SHARE(d)["links"][0].update(url="/d/performance"), "loses time or variables"),
    ("links", lambda d: d["links"][0].update(keepTime=False), "has no links to the other dashboards"),
    ("annotations", lambda d: d["annotations"]["list"][0].update(enable=False), "is no annotation"),
    ("legend-labels", lambda d: _RECORDS(d)["targets"][0].update(legendFormat="{{type}}"), "does not survive"),
    ("limits", lambda d: _defaults(_SHARE(d))["thresholds"]["steps"][1].update(value=0.5), "alerts.yaml says [0.05]"),
    ("limits", lambda d: _defaults(_RECORDS(d))["thresholds"]["steps"].append({"value": 9}), "that no alert has"),
    ("limits-shown", lambda d: _panel("Records lost")(d).update(links=[]), "RecordsDropped leads here"),
    ("limits-about", lambda d: _SHARE(d)["targets"][0].update(expr='up{job="a"}'), "nothing that it looks at"),
]


@pytest.mark.parametrize(
    ("rule", "break_it", "words"), MISTAKES, ids=[f"{rule}: {words}" for rule, _, words in MISTAKES]
)
def test_each_rule_finds_the_mistake_it_is_for(rule: str, break_it: Break, words: str) -> None:
    """And says so in words that name it."""
    document = copy.deepcopy(DOCUMENTS["app-overview"])
    break_it(document)
    chosen = [each for each in RULES if each.name == rule]

    findings = lint(document, AROUND, chosen, EXCLUSIONS)

    assert any(words in finding.problem for finding in findings), [str(finding) for finding in findings]


def test_a_window_of_the_burn_rate_that_is_left_out_is_found() -> None:
    """In the dashboard that shows them."""
    document = copy.deepcopy(DOCUMENTS["error-analysis"])
    _panel("Fast burn of the error budget")(document)["targets"].pop()

    findings = lint(document, AROUND, [rule for rule in RULES if rule.name == "burn-windows"])

    assert [finding.problem for finding in findings] == ["shows 3 windows of ErrorBudgetBurnFast, which has 4"]


def test_every_rule_has_a_mistake_that_it_finds() -> None:
    """A rule that never fires is none."""
    assert {rule.name for rule in RULES} == {rule for rule, _, _ in MISTAKES} | {"burn-windows"}
