"""S3: bucket policies whose statements have conditions.

moto takes a statement whose condition does not hold as a denial, so that the usual "deny what is not TLS"
locks everybody out. Here a statement with a condition says nothing: all callers come over loopback, signed.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """What the bucket's policy says to an action on a resource."""
    if self.policy is None:
        return PermissionResult.NEUTRAL
    document: dict[str, Any] = json.loads(self.policy)
    statements = [statement for statement in document["Statement"] if not statement.get("Condition")]
    policy = IAMPolicy(json.dumps({**document, "Statement": statements}))
    result: PermissionResult = policy.is_action_permitted(action, resource)
    return result


FakeBucket.get_permission = get_permission
