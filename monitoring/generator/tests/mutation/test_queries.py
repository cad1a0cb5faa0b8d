"""Broken queries: each place in every way, none that is the query itself, all of them parse."""

from __future__ import annotations

import promql_parser
import pytest

from monitoring_generator.mutation.queries import broken_queries


def _broken(query: str) -> set[tuple[str, str]]:
    return {(each.kind, " ".join(each.query.split())) for each in broken_queries(query)}


@pytest.mark.parametrize(
    ("query", "broken"),
    [
        (
            "up < 1",
            {
                ("comparison", "up > 1"),
                ("comparison", "up <= 1"),
                ("guard", "up"),
                ("metric", "up_renamed < 1"),
                ("number", "up < 2"),
                ("number", "up < 0.5"),
            },
        ),
        (
            'm{a="x",b=~"y|z"}',
            {
                ("metric", 'm_renamed{a="x",b=~"y|z"}'),
                ("labels", 'm{b=~"y|z"}'),
                ("labels", 'm{a!="x",b=~"y|z"}'),
                ("labels", 'm{a="x"}'),
                ("labels", 'm{a="x",b!~"y|z"}'),
                ("labels", 'm{a="x",b=~"y"}'),
                ("labels", 'm{a="x",b=~"z"}'),
            },
        ),
        (
            "rate(m[5m] offset 1m)",
            {
                ("function", "increase(m[5m] offset 1m)"),
                ("window", "rate(m[10m] offset 1m)"),
                ("window", "rate(m[2m30s] offset 1m)"),
                ("window", "rate(m[5m])"),
                ("window", "rate(m[5m] offset 2m)"),
                ("window", "rate(m[5m] offset 30s)"),
                ("metric", "rate(m_renamed[5m] offset 1m)"),
            },
        ),
        (
            "sum by (job) (a) or b",
            {
                ("branch", "sum by (job) (a)"),
                ("branch", "b"),
                ("function", "max by (job) (a) or b"),
                ("labels", "sum(a) or b"),
                ("metric", "sum by (job) (a_renamed) or b"),
                ("metric", "sum by (job) (a) or b_renamed"),
            },
        ),
        (
            "a and on (job) b",
            {
                ("guard", "a"),
                ("guard", "a unless on (job) b"),
                ("labels", "a and on () b"),
                ("labels", "a and b"),
                ("metric", "a_renamed and on (job) b"),
                ("metric", "a and on (job) b_renamed"),
            },
        ),
        (
            "sum_over_time(a[1h:5m])",
            {
                ("function", "avg_over_time(a[1h:5m])"),
                ("metric", "sum_over_time(a_renamed[1h:5m])"),
                ("window", "sum_over_time(a[2h:5m])"),
                ("window", "sum_over_time(a[30m:5m])"),
                ("window", "sum_over_time(a[1h:10m])"),
                ("window", "sum_over_time(a[1h:2m30s])"),
            },
        ),
    ],
)
def test_every_part_is_broken_in_every_way(query: str, broken: set[tuple[str, str]]) -> None:
    """Kinds as the table counts them."""
    assert {(kind, text.replace("{}", "")) for kind, text in _broken(query)} == broken


def test_a_broken_query_is_a_query_and_tells_what_was_done() -> None:
    """In one line that is not endless."""
    query = "histogram_quantile(0.95, sum by (job, le) (rate(a_bucket[5m]))) > 2 and b / (c > 0) >= 20"
    for broken in broken_queries(query):
        promql_parser.parse(broken.query)
        assert " -> " in broken.change
        assert len(broken.change) < 300
        assert "\n" not in broken.change
