"""NAT gateways: the way out of the private subnets, one for all zones or one in each."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from logging_infra.constructs.tagging import name_tag
from logging_infra.constructs.vpc import Vpc


class NatGateways(Construct):
    """A gateway in each subnet of `public_subnets` (by zone); a zone without one goes through the first."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        vpc: Vpc,
        public_subnets: Mapping[str, str],
        route_tables: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        gateways = {}
        for zone, subnet in public_subnets.items():
            address = ec2.CfnEIP(self, f"Address-{zone}", domain="vpc")
            gateway = ec2.CfnNatGateway(
                self, f"Gateway-{zone}", subnet_id=subnet, allocation_id=address.attr_allocation_id
            )
            for resource in (address, gateway):
                resource.add_resource_dependency(vpc.attachment)
            name_tag(address, f"{name}-nat-{zone}")
            name_tag(gateway, f"{name}-{zone}")
            gateways[zone] = gateway.ref
        first = next(iter(gateways.values()))
        for zone, table in route_tables.items():
            ec2.CfnRoute(
                self,
                f"Route-{zone}",
                route_table_id=table,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=gateways.get(zone, first),
            )
