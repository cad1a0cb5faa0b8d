"""The service: keeps the tasks running, replaces them without a gap, goes back when that fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_ecs as ecs
from constructs import Construct

from logging_infra.constructs.tagging import name_tag


class FargateService(Construct):
    """A service named `name`.

    `on_demand_base` tasks are never on Spot; of the others `spot_percent` are. How many there are is autoscaling's
    business, so that a deployment never changes it: the template has no count.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        cluster_arn: str,
        task_definition_arn: str,
        container: str,
        port: int,
        grace_seconds: int,
        subnets: Sequence[str],
        security_group: str,
        target_group_arn: str,
        on_demand_base: int,
        spot_percent: int,
        rollback_alarms: Sequence[str],
        exec_enabled: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.resource = ecs.CfnService(
            self,
            "Resource",
            service_name=name,
            cluster=cluster_arn,
            task_definition=task_definition_arn,
            platform_version="LATEST",
            capacity_provider_strategy=_strategy(on_demand_base, spot_percent),
            network_configuration={
                "awsvpcConfiguration": {
                    "assignPublicIp": "DISABLED",
                    "subnets": list(subnets),
                    "securityGroups": [security_group],
                }
            },
            load_balancers=[{"containerName": container, "containerPort": port, "targetGroupArn": target_group_arn}],
            health_check_grace_period_seconds=grace_seconds,
            deployment_configuration={
                "minimumHealthyPercent": 100,
                "maximumPercent": 200,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                "alarms": {"enable": True, "rollback": True, "alarmNames": list(rollback_alarms)},
            },
            availability_zone_rebalancing="ENABLED",
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            enable_execute_command=exec_enabled,
        )
        name_tag(self.resource, name)
        self.name = self.resource.attr_name


def _strategy(base: int, spot_percent: int) -> list[dict[str, Any]]:
    strategy: list[dict[str, Any]] = [{"capacityProvider": "FARGATE", "base": base, "weight": 100 - spot_percent}]
    if spot_percent:
        strategy.append({"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": spot_percent})
    return strategy
