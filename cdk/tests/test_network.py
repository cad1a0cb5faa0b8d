"""Acceptance checks of the network: zones, private tasks, flow logs, ways out (infra.md part E: 4, 5, 22, 24, 25)."""

from __future__ import annotations

from logging_infra.build import Inputs
from logging_infra.synthesis import Resource, Templates

ENDPOINTS = {"ecr.api", "ecr.dkr", "logs", "monitoring", "ssm", "ssmmessages", "secretsmanager", "kms"}


def subnets(templates: Templates, kind: str) -> list[Resource]:
    """The subnets whose name says `public` or `private`."""
    prefix = f"{templates.prefix}-{kind}-"
    return [
        subnet
        for subnet in templates.all("AWS::EC2::Subnet")
        if any(tag["Key"] == "Name" and tag["Value"].startswith(prefix) for tag in subnet.properties["Tags"])
    ]


def default_routes(templates: Templates, subnet: Resource) -> list[Resource]:
    """Where traffic to the world goes from `subnet`."""
    [association] = [
        each
        for each in templates.all("AWS::EC2::SubnetRouteTableAssociation")
        if templates.target(each.part, each.properties["SubnetId"]) == subnet
    ]
    table = templates.target(association.part, association.properties["RouteTableId"])
    return [
        route
        for route in templates.all("AWS::EC2::Route")
        if templates.target(route.part, route.properties["RouteTableId"]) == table
    ]


def test_there_is_a_subnet_of_each_kind_in_every_zone(templates: Templates, inputs: Inputs) -> None:
    """At least two zones, three in prod (4)."""
    zones = inputs.values.availability_zones
    assert len(zones) >= (3 if inputs.values.environment == "prod" else 2)
    for kind, ranges in (
        ("public", inputs.values.network.public_subnets),
        ("private", inputs.values.network.private_subnets),
    ):
        found = {(s.properties["AvailabilityZone"], s.properties["CidrBlock"]) for s in subnets(templates, kind)}
        assert found == set(zip(zones, ranges, strict=True))


def test_tasks_are_private(templates: Templates) -> None:
    """No public address, no route to the internet gateway (5)."""
    service = templates.one("AWS::ECS::Service")
    network = service.properties["NetworkConfiguration"]["AwsvpcConfiguration"]
    placed = {templates.target(service.part, subnet) for subnet in network["Subnets"]}

    assert network["AssignPublicIp"] == "DISABLED"
    assert placed == set(subnets(templates, "private"))
    for subnet in subnets(templates, "private"):
        assert all("GatewayId" not in route.properties for route in default_routes(templates, subnet))
    for subnet in subnets(templates, "public"):
        [route] = default_routes(templates, subnet)
        assert templates.target(route.part, route.properties["GatewayId"]) == templates.one("AWS::EC2::InternetGateway")


def test_no_subnet_gives_out_public_addresses(templates: Templates) -> None:
    """Not even the public ones (24)."""
    assert all(s.properties["MapPublicIpOnLaunch"] is False for s in templates.all("AWS::EC2::Subnet"))


def test_all_traffic_is_logged_by_a_role_that_can_only_do_that(templates: Templates) -> None:
    """24."""
    flow_log = templates.one("AWS::EC2::FlowLog")
    assert flow_log.properties["TrafficType"] == "ALL"
    assert templates.target(flow_log.part, flow_log.properties["ResourceId"]) == templates.one("AWS::EC2::VPC")

    role = templates.target(flow_log.part, flow_log.properties["DeliverLogsPermissionArn"])
    assert role is not None
    [policy] = templates.targets(role, role.properties["ManagedPolicyArns"])
    [statement] = policy.properties["PolicyDocument"]["Statement"]
    group = templates.target(flow_log.part, flow_log.properties["LogGroupName"])
    assert group is not None
    assert templates.target(policy.part, statement["Resource"]) == group
    assert group.properties["LogGroupName"].endswith("/flow-logs")


def test_nothing_is_in_the_default_security_group(templates: Templates) -> None:
    """Every network interface names groups of ours; CloudFormation cannot empty the VPC's own (24)."""
    ours = set(templates.all("AWS::EC2::SecurityGroup"))
    placed = [
        (each, each.properties["SecurityGroups"]) for each in templates.all("AWS::ElasticLoadBalancingV2::LoadBalancer")
    ]
    placed += [
        (each, each.properties["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"])
        for each in templates.all("AWS::ECS::Service")
    ]
    placed += [
        (each, each.properties["SecurityGroupIds"])
        for each in templates.all("AWS::EC2::VPCEndpoint")
        if each.properties["VpcEndpointType"] == "Interface"
    ]
    for resource, groups in placed:
        assert groups
        assert {templates.target(resource.part, group) for group in groups} <= ours
    assert "DefaultSecurityGroup" not in str(templates.templates)


