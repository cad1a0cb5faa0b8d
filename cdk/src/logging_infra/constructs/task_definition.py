"""The task definition: one container, read-only but for its volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_ecs as ecs
from constructs import Construct

from logging_infra.constants import Container
from logging_infra.constructs.tagging import name_tag


class TaskDefinition(Construct):
    """Family `name` with the container `service`; `container` is what its image fixes.

    `cpu` is in units, `memory` in MiB, `stop_timeout` in seconds.

    Log lines go to `log_group` through a buffer of `log_buffer` that never blocks the service: a full one drops.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        service: str,
        container: Container,
        image: str,
        architecture: str,
        cpu: int,
        memory: int,
        stop_timeout: int,
        secrets: Mapping[str, str],
        secrets_sha256: str,
        log_group: str,
        log_buffer: str,
        region: str,
        execution_role_arn: str,
        task_role_arn: str,
        exec_enabled: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        volumes = {**container.writable, **(container.writable_for_exec if exec_enabled else {})}
        definition: dict[str, Any] = {
            "name": service,
            "image": image,
            "essential": True,
            "user": container.user,
            "privileged": False,
            "readonlyRootFilesystem": True,
            "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
            "mountPoints": [
                {"sourceVolume": volume, "containerPath": path, "readOnly": False} for volume, path in volumes.items()
            ],
            "portMappings": [
                {"containerPort": port, "hostPort": port, "protocol": "tcp"}
                for port in (container.port, container.metrics_port)
            ],
            "dockerLabels": {"parameters-sha256": secrets_sha256},
            "secrets": [{"name": variable, "valueFrom": arn} for variable, arn in secrets.items()],
            "stopTimeout": stop_timeout,
            "healthCheck": {
                "command": list(container.health_command),
                "interval": 15,
                "timeout": 5,
                "retries": 3,
                "startPeriod": container.grace_seconds,
            },
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": log_group,
                    "awslogs-region": region,
                    "awslogs-stream-prefix": service,
                    "mode": "non-blocking",
                    "max-buffer-size": log_buffer,
                },
            },
        }
        self.resource = ecs.CfnTaskDefinition(
            self,
            "Resource",
            family=name,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(cpu),
            memory=str(memory),
            runtime_platform={"operatingSystemFamily": "LINUX", "cpuArchitecture": architecture},
            execution_role_arn=execution_role_arn,
            task_role_arn=task_role_arn,
            volumes=[{"name": volume} for volume in volumes],
            container_definitions=[definition],
        )
        name_tag(self.resource, name)
        self.arn = self.resource.ref
