"""The two roles of a task: what starts it, and what it may do itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from constructs import Construct

from logging_infra.constructs.arns import Arns
from logging_infra.constructs.policies import Role, allow, trust


def _trust_of_tasks(arns: Arns) -> dict[str, Any]:
    return trust("ecs-tasks.amazonaws.com", arns.account, arns.of("ecs", "*"))


class ExecutionRole(Construct):
    """Role `<name>-execution`: pulls the one image, reads the service's parameters, ships its records."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        arns: Arns,
        repository_arn: str,
        log_group_arn: str,
        parameter_arns: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        role = Role(
            self,
            "Role",
            name=f"{name}-execution",
            description=f"Starts the tasks of {name}",
            policy_description="Pull the image, read the parameters, write records",
            trusted=_trust_of_tasks(arns),
            statements=[
                allow("Login", "ecr:GetAuthorizationToken", "*"),  # has no resource
                allow("Pull", pull, repository_arn),
                allow("Parameters", "ssm:GetParameters", parameter_arns),
                allow("Records", ["logs:CreateLogStream", "logs:PutLogEvents"], log_group_arn),
            ],
        )
        self.arn = role.arn


class TaskRole(Construct):
    """Role `<name>-task`: nothing, as the service calls no AWS; with ECS Exec what its agent needs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        arns: Arns,
        key_arn: str,
        exec_log_group_arn: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = []
        if exec_log_group_arn:
            channels = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
            streams = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
            statements = [
                allow("Channels", [f"ssmmessages:{channel}" for channel in channels], "*"),
                allow("LogGroups", "logs:DescribeLogGroups", "*"),
                allow("Log", streams, exec_log_group_arn),
                allow("Key", "kms:Decrypt", key_arn),
            ]
        self.arn = Role(
            self,
            "Role",
            name=f"{name}-task",
            description=f"Code in the tasks of {name}",
            policy_name=f"{name}-exec",
            policy_description="execute-command: its channels, its key, its log group",
            trusted=_trust_of_tasks(arns),
            statements=statements,
        ).arn
