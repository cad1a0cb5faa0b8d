"""Terraform's words for what CloudFormation's types call otherwise.

Most names are the same but for case and underscores. The tables have the others; documents in JSON are read, so
that they are compared by what they mean.
"""

from __future__ import annotations

from typing import Any

from tools.parity.model import document
from tools.parity.shapes import Shapes, Values

#: Attribute of a reference → the model's word for what is referred to.
_ATTRIBUTES = {"arn": "arn", "name": "name", "id": "name", "repository_url": "uri"}
#: Types whose `id` is their ARN.
_ID_IS_ARN = {"aws_sns_topic", "aws_iam_policy", "aws_ecs_cluster", "aws_iam_openid_connect_provider"}


def attribute(name: str, kind: str) -> str:
    """`arn`, `name`, `uri`, or what else the reference asks for."""
    return "arn" if name == "id" and kind in _ID_IS_ARN else _ATTRIBUTES.get(name, name)


def shape(kind: str, values: Values) -> Values:
    """The values of a resource under the model's names."""
    made = {key: value for key, value in values.items() if key not in _PROVIDER.get(kind, ())}
    for old, new in _RENAMED.get(kind, {}).items():
        if made.get(old) not in (None, "", [], {}):
            made[new] = made.pop(old)
    for name in _DOCUMENTS.get(kind, ()):
        if made.get(name):
            made["document" if name == "policy_document" else f"{name}_document"] = document(made.pop(name))
    return _shape.apply(kind, made)


_ALARM = {"metric_query": "metrics", "evaluate_low_sample_count_percentiles": "evaluatelowsamplecountpercentile"}
_RULE = {"security_group_id": "groupid", "cidr_ipv4": "peer", "referenced_security_group_id": "peer"}
_RENAMED: dict[str, dict[str, str]] = {
    "aws_cloudwatch_log_group": {"name": "loggroupname", "skip_destroy": "retained"},
    "aws_cloudwatch_log_metric_filter": {
        "name": "filtername",
        "pattern": "filterpattern",
        "metric_transformation": "metrictransformations",
    },
    "aws_cloudwatch_metric_alarm": _ALARM,
    "aws_eip": {},
    "aws_security_group": {"name": "groupname", "description": "groupdescription"},
    "aws_vpc_security_group_ingress_rule": _RULE,
    "aws_vpc_security_group_egress_rule": _RULE,
    "aws_flow_log": {"vpc_id": "resourceid", "log_destination": "loggroup", "iam_role_arn": "deliverlogspermissionarn"},
    "aws_kms_key": {"deletion_window_in_days": "pendingwindowindays"},
    "aws_s3_bucket_lifecycle_configuration": {"rule": "rules"},
    "aws_s3_bucket_ownership_controls": {"rule": "rules"},
    "aws_kms_alias": {"name": "aliasname", "target_key_id": "targetkeyid"},
    "aws_ecr_repository": {"name": "repositoryname", "force_delete": "emptyondelete"},
    "aws_s3_bucket": {"bucket": "bucketname"},
    "aws_ecs_cluster": {"name": "clustername", "setting": "clustersettings"},
    "aws_ecs_cluster_capacity_providers": {"cluster_name": "cluster"},
    "aws_ecs_service": {
        "name": "servicename",
        "capacity_provider_strategy": "capacityproviderstrategy",
        "load_balancer": "loadbalancers",
    },
    "aws_ecs_task_definition": {"volume": "volumes"},
    "aws_appautoscaling_policy": {"name": "policyname"},
    "aws_iam_role": {"name": "rolename"},
    "aws_iam_policy": {"name": "policyname"},
    "aws_sns_topic": {"name": "topicname"},
    "aws_sns_topic_policy": {"arn": "topics"},
    "aws_budgets_budget": {"name": "budgetname"},
    "aws_wafv2_web_acl": {"rule": "rules"},
    "aws_wafv2_web_acl_logging_configuration": {"log_destination_configs": "logdestinationconfigs"},
    "aws_lb_listener": {"default_action": "defaultactions", "certificate_arn": "certificates"},
    "aws_iam_openid_connect_provider": {"client_id_list": "clientidlist"},
}
_DOCUMENTS: dict[str, tuple[str, ...]] = {
    "aws_cloudwatch_dashboard": ("dashboard_body",),
    "aws_cloudwatch_log_data_protection_policy": ("policy_document",),
    "aws_cloudwatch_log_resource_policy": ("policy_document",),
    "aws_ecr_lifecycle_policy": ("policy",),
    "aws_ecs_task_definition": ("container_definitions",),
    "aws_iam_policy": ("policy",),
    "aws_iam_role": ("assume_role_policy",),
    "aws_kms_key": ("policy",),
    "aws_s3_bucket_policy": ("policy",),
    "aws_sns_topic_policy": ("policy",),
}
#: What the provider has for itself.
_PROVIDER: dict[str, tuple[str, ...]] = {
    "aws_cloudwatch_query_definition": ("query_definition_id",),
    "aws_iam_role": ("name_prefix", "inline_policy", "managed_policy_arns"),
    "aws_sns_topic_subscription": ("confirmation_timeout_in_minutes", "endpoint_auto_confirms"),
    "aws_ecs_task_definition": ("track_latest",),
    "aws_budgets_budget": ("account_id",),
    "aws_lb": ("enable_deletion_protection_",),
}
_shape = Shapes()


