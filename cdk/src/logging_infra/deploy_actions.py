"""The API actions of deploys (`environments/deploy_actions.yaml`), and the policies that allow them.

They were recorded during deploys with both tools; nothing else is allowed. All but IAM's are allowed in the
environment's region, IAM's on what carries our name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from logging_infra.constructs.arns import Arns
from logging_infra.constructs.policies import Statement, allow

#: By service: `{"ec2": ("CreateVpc", …)}`.
Actions = Mapping[str, tuple[str, ...]]

#: A managed policy has at most 6,144 characters; an action takes 30 to 45.
_PER_POLICY = 120
_READING = re.compile(r"^[a-z0-9-]+:(BatchGet|Describe|Filter|Get|Head|List|Lookup|Search|View)")
_PASSED_TO = ["ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
_NO_USERS_NO_KEYS = [
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateUser",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:UpdateLoginProfile",
]
_VERSIONS = ["CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion"]


def load_actions(path: Path) -> Actions:
    """The actions of both tools together."""
    recorded: dict[str, dict[str, list[str]]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    services = {service for tool in recorded.values() for service in tool}
    return {
        service: tuple(sorted({action for tool in recorded.values() for action in tool.get(service, [])}))
        for service in sorted(services)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePolicies:
    """The policies of the roles that deploy the environment `name`; each is named `<name>-<role>-<part>`."""

    name: str
    arns: Arns
    actions: Actions

    def plan(self) -> dict[str, list[Statement]]:
        """What only reads, by part; Terraform's state besides, which is locked while it is read."""
        reading = [action for action in self._regional if _READING.match(action)]
        state = [
            allow("ReadState", ["s3:GetObject", "s3:ListBucket"], self._state),
            allow("Lock", ["s3:DeleteObject", "s3:PutObject"], f"{self._state[0]}/*.tflock"),
            allow("CdkLookup", "sts:AssumeRole", self._cdk_roles("lookup-role-")),
            *self._on_ours([action for action in self._iam if _READING.match(action)]),
        ]
        return {**self._parts("RecordedReads", reading), "state": state}

    def deploy(self) -> dict[str, list[Statement]]:
        """What was recorded, by part; Terraform's state and the CDK's roles besides."""
        passing = {"StringEquals": {"iam:PassedToService": _PASSED_TO}}
        return {
            **self._parts("Recorded", self._regional),
            "iam": [
                *self._on_ours([action for action in self._iam if action != "iam:PassRole"]),
                allow("PassToServices", "iam:PassRole", self._our_roles, Condition=passing),
            ],
            "state": [
                allow("State", ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"], self._state),
                allow("Cdk", "sts:AssumeRole", self._cdk_roles("")),
            ],
        }

    def boundary(self) -> list[Statement]:
        """The most that both roles can ever do: no users, no keys, no way around this policy."""
        services = sorted({*self.actions, "iam", "s3", "sts"})
        versions = [f"iam:{action}" for action in _VERSIONS]
        return [
            allow("Services", [f"{service}:*" for service in services], "*"),
            {**allow("NoUsersNoKeys", _NO_USERS_NO_KEYS, "*"), "Effect": "Deny"},
            {**allow("BoundStays", versions, self._iam_arn(f"policy/{self.name}-boundary")), "Effect": "Deny"},
        ]

    def _parts(self, sid: str, actions: Sequence[str]) -> dict[str, list[Statement]]:
        # Global services answer from us-east-1.
        regions = list(dict.fromkeys([self.arns.region, "us-east-1"]))
        condition: dict[str, Any] = {"StringEquals": {"aws:RequestedRegion": regions}}
        chunks = [actions[start : start + _PER_POLICY] for start in range(0, len(actions), _PER_POLICY)]
        return {
            str(number): [allow(sid, chunk, "*", Condition=condition)] for number, chunk in enumerate(chunks, start=1)
        }

    def _on_ours(self, actions: Sequence[str]) -> list[Statement]:
        provider = self._iam_arn("oidc-provider/token.actions.githubusercontent.com")
        ours = [provider, self._iam_arn(f"policy/{self.name}-*"), self._our_roles]
        return [allow("OurRolesAndPolicies", actions, ours)] if actions else []

    def _iam_arn(self, resource: str) -> str:
        return f"arn:aws:iam::{self.arns.account}:{resource}"

    def _cdk_roles(self, kind: str) -> str:
        return self._iam_arn(f"role/cdk-*-{kind}{self.arns.account}-{self.arns.region}")

    @property
    def _our_roles(self) -> str:
        return self._iam_arn(f"role/{self.name}-*")

    @property
    def _state(self) -> list[str]:
        bucket = f"arn:aws:s3:::{self.name}-state-{self.arns.account}-{self.arns.region}"
        return [bucket, f"{bucket}/*"]

    @property
    def _regional(self) -> list[str]:
        apart = ("iam", "sts")
        return sorted(
            f"{service}:{action}"
            for service, actions in self.actions.items()
            if service not in apart
            for action in actions
        )

    @property
    def _iam(self) -> list[str]:
        return sorted(f"iam:{action}" for action in self.actions.get("iam", ()))
