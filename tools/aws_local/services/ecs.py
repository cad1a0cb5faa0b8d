"""ECS: services with all their settings, whose tasks are registered with their target groups.

moto's services drop the deployment configuration, the capacity providers and more, and never run a task.
Here a deployment is over when the call returns: its tasks run and are healthy targets, or, with an image
that cannot be pulled (`faults.py`), it has failed and the circuit breaker has put the last revision back.
"""

from __future__ import annotations

import ipaddress
import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.models import Service
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends

from tools.aws_local import faults
from tools.aws_local.operations import fail, operation

_create_service = EC2ContainerServiceResponse.create_service
_update_service = EC2ContainerServiceResponse.update_service
_delete_service = EC2ContainerServiceResponse.delete_service

#: Members of CreateService and UpdateService that moto drops.
_DROPPED = (
    "deploymentConfiguration",
    "capacityProviderStrategy",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "availabilityZoneRebalancing",
    "enableECSManagedTags",
    "serviceConnectConfiguration",
    "networkConfiguration",
    "loadBalancers",
    "propagateTags",
    "platformVersion",
)
#: FARGATE services get these where the caller says nothing.
_DEPLOYMENT = {"maximumPercent": 200, "minimumHealthyPercent": 100, "strategy": "ROLLING", "bakeTimeInMinutes": 0}


@operation(EC2ContainerServiceResponse)
def create_service(self: EC2ContainerServiceResponse) -> ActionResult:
    """moto's, with what it drops and what it does not check."""
    cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
    existing = self.ecs_backend.services.get(f"{cluster.name}:{self._get_param('serviceName')}")
    if existing is not None and existing.status == "ACTIVE":
        raise fail("InvalidParameterException", "Creation of service was not idempotent.")
    _check(self, cluster)
    result = _create_service(self)
    service: Service = result.result["service"]
    service.enable_execute_command = service.enable_ecs_managed_tags = False
    service.availability_zone_rebalancing = "ENABLED"
    service.health_check_grace_period_seconds = 0 if service.load_balancers else None
    service.platform_version = self._get_param("platformVersion") or "LATEST"
    service.platform_family = "Linux"
    service.task_registered = []
    service.deployment_configuration = _with_defaults({})
    _keep(self, service)
    _deploy(self, service, previous=None)
    return ActionResult({"service": service})


@operation(EC2ContainerServiceResponse)
def update_service(self: EC2ContainerServiceResponse) -> ActionResult:
    """moto's, followed by a deployment where the tasks change."""
    cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
    _check(self, cluster)
    service = self.ecs_backend._get_service(cluster.name, self._get_param("service").split("/")[-1])
    previous = service.task_definition
    if self._get_param("taskDefinition"):
        self.params["taskDefinition"] = self.ecs_backend.describe_task_definition(self._get_param("taskDefinition")).arn
    _update_service(self)
    _keep(self, service)
    _deploy(self, service, previous=previous)
    return ActionResult({"service": service})


@operation(EC2ContainerServiceResponse)
def delete_service(self: EC2ContainerServiceResponse) -> ActionResult:
    """moto's, and the targets are gone."""
    result = _delete_service(self)
    service: Service = result.result["service"]
    _place(self, service, 0)
    service.deployments = []
    return ActionResult({"service": service})


def _check(self: EC2ContainerServiceResponse, cluster: Any) -> None:
    """Refuse what ECS refuses: target groups without a load balancer, unknown providers, subnets and groups."""
    elbv2 = elbv2_backends[self.current_account][self.region]
    for balancer in self._get_param("loadBalancers") or []:
        group = elbv2.target_groups.get(balancer["targetGroupArn"])
        if group is None:
            raise fail("InvalidParameterException", f"The target group {balancer['targetGroupArn']} does not exist.")
        if not group.load_balancer_arns:
            text = f"The target group with targetGroupArn {group.arn} does not have an associated load balancer."
            raise fail("InvalidParameterException", text)
    for part in self._get_param("capacityProviderStrategy") or []:
        if part["capacityProvider"] not in (cluster.capacity_providers or []):
            text = "The specified capacity provider strategy contains a capacity provider that is not associated"
            raise fail("InvalidParameterException", f"{text} with the cluster: {part['capacityProvider']}")
    network = (self._get_param("networkConfiguration") or {}).get("awsvpcConfiguration", {})
    ec2 = ec2_backends[self.current_account][self.region]
    for subnet in network.get("subnets", []):
        ec2.get_subnet(subnet)
    for group_id in network.get("securityGroups", []):
        if ec2.get_security_group_from_id(group_id) is None:
            raise fail("InvalidParameterException", f"The security group '{group_id}' does not exist")
    breaker = (self._get_param("deploymentConfiguration") or {}).get("alarms")
    if breaker and breaker.get("enable") and not breaker.get("alarmNames"):
        raise fail("InvalidParameterException", "Deployment alarms are enabled without alarm names.")