@_shape("aws_cloudwatch_metric_alarm")
def _alarm(values: Values) -> Values:
    """Metrics and dimensions as CloudFormation nests them."""
    values["dimensions"] = _pairs(values.get("dimensions"))
    metrics = []
    for query in values.get("metrics") or []:
        query = dict(query)
        found = query.pop("metric", None)
        if found:
            one = found[0] if isinstance(found, list) else found
            name = {"namespace": one["namespace"], "metricname": one["metric_name"]}
            stat = {key: one.get(key) for key in ("period", "stat", "unit")}
            query["metricstat"] = {"metric": {**name, "dimensions": _pairs(one.get("dimensions"))}, **stat}
        metrics.append(query)
    values["metrics"] = metrics
    return values


def _pairs(mapping: Any) -> Any:
    return [{"name": key, "value": value} for key, value in (mapping or {}).items()]


@_shape("aws_cloudwatch_log_metric_filter")
def _metric_filter(values: Values) -> Values:
    """The transformation's names; dimensions as a list."""
    made = []
    for one in values.get("metrictransformations") or []:
        names = {"name": "metricname", "namespace": "metricnamespace", "value": "metricvalue"}
        renamed = {names.get(key, key): value for key, value in one.items()}
        renamed["dimensions"] = [{"key": key, "value": value} for key, value in (one.get("dimensions") or {}).items()]
        made.append(renamed)
    values["metrictransformations"] = made
    return values


@_shape("aws_ecs_service")
def _service(values: Values) -> Values:
    """The deployment's settings in one place."""
    configuration = {
        "maximumpercent": values.pop("deployment_maximum_percent", None),
        "minimumhealthypercent": values.pop("deployment_minimum_healthy_percent", None),
        "deploymentcircuitbreaker": values.pop("deployment_circuit_breaker", None),
        "alarms": values.pop("alarms", None),
    }
    values["deploymentconfiguration"] = configuration
    network = (values.get("network_configuration") or [{}])[0]
    public = "ENABLED" if network.get("assign_public_ip") else "DISABLED"
    values["network_configuration"] = {"awsvpcconfiguration": {**network, "assign_public_ip": public}}
    return values


#: Argument of a load balancer → attribute, and its value where nobody sets it.
_LB_ATTRIBUTES: dict[str, tuple[str, Any]] = {
    "client_keep_alive": ("client_keep_alive.seconds", 3600),
    "desync_mitigation_mode": ("routing.http.desync_mitigation_mode", None),
    "drop_invalid_header_fields": ("routing.http.drop_invalid_header_fields.enabled", None),
    "enable_deletion_protection": ("deletion_protection.enabled", None),
    "enable_http2": ("routing.http2.enabled", None),
    "enable_tls_version_and_cipher_suite_headers": ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", False),
    "enable_waf_fail_open": ("waf.fail_open.enabled", False),
    "enable_xff_client_port": ("routing.http.xff_client_port.enabled", False),
    "enable_zonal_shift": ("zonal_shift.config.enabled", False),
    "idle_timeout": ("idle_timeout.timeout_seconds", None),
    "preserve_host_header": ("routing.http.preserve_host_header.enabled", False),
    "xff_header_processing_mode": ("routing.http.xff_header_processing.mode", "append"),
}


