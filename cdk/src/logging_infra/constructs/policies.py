"""IAM documents: statements as JSON, roles with managed policies only.

Managed, because an inline policy has no version to go back to, cannot be listed on its own and is refused by the rule
packs (HIPAA, NIST 800-53 and PCI: IAMNoInlinePolicy).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

Statement = dict[str, Any]


def document(*statements: Statement) -> dict[str, Any]:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: Sequence[str], resources: str | Sequence[str], **more: Any) -> Statement:
    """A statement that allows `actions` on `resources`; `more` are Principal and Condition."""
    return {"Sid": sid, "Effect": "Allow", "Action": _one(actions), "Resource": _one(resources), **more}


def _one(values: str | Sequence[str]) -> str | list[str]:
    """IAM stores a list of one as the item, and so do both tools."""
    items = [values] if isinstance(values, str) else list(values)
    return items[0] if len(items) == 1 else items


def trust(service: str, account: str) -> dict[str, Any]:
    """That `service`, on behalf of `account` alone, may take a role."""
    return document(
        {
            "Sid": "Service",
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
    )


class Role(Construct):
    """A role named `name`, with a managed policy of the same name when there are statements."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        trusted: Mapping[str, Any],
        statements: Sequence[Statement] = (),
        boundary: str | None = None,
        max_session_seconds: int | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = []
        if statements:
            self.policy = iam.CfnManagedPolicy(
                self,
                "Policy",
                managed_policy_name=name,
                description=description,
                policy_document=document(*statements),
            )
            arns = [self.policy.ref]
        self.resource = iam.CfnRole(
            self,
            "Resource",
            role_name=name,
            description=description,
            assume_role_policy_document=trusted,
            managed_policy_arns=arns or None,
            permissions_boundary=boundary,
            max_session_duration=max_session_seconds,
        )
        self.arn = self.resource.attr_arn
