"""Load balancer, security groups and firewall in Terraform's plan: acceptance checks 20 to 23."""

from __future__ import annotations

from tests.infra.planned import Plan

WORLD = "0.0.0.0/0"


def test_the_load_balancer_is_strict(planned: Plan) -> None:
    """Check 20: bad headers dropped, desync mitigated, HTTP/2, access logs; in prod it cannot be deleted."""
    values = planned.one("aws_lb").values
    assert values["drop_invalid_header_fields"] is True
    assert values["desync_mitigation_mode"] in ("defensive", "strictest")
    assert values["enable_http2"] is True
    assert values["enable_deletion_protection"] is (planned.environment == "prod")
    (logs,) = values["access_logs"]
    assert logs["enabled"] is True
    assert logs["bucket"] == planned.one("aws_s3_bucket").values["bucket"]


def test_only_tls_1_3(planned: Plan) -> None:
    """Check 21: 443 speaks TLS 1.3 and no older; 80 redirects for good and does nothing else."""
    listeners = {one.values["port"]: one.values for one in planned.all("aws_lb_listener")}
    assert set(listeners) == {80, 443}
    assert listeners[443]["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-3-2021-06"
    (action,) = listeners[80]["default_action"]
    (redirect,) = action["redirect"]
    assert action["type"] == "redirect"
    assert (redirect["protocol"], redirect["port"], redirect["status_code"]) == ("HTTPS", "443", "HTTP_301")


def test_only_the_load_balancer_reaches_tasks(planned: Plan) -> None:
    """Check 22: world to 80 and 443 of the load balancer, it to the tasks, they to 443; no rule more."""
    group, rule = "aws_security_group", "aws_vpc_security_group"
    found = set()
    for direction in ("ingress", "egress"):
        for one in planned.all(f"{rule}_{direction}_rule"):
            peer = one.values["cidr_ipv4"] or next(
                name
                for name in ("load_balancer", "service")
                if one.refers_to("referenced_security_group_id", f"{group}.{name}")
            )
            owner = next(
                (
                    name
                    for name in ("load_balancer", "service")
                    if one.refers_to("security_group_id", f"{group}.{name}")
                ),
                "endpoints",
            )
            assert one.values["from_port"] == one.values["to_port"]
            assert one.values["ip_protocol"] == "tcp"
            found.add((owner, direction, peer, one.values["from_port"]))
    endpoints = {("endpoints", "ingress", planned.one("aws_vpc").values["cidr_block"], 443)}
    assert found == {
        ("load_balancer", "ingress", WORLD, 80),
        ("load_balancer", "ingress", WORLD, 443),
        ("load_balancer", "egress", "service", 8000),
        ("service", "ingress", "load_balancer", 8000),
        ("service", "egress", WORLD, 443),
    } | (endpoints if planned.environment == "staging" else set())
    assert not any(one.values.get("ingress") or one.values.get("egress") for one in planned.all(group))


def test_the_firewall_stands_before_it(planned: Plan) -> None:
    """Check 23: AWS's common rules and known bad inputs, a rate per address, logs under the name that WAF wants."""
    rules = {rule["name"]: rule for rule in planned.one("aws_wafv2_web_acl").values["rule"]}
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} < set(rules)
    (rate,) = [rule["statement"][0]["rate_based_statement"] for rule in rules.values() if rule["action"]]
    assert rate[0]["aggregate_key_type"] == "IP"
    assert sorted(rule["priority"] for rule in rules.values()) == list(range(len(rules)))
    association = planned.one("aws_wafv2_web_acl_association")
    assert association.refers_to("resource_arn", "aws_lb.this")
    assert association.refers_to("web_acl_arn", "aws_wafv2_web_acl.this")
    (target,) = planned.one("aws_wafv2_web_acl_logging_configuration").values["log_destination_configs"]
    name = target.split(":log-group:")[1]
    assert name.startswith("aws-waf-logs-")
    assert name in {one.values["name"] for one in planned.all("aws_cloudwatch_log_group")}
