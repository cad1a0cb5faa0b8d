"""The network: ways in and out."""

from __future__ import annotations

from typing import Any

from tools.deploy_local.embedded import EmbeddedAws
from tools.deploy_local.settings import Settings


def subnets(aws: EmbeddedAws, settings: Settings, kind: str) -> dict[str, dict[str, Any]]:
    """The `public` or `private` subnets by zone."""
    found = {}
    for zone in settings.values["availability_zones"]:
        name = f"{settings.name}-{kind}-{zone}"
        filters = [{"Name": "tag:Name", "Values": [name]}]
        [found[zone]] = aws.client("ec2").describe_subnets(Filters=filters)["Subnets"]
        assert found[zone]["AvailabilityZone"] == zone, name
    return found


def private_subnets_reach_the_world_only_through_the_way_that_the_environment_chose(
    aws: EmbeddedAws, settings: Settings
) -> None:
    """NAT gateways, or none and endpoints; never an internet gateway."""
    egress = settings.values["network"]["egress"]
    ways = set()
    for subnet in subnets(aws, settings, "private").values():
        filters = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
        [table] = aws.client("ec2").describe_route_tables(Filters=filters)["RouteTables"]
        world = [route for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]
        assert all("NatGatewayId" in route for route in world), world
        ways |= {route["NatGatewayId"] for route in world}
        assert not subnet["MapPublicIpOnLaunch"], subnet["SubnetId"]
    zones = len(settings.values["availability_zones"])
    assert len(ways) == {"single_nat": 1, "nat_per_az": zones, "endpoints": 0}[egress], ways


def the_default_security_group_lets_nothing_through(aws: EmbeddedAws, settings: Settings) -> None:
    """Where the tool can close it: CloudFormation cannot (tools/parity/exceptions.yaml)."""
    [subnet] = list(subnets(aws, settings, "private").values())[:1]
    filters = [{"Name": "vpc-id", "Values": [subnet["VpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    [group] = aws.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    tags = {tag["Key"]: tag["Value"] for tag in subnet["Tags"]}
    if tags["ManagedBy"] == "terraform":
        assert group["IpPermissions"] == group["IpPermissionsEgress"] == [], group
    used = aws.client("ecs").describe_services(cluster=settings.name, services=[settings.name])["services"]
    groups = used[0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    assert group["GroupId"] not in groups


def flow_logs_are_delivered(aws: EmbeddedAws, settings: Settings) -> None:
    """All traffic of the network, to its log group."""
    [subnet] = list(subnets(aws, settings, "private").values())[:1]
    filters = [{"Name": "resource-id", "Values": [subnet["VpcId"]]}]
    [log] = aws.client("ec2").describe_flow_logs(Filters=filters)["FlowLogs"]
    assert (log["TrafficType"], log["FlowLogStatus"]) == ("ALL", "ACTIVE"), log
    assert f"{settings.log_path}/flow-logs" in (log.get("LogGroupName"), log.get("LogDestination", "").split(":")[-1])
