"""Whose metrics an alarm or a widget looks at: namespace and dimensions of each source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from logging_infra.alarms.model import Measured, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Names of what is measured; `balancer` and `target_group` are their full names, `""` where none is needed."""

    namespace: str
    balancer: str
    target_group: str
    cluster: str = ""
    service: str = ""
    critical_topic: str = ""
    warning_topic: str = ""

    def of(self, source: Source) -> tuple[str, Mapping[str, str]]:
        """Namespace and dimensions."""
        balancer = {"LoadBalancer": self.balancer}
        service = {"ClusterName": self.cluster, "ServiceName": self.service}
        found: dict[Source, tuple[str, Mapping[str, str]]] = {
            "log": (self.namespace, {}),
            "load_balancer": ("AWS/ApplicationELB", balancer),
            "targets": ("AWS/ApplicationELB", {**balancer, "TargetGroup": self.target_group}),
            "service": ("AWS/ECS", service),
            "insights": ("ECS/ContainerInsights", service),
            "critical_topic": ("AWS/SNS", {"TopicName": self.critical_topic}),
            "warning_topic": ("AWS/SNS", {"TopicName": self.warning_topic}),
        }
        return found[source]

    def metric(self, measured: Measured) -> dict[str, Any]:
        """As alarms write a metric."""
        namespace, dimensions = self.of(measured.of)
        return {
            "namespace": namespace,
            "metricName": measured.metric,
            "dimensions": [{"name": name, "value": value} for name, value in dimensions.items()] or None,
        }
