"""The VPC and its way to the internet for what is public.

Its default security group cannot be emptied by CloudFormation; nothing here uses it (tests/test_network.py), and the
finding is acknowledged. The Lambda-backed custom resource of the CDK would bring a function with more findings.
"""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from logging_infra.constructs.tagging import name_tag


class Vpc(Construct):
    """A VPC of `cidr`, with an internet gateway attached to it."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, cidr: str) -> None:
        super().__init__(scope, construct_id)
        vpc = ec2.CfnVPC(self, "Resource", cidr_block=cidr, enable_dns_hostnames=True, enable_dns_support=True)
        gateway = ec2.CfnInternetGateway(self, "Gateway")
        for resource in (vpc, gateway):
            name_tag(resource, name)
        self.id = vpc.ref
        self.cidr = cidr
        self.gateway_id = gateway.ref
        self.attachment = ec2.CfnVPCGatewayAttachment(
            self, "Attachment", vpc_id=vpc.ref, internet_gateway_id=gateway.ref
        )