def _with_defaults(configuration: dict[str, Any]) -> dict[str, Any]:
    merged = {**_DEPLOYMENT, **configuration}
    merged.setdefault("deploymentCircuitBreaker", {"enable": False, "rollback": False})
    return merged


def _keep(self: EC2ContainerServiceResponse, service: Service) -> None:
    """Store the members that moto drops."""
    for member in _DROPPED:
        value = self._get_param(member)
        if value is not None:
            setattr(service, camelcase_to_underscores(member), value)
    service.deployment_configuration = _with_defaults(service.deployment_configuration)
    if getattr(service, "capacity_provider_strategy", None):
        service.launch_type = None


def _deploy(self: EC2ContainerServiceResponse, service: Service, previous: str | None) -> None:
    """Run the tasks of the current revision, or put `previous` back where they do not start."""
    definition = self.ecs_backend.describe_task_definition(str(service.task_definition))
    wanted = [container["image"] for container in definition.container_definitions]
    works = all(faults.can_be_pulled(image) for image in wanted)
    breaker = service.deployment_configuration["deploymentCircuitBreaker"]
    deployments = []
    if not works:
        reason = "tasks failed to start: CannotPullContainerError"
        failed = _deployment(service, "FAILED", f"ECS deployment circuit breaker: {reason}.", running=0)
        deployments.append(failed | {"failedTasks": 3})
        if breaker["enable"] and breaker["rollback"] and previous and previous != service.task_definition:
            failed["status"] = "INACTIVE"
            service.task_definition = previous
            works = True
    running = service.desired_count if works else 0
    if works:
        deployments.insert(0, _deployment(service, "COMPLETED", "ECS deployment completed.", running))
    service.deployments = deployments
    service.running_count, service.pending_count = running, service.desired_count - running
    _place(self, service, running)


def _deployment(service: Service, state: str, reason: str, running: int) -> dict[str, Any]:
    strategy = getattr(service, "capacity_provider_strategy", None)
    record = {
        "id": f"ecs-svc/{uuid.uuid4().int % 10**19:019d}",
        "status": "PRIMARY",
        "taskDefinition": service.task_definition,
        "desiredCount": service.desired_count,
        "runningCount": running,
        "pendingCount": service.desired_count - running,
        "failedTasks": 0,
        "createdAt": utcnow(),
        "updatedAt": utcnow(),
        "rolloutState": state,
        "rolloutStateReason": reason,
        "launchType": service.launch_type,
        "capacityProviderStrategy": strategy,
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "networkConfiguration": service.network_configuration,
    }
    return {key: value for key, value in record.items() if value is not None}


def _place(self: EC2ContainerServiceResponse, service: Service, count: int) -> None:
    """Give `count` tasks an address each, in turn over the subnets, and register them as targets."""
    network = (service.network_configuration or {}).get("awsvpcConfiguration", {})
    subnets = [ec2_backends[self.current_account][self.region].get_subnet(one) for one in network.get("subnets", [])]
    addresses = []
    for number in range(count if subnets else 0):
        cidr = ipaddress.ip_network(subnets[number % len(subnets)].cidr_block)
        addresses.append(str(cidr[10 + number // len(subnets)]))
    elbv2 = elbv2_backends[self.current_account][self.region]
    for group, address, port in getattr(service, "task_registered", []):
        if group in elbv2.target_groups:
            elbv2.deregister_targets(group, [{"Id": address, "Port": port}])
    service.task_registered = [
        (balancer["targetGroupArn"], address, balancer["containerPort"])
        for balancer in service.load_balancers
        for address in addresses
    ]
    for group, address, port in service.task_registered:
        elbv2.register_targets(group, [{"Id": address, "Port": port}])


@operation(EC2ContainerServiceResponse)
def update_cluster_settings(self: EC2ContainerServiceResponse) -> ActionResult:
    """Container Insights and the like."""
    cluster = self.ecs_backend._get_cluster(self._get_param("cluster"))
    cluster.settings = self._get_param("settings")
    return ActionResult({"cluster": cluster})
