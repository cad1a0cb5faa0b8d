"""The load balancer: HTTPS from the world, HTTP to the tasks."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_elasticloadbalancingv2 as elb
from constructs import Construct

from logging_infra.constructs.tagging import name_tag

#: TLS 1.3 only.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-3-2021-06"


class LoadBalancer(Construct):
    """A load balancer named `name` in front of one target group; plain HTTP is sent on to `domain`.

    Tasks answer on `port`, and on `health_path` whether they may get requests. `deregistration_delay`: seconds in which
    a leaving task may finish its requests.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        vpc_id: str,
        subnets: Sequence[str],
        security_group: str,
        log_bucket: str,
        log_prefix: str,
        deletion_protection: bool,
        certificate_arn: str,
        domain: str,
        port: int,
        health_path: str,
        deregistration_delay: int,
    ) -> None:
        super().__init__(scope, construct_id)
        balancer = elb.CfnLoadBalancer(
            self,
            "Resource",
            name=name,
            type="application",
            scheme="internet-facing",
            ip_address_type="ipv4",
            subnets=list(subnets),
            security_groups=[security_group],
            load_balancer_attributes=_attributes(
                {
                    "access_logs.s3.bucket": log_bucket,
                    "access_logs.s3.enabled": "true",
                    "access_logs.s3.prefix": log_prefix,
                    "deletion_protection.enabled": str(deletion_protection).lower(),
                    "idle_timeout.timeout_seconds": "60",
                    "routing.http.desync_mitigation_mode": "defensive",
                    "routing.http.drop_invalid_header_fields.enabled": "true",
                    "routing.http2.enabled": "true",
                }
            ),
        )
        target_group = elb.CfnTargetGroup(
            self,
            "Targets",
            name=name,
            vpc_id=vpc_id,
            target_type="ip",
            protocol="HTTP",
            port=port,
            health_check_enabled=True,
            health_check_port="traffic-port",
            health_check_protocol="HTTP",
            health_check_path=health_path,
            health_check_interval_seconds=15,
            health_check_timeout_seconds=5,
            healthy_threshold_count=2,
            unhealthy_threshold_count=3,
            matcher={"httpCode": "200"},
            target_group_attributes=_attributes({"deregistration_delay.timeout_seconds": str(deregistration_delay)}),
        )
        self.https = elb.CfnListener(
            self,
            "Https",
            load_balancer_arn=balancer.ref,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificates=[{"certificateArn": certificate_arn}],
            default_actions=[{"type": "forward", "targetGroupArn": target_group.ref}],
        )
        http = elb.CfnListener(
            self,
            "Http",
            load_balancer_arn=balancer.ref,
            port=80,
            protocol="HTTP",
            default_actions=[
                {
                    "type": "redirect",
                    "redirectConfig": {"protocol": "HTTPS", "port": "443", "host": domain, "statusCode": "HTTP_301"},
                }
            ],
        )
        for resource in (balancer, target_group):
            name_tag(resource, name)
        name_tag(self.https, f"{name}-https")
        name_tag(http, f"{name}-http")
        self.arn = balancer.ref
        self.target_group_arn = target_group.ref
        #: `app/<name>/<id>` and `targetgroup/<name>/<id>`: dimensions of metrics.
        self.full_name = balancer.attr_load_balancer_full_name
        self.target_group_full_name = target_group.attr_target_group_full_name


def _attributes(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]
