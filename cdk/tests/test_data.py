"""Acceptance checks of what outlives releases (infra.md part E: 12, 13, 26, 27, 28, 29)."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from logging_infra.build import Inputs
from logging_infra.synthesis import Templates

RETENTIONS = {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
STATEFUL = ("AWS::KMS::Key", "AWS::ECR::Repository", "AWS::Logs::LogGroup", "AWS::S3::Bucket")


def test_log_groups_are_encrypted_and_forget(templates: Templates, inputs: Inputs) -> None:
    """12."""
    key = templates.one("AWS::KMS::Key")
    groups = templates.all("AWS::Logs::LogGroup")
    assert len(groups) == 4
    for group in groups:
        assert group.properties["RetentionInDays"] == inputs.values.logs.retention_days
        assert group.properties["RetentionInDays"] in RETENTIONS
        assert templates.target(group.part, group.properties["KmsKeyId"]) == key


def test_groups_that_metric_filters_read_are_of_the_standard_class(templates: Templates) -> None:
    """Infrequent access has no metric filters (12)."""
    filters = templates.all("AWS::Logs::MetricFilter")
    assert filters
    for each in filters:
        group = templates.target(each.part, each.properties["LogGroupName"])
        assert group is not None
        assert group.properties["LogGroupClass"] == "STANDARD"


@pytest.mark.parametrize("kind", STATEFUL)
def test_data_stays_where_the_environment_says_so(kind: str, templates: Templates, inputs: Inputs) -> None:
    """Always in prod (12)."""
    expected = "Retain" if inputs.values.protection.retain_data else "Delete"
    assert expected == "Retain" or inputs.values.environment != "prod"
    for each in templates.all(kind):
        assert (each.body["DeletionPolicy"], each.body["UpdateReplacePolicy"]) == (expected, expected)


def test_personal_data_is_masked_and_counted(templates: Templates, inputs: Inputs) -> None:
    """The same kinds of data in both statements, on the service's records (13)."""
    [group] = [g for g in templates.all("AWS::Logs::LogGroup") if "DataProtectionPolicy" in g.properties]
    audit, mask = group.properties["DataProtectionPolicy"]["Statement"]
    kinds = {identifier.rsplit("/")[-1] for identifier in mask["DataIdentifier"]}
    assert group.properties["LogGroupName"].endswith(f"/{inputs.values.service.name}")
    assert audit["DataIdentifier"] == mask["DataIdentifier"]
    assert {"EmailAddress", "CreditCardNumber", "AwsSecretKey"} <= kinds
    assert audit["Operation"] == {"Audit": {"FindingsDestination": {}}}
    assert mask["Operation"] == {"Deidentify": {"MaskConfig": {}}}


def test_access_logs_are_private_versioned_and_expire(templates: Templates) -> None:
    """26."""
    bucket = templates.one("AWS::S3::Bucket").properties
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 90)
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


