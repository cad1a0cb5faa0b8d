"""Autoscaling: as many tasks as CPU and requests need, quickly more, slowly fewer."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_applicationautoscaling as scaling
from constructs import Construct

from logging_infra.constructs.tagging import name_tag

_NAMESPACE, _DIMENSION = "ecs", "ecs:service:DesiredCount"
SCALE_OUT_SECONDS, SCALE_IN_SECONDS = 60, 300


class Autoscaling(Construct):
    """Between `least` and `most` tasks, at `cpu_percent` of CPU and `requests_per_task` a minute on average.

    `balancer` and `target_group` are their full names, which the metric of requests is labelled with.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        cluster: str,
        service: str,
        least: int,
        most: int,
        cpu_percent: int,
        requests_per_task: int,
        balancer: str,
        target_group: str,
    ) -> None:
        super().__init__(scope, construct_id)
        target = scaling.CfnScalableTarget(
            self,
            "Target",
            service_namespace=_NAMESPACE,
            scalable_dimension=_DIMENSION,
            resource_id=f"service/{cluster}/{service}",
            min_capacity=least,
            max_capacity=most,
        )
        name_tag(target, name)
        metrics: dict[str, tuple[float, dict[str, Any]]] = {
            "cpu": (cpu_percent, {"predefinedMetricType": "ECSServiceAverageCPUUtilization"}),
            "requests": (
                requests_per_task,
                {"predefinedMetricType": "ALBRequestCountPerTarget", "resourceLabel": f"{balancer}/{target_group}"},
            ),
        }
        for metric, (value, specification) in metrics.items():
            scaling.CfnScalingPolicy(
                self,
                metric.capitalize(),
                policy_name=f"{name}-{metric}",
                policy_type="TargetTrackingScaling",
                scaling_target_id=target.ref,
                target_tracking_scaling_policy_configuration={
                    "targetValue": value,
                    "predefinedMetricSpecification": specification,
                    "scaleInCooldown": SCALE_IN_SECONDS,
                    "scaleOutCooldown": SCALE_OUT_SECONDS,
                },
            )
