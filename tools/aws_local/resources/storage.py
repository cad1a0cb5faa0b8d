"""AWS::ECR and AWS::S3: repositories, buckets and their policies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tools.aws_local import api
from tools.aws_local.cloudformation import shapes
from tools.aws_local.cloudformation.model import PutResource, Resource, ResourceError

_ECR_APART = ("LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete", "RepositoryName")


class Repository(Resource):
    """A repository of images."""

    TYPE = "AWS::ECR::Repository"
    SERVICE = "ecr"
    NAME = "RepositoryName"
    IMMUTABLE = frozenset({"RepositoryName", "EncryptionConfiguration"})

    def create(self) -> None:
        given = self.parameters("create_repository", without=_ECR_APART)
        name = self.get("RepositoryName") or self.name.lower()
        made = self.call("create_repository", repositoryName=name, **given)["repository"]
        self.physical_resource_id = name
        self.attributes = {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]}
        self._policies(None)

    def _policies(self, old: Resource | None) -> None:
        name = self.physical_resource_id
        text = self.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
        if text:
            self.call("put_lifecycle_policy", repositoryName=name, lifecyclePolicyText=text)
        elif old and old.get("LifecyclePolicy"):
            self.call("delete_lifecycle_policy", repositoryName=name)
        if self.get("RepositoryPolicyText"):
            policy = shapes.text_of(self.get("RepositoryPolicyText"))
            self.call("set_repository_policy", repositoryName=name, policyText=policy)
        elif old and old.get("RepositoryPolicyText"):
            self.call("delete_repository_policy", repositoryName=name)

    def update(self, old: Resource) -> None:
        name = self.physical_resource_id
        self.parameters("create_repository", without=_ECR_APART)
        if self.changed(old, "ImageTagMutability"):
            mutability = self.get("ImageTagMutability", "MUTABLE")
            self.call("put_image_tag_mutability", repositoryName=name, imageTagMutability=mutability)
        if self.changed(old, "ImageScanningConfiguration"):
            on = str(self.get("ImageScanningConfiguration", {}).get("ScanOnPush", False)).lower() == "true"
            scan = {"scanOnPush": on}
            self.call("put_image_scanning_configuration", repositoryName=name, imageScanningConfiguration=scan)
        self._policies(old)
        if self.get("Tags"):
            self.call("tag_resource", resourceArn=self.attributes["Arn"], tags=self.get("Tags"))

    def delete(self) -> None:
        force = str(self.get("EmptyOnDelete", False)).lower() == "true"
        self.call("delete_repository", repositoryName=self.physical_resource_id, force=force)


#: Property of a bucket → operation, parameter, and how the property becomes its value.
_SETTINGS: dict[str, tuple[str, str, Any]] = {
    "BucketEncryption": (
        "put_bucket_encryption",
        "ServerSideEncryptionConfiguration",
        lambda value: {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                    **({"BucketKeyEnabled": rule["BucketKeyEnabled"]} if "BucketKeyEnabled" in rule else {}),
                }
                for rule in value["ServerSideEncryptionConfiguration"]
            ]
        },
    ),
    "PublicAccessBlockConfiguration": ("put_public_access_block", "PublicAccessBlockConfiguration", None),
    "VersioningConfiguration": ("put_bucket_versioning", "VersioningConfiguration", None),
    "OwnershipControls": ("put_bucket_ownership_controls", "OwnershipControls", None),
    "LifecycleConfiguration": (
        "put_bucket_lifecycle_configuration",
        "LifecycleConfiguration",
        lambda value: {"Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]},
    ),
    "Tags": ("put_bucket_tagging", "Tagging", lambda value: {"TagSet": value}),
}


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of a template as the API takes it: flat keys there, nested ones here."""
    made: dict[str, Any] = {"Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    nested: dict[str, Callable[[Any], dict[str, Any]]] = {
        "Id": lambda value: {"ID": value},
        "ExpirationInDays": lambda value: {"Expiration": {"Days": int(value)}},
        "NoncurrentVersionExpiration": lambda value: {"NoncurrentVersionExpiration": value},
        "NoncurrentVersionExpirationInDays": lambda value: {
            "NoncurrentVersionExpiration": {"NoncurrentDays": int(value)}
        },
        "AbortIncompleteMultipartUpload": lambda value: {"AbortIncompleteMultipartUpload": value},
        "Transitions": lambda value: {
            "Transitions": [{"Days": int(t["TransitionInDays"]), "StorageClass": t["StorageClass"]} for t in value]
        },
        "ExpiredObjectDeleteMarker": lambda value: {"Expiration": {"ExpiredObjectDeleteMarker": value}},
    }
    for key, value in rule.items():
        if key in ("Status", "Prefix"):
            continue
        if key not in nested:
            raise ResourceError(f"property LifecycleConfiguration.Rules.{key}: the embedded AWS does not have it")
        made.update(nested[key](value))
    return made


class Bucket(Resource):
    """A bucket. One that still has objects cannot be deleted, as in AWS."""

    TYPE = "AWS::S3::Bucket"
    SERVICE = "s3"
    NAME = "BucketName"
    IMMUTABLE = frozenset({"BucketName", "AccessControl"})

    def create(self) -> None:
        self.only("BucketName", "AccessControl", *_SETTINGS)
        name = self.get("BucketName") or self.name.lower()
        place = {} if self.region == "us-east-1" else {"LocationConstraint": self.region}
        self.call("create_bucket", Bucket=name, **({"CreateBucketConfiguration": place} if place else {}))
        self.physical_resource_id = name
        self.attributes = {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{self.region}.amazonaws.com",
        }
        for key in _SETTINGS:
            self._set(key)
        if self.get("AccessControl"):  # as in `LogDeliveryWrite`
            acl = re.sub(r"(?<!^)([A-Z])", r"-\1", self.get("AccessControl")).lower()
            self.call("put_bucket_acl", Bucket=name, ACL=acl)

    def _set(self, key: str) -> None:
        if key not in self.properties:
            return
        operation, parameter, convert = _SETTINGS[key]
        value = convert(self.get(key)) if convert else self.get(key)
        shape = api.operation_model("s3", operation, self.region).input_shape
        try:
            given = shapes.to_parameters({parameter: value}, shape)  # type: ignore[arg-type]
        except shapes.UnknownProperty as error:
            raise ResourceError(f"property {error}: the embedded AWS does not have it") from None
        self.call(operation, Bucket=self.physical_resource_id, **given)

    def update(self, old: Resource) -> None:
        self.only("BucketName", "AccessControl", *_SETTINGS)
        gone = {
            "LifecycleConfiguration": "delete_bucket_lifecycle",
            "PublicAccessBlockConfiguration": "delete_public_access_block",
            "Tags": "delete_bucket_tagging",
        }
        for key in _SETTINGS:
            if self.changed(old, key):
                if key not in self.properties and key in gone:
                    self.call(gone[key], Bucket=self.physical_resource_id)
                self._set(key)

    def delete(self) -> None:
        self.call("delete_bucket", Bucket=self.physical_resource_id)


class BucketPolicy(PutResource):
    """Who may do what with a bucket."""

    TYPE = "AWS::S3::BucketPolicy"
    SERVICE = "s3"
    IMMUTABLE = frozenset({"Bucket"})

    def put(self) -> None:
        self.only("Bucket", "PolicyDocument")
        self.call("put_bucket_policy", Bucket=self.get("Bucket"), Policy=json.dumps(self.get("PolicyDocument")))
        self.physical_resource_id = self.get("Bucket")

    def delete(self) -> None:
        self.call("delete_bucket_policy", Bucket=self.get("Bucket"))
