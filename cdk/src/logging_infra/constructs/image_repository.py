"""The image repository: tags never move, every image is scanned, what was deployed stays.

Images are tagged `candidate-…` when built and `deployed-…` when promoted. No rule matches the second, so that what may
be rolled back to is never removed (aws/containers-roadmap#637).
"""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from logging_infra.constructs.tagging import name_tag


class ImageRepository(Construct):
    """An ECR repository named `name`; without `retain` it goes with its stack, images and all.

    Images without a tag go after `untagged_days`, those tagged `candidate_prefix…` when `candidates_kept` are newer.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key_arn: str,
        retain: bool,
        untagged_days: int,
        candidate_prefix: str,
        candidates_kept: int,
    ) -> None:
        super().__init__(scope, construct_id)
        rules = [
            _expire(
                1,
                f"untagged images after {untagged_days} days",
                tagStatus="untagged",
                countType="sinceImagePushed",
                countUnit="days",
                countNumber=untagged_days,
            ),
            _expire(
                2,
                f"all candidates but the newest {candidates_kept}",
                tagStatus="tagged",
                tagPrefixList=[candidate_prefix],
                countType="imageCountMoreThan",
                countNumber=candidates_kept,
            ),
        ]
        self.resource = ecr.CfnRepository(
            self,
            "Resource",
            repository_name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scanOnPush": True},
            encryption_configuration={"encryptionType": "KMS", "kmsKey": key_arn},
            lifecycle_policy={"lifecyclePolicyText": json.dumps({"rules": rules}, separators=(",", ":"))},
            empty_on_delete=not retain,
        )
        self.resource.apply_removal_policy(RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY)
        name_tag(self.resource, name)
        self.arn = self.resource.attr_arn
        self.uri = self.resource.attr_repository_uri


def _expire(priority: int, description: str, **selection: Any) -> dict[str, Any]:
    return {
        "rulePriority": priority,
        "description": description,
        "selection": selection,
        "action": {"type": "expire"},
    }
