"""Network: the VPC, its subnets and every way in and out. Changes about never."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from logging_infra.config import Environment
from logging_infra.constructs.endpoints import InterfaceEndpoints, S3Endpoint
from logging_infra.constructs.flow_log import FlowLog
from logging_infra.constructs.log_group import LogGroup
from logging_infra.constructs.nat_gateways import NatGateways
from logging_infra.constructs.subnets import PrivateSubnets, PublicSubnets
from logging_infra.constructs.vpc import Vpc


class NetworkStack(Stack):
    """VPC, public and private subnets in every zone, NAT gateways or endpoints, flow logs."""

    def __init__(self, scope: Construct, construct_id: str, *, values: Environment, key_arn: str, **stack: object) -> None:
        super().__init__(scope, construct_id, **stack)
        prefix, region, network, zones = values.prefix, values.region, values.network, values.availability_zones
        vpc = Vpc(self, "Vpc", name=prefix, cidr=network.vpc_cidr)
        public = PublicSubnets(
            self, "Public", name=prefix, vpc=vpc, cidr_of_zone=dict(zip(zones, network.public_subnets, strict=True))
        )
        private = PrivateSubnets(
            self, "Private", name=prefix, vpc=vpc, cidr_of_zone=dict(zip(zones, network.private_subnets, strict=True))
        )
        S3Endpoint(
            self, "S3", name=prefix, vpc=vpc, region=region, route_tables=list(private.route_tables.values())
        )
        self.endpoints_group_id: str | None = None
        if network.egress == "endpoints":
            interfaces = InterfaceEndpoints(
                self, "Interfaces", name=prefix, vpc=vpc, region=region, subnets=private.ids
            )
            self.endpoints_group_id = interfaces.group_id
        else:
            with_gateway = zones if network.egress == "nat_per_az" else zones[:1]
            NatGateways(
                self,
                "Nat",
                name=prefix,
                vpc=vpc,
                public_subnets=dict(zip(with_gateway, public.ids, strict=False)),
                route_tables=private.route_tables,
            )
        flow_logs = LogGroup(
            self,
            "FlowLogs",
            name=f"/{values.project}/{values.environment}/flow-logs",
            key_arn=key_arn,
            retention_days=values.logs.retention_days,
            log_class=values.logs.log_class,
            retain=values.protection.retain_data,
        )
        FlowLog(self, "FlowLog", name=prefix, vpc=vpc, log_group=flow_logs, account=values.account)
        self.vpc = vpc
        self.public_subnet_ids = public.ids
        self.private_subnet_ids = private.ids
