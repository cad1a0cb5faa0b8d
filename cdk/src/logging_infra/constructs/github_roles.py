"""The roles that GitHub's workflows take by OpenID Connect, without stored keys.

`sub` is compared exactly: with a wildcard any branch could deploy, and `ForAllValues:` is true of nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from logging_infra.constructs.policies import Statement, document
from logging_infra.constructs.tagging import name_tag

ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"


class GithubProvider(Construct):
    """GitHub's identity provider in this account."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        resource = iam.CfnOIDCProvider(self, "Resource", url=f"https://{ISSUER}", client_id_list=[_AUDIENCE])
        name_tag(resource, f"{name}-github")
        self.arn = resource.attr_arn


class GithubRole(Construct):
    """A role named `name` for jobs whose subject is `subject`, an hour at most, never more than `boundary_arn` allows.

    Each part of `policies` is a managed policy `<name>-<part>`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        provider_arn: str,
        subject: str,
        policies: Mapping[str, Sequence[Statement]],
        policy_description: str,
        boundary_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = []
        for part, statements in policies.items():
            policy = iam.CfnManagedPolicy(
                self,
                f"Policy-{part}",
                managed_policy_name=f"{name}-{part}",
                description=policy_description,
                policy_document=document(*statements),
            )
            arns.append(policy.ref)
        condition: dict[str, Any] = {"StringEquals": {f"{ISSUER}:aud": _AUDIENCE, f"{ISSUER}:sub": subject}}
        role = iam.CfnRole(
            self,
            "Resource",
            role_name=name,
            description=description,
            max_session_duration=3600,
            permissions_boundary=boundary_arn,
            managed_policy_arns=arns,
            assume_role_policy_document=document(
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": provider_arn},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": condition,
                }
            ),
        )
        name_tag(role, name)
        self.arn = role.attr_arn