def test_there_is_one_bucket_and_only_load_balancers_write_to_it(templates: Templates) -> None:
    """Over TLS, encrypted by S3 itself, which delivery needs (26)."""
    bucket, policy = templates.one("AWS::S3::Bucket"), templates.one("AWS::S3::BucketPolicy")
    [encryption] = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    deny, deliver = policy.properties["PolicyDocument"]["Statement"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert templates.target(policy.part, policy.properties["Bucket"]) == bucket
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert deliver["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert deliver["Action"] == "s3:PutObject"


def test_the_load_balancer_writes_where_the_bucket_lets_it(templates: Templates, inputs: Inputs) -> None:
    """The same prefix on both sides."""
    attributes = templates.one("AWS::ElasticLoadBalancingV2::LoadBalancer").properties["LoadBalancerAttributes"]
    [prefix] = [attribute["Value"] for attribute in attributes if attribute["Key"] == "access_logs.s3.prefix"]
    _, deliver = templates.one("AWS::S3::BucketPolicy").properties["PolicyDocument"]["Statement"]
    assert f"/{prefix}/AWSLogs/{inputs.values.account}/*" in json.dumps(deliver["Resource"])


def test_images_never_change_and_what_was_deployed_never_expires(templates: Templates) -> None:
    """27."""
    repository = templates.one("AWS::ECR::Repository")
    properties = repository.properties
    rules = json.loads(properties["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    prefixes = [prefix for rule in rules for prefix in rule["selection"].get("tagPrefixList", [])]
    kept = [rule["selection"]["countNumber"] for rule in rules if rule["selection"]["tagStatus"] == "tagged"]
    assert properties["ImageTagMutability"] == "IMMUTABLE"
    assert properties["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert properties["EncryptionConfiguration"]["EncryptionType"] == "KMS"
    key = properties["EncryptionConfiguration"]["KmsKey"]
    assert templates.target(repository.part, key) == templates.one("AWS::KMS::Key")
    assert prefixes == ["candidate-"]
    assert kept == [50]
    assert all(rule["selection"]["tagStatus"] != "any" for rule in rules)


def test_an_environment_that_goes_takes_its_images_with_it(templates: Templates, inputs: Inputs) -> None:
    """Unless they are to stay."""
    repository = templates.one("AWS::ECR::Repository").properties
    assert repository["EmptyOnDelete"] is not inputs.values.protection.retain_data


def key_statement(templates: Templates, sid: str) -> dict[str, Any]:
    """A statement of the key's policy."""
    [found] = [s for s in templates.one("AWS::KMS::Key").properties["KeyPolicy"]["Statement"] if s["Sid"] == sid]
    statement: dict[str, Any] = found
    return statement


def test_the_key_rotates_and_serves_this_account_only(templates: Templates, inputs: Inputs) -> None:
    """28."""
    alias = templates.one("AWS::KMS::Alias")
    notifications = key_statement(templates, "Notifications")
    assert templates.one("AWS::KMS::Key").properties["EnableKeyRotation"] is True
    assert alias.properties["AliasName"] == f"alias/{templates.prefix}"
    assert notifications["Condition"] == {"StringEquals": {"aws:SourceAccount": inputs.values.account}}
    assert key_statement(templates, "Account")["Principal"] == {"AWS": f"arn:aws:iam::{inputs.values.account}:root"}


def test_the_key_admits_exactly_our_log_groups(templates: Templates, inputs: Inputs) -> None:
    """Each group that is encrypted with it, and none of another environment (28)."""
    logs = key_statement(templates, "Logs")
    patterns = logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    start = f"arn:aws:logs:{inputs.values.region}:{inputs.values.account}:log-group:"
    assert logs["Principal"] == {"Service": f"logs.{inputs.values.region}.amazonaws.com"}
    for group in templates.all("AWS::Logs::LogGroup"):
        assert any(fnmatchcase(start + group.properties["LogGroupName"], pattern) for pattern in patterns)
    assert not any(fnmatchcase(f"{start}/{inputs.values.project}/other/demo-service", pattern) for pattern in patterns)


def test_topics_are_encrypted_and_only_alarms_and_budgets_publish(templates: Templates, inputs: Inputs) -> None:
    """29."""
    topics = {topic.properties["TopicName"]: topic for topic in templates.all("AWS::SNS::Topic")}
    assert set(topics) == {f"{templates.prefix}-critical", f"{templates.prefix}-warning"}
    for topic in topics.values():
        key = templates.target(topic.part, topic.properties["KmsMasterKeyId"])
        assert key == templates.one("AWS::KMS::Key")
    for policy in templates.all("AWS::SNS::TopicPolicy"):
        deny, publish = policy.properties["PolicyDocument"]["Statement"]
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert deny["Effect"] == "Deny"
        assert publish["Principal"] == {"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]}
        assert publish["Condition"] == {"StringEquals": {"aws:SourceAccount": inputs.values.account}}
        assert len(templates.targets(policy, policy.properties["Topics"])) == 1


def test_every_receiver_hears_of_its_severity(templates: Templates, inputs: Inputs) -> None:
    """At least one each (29)."""
    heard: dict[str, set[tuple[str, str]]] = {}
    for each in templates.all("AWS::SNS::Subscription"):
        topic = templates.target(each.part, each.properties["TopicArn"])
        assert topic is not None
        severity = topic.properties["TopicName"].rsplit("-", 1)[1]
        heard.setdefault(severity, set()).add((each.properties["Protocol"], each.properties["Endpoint"]))
    for severity, receivers in (
        ("critical", inputs.values.alarms.critical),
        ("warning", inputs.values.alarms.warning),
    ):
        expected = {("https" if r.startswith("https:") else "email", r) for r in receivers}
        assert heard[severity] == expected != set()


def test_groups_that_nothing_filters_are_of_the_environments_class(templates: Templates, inputs: Inputs) -> None:
    """The service's own is STANDARD in every environment."""
    for group in templates.all("AWS::Logs::LogGroup"):
        own = group.properties["LogGroupName"].endswith(f"/{inputs.values.service.name}")
        assert group.properties["LogGroupClass"] == ("STANDARD" if own else inputs.values.logs.log_class)


def test_who_may_use_the_key_is_exact(templates: Templates) -> None:
    """Who, what and on what; nothing is denied by mistake (28)."""
    use = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    statements = templates.one("AWS::KMS::Key").properties["KeyPolicy"]["Statement"]
    assert [(s["Sid"], s["Effect"], s["Action"], s["Resource"]) for s in statements] == [
        ("Account", "Allow", "kms:*", "*"),
        ("Logs", "Allow", use, "*"),
        ("Notifications", "Allow", ["kms:Decrypt", "kms:GenerateDataKey*"], "*"),
    ]
    services = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "sns.amazonaws.com"]
    assert key_statement(templates, "Notifications")["Principal"] == {"Service": services}


def test_policies_of_bucket_and_topics_are_about_themselves(templates: Templates) -> None:
    """All objects of the bucket, and the one topic; publishing alone (26, 29)."""
    bucket, policy = templates.one("AWS::S3::Bucket"), templates.one("AWS::S3::BucketPolicy")
    deny, deliver = policy.properties["PolicyDocument"]["Statement"]
    assert templates.target(policy.part, deny["Resource"][0]) == bucket
    assert deny["Resource"][1] == {"Fn::Join": ["", [deny["Resource"][0], "/*"]]}
    assert templates.targets(policy, deliver["Resource"]) == {bucket}
    assert deliver["Effect"] == "Allow"
    assert bucket.properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}

    for policy in templates.all("AWS::SNS::TopicPolicy"):
        [topic] = templates.targets(policy, policy.properties["Topics"])
        for statement, effect in zip(policy.properties["PolicyDocument"]["Statement"], ("Deny", "Allow"), strict=True):
            assert templates.target(policy.part, statement["Resource"]) == topic
            assert (statement["Action"], statement["Effect"]) == ("sns:Publish", effect)
        assert policy.properties["PolicyDocument"]["Statement"][0]["Principal"] == "*"


def test_names_say_project_environment_account_and_region(templates: Templates, inputs: Inputs) -> None:
    """A bucket's name is unique in the world."""
    values = inputs.values
    bucket = f"{templates.prefix}-alb-logs-{values.account}-{values.region}"
    assert templates.one("AWS::S3::Bucket").properties["BucketName"] == bucket
    repository = templates.one("AWS::ECR::Repository").properties["RepositoryName"]
    assert repository == f"{templates.prefix}/{values.service.name}"
