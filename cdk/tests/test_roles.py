"""Acceptance checks of roles and policies (infra.md part E: 9, 15, 32)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from logging_infra.build import Inputs
from logging_infra.constructs.arns import Arns
from logging_infra.deploy_actions import RolePolicies
from logging_infra.synthesis import Resource, Templates

ROLE, POLICY = "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"
ISSUER = "token.actions.githubusercontent.com"
#: Actions that IAM knows no resource of.
WITHOUT_RESOURCE = {"ecr:GetAuthorizationToken", "logs:DescribeLogGroups"}


def role(templates: Templates, name: str) -> Resource:
    """The role `{project}-{environment}-<name>`."""
    [found] = [r for r in templates.all(ROLE) if r.properties["RoleName"] == f"{templates.prefix}-{name}"]
    return found


def policies(templates: Templates, of: Resource) -> list[Resource]:
    """The managed policies of a role."""
    found = [templates.target(of.part, arn) for arn in of.properties.get("ManagedPolicyArns", [])]
    return [policy for policy in found if policy]


def statements(policy: Resource) -> Iterator[tuple[list[str], list[Any], dict[str, Any]]]:
    """Actions, resources and the whole of each statement."""
    for statement in policy.properties["PolicyDocument"]["Statement"]:
        action, resource = statement["Action"], statement["Resource"]
        yield (
            [action] if isinstance(action, str) else action,
            resource if isinstance(resource, list) else [resource],
            statement,
        )


def test_what_starts_a_task_is_not_what_it_runs_as(templates: Templates) -> None:
    """9."""
    task = templates.one("AWS::ECS::TaskDefinition")
    execution = templates.target(task.part, task.properties["ExecutionRoleArn"])
    own = templates.target(task.part, task.properties["TaskRoleArn"])
    assert execution == role(templates, "execution")
    assert own == role(templates, "task")


def test_wildcards_are_only_where_an_action_has_no_resource(templates: Templates) -> None:
    """No action with a wildcard, outside the boundary, and `*` as resource only for actions without one (9)."""
    for policy in templates.all(POLICY):
        if policy.part == "identity":
            continue
        for actions, resources, _ in statements(policy):
            assert not [action for action in actions if "*" in action]
            if "*" in resources:
                assert all(a in WITHOUT_RESOURCE or a.startswith("ssmmessages:") for a in actions)
            assert all(resource == "*" or "*" not in json.dumps(resource) for resource in resources)


def test_the_service_itself_may_do_nothing(templates: Templates, inputs: Inputs) -> None:
    """But what a recorded shell needs, where one may be opened."""
    assert bool(policies(templates, role(templates, "task"))) is inputs.values.service.exec


def test_the_execution_role_reads_its_parameters_image_and_log_group_only(templates: Templates) -> None:
    """15."""
    [policy] = policies(templates, role(templates, "execution"))
    reached = {}
    for actions, resources, _ in statements(policy):
        for action in actions:
            reached[action] = {found.type for resource in resources for found in templates.targets(policy, resource)}
    assert reached == {
        "ecr:GetAuthorizationToken": set(),
        "ecr:BatchCheckLayerAvailability": {"AWS::ECR::Repository"},
        "ecr:BatchGetImage": {"AWS::ECR::Repository"},
        "ecr:GetDownloadUrlForLayer": {"AWS::ECR::Repository"},
        "ssm:GetParameters": {"AWS::SSM::Parameter"},
        "logs:CreateLogStream": {"AWS::Logs::LogGroup"},
        "logs:PutLogEvents": {"AWS::Logs::LogGroup"},
    }


def test_services_take_roles_for_this_account_only(templates: Templates, inputs: Inputs) -> None:
    """So that no other account's task or flow log can use them."""
    for each in templates.all(ROLE):
        [statement] = each.properties["AssumeRolePolicyDocument"]["Statement"]
        if "Service" in statement["Principal"]:
            assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == inputs.values.account


def test_no_policy_is_inline(templates: Templates) -> None:
    """Managed ones have versions, and can be listed."""
    assert not templates.all("AWS::IAM::Policy")
    assert not templates.all("AWS::IAM::RolePolicy")
    assert all("Policies" not in each.properties for each in templates.all(ROLE))


def test_github_takes_a_role_for_an_exact_subject(templates: Templates, inputs: Inputs) -> None:
    """Audience and subject are compared as they are, for an hour, below the boundary (32)."""
    repository, environment = inputs.values.tags.repository, inputs.values.environment
    [boundary] = [p for p in templates.all(POLICY) if p.properties["ManagedPolicyName"].endswith("-boundary")]
    for name, subject in (("plan", "pull_request"), ("deploy", f"environment:{environment}")):
        found = role(templates, name)
        [statement] = found.properties["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert templates.target(found.part, statement["Principal"]["Federated"]) == templates.one(
            "AWS::IAM::OIDCProvider"
        )
        assert statement["Condition"] == {
            "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": f"repo:{repository}:{subject}"}
        }
        assert found.properties["MaxSessionDuration"] == 3600
        assert templates.target(found.part, found.properties["PermissionsBoundary"]) == boundary


