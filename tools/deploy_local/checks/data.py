"""What outlives a release: log groups, images, access logs."""

from __future__ import annotations

import json

from tools.deploy_local.embedded import EmbeddedAws
from tools.deploy_local.settings import Settings


def log_groups_are_encrypted_and_forget(aws: EmbeddedAws, settings: Settings) -> None:
    """Every group of ours has the key and the environment's retention; the service's has class STANDARD."""
    groups = {group["logGroupName"]: group for group in aws.client("logs").describe_log_groups()["logGroups"]}
    ours = [name for name in groups if name.startswith((settings.log_path, f"aws-waf-logs-{settings.name}"))]
    assert {settings.service_logs, f"{settings.log_path}/flow-logs"} <= set(ours), ours
    [key] = [
        alias["TargetKeyId"]
        for alias in aws.client("kms").list_aliases()["Aliases"]
        if alias["AliasName"] == f"alias/{settings.name}"
    ]
    for name in ours:
        assert groups[name]["retentionInDays"] == settings.values["logs"]["retention_days"], name
        assert groups[name]["kmsKeyId"].endswith(key), name
    assert groups[settings.service_logs]["logGroupClass"] == "STANDARD"
    assert aws.client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def personal_data_in_the_service_logs_is_masked(aws: EmbeddedAws, settings: Settings) -> None:
    """The policy audits and masks the same things."""
    answer = aws.client("logs").get_data_protection_policy(logGroupIdentifier=settings.service_logs)
    audit, mask = json.loads(answer["policyDocument"])["Statement"]
    assert audit["DataIdentifier"] == mask["DataIdentifier"]
    assert any("EmailAddress" in identifier for identifier in mask["DataIdentifier"])


def images_are_immutable_scanned_and_encrypted(aws: EmbeddedAws, settings: Settings) -> None:
    """And the life cycle never names the tags of deployed images."""
    ecr, name = aws.client("ecr"), f"{settings.name}/{settings.values['service']['name']}"
    [repository] = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"]["scanOnPush"]
    assert repository["encryptionConfiguration"]["encryptionType"] == "KMS"
    rules = json.loads(ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"])["rules"]
    prefixes = [prefix for rule in rules for prefix in rule["selection"].get("tagPrefixList", [])]
    assert prefixes, rules
    assert not any("deployed-".startswith(prefix) for prefix in prefixes), prefixes


def access_logs_are_private_and_expire(aws: EmbeddedAws, settings: Settings) -> None:
    """The bucket of the load balancer's access logs."""
    s3 = aws.client("s3")
    bucket = f"{settings.name}-alb-logs-{settings.account}-{settings.region}"
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(block.values()), block
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert any("Expiration" in rule for rule in rules), rules
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules), rules
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    denied = [statement for statement in policy["Statement"] if statement["Effect"] == "Deny"]
    assert any("aws:SecureTransport" in json.dumps(statement) for statement in denied), policy
