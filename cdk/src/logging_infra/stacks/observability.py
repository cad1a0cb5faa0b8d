"""Observability: what is measured, who hears when, and what one looks at then. Changes with what we learn."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from logging_infra.alarms.model import AlarmPlan
from logging_infra.config import Environment
from logging_infra.constants import Constants
from logging_infra.constructs.alarm import BandMetricAlarm, CompositeMetricAlarm, MetricAlarm
from logging_infra.constructs.budget import MonthlyBudget
from logging_infra.constructs.dashboard import Dashboard
from logging_infra.constructs.metric_filters import MetricFilters
from logging_infra.constructs.metrics import Sources
from logging_infra.constructs.saved_queries import SavedQueries
from logging_infra.stacks.data import DataStack
from logging_infra.stacks.service import ServiceStack
from monitoring_generator.spec import Spec


class ObservabilityStack(Stack):
    """Metric filters, alarms, dashboard, saved queries, budget."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        values: Environment,
        constants: Constants,
        data: DataStack,
        service: ServiceStack,
        alarms: AlarmPlan,
        spec: Spec,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        prefix, log_group = values.prefix, data.service_logs.name
        MetricFilters(
            self,
            "Metrics",
            prefix=prefix,
            log_group=log_group,
            namespace=values.metric_namespace,
            metrics=constants.log_metrics,
        )
        sources = Sources(
            namespace=values.metric_namespace,
            balancer=service.balancer.full_name,
            target_group=service.balancer.target_group_full_name,
            cluster=prefix,
            service=prefix,
            critical_topic=f"{prefix}-critical",
            warning_topic=f"{prefix}-warning",
        )
        self._alarms(prefix, alarms, sources, data.topic_arns)
        Dashboard(
            self,
            "Dashboard",
            name=prefix,
            region=values.region,
            widgets=constants.dashboard,
            sources=sources,
            log_group=f"{values.path}/{values.service.name}",
            queries=constants.queries,
            thresholds={alert.name: getattr(alert, "threshold", 0) for alert in spec.alerts},
        )
        SavedQueries(self, "Queries", folder=prefix, log_group=log_group, queries=constants.queries)
        MonthlyBudget(
            self,
            "Budget",
            name=prefix,
            usd=values.budget.monthly_usd,
            receivers=values.budget.notify,
            topic_arn=data.topic_arns["warning"],
        )

    def _alarms(self, prefix: str, plan: AlarmPlan, sources: Sources, topics: dict[str, str]) -> None:
        """Those that roll a deployment back are in the service's stack, made before the service."""
        name_of = {alarm.name: f"{prefix}-{alarm.name}" for alarm in plan.rollback}
        for alarm in plan.alarms:
            if not alarm.rollback:
                made = MetricAlarm(self, alarm.name, prefix=prefix, alarm=alarm, sources=sources, topics=topics)
                name_of[alarm.name] = made.name
        BandMetricAlarm(self, plan.band.name, prefix=prefix, alarm=plan.band, sources=sources, topics=topics)
        for composite in plan.composites:
            name_of[composite.name] = CompositeMetricAlarm(
                self, composite.name, prefix=prefix, alarm=composite, name_of=name_of, topics=topics
            ).name
