"""AWS::KMS: keys and aliases."""

from __future__ import annotations

import json

from tools.aws_local.cloudformation.model import Resource, tags_of


class Key(Resource):
    """A symmetric key. Deleting it schedules its deletion, as CloudFormation does."""

    TYPE = "AWS::KMS::Key"
    SERVICE = "kms"
    IMMUTABLE = frozenset({"KeySpec", "KeyUsage", "MultiRegion"})

    def create(self) -> None:
        known = ("KeyPolicy", "EnableKeyRotation", "PendingWindowInDays", "Tags", "Description", "RotationPeriodInDays")
        self.only(*known, "KeySpec", "KeyUsage", "MultiRegion", "Enabled")
        given = self.parameters("create_key", without=(*known, "Enabled"))
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in self.get("Tags", [])]
        policy = {"Policy": json.dumps(self.get("KeyPolicy"))} if self.get("KeyPolicy") else {}
        about = {"Description": self.get("Description")} if self.get("Description") else {}
        key = self.call("create_key", **given, **policy, **about, Tags=tags)["KeyMetadata"]
        self.physical_resource_id = key["KeyId"]
        self.attributes = {"Arn": key["Arn"], "KeyId": key["KeyId"]}
        self._rotate()

    def _rotate(self) -> None:
        on = str(self.get("EnableKeyRotation", False)).lower() == "true"
        self.call("enable_key_rotation" if on else "disable_key_rotation", KeyId=self.physical_resource_id)

    def update(self, old: Resource) -> None:
        key = self.physical_resource_id
        self._rotate()
        if self.changed(old, "KeyPolicy"):
            policy = json.dumps(self.get("KeyPolicy"))
            self.call("put_key_policy", KeyId=key, PolicyName="default", Policy=policy)
        if self.changed(old, "Description"):
            self.call("update_key_description", KeyId=key, Description=self.get("Description", ""))
        gone = set(tags_of(old.get("Tags"))) - set(tags_of(self.get("Tags")))
        if gone:
            self.call("untag_resource", KeyId=key, TagKeys=sorted(gone))
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in self.get("Tags", [])]
        if tags:
            self.call("tag_resource", KeyId=key, Tags=tags)

    def delete(self) -> None:
        days = int(self.get("PendingWindowInDays", 30))
        self.call("schedule_key_deletion", KeyId=self.physical_resource_id, PendingWindowInDays=days)


class Alias(Resource):
    """A name of a key."""

    TYPE = "AWS::KMS::Alias"
    SERVICE = "kms"
    NAME = "AliasName"
    IMMUTABLE = frozenset({"AliasName"})

    def create(self) -> None:
        self.call("create_alias", **self.parameters("create_alias"))
        self.physical_resource_id = self.get("AliasName")

    def update(self, old: Resource) -> None:  # noqa: ARG002 - what it was does not matter
        self.call("update_alias", **self.parameters("update_alias"))

    def delete(self) -> None:
        self.call("delete_alias", AliasName=self.physical_resource_id)
