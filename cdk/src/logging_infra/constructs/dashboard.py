"""The CloudWatch dashboard: two widgets in a row, as `environments/stack.yaml` lists them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from logging_infra.alarms.model import Measured
from logging_infra.constructs.metrics import Sources

_WIDTH, _HEIGHT = 12, 6


class Dashboard(Construct):
    """The dashboard `name`; a widget shows metrics or the answer of one of `queries` on `log_group` (its name).

    `thresholds` are those of alerts, by name: a widget may show one as a line.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        region: str,
        widgets: Sequence[Mapping[str, Any]],
        sources: Sources,
        log_group: str,
        queries: Mapping[str, str],
        thresholds: Mapping[str, float],
    ) -> None:
        super().__init__(scope, construct_id)
        body = []
        for index, widget in enumerate(widgets):
            properties: dict[str, Any] = {"title": widget["title"], "region": region}
            if "query" in widget:
                query = f"SOURCE '{log_group}' | {queries[widget['query']].strip()}"
                properties |= {"view": "table", "query": query}
            else:
                lines = [
                    _line(number, Measured(**metric), name, sources) for number, metric in enumerate(widget["metrics"])
                ]
                properties |= {"view": "timeSeries", "stacked": False, "period": 60, "metrics": lines}
            if alert := widget.get("threshold_of"):
                properties["annotations"] = {"horizontal": [{"label": alert, "value": thresholds[alert]}]}
            body.append(
                {
                    "type": "log" if "query" in widget else "metric",
                    "x": _WIDTH * (index % 2),
                    "y": _HEIGHT * (index // 2),
                    "width": _WIDTH,
                    "height": _HEIGHT,
                    "properties": properties,
                }
            )
        cloudwatch.CfnDashboard(
            self, "Resource", dashboard_name=name, dashboard_body=json.dumps({"widgets": body}, sort_keys=True)
        )


def _line(number: int, measured: Measured, name: str, sources: Sources) -> list[Any]:
    if measured.of == "load_balancer":
        # Its dimension is known only once it is there; a search by the parts of its name finds it.
        parts = " ".join(name.split("-"))
        where = f'{{AWS/ApplicationELB,LoadBalancer}} MetricName="{measured.metric}" {parts}'
        return [
            {
                "id": f"m{number}",
                "label": f"{measured.metric} {measured.statistic}",
                "expression": f"SEARCH('{where}', '{measured.statistic}', 60)",
            }
        ]
    namespace, dimensions = sources.of(measured.of)
    pairs = [text for pair in dimensions.items() for text in pair]
    return [namespace, measured.metric, *pairs, {"stat": measured.statistic}]
