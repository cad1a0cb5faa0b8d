"""IAM documents: statements as JSON, roles with managed policies only.

Managed, because an inline policy has no version to go back to, cannot be listed on its own and is refused by the rule
packs (HIPAA, NIST 800-53 and PCI: IAMNoInlinePolicy).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from logging_infra.constructs.tagging import name_tag

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


def trust(service: str, account: str, source: str | None = None) -> dict[str, Any]:
    """That `service` may take a role on behalf of `account` alone, and of the ARNs `source` if given."""
    condition: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": account}}
    if source:
        condition["ArnLike"] = {"aws:SourceArn": source}
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": condition,
        }
    )


class Role(Construct):
    """A role named `name`; `statements`, if any, are a managed policy named `policy_name` or as the role."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        trusted: Mapping[str, Any],
        statements: Sequence[Statement] = (),
        policy_name: str | None = None,
        policy_description: str | None = None,
        boundary: str | None = None,
        max_session_seconds: int | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = []
        if statements:
            policy = iam.CfnManagedPolicy(
                self,
                "Policy",
                managed_policy_name=policy_name or name,
                description=policy_description,
                policy_document=document(*statements),
            )
            arns = [policy.ref]
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
        name_tag(self.resource, name)
        self.arn = self.resource.attr_arn
