"""What a month may cost, and who hears before it does."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from logging_infra.constructs.tagging import name_tag

#: Told when so much of it is spent, and when the forecast passes so much; percent.
SPENT, FORECAST = 80, 100


class MonthlyBudget(Construct):
    """A budget named `name` of `usd` US dollars a month; `receivers` (e-mail addresses) and a topic are told.

    An account is an environment, so that nothing is filtered.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, usd: int, receivers: Sequence[str], topic_arn: str
    ) -> None:
        super().__init__(scope, construct_id)
        subscribers = [{"subscriptionType": "EMAIL", "address": receiver} for receiver in receivers]
        subscribers.append({"subscriptionType": "SNS", "address": topic_arn})
        budget = budgets.CfnBudget(
            self,
            "Resource",
            budget={
                "budgetName": name,
                "budgetType": "COST",
                "timeUnit": "MONTHLY",
                "budgetLimit": {"amount": usd, "unit": "USD"},
            },
            notifications_with_subscribers=[
                {
                    "notification": {
                        "notificationType": kind,
                        "comparisonOperator": "GREATER_THAN",
                        "threshold": percent,
                        "thresholdType": "PERCENTAGE",
                    },
                    "subscribers": subscribers,
                }
                for kind, percent in (("ACTUAL", SPENT), ("FORECASTED", FORECAST))
            ],
        )
        name_tag(budget, name)
