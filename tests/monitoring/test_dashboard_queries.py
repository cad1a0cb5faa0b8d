"""Every query of the dashboards on a week of data, and whether breaking one is noticed.

Named, not run: the panels of Loki's records and of cAdvisor's containers.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from monitoring_generator.dashboards.lint.findings import surroundings_of
from monitoring_generator.dashboards.preview.page import page
from monitoring_generator.dashboards.proof.mutations import judge, mutants_of, table
from monitoring_generator.dashboards.proof.run_queries import Outcome, PrometheusApi, run_queries
from monitoring_generator.dashboards.queries import Values, catalogue, panels_of, read_documents
from monitoring_generator.spec import load_spec
from tests.monitoring.programs import need_programs
from tests.monitoring.week import MONITORING, RULES, STEP, shipped_queries, week

WITHOUT = ("cadvisor", "loki")
#: Seeds and size of the short form; `make proof` runs them all.
SEED = int(os.environ.get("PYTEST_SEED", "5"))
SAMPLE = 250
CAUGHT_AT_LEAST = 0.95


@pytest.fixture(scope="module")
def a_week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PrometheusApi, Values]]:
    """A Prometheus with a week of data."""
    need_programs()
    with week(tmp_path_factory.mktemp("week")) as (url, values):
        yield PrometheusApi(url), values


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a table whether or not output is captured."""

    def show_it(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")

    return show_it


def test_every_query_shows_data_on_a_week(a_week: tuple[PrometheusApi, Values], show: Callable[[str], None]) -> None:
    """Of panels, variables and annotations: no error, not empty, finite, with the labels that are shown."""
    api, values = a_week

    outcomes = run_queries(api, shipped_queries(), values, without=WITHOUT)

    show(_printed(outcomes))
    assert [f"{each.query}: {each.problem}" for each in outcomes if each.problem] == []
    assert {each.query.needs for each in outcomes if each.skipped} == set(WITHOUT)


@pytest.mark.parametrize("hours", [1, 30 * 24])
def test_other_ranges_show_data_too(a_week: tuple[PrometheusApi, Values], hours: float) -> None:
    """An hour, as dashboards open, and more than there is."""
    api, values = a_week
    # As far apart as the samples are, so are the scrapes.
    chosen = replace(values, start=values.end - hours * 3600, step=max(120, hours * 3600 / 500), scrape_interval=STEP)

    outcomes = run_queries(api, shipped_queries(), chosen, without=WITHOUT)

    # What happened before the hour is not in it.
    past = {"Deployments", "Alerts"} if hours == 1 else set()
    assert [f"{each.query}: {each.problem}" for each in outcomes if each.problem and each.query.name not in past] == []


def test_every_panel_is_drawn(a_week: tuple[PrometheusApi, Values]) -> None:
    """By the preview, which stands in for Grafana where there is none; its pages say so."""
    api, values = a_week

    for document in read_documents(MONITORING / "grafana" / "dashboards"):
        drawn = page(document, api, values, WITHOUT)
        unproven = {query.name for query in catalogue(document) if query.needs in WITHOUT}
        assert drawn.count('class="none"') == len(unproven)
        assert drawn.count('<div class="panel"') == len(list(panels_of(document)))
        assert "a preview, not Grafana" in drawn


@pytest.mark.timeout(600)
def test_breaking_a_query_is_noticed(a_week: tuple[PrometheusApi, Values], show: Callable[[str], None]) -> None:
    """Metric, label, grouping, window, threshold, and the whole query: at least 95 %, the others are named."""
    api, values = a_week
    documents = read_documents(MONITORING / "grafana" / "dashboards")
    rules = {path.name: path.read_text(encoding="utf-8") for path in RULES.glob("*.yml")}
    around = surroundings_of(load_spec(MONITORING / "alerts.yaml"), rules, documents)
    cases = [(mutant, document) for document in documents for mutant in mutants_of(document, WITHOUT)]
    total = len(cases)
    if not os.environ.get("FULL_PROOF"):
        cases = random.Random(SEED).sample(cases, SAMPLE)
    hourly = replace(values, step=3600)

    verdicts = [judge(mutant, document, around, api, hourly) for mutant, document in cases]

    caught = sum(verdict.caught_by is not None for verdict in verdicts)
    show(f"{table(verdicts)}\n{caught} of {len(verdicts)} caught; seed {SEED}, {total} in all")
    assert caught / len(verdicts) >= CAUGHT_AT_LEAST


def _printed(outcomes: list[Outcome]) -> str:
    rows = [f"{'query':<86} {'series':>6} {'points':>7}"]
    rows += [
        f"{str(each.query)[:86]:<86} {each.series:>6} {each.skipped or each.problem or each.points:>7}"
        for each in outcomes
    ]
    return "\n".join(rows)
