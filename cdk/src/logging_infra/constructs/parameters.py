"""The service's settings as SSM parameters.

They reach the container as `secrets`: a task definition, which many may read, holds no setting (AwsSolutions-ECS2). A
task reads them when it starts, so their hash is in the task definition: a changed setting is a deployment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from logging_infra.constructs.arns import Arns
from logging_infra.constructs.tagging import name_tag


class Parameters(Construct):
    """A parameter `<path>/<variable>` for each variable of the container's environment."""

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, path: str, values: Mapping[str, str], arns: Arns
    ) -> None:
        super().__init__(scope, construct_id)
        arn_of = {}
        for key, value in values.items():
            parameter = ssm.CfnParameter(
                self,
                key,
                name=f"{path}/{key}",
                type="String",
                value=value,
                description=f"{key} of {name}",
            )
            name_tag(parameter, f"{path}/{key}")
            arn_of[key] = arns.of("ssm", f"parameter{parameter.ref}")
        self.arn_of: Mapping[str, str] = arn_of
        self.sha256 = sha256_of(values)


def sha256_of(values: Mapping[str, str]) -> str:
    """SHA-256, in hexadecimal, of names and values as JSON the way Terraform's `jsonencode` writes it."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return hashlib.sha256(text.encode()).hexdigest()
