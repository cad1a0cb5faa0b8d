"""The bucket for the load balancer's access logs.

Encrypted with S3's own keys: Elastic Load Balancing writes to no bucket with a KMS key (its user guide, "access logs").
"""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from logging_infra.constructs.policies import allow, document
from logging_infra.constructs.tagging import name_tag


class AccessLogBucket(Construct):
    """A private, versioned bucket named `name` that only the load balancers of this account write to, under `prefix`.

    Logs go after `expire_days`, what was never uploaded to its end after `abort_upload_days`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        account: str,
        prefix: str,
        expire_days: int,
        abort_upload_days: int,
        retain: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.resource = s3.CfnBucket(
            self,
            "Resource",
            bucket_name=name,
            bucket_encryption={
                "serverSideEncryptionConfiguration": [{"serverSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]
            },
            public_access_block_configuration={
                "blockPublicAcls": True,
                "blockPublicPolicy": True,
                "ignorePublicAcls": True,
                "restrictPublicBuckets": True,
            },
            ownership_controls={"rules": [{"objectOwnership": "BucketOwnerEnforced"}]},
            versioning_configuration={"status": "Enabled"},
            lifecycle_configuration={
                "rules": [
                    {
                        "id": "expire",
                        "status": "Enabled",
                        "expirationInDays": expire_days,
                        "noncurrentVersionExpiration": {"noncurrentDays": expire_days},
                        "abortIncompleteMultipartUpload": {"daysAfterInitiation": abort_upload_days},
                    }
                ]
            },
        )
        self.resource.apply_removal_policy(RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY)
        name_tag(self.resource, name)
        arn = self.resource.attr_arn
        self.policy = s3.CfnBucketPolicy(
            self,
            "Policy",
            bucket=self.resource.ref,
            policy_document=document(
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [arn, f"{arn}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                allow(
                    "LoadBalancer",
                    "s3:PutObject",
                    f"{arn}/{prefix}/AWSLogs/{account}/*",
                    Principal={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                ),
            ),
        )
        self.name = self.resource.ref