def test_the_boundary_keeps_users_keys_and_itself_out_of_reach(templates: Templates, inputs: Inputs) -> None:
    """What is denied there no policy can allow."""
    [boundary] = [p for p in templates.all(POLICY) if p.properties["ManagedPolicyName"].endswith("-boundary")]
    denied = {
        action: resources
        for actions, resources, statement in statements(boundary)
        if statement["Effect"] == "Deny"
        for action in actions
    }
    itself = [f"arn:aws:iam::{inputs.values.account}:policy/{templates.prefix}-boundary"]
    for action in ("CreateUser", "CreateAccessKey", "CreateLoginProfile", "DeleteRolePermissionsBoundary"):
        assert denied[f"iam:{action}"] == ["*"]
    for action in ("CreatePolicyVersion", "DeletePolicy", "SetDefaultPolicyVersion"):
        assert denied[f"iam:{action}"] == itself


def test_the_deploying_roles_reach_only_what_has_our_name(templates: Templates, inputs: Inputs) -> None:
    """Or, for actions that were recorded, what is in the environment's region; IAM never everything."""
    account, regions = inputs.values.account, [inputs.values.region, "us-east-1"]
    ours = (
        f"arn:aws:s3:::{templates.prefix}-",
        f"arn:aws:iam::{account}:role/cdk-",
        f"arn:aws:iam::{account}:role/{templates.prefix}-",
        f"arn:aws:iam::{account}:policy/{templates.prefix}-",
        f"arn:aws:iam::{account}:oidc-provider/{ISSUER}",
    )
    for name in ("plan", "deploy"):
        for policy in policies(templates, role(templates, name)):
            for actions, resources, statement in statements(policy):
                if resources == ["*"]:
                    assert statement["Condition"]["StringEquals"]["aws:RequestedRegion"] == regions
                    assert not [action for action in actions if action.startswith(("iam:", "sts:"))]
                else:
                    assert all(resource.startswith(ours) for resource in resources)


def test_plans_only_read(templates: Templates) -> None:
    """Nothing but the lock of Terraform's state is written."""
    reads = ("Get", "List", "Describe", "BatchGet", "Filter", "Head", "Lookup", "Search", "View", "AssumeRole")
    for policy in policies(templates, role(templates, "plan")):
        for actions, resources, _ in statements(policy):
            writes = [action for action in actions if not action.split(":")[1].startswith(reads)]
            assert not writes or all(resource.endswith(".tflock") for resource in resources)


def test_recorded_actions_are_allowed_in_parts_that_fit_a_policy() -> None:
    """Reads for plans, all for deploys, IAM's apart."""
    actions = {
        "ec2": tuple(f"{verb}Thing{n:03}" for n in range(150) for verb in ("Create", "Describe")),
        "iam": ("CreateRole", "GetRole", "PassRole"),
        "sts": ("GetCallerIdentity",),
    }
    policies = RolePolicies(name="p-dev", arns=Arns("111111111111", "us-west-2"), actions=actions)

    plan, deploy = policies.plan(), policies.deploy()
    assert list(plan) == ["1", "2", "state"]
    assert list(deploy) == ["1", "2", "3", "iam", "state"]
    assert all(len(json.dumps(parts, separators=(",", ":"))) < 6144 for parts in [*plan.values(), *deploy.values()])
    assert "ec2:CreateThing000" not in json.dumps(plan)
    assert "ec2:CreateThing149" in json.dumps(deploy)
    assert [statement["Action"] for statement in plan["state"]][-1] == "iam:GetRole"
    assert deploy["iam"][0]["Action"] == ["iam:CreateRole", "iam:GetRole"]
    assert deploy["iam"][1]["Action"] == "iam:PassRole"
    assert "sts:GetCallerIdentity" not in json.dumps([plan, deploy])


def test_policies_outside_the_boundary_only_allow(templates: Templates) -> None:
    """And say so in the language of 2012-10-17, in which variables and wildcards mean something."""
    for policy in templates.all(POLICY):
        document = policy.properties["PolicyDocument"]
        assert document["Version"] == "2012-10-17"
        if not policy.properties["ManagedPolicyName"].endswith("-boundary"):
            assert {statement["Effect"] for statement in document["Statement"]} == {"Allow"}


def test_roles_are_taken_by_one_service_each(templates: Templates, inputs: Inputs) -> None:
    """Tasks only for ECS of this region."""
    taken = {}
    for each in templates.all(ROLE):
        [statement] = each.properties["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Effect"] == "Allow"
        if "Service" in statement["Principal"]:
            assert statement["Action"] == "sts:AssumeRole"
            name = each.properties["RoleName"].removeprefix(f"{templates.prefix}-")
            taken[name] = statement["Principal"]["Service"]
            source = f"arn:aws:ecs:{inputs.values.region}:{inputs.values.account}:*"
            assert statement["Condition"].get("ArnLike", {}) == (
                {} if name == "flow-logs" else {"aws:SourceArn": source}
            )
    tasks = "ecs-tasks.amazonaws.com"
    assert taken == {"execution": tasks, "task": tasks, "flow-logs": "vpc-flow-logs.amazonaws.com"}


def test_only_githubs_tokens_for_aws_are_believed(templates: Templates) -> None:
    """32."""
    provider = templates.one("AWS::IAM::OIDCProvider").properties
    assert (provider["Url"], provider["ClientIdList"]) == (f"https://{ISSUER}", ["sts.amazonaws.com"])


def test_the_deploy_role_passes_roles_to_two_services_only(templates: Templates) -> None:
    """So that it cannot give its rights to a function or an instance."""
    [passing] = [
        statement
        for policy in policies(templates, role(templates, "deploy"))
        for actions, _, statement in statements(policy)
        if "iam:PassRole" in actions
    ]
    services = ["ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": services}}
