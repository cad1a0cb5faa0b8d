"""Network: the VPC, its subnets and every way in and out. Changes about never."""

from __future__ import annotations

from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import Construct

from logging_infra.config import Environment
from logging_infra.constants import Constants
from logging_infra.constructs.endpoints import InterfaceEndpoints, S3Endpoint
from logging_infra.constructs.flow_log import FlowLog
from logging_infra.constructs.nat_gateways import NatGateways
from logging_infra.constructs.subnets import PrivateSubnets, PublicSubnets
from logging_infra.constructs.vpc import Vpc
from logging_infra.stacks.data import DataStack


class NetworkStack(Stack):
    """VPC, public and private subnets in every zone, NAT gateways or endpoints, flow logs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        values: Environment,
        constants: Constants,
        data: DataStack,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        # The zones are values of the environment, checked against its region.
        zones_named = Acknowledgment(id="CloudFormation-Validate::W3010", reason="zones are values of the environment")
        Validations.of(self).acknowledge(zones_named)
        prefix, region, network, zones = values.prefix, values.region, values.network, values.availability_zones
        vpc = Vpc(self, "Vpc", name=prefix, cidr=network.vpc_cidr)
        public_ranges = dict(zip(zones, network.public_subnets, strict=True))
        private_ranges = dict(zip(zones, network.private_subnets, strict=True))
        public = PublicSubnets(self, "Public", name=prefix, vpc=vpc, cidr_of_zone=public_ranges)
        private = PrivateSubnets(self, "Private", name=prefix, vpc=vpc, cidr_of_zone=private_ranges)
        tables = private.route_tables
        S3Endpoint(self, "S3", name=prefix, vpc=vpc, region=region, route_tables=list(tables.values()))
        if network.egress == "endpoints":
            services = constants.endpoints
            InterfaceEndpoints(
                self, "Interfaces", name=prefix, vpc=vpc, region=region, services=services, subnets=private.ids
            )
        else:
            with_gateway = zones if network.egress == "nat_per_az" else zones[:1]
            subnets = dict(zip(with_gateway, public.ids, strict=False))
            NatGateways(self, "Nat", name=prefix, vpc=vpc, public_subnets=subnets, route_tables=tables)
        FlowLog(self, "FlowLog", name=prefix, vpc=vpc, log_group=data.flow_logs, account=values.account)
        self.vpc = vpc
        self.public_subnet_ids = public.ids
        self.private_subnet_ids = private.ids
