"""What a reference to a resource reads like: its ARN or name where the environment decides it, else `<kind key>`.

The two tools refer differently to the same thing: one writes the ARN, the other `Ref`. Both are read as the same
text here. `{account}` and `{region}` are the environment's, `{key}` the resource's.
"""

from __future__ import annotations

from dataclasses import dataclass

#: kind → ARN; kinds that are not here have ids that AWS makes up.
ARNS = {
    "topic": "arn:aws:sns:{region}:{account}:{key}",
    "log group": "arn:aws:logs:{region}:{account}:log-group:{key}",
    "bucket": "arn:aws:s3:::{key}",
    "role": "arn:aws:iam::{account}:role/{key}",
    "managed policy": "arn:aws:iam::{account}:policy/{key}",
    "alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{key}",
    "composite alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{key}",
    "cluster": "arn:aws:ecs:{region}:{account}:cluster/{key}",
    "parameter": "arn:aws:ssm:{region}:{account}:parameter{key}",
    "repository": "arn:aws:ecr:{region}:{account}:repository/{key}",
    "identity provider": "arn:aws:iam::{account}:oidc-provider/{key}",
}
#: kinds whose name is what refers to them where no ARN is asked for.
NAMED = {"log group", "bucket", "role", "alarm", "composite alarm", "cluster", "parameter", "repository", "service"}
#: kinds for which `Ref` in a template is the ARN.
REF_IS_ARN = {"topic", "managed policy", "identity provider"}


@dataclass(frozen=True)
class Place:
    """Account and region of an environment."""

    account: str
    region: str


def reference(place: Place, kind: str, key: str, attribute: str) -> str:
    """The text for `attribute` (`arn`, `name`, or anything else) of a resource."""
    if attribute == "uri" and kind == "repository":
        return f"{place.account}.dkr.ecr.{place.region}.amazonaws.com/{key}"
    if attribute == "arn" and kind in ARNS:
        return ARNS[kind].format(account=place.account, region=place.region, key=key)
    if attribute == "name" and kind in NAMED:
        return key
    return f"<{kind} {key}>"
