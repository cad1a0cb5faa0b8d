"""What holds data, in Terraform's plan: acceptance checks 12, 13, 26 to 28, and names that must stay (34)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.infra.environment_files import load
from tests.infra.planned import Plan

#: What identifies a resource that holds data: a change of it is a replacement, and the data are gone.
STATEFUL = {
    "aws_cloudwatch_log_group": ("name",),
    "aws_ecr_repository": ("name",),
    "aws_kms_key": (),
    "aws_s3_bucket": ("bucket",),
}
KNOWN = Path(__file__).parent / "stateful.yaml"


def test_log_groups_are_kept_and_encrypted(planned: Plan) -> None:
    """Check 12: retention of the file, a key, kept in prod; the group with metric filters is of class STANDARD."""
    groups = planned.all("aws_cloudwatch_log_group")
    filtered = {one.values["log_group_name"] for one in planned.all("aws_cloudwatch_log_metric_filter")}
    assert filtered <= {one.values["name"] for one in groups}
    for group in groups:
        assert group.values["retention_in_days"] == load(planned.environment)["logs"]["retention_days"]
        assert group.refers_to("kms_key_id", "aws_kms_key.this")
        assert group.values["skip_destroy"] is (planned.environment == "prod")
        assert group.values["log_group_class"] == "STANDARD" or group.values["name"] not in filtered


def test_class_of_the_file_leaves_metric_filters_alone(planned_with_exec: Plan) -> None:
    """Check 12: INFREQUENT_ACCESS, which has no metric filters, is for the other groups."""
    classes = {str(one.key): one.values["log_group_class"] for one in planned_with_exec.all("aws_cloudwatch_log_group")}
    assert classes.pop("service") == "STANDARD"
    assert set(classes.values()) == {"INFREQUENT_ACCESS"}


def test_sensitive_data_are_reported_and_masked(planned: Plan) -> None:
    """Check 13: the two statements that CloudWatch wants, of the same kinds of data."""
    policy = planned.one("aws_cloudwatch_log_data_protection_policy")
    audit, mask = policy.statements("policy_document")
    assert audit["DataIdentifier"] == mask["DataIdentifier"]
    assert any(kind.endswith("/EmailAddress") for kind in audit["DataIdentifier"])
    assert (set(audit["Operation"]), set(mask["Operation"])) == ({"Audit"}, {"Deidentify"})


def test_the_bucket_is_private(planned: Plan) -> None:
    """Check 26: no public access, TLS only, versions, encryption; objects and stale uploads go."""
    block = planned.one("aws_s3_bucket_public_access_block").values
    assert all(
        block[key]
        for key in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    )
    assert planned.one("aws_s3_bucket_versioning").values["versioning_configuration"][0]["status"] == "Enabled"
    (encryption,) = planned.one("aws_s3_bucket_server_side_encryption_configuration").values["rule"]
    assert encryption["apply_server_side_encryption_by_default"][0]["sse_algorithm"] == "AES256"
    (rule,) = planned.one("aws_s3_bucket_lifecycle_configuration").values["rule"]
    assert rule["status"] == "Enabled"
    assert rule["expiration"][0]["days"] == 90
    assert rule["abort_incomplete_multipart_upload"][0]["days_after_initiation"] == 7
    denied, allowed = planned.one("aws_s3_bucket_policy").statements()
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert allowed["Action"] == "s3:PutObject"
    assert f"/AWSLogs/{load(planned.environment)['account']}/" in allowed["Resource"]
    assert planned.one("aws_s3_bucket").values["force_destroy"] is (planned.environment != "prod")


def test_images_stay_what_they_are(planned: Plan) -> None:
    """Check 27: immutable tags, scanned, encrypted with our key; no rule of the life cycle is about deployed-*."""
    repository = planned.one("aws_ecr_repository")
    assert repository.values["image_tag_mutability"] == "IMMUTABLE"
    assert repository.values["image_scanning_configuration"] == [{"scan_on_push": True}]
    assert repository.values["encryption_configuration"][0]["encryption_type"] == "KMS"
    assert repository.refers_to("encryption_configuration", "aws_kms_key.this")
    assert repository.values["force_delete"] is (planned.environment != "prod")
    selections: list[dict[str, Any]] = [
        rule["selection"] for rule in planned.one("aws_ecr_lifecycle_policy").json("policy")["rules"]
    ]
    assert {one["tagStatus"] for one in selections} == {"untagged", "tagged"}
    for selection in selections:
        for prefix in selection.get("tagPrefixList", []):
            assert not prefix.startswith("deployed-")
            assert not "deployed-".startswith(prefix)
            assert selection["countNumber"] >= 20


def test_the_key_serves_this_account(planned: Plan) -> None:
    """Check 28: it rotates; logs only for our groups, notifications only of this account."""
    key = planned.one("aws_kms_key")
    account = load(planned.environment)["account"]
    assert key.values["enable_key_rotation"] is True
    services: dict[str, Any] = {}
    for statement in key.statements():
        assert statement["Effect"] == "Allow"
        principal = statement["Principal"]
        if "AWS" in principal:
            assert principal["AWS"] == f"arn:aws:iam::{account}:root"
        else:
            names = principal["Service"] if isinstance(principal["Service"], list) else [principal["Service"]]
            services |= dict.fromkeys(names, statement["Condition"])
    region = load(planned.environment)["region"]
    assert set(services) == {
        "budgets.amazonaws.com",
        "cloudwatch.amazonaws.com",
        f"logs.{region}.amazonaws.com",
        "sns.amazonaws.com",
    }
    (patterns,) = services.pop(f"logs.{region}.amazonaws.com")["ArnLike"].values()
    assert all(f":{account}:log-group:" in pattern for pattern in patterns)
    assert all(condition == {"StringEquals": {"aws:SourceAccount": account}} for condition in services.values())


def test_what_holds_data_keeps_its_name(planned: Plan) -> None:
    """Check 34: address and name of each stateful resource as in stateful.yaml, or the next apply replaces it.

    Whoever changes one on purpose moves the data first, writes a `moved` block where the address changed, and
    then the new line.
    """
    found = {
        one.address: ",".join(str(one.values[attribute]) for attribute in attributes)
        for type_, attributes in STATEFUL.items()
        for one in planned.all(type_)
    }
    known: dict[str, dict[str, str]] = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    assert found == known[planned.environment]