@_shape("aws_lb")
def _load_balancer(values: Values) -> Values:
    """Attributes, which CloudFormation has as a list of key and value."""
    logs = (values.pop("access_logs", None) or [{}])[0]
    attributes = {f"access_logs.s3.{name}": logs.get(name) for name in ("enabled", "bucket", "prefix")}
    for argument, (name, default) in _LB_ATTRIBUTES.items():
        value = values.pop(argument, None)
        attributes[name] = None if value == default else value
    values["loadbalancerattributes"] = attributes
    values["scheme"] = "internal" if values.pop("internal", False) else "internet-facing"
    values["type"] = values.pop("load_balancer_type", None)
    values.pop("enable_cross_zone_load_balancing", None)  # always on for this type
    return values


@_shape("aws_lb_target_group")
def _target_group(values: Values) -> Values:
    """Health check flat, attributes as a mapping."""
    check = (values.pop("health_check", None) or [{}])[0]
    names = {
        "path": "healthcheckpath",
        "interval": "healthcheckintervalseconds",
        "timeout": "healthchecktimeoutseconds",
        "healthy_threshold": "healthythresholdcount",
        "unhealthy_threshold": "unhealthythresholdcount",
        "protocol": "healthcheckprotocol",
        "port": "healthcheckport",
    }
    values.update({new: check.get(old) for old, new in names.items()})
    values["matcher"] = {"httpcode": check.get("matcher")}
    values["targetgroupattributes"] = {"deregistration_delay.timeout_seconds": values.pop("deregistration_delay", None)}
    for name in (
        "load_balancing_algorithm_type",
        "slow_start",
        "lambda_multi_value_headers_enabled",
        "proxy_protocol_v2",
        "stickiness",
    ):
        values.pop(name, None)
    return values


@_shape("aws_lb_listener")
def _listener(values: Values) -> Values:
    """Actions by their CloudFormation names."""
    actions = []
    for action in values.get("defaultactions") or []:
        action = {key: value for key, value in action.items() if key != "order"}
        action["redirectconfig"] = action.pop("redirect", None)
        actions.append(action)
    values["defaultactions"] = actions
    return values


@_shape("aws_sns_topic")
def _topic(values: Values) -> Values:
    """Without the sampling of delivery logs that nobody turned on."""
    return {key: value for key, value in values.items() if not key.endswith("sample_rate")}


@_shape("aws_ecs_task_definition")
def _task_definition(values: Values) -> Values:
    """Containers under the model's names too."""
    values["containerdefinitions"] = values.pop("container_definitions_document")
    return values


@_shape("aws_budgets_budget")
def _budget(values: Values) -> Values:
    """As CloudFormation nests it."""
    notifications = []
    for one in values.pop("notification", None) or []:
        mail = [{"subscriptiontype": "EMAIL", "address": a} for a in one.get("subscriber_email_addresses") or []]
        topics = [{"subscriptiontype": "SNS", "address": a} for a in one.get("subscriber_sns_topic_arns") or []]
        about = {key: value for key, value in one.items() if not key.startswith("subscriber")}
        notifications.append({"notification": about, "subscribers": mail + topics})
    filters = {one["name"]: one["values"] for one in values.pop("cost_filter", None) or []}
    limit = {"amount": values.pop("limit_amount", None), "unit": values.pop("limit_unit", None)}
    tags = {"tags": values.pop("tags", None), "tags_all": values.pop("tags_all", None)}
    return {
        "budgetname": values.pop("budgetname"),
        "budget": {**values, "budgetlimit": limit, "costfilters": filters},
        "notificationswithsubscribers": notifications,
        **tags,
    }


@_shape("aws_s3_bucket_server_side_encryption_configuration")
def _encryption(values: Values) -> Values:
    """As CloudFormation nests it."""
    names = {"apply_server_side_encryption_by_default": "serversideencryptionbydefault"}
    given = values.pop("rule", None) or []
    rules = [{names.get(key, key): value for key, value in rule.items()} for rule in given]
    return {**values, "serversideencryptionconfiguration": rules}


@_shape("aws_s3_bucket_lifecycle_configuration")
def _life_cycle(values: Values) -> Values:
    """Days flat."""
    rules = []
    for rule in values.get("rules") or []:
        rule = dict(rule)
        days = (rule.pop("expiration", None) or [{}])[0].get("days")
        rules.append({**rule, "expirationindays": days})
    return {**values, "rules": rules, "transition_default_minimum_object_size": None}


@_shape("aws_appautoscaling_policy")
def _scaling_policy(values: Values) -> Values:
    """`step_adjustment` and the like are not ours."""
    values.pop("step_scaling_policy_configuration", None)
    return values


@_shape("aws_vpc")
def _vpc(values: Values) -> Values:
    """Without what only IPv6 has."""
    return {key: value for key, value in values.items() if not key.startswith("ipv6")}
