"""Roles of GitHub's workflows, and tags, in Terraform's plan: acceptance checks 32 and 33."""

from __future__ import annotations

from typing import Any

from tests.infra.environment_files import load
from tests.infra.planned import Plan

ISSUER = "token.actions.githubusercontent.com"


def roles_of(planned: Plan) -> dict[str, dict[str, Any]]:
    """The condition under which each workflow role is taken, by `plan` and `deploy`."""
    found = {}
    for one in planned.all("aws_iam_role", "this"):
        (statement,) = one.statements("assume_role_policy")
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert one.refers_to("permissions_boundary", "aws_iam_policy.boundary")
        assert one.values["max_session_duration"] == 3600
        found[str(one.key)] = statement["Condition"]
    return found


def test_roles_are_for_exactly_one_subject(planned: Plan) -> None:
    """Check 32: aud and sub are compared as they are: pull requests plan, the GitHub environment deploys."""
    repository = load(planned.environment)["tags"]["repository"]
    subjects = {"plan": "pull_request", "deploy": f"environment:{planned.environment}"}
    assert roles_of(planned) == {
        role: {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": f"repo:{repository}:{subject}"}}
        for role, subject in subjects.items()
    }


def test_the_boundary_forbids_the_way_around_it(planned: Plan) -> None:
    """Check 32: no users, no keys, and neither the boundary nor who has it can be changed."""
    (boundary,) = planned.all("aws_iam_policy", "boundary")
    denied = {action for one in boundary.statements() if one["Effect"] == "Deny" for action in one["Action"]}
    assert {
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:DeleteRolePermissionsBoundary",
        "iam:CreatePolicyVersion",
    } <= denied


def test_the_plan_role_only_reads(planned: Plan) -> None:
    """Check 32: but for the lock beside the state and the role with which CDK looks things up."""
    reading = ("BatchGet", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Search", "View")
    for policy in planned.all("aws_iam_policy", "this"):
        if not str(policy.key).startswith("plan-"):
            continue
        for statement in policy.statements():
            if statement["Sid"] == "Lock":
                assert all(resource.endswith("/*.tflock") for resource in statement["Resource"])
            elif statement["Sid"] == "CdkLookup":
                assert all("-lookup-role-" in resource for resource in statement["Resource"])
            else:
                assert all(action.split(":")[1].startswith(reading) for action in statement["Action"])


def test_policies_fit(planned: Plan) -> None:
    """IAM: a managed policy has at most 6,144 characters, a role at most ten of them."""
    for policy in planned.all("aws_iam_policy"):
        assert len(policy.values["policy"]) <= 6144, policy.address
    for role in ("plan", "deploy"):
        assert len([one for one in planned.all("aws_iam_policy", "this") if str(one.key).startswith(f"{role}-")]) <= 10


def test_everything_that_takes_tags_has_them(planned: Plan) -> None:
    """Check 33: owner, environment, cost centre and repository; tasks get the service's."""
    values = load(planned.environment)
    wanted = {
        "Project": values["project"],
        "Environment": planned.environment,
        "Owner": values["tags"]["owner"],
        "CostCenter": values["tags"]["cost_center"],
        "Repository": values["tags"]["repository"],
        "ManagedBy": "terraform",
    }
    tagged = [one for one in planned.resources if "tags_all" in one.values]
    assert len(tagged) > 60
    for one in tagged:
        assert wanted.items() <= one.values["tags_all"].items(), one.address
        assert one.values["tags_all"].get("Name"), one.address
    assert planned.one("aws_ecs_service").values["propagate_tags"] == "SERVICE"
