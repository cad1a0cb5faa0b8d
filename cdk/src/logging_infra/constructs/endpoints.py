"""Endpoints: the way to AWS that does not leave its network."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from logging_infra.constructs.security_group import SecurityGroup, from_cidr
from logging_infra.constructs.tagging import name_tag
from logging_infra.constructs.vpc import Vpc


class S3Endpoint(Construct):
    """S3 from the private subnets; image layers come from there. Costs nothing, so that every environment has it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, vpc: Vpc, region: str, route_tables: Sequence[str]
    ) -> None:
        super().__init__(scope, construct_id)
        endpoint = ec2.CfnVPCEndpoint(
            self,
            "Resource",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_tables),
        )
        name_tag(endpoint, f"{name}-s3")


class InterfaceEndpoints(Construct):
    """One endpoint for each of `services` (what tasks and their agents call), reached by HTTPS from the VPC."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        vpc: Vpc,
        region: str,
        services: Sequence[str],
        subnets: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        group = SecurityGroup(
            self,
            "Group",
            name=f"{name}-endpoints",
            description=f"Interface endpoints of {name}",
            vpc_id=vpc.id,
            ingress=[from_cidr(443, vpc.cidr, "HTTPS from the VPC")],
        )
        for interface in services:
            endpoint = ec2.CfnVPCEndpoint(
                self,
                f"Endpoint-{interface}",
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{region}.{interface}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                security_group_ids=[group.id],
                subnet_ids=list(subnets),
            )
            name_tag(endpoint, f"{name}-{interface}")
