"""All checks, in the order of the stack's parts."""

from __future__ import annotations

from collections.abc import Callable

from tools.deploy_local.checks import data, identity, network, observability, records, service
from tools.deploy_local.embedded import EmbeddedAws
from tools.deploy_local.settings import Settings

Check = Callable[[EmbeddedAws, Settings], None]

CHECKS: tuple[Check, ...] = (
    network.private_subnets_reach_the_world_only_through_the_way_that_the_environment_chose,
    network.the_default_security_group_lets_nothing_through,
    network.flow_logs_are_delivered,
    data.log_groups_are_encrypted_and_forget,
    data.personal_data_in_the_service_logs_is_masked,
    data.images_are_immutable_scanned_and_encrypted,
    data.access_logs_are_private_and_expire,
    service.the_service_is_attached_to_its_target_group_in_its_subnets,
    service.its_tasks_are_healthy_targets_in_its_subnets,
    service.a_bad_deployment_is_rolled_back,
    service.the_task_has_neither_root_nor_a_writable_root_file_system,
    service.only_tls_reaches_the_service,
    service.the_firewall_is_associated_and_logs,
    service.the_service_scales_between_its_bounds,
    observability.every_alarm_has_its_action,
    observability.every_alert_has_its_alarm,
    observability.every_receiver_is_subscribed,
    observability.dashboard_queries_detector_and_budget_are_there,
    records.metric_filters_count_what_the_library_wrote,
    identity.roles_trust_one_repository_and_one_environment,
    identity.roles_have_a_boundary_and_an_hour,
)


def run_all(aws: EmbeddedAws, settings: Settings) -> list[str]:
    """Run every check; returns what failed, one line each."""
    failed = []
    for check in CHECKS:
        try:
            check(aws, settings)
        except AssertionError as error:
            name = check.__name__.replace("_", " ")
            failed.append(f"not true: {name}: {str(error).splitlines()[0] if str(error) else 'see the assertion'}")
    return failed
