"""Service: what a release changes: the tasks, what is in front of them, and the alarms that roll them back."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from logging_infra.alarms.model import AlarmPlan
from logging_infra.config import Environment
from logging_infra.constants import Constants, parameters_of
from logging_infra.constructs.alarm import MetricAlarm
from logging_infra.constructs.arns import Arns
from logging_infra.constructs.autoscaling import Autoscaling
from logging_infra.constructs.cluster import Cluster
from logging_infra.constructs.fargate_service import FargateService
from logging_infra.constructs.load_balancer import LoadBalancer
from logging_infra.constructs.metrics import Sources
from logging_infra.constructs.parameters import Parameters
from logging_infra.constructs.security_group import SecurityGroup, from_cidr
from logging_infra.constructs.task_definition import TaskDefinition
from logging_infra.constructs.task_roles import ExecutionRole, TaskRole
from logging_infra.constructs.web_application_firewall import WebApplicationFirewall
from logging_infra.stacks.data import DataStack
from logging_infra.stacks.network import NetworkStack

_WORLD = "0.0.0.0/0"


class ServiceStack(Stack):
    """Load balancer and firewall, cluster, roles, parameters, task definition, service, autoscaling."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        values: Environment,
        constants: Constants,
        network: NetworkStack,
        data: DataStack,
        alarms: AlarmPlan,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        self._values, self._constants, self._data = values, constants, data
        self._arns = Arns(values.account, values.region)
        prefix = values.prefix
        balancer_group, service_group = self._security_groups(network)
        self.balancer = self._load_balancer(network, balancer_group.id)

        cluster = Cluster(self, "Cluster", name=prefix, key_arn=data.key.arn, exec_log_group=data.exec_logs.name)
        task_definition = self._task_definition()
        topics = data.topic_arns
        sources = Sources(
            namespace=values.metric_namespace,
            balancer=self.balancer.full_name,
            target_group=self.balancer.target_group_full_name,
        )
        rollback = [
            MetricAlarm(self, alarm.name, prefix=prefix, alarm=alarm, sources=sources, topics=topics).name
            for alarm in alarms.rollback
        ]
        service = FargateService(
            self,
            "Service",
            name=prefix,
            cluster_arn=cluster.arn,
            task_definition_arn=task_definition.arn,
            container=values.service.name,
            port=constants.container.port,
            grace_seconds=constants.container.grace_seconds,
            subnets=network.private_subnet_ids,
            security_group=service_group.id,
            target_group_arn=self.balancer.target_group_arn,
            on_demand_base=values.service.on_demand_base,
            spot_percent=values.service.spot_percent,
            rollback_alarms=rollback,
            exec_enabled=values.service.exec,
        )
        # A target group takes targets only once a load balancer sends to it.
        service.resource.add_resource_dependency(self.balancer.https)
        Autoscaling(
            self,
            "Scaling",
            name=prefix,
            cluster=cluster.name,
            service=service.name,
            least=values.service.min_tasks,
            most=values.service.max_tasks,
            cpu_percent=values.service.scale_cpu_percent,
            requests_per_task=values.service.scale_requests_per_task,
            balancer=self.balancer.full_name,
            target_group=self.balancer.target_group_full_name,
        )

    def _security_groups(self, network: NetworkStack) -> tuple[SecurityGroup, SecurityGroup]:
        """World to load balancer to tasks to AWS, and nothing else.

        Without NAT only endpoints and S3, whose addresses are public, can be reached: the routes are the bound there,
        not the rule for HTTPS.
        """
        name, port = self._values.prefix, self._constants.container.port
        balancer = SecurityGroup(
            self,
            "BalancerGroup",
            name=f"{name}-alb",
            description=f"Load balancer of {name}",
            vpc_id=network.vpc.id,
            ingress=[
                from_cidr(80, _WORLD, "http from anywhere"),
                from_cidr(443, _WORLD, "https from anywhere"),
            ],
        )
        service = SecurityGroup(
            self,
            "ServiceGroup",
            name=f"{name}-service",
            description=f"Tasks of {name}",
            vpc_id=network.vpc.id,
            egress=[from_cidr(443, _WORLD, "HTTPS to AWS")],
        )
        balancer.allow_to(
            service, port, leaving="requests and health checks to the tasks", arriving="from the load balancer"
        )
        return balancer, service

    def _load_balancer(self, network: NetworkStack, group: str) -> LoadBalancer:
        values, container = self._values, self._constants.container
        balancer = LoadBalancer(
            self,
            "Balancer",
            name=values.prefix,
            vpc_id=network.vpc.id,
            subnets=network.public_subnet_ids,
            security_group=group,
            log_bucket=self._data.access_logs.name,
            log_prefix=self._constants.access_logs.prefix,
            deletion_protection=values.protection.deletion,
            certificate_arn=values.domain.certificate_arn,
            domain=values.domain.name,
            port=container.port,
            health_path=container.health_path,
            deregistration_delay=values.service.deregistration_delay,
        )
        WebApplicationFirewall(
            self,
            "Firewall",
            name=values.prefix,
            protected_arn=balancer.arn,
            log_group_arn=self._data.firewall_logs.bare_arn,
            managed_rules=self._constants.managed_rules,
            requests_per_five_minutes=values.waf.requests_per_five_minutes,
        )
        return balancer

    def _task_definition(self) -> TaskDefinition:
        values, constants, data, arns = self._values, self._constants, self._data, self._arns
        prefix, service = values.prefix, values.service
        parameters = Parameters(
            self,
            "Parameters",
            name=prefix,
            path=values.path,
            values=parameters_of(constants, values),
            arns=arns,
        )
        execution = ExecutionRole(
            self,
            "ExecutionRole",
            name=prefix,
            arns=arns,
            repository_arn=data.repository.arn,
            log_group_arn=data.service_logs.arn,
            parameter_arns=list(parameters.arn_of.values()),
        )
        task = TaskRole(
            self,
            "TaskRole",
            name=prefix,
            arns=arns,
            key_arn=data.key.arn,
            exec_log_group_arn=data.exec_logs.arn if service.exec else None,
        )
        return TaskDefinition(
            self,
            "Task",
            name=prefix,
            service=service.name,
            container=constants.container,
            image=f"{data.repository.uri}@{service.image_digest}",
            architecture=service.architecture,
            cpu=service.cpu,
            memory=service.memory,
            stop_timeout=service.stop_timeout,
            secrets=parameters.arn_of,
            secrets_sha256=parameters.sha256,
            log_group=data.service_logs.name,
            log_buffer=service.log_driver_buffer,
            region=values.region,
            execution_role_arn=execution.arn,
            task_role_arn=task.arn,
            exec_enabled=service.exec,
        )
