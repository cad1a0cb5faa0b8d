"""Security groups that are closed but for the rules they are given.

EC2 opens a new group to everywhere; CloudFormation takes that back only for a group with an egress rule of its own.
`NOWHERE` is such a rule: it allows nothing (the idiom of the CDK's own SecurityGroup).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from logging_infra.constructs.tagging import name_tag

Rule = dict[str, Any]

NOWHERE: Rule = {
    "cidrIp": "255.255.255.255/32",
    "ipProtocol": "icmp",
    "fromPort": 252,
    "toPort": 86,
    "description": "Disallow all traffic",
}


def from_cidr(port: int, cidr: str, description: str) -> Rule:
    """TCP on `port` from (or to) addresses of `cidr`."""
    return {"cidrIp": cidr, "ipProtocol": "tcp", "fromPort": port, "toPort": port, "description": description}


class SecurityGroup(Construct):
    """A group of `vpc_id`; traffic from or to other groups is added by `allow_to`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        vpc_id: str,
        ingress: Sequence[Rule] = (),
        egress: Sequence[Rule] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self._group = ec2.CfnSecurityGroup(
            self,
            "Resource",
            group_name=name,
            group_description=description,
            vpc_id=vpc_id,
            security_group_ingress=list(ingress) or None,
            security_group_egress=list(egress) or [NOWHERE],
        )
        name_tag(self._group, name)
        self.id = self._group.attr_group_id

    def allow_to(self, other: SecurityGroup, port: int, *, leaving: str, arriving: str) -> None:
        """TCP on `port` from this group to `other`: a rule on each side, with its description."""
        ec2.CfnSecurityGroupEgress(
            self,
            "Egress",
            group_id=self.id,
            destination_security_group_id=other.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=leaving,
        )
        ec2.CfnSecurityGroupIngress(
            other,
            "Ingress",
            group_id=other.id,
            source_security_group_id=self.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=arriving,
        )
