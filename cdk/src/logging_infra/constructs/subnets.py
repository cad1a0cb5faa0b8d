"""Subnets of one kind, one in each zone, and their route tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from logging_infra.constructs.tagging import name_tag
from logging_infra.constructs.vpc import Vpc


class PublicSubnets(Construct):
    """For the load balancer and NAT gateways: routed to the internet, but nothing gets a public address by itself."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, vpc: Vpc, cidr_of_zone: Mapping[str, str]
    ) -> None:
        super().__init__(scope, construct_id)
        table = _route_table(self, "RouteTable", vpc=vpc, name=f"{name}-public")
        route = ec2.CfnRoute(
            self, "Route", route_table_id=table, destination_cidr_block="0.0.0.0/0", gateway_id=vpc.gateway_id
        )
        route.add_resource_dependency(vpc.attachment)
        self.ids = tuple(
            _subnet(self, zone, vpc=vpc, cidr=cidr, name=f"{name}-public-{zone}", table=table)
            for zone, cidr in cidr_of_zone.items()
        )


class PrivateSubnets(Construct):
    """For the tasks; a route table each, because each zone may have a way out of its own."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, vpc: Vpc, cidr_of_zone: Mapping[str, str]
    ) -> None:
        super().__init__(scope, construct_id)
        tables, ids = {}, []
        for zone, cidr in cidr_of_zone.items():
            tables[zone] = _route_table(self, f"RouteTable-{zone}", vpc=vpc, name=f"{name}-private-{zone}")
            ids.append(_subnet(self, zone, vpc=vpc, cidr=cidr, name=f"{name}-private-{zone}", table=tables[zone]))
        self.ids: Sequence[str] = tuple(ids)
        #: Id of the route table of each zone.
        self.route_tables: Mapping[str, str] = tables


def _route_table(scope: Construct, construct_id: str, *, vpc: Vpc, name: str) -> str:
    table = ec2.CfnRouteTable(scope, construct_id, vpc_id=vpc.id)
    name_tag(table, name)
    return table.ref


def _subnet(scope: Construct, zone: str, *, vpc: Vpc, cidr: str, name: str, table: str) -> str:
    subnet = ec2.CfnSubnet(
        scope,
        f"Subnet-{zone}",
        vpc_id=vpc.id,
        availability_zone=zone,
        cidr_block=cidr,
        map_public_ip_on_launch=False,
    )
    name_tag(subnet, name)
    ec2.CfnSubnetRouteTableAssociation(scope, f"Association-{zone}", subnet_id=subnet.ref, route_table_id=table)
    return subnet.ref
