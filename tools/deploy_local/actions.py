"""From recorded API calls to the IAM actions that a deployment needs: `environments/deploy_actions.yaml`.

Most operations have an action of the same name. Where IAM calls it otherwise, or wants more than what is on the
wire (tags at creation, roles that are passed on), the tables here say so; their source is the Service
Authorization Reference.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tools.deploy_local.settings import ROOT

TARGET = ROOT / "environments" / "deploy_actions.yaml"
#: Service in the signature → service in IAM, where they differ.
_SERVICES = {"monitoring": "cloudwatch"}
#: Operation → action of the same service.
_ACTIONS: dict[tuple[str, str], str] = {
    **{("budgets", name): "ModifyBudget" for name in ("CreateBudget", "UpdateBudget", "DeleteBudget")},
    **{("budgets", f"{verb}Notification"): "ModifyBudget" for verb in ("Create", "Update", "Delete")},
    **{("budgets", f"{verb}Subscriber"): "ModifyBudget" for verb in ("Create", "Update", "Delete")},
    ("budgets", "DescribeBudget"): "ViewBudget",
    ("budgets", "DescribeNotificationsForBudget"): "ViewBudget",
    ("budgets", "DescribeSubscribersForNotification"): "ViewBudget",
    ("s3", "DeleteBucketEncryption"): "PutEncryptionConfiguration",
    ("s3", "DeleteBucketLifecycle"): "PutLifecycleConfiguration",
    ("s3", "DeleteBucketOwnershipControls"): "PutBucketOwnershipControls",
    ("s3", "DeleteBucketTagging"): "PutBucketTagging",
    ("s3", "DeletePublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("s3", "GetBucketAccelerateConfiguration"): "GetAccelerateConfiguration",
    ("s3", "GetBucketCors"): "GetBucketCORS",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "GetBucketReplication"): "GetReplicationConfiguration",
    ("s3", "GetObjectLockConfiguration"): "GetBucketObjectLockConfiguration",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "HeadBucket"): "ListBucket",
    ("s3", "HeadObject"): "GetObject",
    ("s3", "ListObjectVersions"): "ListBucketVersions",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "PutBucketEncryption"): "PutEncryptionConfiguration",
    ("s3", "PutBucketLifecycleConfiguration"): "PutLifecycleConfiguration",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
}
#: Operation → actions that IAM asks for besides: they are not on the wire.
_BESIDES: dict[tuple[str, str], tuple[str, ...]] = {
    ("application-autoscaling", "RegisterScalableTarget"): ("iam:CreateServiceLinkedRole",),
    ("ec2", "CreateFlowLogs"): ("iam:PassRole", "logs:CreateLogDelivery", "logs:DeleteLogDelivery"),
    ("ecr", "CreateRepository"): ("kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"),
    ("ecs", "CreateCluster"): ("iam:CreateServiceLinkedRole",),
    ("ecs", "RegisterTaskDefinition"): ("iam:PassRole",),
    ("elasticloadbalancing", "CreateLoadBalancer"): ("iam:CreateServiceLinkedRole",),
    ("wafv2", "AssociateWebACL"): ("elasticloadbalancing:SetWebACL",),
    ("wafv2", "DisassociateWebACL"): ("elasticloadbalancing:SetWebACL",),
    ("wafv2", "PutLoggingConfiguration"): (
        "iam:CreateServiceLinkedRole",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:PutResourcePolicy",
    ),
}
#: IAM service → what it asks for when something is created with tags, as everything of ours is.
_TAGGING: dict[str, tuple[str, ...]] = {
    "application-autoscaling": ("TagResource",),
    "budgets": ("TagResource",),
    "cloudwatch": ("TagResource",),
    "ec2": ("CreateTags",),
    "ecr": ("TagResource",),
    "ecs": ("TagResource",),
    "elasticloadbalancing": ("AddTags",),
    "iam": ("TagOpenIDConnectProvider", "TagPolicy", "TagRole"),
    "kms": ("TagResource",),
    "logs": ("TagResource",),
    "s3": ("PutBucketTagging",),
    "sns": ("TagResource",),
    "ssm": ("AddTagsToResource",),
    "wafv2": ("TagResource",),
}
_CREATING = ("Create", "Put", "Register", "Allocate")
#: Longest line of the file.
_WIDTH = 116


def actions_of(calls: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """IAM service → actions, both sorted, for calls of (service, operation)."""
    found: dict[str, set[str]] = defaultdict(set)
    for service, operation in calls:
        name = _SERVICES.get(service, service)
        found[name].add(_ACTIONS.get((service, operation), operation))
        if operation.startswith(_CREATING):
            found[name].update(_TAGGING.get(name, ()))
        for action in _BESIDES.get((service, operation), ()):
            other, _, what = action.partition(":")
            found[other].add(what)
    return {service: sorted(actions) for service, actions in sorted(found.items())}


def recorded(path: Path, *, caller: str, phase: str, own: bool) -> list[tuple[str, str]]:
    """The calls in a record; `own`: only those with the caller's own keys, not with those of a role that it took."""
    calls = []
    for line in path.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        if (call["caller"], call["phase"]) == (caller, phase) and not (own and call["assumed"]):
            calls.append((call["service"], call["operation"]))
    return calls


def text_of(terraform: dict[str, list[str]], cdk: dict[str, list[str]]) -> str:
    """The file."""
    lines = [
        "# IAM actions that a deployment needs, by tool and service. The deploy role allows the union of both tools.",
        "# Made by python -m tools.deploy_local.write_actions from the API calls recorded by `make deploy-local`;",
        "# do not edit: tests/infra/test_deploy_real.py keeps it exact. CDK itself only takes the roles that",
        "# `cdk bootstrap` made, which do the rest.",
    ]
    for tool, actions in (("terraform", terraform), ("cdk", cdk)):
        lines.append(f"{tool}:")
        for service, names in actions.items():
            lines += _wrapped(service, names)
    return "\n".join(lines) + "\n"


def _wrapped(service: str, names: list[str]) -> list[str]:
    flat = f"  {service}: [{', '.join(names)}]"
    if len(flat) <= _WIDTH:
        return [flat]
    lines, current = [f"  {service}:"], "    ["
    for number, name in enumerate(names):
        piece = name + ("]" if number == len(names) - 1 else ",")
        if len(current) + len(piece) > _WIDTH:
            lines.append(current.rstrip())
            current = "     "
        current += piece + " "
    return [*lines, current.rstrip()]
