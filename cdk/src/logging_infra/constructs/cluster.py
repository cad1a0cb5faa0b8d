"""The ECS cluster: Fargate only, watched by Container Insights."""

from __future__ import annotations

from aws_cdk import aws_ecs as ecs
from constructs import Construct

from logging_infra.constructs.tagging import name_tag


class Cluster(Construct):
    """A cluster named `name`; sessions of ECS Exec are recorded in `exec_log_group`."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, key_arn: str, exec_log_group: str) -> None:
        super().__init__(scope, construct_id)
        command = {
            "kmsKeyId": key_arn,
            "logging": "OVERRIDE",
            "logConfiguration": {"cloudWatchLogGroupName": exec_log_group, "cloudWatchEncryptionEnabled": True},
        }
        self.resource = ecs.CfnCluster(
            self,
            "Resource",
            cluster_name=name,
            cluster_settings=[{"name": "containerInsights", "value": "enhanced"}],
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            configuration={"executeCommandConfiguration": command},
        )
        name_tag(self.resource, name)
        self.name = self.resource.ref
        self.arn = self.resource.attr_arn
