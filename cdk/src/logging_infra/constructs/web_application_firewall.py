"""The web application firewall in front of the load balancer, and its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from logging_infra.constructs.tagging import name_tag

#: Header values that the log must not keep.
_REDACTED = ("authorization", "cookie")


class WebApplicationFirewall(Construct):
    """A web ACL named `name` on the load balancer `protected_arn`, logging to `log_group_arn` (without `:*`).

    AWS' rule groups `managed_rules` (attacks of OWASP's list, inputs known to be bad) look first; one address gets
    `requests_per_five_minutes` before it is blocked.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        protected_arn: str,
        log_group_arn: str,
        managed_rules: Sequence[str],
        requests_per_five_minutes: int,
    ) -> None:
        super().__init__(scope, construct_id)
        managed: list[dict[str, Any]] = [
            {
                "name": rule,
                "priority": priority,
                "overrideAction": {"none": {}},
                "statement": {"managedRuleGroupStatement": {"vendorName": "AWS", "name": rule}},
                "visibilityConfig": _visibility(rule),
            }
            for priority, rule in enumerate(managed_rules)
        ]
        rate: dict[str, Any] = {
            "name": "RequestRate",
            "priority": len(managed),
            "action": {"block": {}},
            "statement": {
                "rateBasedStatement": {
                    "aggregateKeyType": "IP",
                    "limit": requests_per_five_minutes,
                    "evaluationWindowSec": 300,
                }
            },
            "visibilityConfig": _visibility("RequestRate"),
        }
        acl = waf.CfnWebACL(
            self,
            "Resource",
            name=name,
            description=f"In front of {name}",
            scope="REGIONAL",
            default_action={"allow": {}},
            rules=[*managed, rate],
            visibility_config=_visibility(name),
        )
        name_tag(acl, name)
        waf.CfnWebACLAssociation(self, "Association", resource_arn=protected_arn, web_acl_arn=acl.attr_arn)
        waf.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[log_group_arn],
            redacted_fields=[{"singleHeader": {"Name": header}} for header in _REDACTED],
        )


def _visibility(metric: str) -> dict[str, Any]:
    return {"cloudWatchMetricsEnabled": True, "sampledRequestsEnabled": True, "metricName": metric}