def test_the_way_out_is_the_environments(templates: Templates, inputs: Inputs) -> None:
    """One NAT gateway, one a zone, or none and endpoints for everything that a task calls (25)."""
    network, zones = inputs.values.network, inputs.values.availability_zones
    gateways = {"single_nat": 1, "nat_per_az": len(zones), "endpoints": 0}[network.egress]
    interfaces = {
        each.properties["ServiceName"].removeprefix(f"com.amazonaws.{inputs.values.region}.")
        for each in templates.all("AWS::EC2::VPCEndpoint")
        if each.properties["VpcEndpointType"] == "Interface"
    }
    assert len(templates.all("AWS::EC2::NatGateway")) == len(templates.all("AWS::EC2::EIP")) == gateways
    assert interfaces == (ENDPOINTS if network.egress == "endpoints" else set())
    for subnet in subnets(templates, "private"):
        routes = default_routes(templates, subnet)
        assert len(routes) == min(gateways, 1)
        assert all("NatGatewayId" in route.properties for route in routes)


def test_with_a_gateway_in_each_zone_each_zone_uses_its_own(templates: Templates, inputs: Inputs) -> None:
    """A zone that fails takes no other with it."""
    zone_of = {}
    for subnet in subnets(templates, "private"):
        for route in default_routes(templates, subnet):
            gateway = templates.target(route.part, route.properties["NatGatewayId"])
            assert gateway is not None
            public = templates.target(gateway.part, gateway.properties["SubnetId"])
            assert public is not None
            zone_of[subnet.properties["AvailabilityZone"]] = public.properties["AvailabilityZone"]
    if inputs.values.network.egress == "nat_per_az":
        assert zone_of == {zone: zone for zone in inputs.values.availability_zones}


def test_image_layers_come_through_the_gateway_endpoint_of_s3(templates: Templates) -> None:
    """From every private subnet, in every environment (25)."""
    [endpoint] = [
        each for each in templates.all("AWS::EC2::VPCEndpoint") if each.properties["VpcEndpointType"] == "Gateway"
    ]
    tables = {templates.target(endpoint.part, table) for table in endpoint.properties["RouteTableIds"]}
    of_private = {
        templates.target(each.part, each.properties["RouteTableId"])
        for each in templates.all("AWS::EC2::SubnetRouteTableAssociation")
        if templates.target(each.part, each.properties["SubnetId"]) in subnets(templates, "private")
    }
    assert endpoint.properties["ServiceName"].endswith(".s3")
    assert tables == of_private


def test_names_are_those_of_the_environment(templates: Templates) -> None:
    """`{project}-{environment}-<kind>-<zone>` for subnets, and no two resources of a type share a name."""
    for kind in ("AWS::EC2::Subnet", "AWS::EC2::RouteTable", "AWS::EC2::NatGateway", "AWS::EC2::EIP"):
        names = [
            tag["Value"] for each in templates.all(kind) for tag in each.properties["Tags"] if tag["Key"] == "Name"
        ]
        assert len(names) == len(set(names)) == len(templates.all(kind))
        assert all(name.startswith(f"{templates.prefix}-") for name in names)


def test_the_vpc_resolves_names_and_holds_everything(templates: Templates, inputs: Inputs) -> None:
    """Private names of endpoints need both switches."""
    vpc = templates.one("AWS::EC2::VPC")
    assert vpc.properties["CidrBlock"] == inputs.values.network.vpc_cidr
    assert (vpc.properties["EnableDnsSupport"], vpc.properties["EnableDnsHostnames"]) == (True, True)
    for each in templates.all():
        if "VpcId" in each.properties:
            assert templates.target(each.part, each.properties["VpcId"]) == vpc


def test_endpoints_answer_under_the_services_names_in_every_zone(templates: Templates) -> None:
    """From the VPC alone, by HTTPS (25)."""
    for endpoint in templates.all("AWS::EC2::VPCEndpoint"):
        if endpoint.properties["VpcEndpointType"] == "Interface":
            assert endpoint.properties["PrivateDnsEnabled"] is True
            placed = templates.targets(endpoint, endpoint.properties["SubnetIds"])
            assert placed == set(subnets(templates, "private"))
            [group] = templates.targets(endpoint, endpoint.properties["SecurityGroupIds"])
            [rule] = group.properties["SecurityGroupIngress"]
            vpc = templates.one("AWS::EC2::VPC").properties["CidrBlock"]
            assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == (vpc, 443, 443)
