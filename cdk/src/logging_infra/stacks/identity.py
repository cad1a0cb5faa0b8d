"""Identity: who may plan and deploy the environment from GitHub, and what exactly that allows."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from logging_infra.config import Environment
from logging_infra.constructs.arns import Arns
from logging_infra.constructs.github_roles import GithubProvider, GithubRole
from logging_infra.constructs.policies import document
from logging_infra.deploy_actions import Actions, RolePolicies


class IdentityStack(Stack):
    """GitHub's provider, the roles `plan` and `deploy`, and the bound of both."""

    def __init__(
        self, scope: Construct, construct_id: str, *, values: Environment, actions: Actions, **stack: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        prefix, repository = values.prefix, values.tags.repository
        policies = RolePolicies(name=prefix, arns=Arns(values.account, values.region), actions=actions)
        provider = GithubProvider(self, "Provider", name=prefix)
        boundary = iam.CfnManagedPolicy(
            self,
            "Boundary",
            managed_policy_name=f"{prefix}-boundary",
            description=f"Bound of the roles {prefix}-plan and {prefix}-deploy",
            policy_document=document(*policies.boundary()),
        )
        roles = {
            "plan": ("Plans of pull requests; only reads", "pull_request", policies.plan()),
            "deploy": (
                f"Deploys from the GitHub environment {values.environment}",
                f"environment:{values.environment}",
                policies.deploy(),
            ),
        }
        for role, (description, subject, parts) in roles.items():
            GithubRole(
                self,
                role.capitalize(),
                name=f"{prefix}-{role}",
                description=description,
                provider_arn=provider.arn,
                subject=f"repo:{repository}:{subject}",
                policies=parts,
                policy_description=f"Part of what the role {prefix}-{role} may do",
                boundary_arn=boundary.ref,
            )
