"""The roles that GitHub's workflows take."""

from __future__ import annotations

from typing import Any

from tools.deploy_local.embedded import EmbeddedAws
from tools.deploy_local.settings import Settings

ISSUER = "token.actions.githubusercontent.com"


def _role(aws: EmbeddedAws, settings: Settings, kind: str) -> dict[str, Any]:
    role: dict[str, Any] = aws.client("iam").get_role(RoleName=f"{settings.name}-{kind}")["Role"]
    return role


def roles_trust_one_repository_and_one_environment(aws: EmbeddedAws, settings: Settings) -> None:
    """Exact subjects, no patterns; the audience is STS."""
    repository = settings.values["tags"]["repository"]
    subjects = {"plan": "pull_request", "deploy": f"environment:{settings.environment}"}
    for kind, subject in subjects.items():
        [statement] = _role(aws, settings, kind)["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] in ("sts:AssumeRoleWithWebIdentity", ["sts:AssumeRoleWithWebIdentity"])
        assert list(statement["Condition"]) == ["StringEquals"], statement
        wanted = {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": f"repo:{repository}:{subject}"}
        assert statement["Condition"]["StringEquals"] == wanted, statement
        arn = statement["Principal"]["Federated"]
        provider = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        assert provider["Url"].removeprefix("https://") == ISSUER


def roles_have_a_boundary_and_an_hour(aws: EmbeddedAws, settings: Settings) -> None:
    """Nobody who takes them can give themselves more, or keep them longer."""
    for kind in ("plan", "deploy"):
        role = _role(aws, settings, kind)
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"], kind
        assert role["MaxSessionDuration"] == 3600, kind
