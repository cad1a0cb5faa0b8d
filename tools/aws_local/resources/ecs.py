"""AWS::ECS: clusters, task definitions, services."""

from __future__ import annotations

from typing import Any

from tools.aws_local.cloudformation.model import PutResource, Resource, ResourceError, tags_of

#: CPU units → memory in MiB that Fargate offers with them (ECS Developer Guide, "Task CPU and memory").
FARGATE_SIZES: dict[int, list[int]] = {
    256: [512, 1024, 2048],
    512: [1024 * n for n in range(1, 5)],
    1024: [1024 * n for n in range(2, 9)],
    2048: [1024 * n for n in range(4, 17)],
    4096: [1024 * n for n in range(8, 31)],
    8192: [4096 * n for n in range(4, 16)],
    16384: [8192 * n for n in range(4, 16)],
}


_RENAME = {"ClusterSettings": "settings"}


def retag(resource: Resource, old: Resource, arn: str) -> None:
    """Bring the tags from those of `old` to those of `resource`."""
    gone = set(tags_of(old.get("Tags"))) - set(tags_of(resource.get("Tags")))
    if gone:
        resource.call("untag_resource", resourceArn=arn, tagKeys=sorted(gone))
    tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in resource.get("Tags", [])]
    if tags:
        resource.call("tag_resource", resourceArn=arn, tags=tags)


class Cluster(Resource):
    """A cluster."""

    TYPE = "AWS::ECS::Cluster"
    SERVICE = "ecs"
    NAME = "ClusterName"
    NAME_LIMIT = 255
    IMMUTABLE = frozenset({"ClusterName"})

    def create(self) -> None:
        given = {"clusterName": self.name, **self.parameters("create_cluster", rename=_RENAME)}
        self.physical_resource_id = self.name
        self.attributes = {"Arn": self.call("create_cluster", **given)["cluster"]["clusterArn"]}

    def update(self, old: Resource) -> None:
        without = ("Tags", "ClusterName", "CapacityProviders", "DefaultCapacityProviderStrategy")
        given = self.parameters("update_cluster", without=without, rename=_RENAME)
        self.call("update_cluster", cluster=self.name, **given)
        if self.changed(old, "CapacityProviders", "DefaultCapacityProviderStrategy"):
            kept = {key: self.get(key, []) for key in without[2:]}
            made = Associations(self.name, {"Cluster": self.name, **kept}, self.account, self.region)
            made.create()
        retag(self, old, self.attributes["Arn"])

    def delete(self) -> None:
        self.call("delete_cluster", cluster=self.name)


class Associations(PutResource):
    """The capacity providers of a cluster."""

    TYPE = "AWS::ECS::ClusterCapacityProviderAssociations"
    SERVICE = "ecs"
    IMMUTABLE = frozenset({"Cluster"})

    def put(self) -> None:
        self.call("put_cluster_capacity_providers", **self.parameters("put_cluster_capacity_providers"))
        self.physical_resource_id = self.get("Cluster")

    def delete(self) -> None:
        cluster = self.get("Cluster")
        self.call(
            "put_cluster_capacity_providers", cluster=cluster, capacityProviders=[], defaultCapacityProviderStrategy=[]
        )


class TaskDefinition(Resource):
    """A revision of a task definition; any change makes a new one."""

    TYPE = "AWS::ECS::TaskDefinition"
    SERVICE = "ecs"

    def create(self) -> None:
        given = self.parameters("register_task_definition")
        if "FARGATE" in given.get("requiresCompatibilities", []):
            cpu, memory = int(given["cpu"]), int(given["memory"])
            if memory not in FARGATE_SIZES.get(cpu, []):
                raise ResourceError(f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory.")
        given.setdefault("family", self.name)
        arn = self.call("register_task_definition", **given)["taskDefinition"]["taskDefinitionArn"]
        self.physical_resource_id = arn
        self.attributes = {"TaskDefinitionArn": arn}

    def delete(self) -> None:
        self.call("deregister_task_definition", taskDefinition=self.physical_resource_id)


class Service(Resource):
    """A service; CloudFormation waits until its deployment is over, and fails with it."""

    TYPE = "AWS::ECS::Service"
    SERVICE = "ecs"
    NAME = "ServiceName"
    NAME_LIMIT = 255
    IMMUTABLE = frozenset(
        {"Cluster", "ServiceName", "LaunchType", "SchedulingStrategy", "DeploymentController", "Role"}
    )

    def create(self) -> None:
        given = {"serviceName": self.name, "desiredCount": 1, **self.parameters("create_service")}
        service = self.call("create_service", **given)["service"]
        self.physical_resource_id = service["serviceArn"]
        self.attributes = {"ServiceArn": service["serviceArn"], "Name": self.name}
        self._wait(service)

    def _wait(self, service: dict[str, Any]) -> None:
        failed = [one for one in service["deployments"] if one["rolloutState"] == "FAILED"]
        if failed:
            raise ResourceError(f"ECS Deployment Circuit Breaker was triggered. {failed[0]['rolloutStateReason']}")

    def update(self, old: Resource) -> None:
        without = ("ServiceName", "Tags", *self.IMMUTABLE)
        given = self.parameters("update_service", without=without)
        answer = self.call("update_service", service=self.name, cluster=self.get("Cluster"), **given)
        self._wait(answer["service"])
        retag(self, old, self.physical_resource_id)

    def delete(self) -> None:
        self.call("delete_service", service=self.name, cluster=self.get("Cluster"), force=True)
