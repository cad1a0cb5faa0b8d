"""Flow logs: who talked to whom in the VPC, all of it."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from logging_infra.constructs.log_group import LogGroup
from logging_infra.constructs.policies import Role, allow, trust
from logging_infra.constructs.tagging import name_tag
from logging_infra.constructs.vpc import Vpc


class FlowLog(Construct):
    """Accepted and rejected traffic of `vpc` in `log_group`, written by a role that can do nothing else."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, vpc: Vpc, log_group: LogGroup, account: str
    ) -> None:
        super().__init__(scope, construct_id)
        actions = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        role = Role(
            self,
            "Role",
            name=f"{name}-flow-logs",
            description=f"Writes the flow logs of {name}",
            policy_description="Write to the log group of flow logs, and nothing else",
            trusted=trust("vpc-flow-logs.amazonaws.com", account),
            statements=[allow("Records", actions, log_group.arn)],
        )
        flow_log = ec2.CfnFlowLog(
            self,
            "Resource",
            resource_id=vpc.id,
            resource_type="VPC",
            traffic_type="ALL",
            max_aggregation_interval=600,  # seconds; 60 costs ten times the records
            log_destination_type="cloud-watch-logs",
            log_group_name=log_group.name,
            deliver_logs_permission_arn=role.arn,
        )
        name_tag(flow_log, name)
