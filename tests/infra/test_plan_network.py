"""The network in Terraform's plan: acceptance checks 24 and 25."""

from __future__ import annotations

from ipaddress import ip_network

from tests.infra.environment_files import load
from tests.infra.planned import Plan

ENDPOINTS = {"ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "ssm", "ssmmessages"}


def test_the_vpc_is_closed_and_watched(planned: Plan) -> None:
    """Check 24: all traffic in flow logs, no rule in the default group, no public address by default."""
    flow = planned.one("aws_flow_log")
    assert flow.values["traffic_type"] == "ALL"
    assert flow.refers_to("vpc_id", "aws_vpc.this")
    group = planned.one("aws_default_security_group").values
    assert not group.get("ingress")
    assert not group.get("egress")
    assert not any(one.values["map_public_ip_on_launch"] for one in planned.all("aws_subnet"))


def test_only_our_flow_logs_take_their_role(planned: Plan) -> None:
    """The service may not use it for another account (check 24)."""
    (trust,) = planned.one("aws_iam_role", "flow_logs").statements("assume_role_policy")
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": load(planned.environment)["account"]}}


def test_tasks_reach_aws_as_the_file_says(planned: Plan) -> None:
    """Check 25: one NAT gateway, one a zone, or none and every endpoint that a task needs; S3 always by its gateway."""
    values = load(planned.environment)
    zones = values["availability_zones"]
    nat = {"single_nat": zones[:1], "nat_per_az": zones, "endpoints": []}[values["network"]["egress"]]
    assert sorted(str(one.key) for one in planned.all("aws_nat_gateway")) == sorted(nat)
    assert len(planned.all("aws_route", "private_nat")) == (len(zones) if nat else 0)
    found = {str(one.key) for one in planned.all("aws_vpc_endpoint", "interface")}
    assert found >= ENDPOINTS if not nat else not found
    assert all(one.values["private_dns_enabled"] for one in planned.all("aws_vpc_endpoint", "interface"))
    gateway = planned.one("aws_vpc_endpoint", "s3")
    assert gateway.values["vpc_endpoint_type"] == "Gateway"
    assert gateway.refers_to("route_table_ids", "aws_route_table.private")


def test_ranges_are_those_of_the_file(planned: Plan) -> None:
    """Each subnet lies in its zone, as the file pairs them, inside the VPC."""
    values = load(planned.environment)
    vpc = ip_network(planned.one("aws_vpc").values["cidr_block"])
    for name in ("public", "private"):
        found = {one.values["availability_zone"]: one.values["cidr_block"] for one in planned.all("aws_subnet", name)}
        assert found == dict(zip(values["availability_zones"], values["network"][f"{name}_subnets"], strict=True))
        assert all(ip_network(cidr).subnet_of(vpc) for cidr in found.values())  # type: ignore[arg-type]
