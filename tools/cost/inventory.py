"""How many of each thing an environment has, counted in the committed templates of the CDK (`cdk/tests/golden`).

Terraform's stack has the same ones; tests of the CDK keep the templates up to date.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEMPLATES = Path("cdk/tests/golden")


@dataclass(frozen=True, slots=True)
class Inventory:
    """`types` counts resources by CloudFormation type; `alarm_metrics` is what alarms are billed by."""

    types: Counter[str]
    alarm_metrics: int
    firewall_rules: int

    def __getitem__(self, type_: str) -> int:
        """How many resources of `AWS::<type_>` there are."""
        return self.types[f"AWS::{type_}"]


def load_inventory(root: Path, environment: str) -> Inventory:
    """Count in `<root>/cdk/tests/golden/<environment>/*.json`."""
    resources = [
        resource
        for path in sorted((root / TEMPLATES / environment).glob("*.json"))
        for resource in json.loads(path.read_text(encoding="utf-8"))["Resources"].values()
    ]
    return Inventory(
        types=Counter(resource["Type"] for resource in resources),
        alarm_metrics=sum(
            _metrics_of(one["Properties"]) for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"
        ),
        firewall_rules=sum(len(one["Properties"]["Rules"]) for one in resources if one["Type"] == "AWS::WAFv2::WebACL"),
    )


def _metrics_of(alarm: dict[str, Any]) -> int:
    """A band is billed as its metric and two limits."""
    queries = alarm.get("Metrics", [{"MetricStat": {}}])
    banded = any("ANOMALY_DETECTION_BAND" in query.get("Expression", "") for query in queries)
    return sum("MetricStat" in query for query in queries) + (2 if banded else 0)
