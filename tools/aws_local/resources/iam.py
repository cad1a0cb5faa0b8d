"""AWS::IAM: roles, policies, the provider of GitHub's tokens."""

from __future__ import annotations

import json
from typing import Any

from tools.aws_local.cloudformation.model import Resource, ResourceError, tags_of


class Role(Resource):
    """A role with its attached and inline policies."""

    TYPE = "AWS::IAM::Role"
    SERVICE = "iam"
    NAME = "RoleName"
    NAME_LIMIT = 64
    IMMUTABLE = frozenset({"RoleName", "Path"})

    def create(self) -> None:
        given = self.parameters("create_role", without=["ManagedPolicyArns", "Policies", "RoleName"])
        role = self.call("create_role", RoleName=self.name, **given)["Role"]
        self.physical_resource_id = self.name
        self.attributes = {"Arn": role["Arn"], "RoleId": role["RoleId"]}
        self._policies(None)

    def _policies(self, old: Resource | None) -> None:
        before = set(old.get("ManagedPolicyArns", [])) if old else set()
        after = set(self.get("ManagedPolicyArns", []))
        for arn in sorted(before - after):
            self.call("detach_role_policy", RoleName=self.name, PolicyArn=arn)
        for arn in sorted(after - before):
            self.call("attach_role_policy", RoleName=self.name, PolicyArn=arn)
        inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in self.get("Policies", [])}
        for policy in old.get("Policies", []) if old else []:
            if policy["PolicyName"] not in inline:
                self.call("delete_role_policy", RoleName=self.name, PolicyName=policy["PolicyName"])
        for name, document in inline.items():
            self.call("put_role_policy", RoleName=self.name, PolicyName=name, PolicyDocument=json.dumps(document))

    def update(self, old: Resource) -> None:
        self.parameters("create_role", without=["ManagedPolicyArns", "Policies", "RoleName"])
        if self.changed(old, "AssumeRolePolicyDocument"):
            document = json.dumps(self.get("AssumeRolePolicyDocument"))
            self.call("update_assume_role_policy", RoleName=self.name, PolicyDocument=document)
        if self.changed(old, "Description", "MaxSessionDuration"):
            duration = int(self.get("MaxSessionDuration", 3600))
            about = self.get("Description", "")
            self.call("update_role", RoleName=self.name, Description=about, MaxSessionDuration=duration)
        if self.changed(old, "PermissionsBoundary"):
            if self.get("PermissionsBoundary"):
                boundary = self.get("PermissionsBoundary")
                self.call("put_role_permissions_boundary", RoleName=self.name, PermissionsBoundary=boundary)
            else:
                self.call("delete_role_permissions_boundary", RoleName=self.name)
        self._policies(old)
        gone = set(tags_of(old.get("Tags"))) - set(tags_of(self.get("Tags")))
        if gone:
            self.call("untag_role", RoleName=self.name, TagKeys=sorted(gone))
        if self.get("Tags"):
            self.call("tag_role", RoleName=self.name, Tags=self.get("Tags"))

    def delete(self) -> None:
        for policy in self.call("list_attached_role_policies", RoleName=self.name)["AttachedPolicies"]:
            self.call("detach_role_policy", RoleName=self.name, PolicyArn=policy["PolicyArn"])
        for name in self.call("list_role_policies", RoleName=self.name)["PolicyNames"]:
            self.call("delete_role_policy", RoleName=self.name, PolicyName=name)
        self.call("delete_role", RoleName=self.name)


def check_size(document: Any) -> None:
    """Refuse a managed policy over IAM's 6,144 characters, white space not counted."""
    size = len(json.dumps(document, separators=(",", ":")))
    if size > 6_144:
        raise ResourceError(f"Cannot exceed quota for PolicySize: 6144 (it has {size} characters)")


class ManagedPolicy(Resource):
    """A policy of its own; a change makes a new default version."""

    TYPE = "AWS::IAM::ManagedPolicy"
    SERVICE = "iam"
    NAME = "ManagedPolicyName"
    NAME_LIMIT = 128
    IMMUTABLE = frozenset({"ManagedPolicyName", "Path", "Description"})

    def create(self) -> None:
        check_size(self.get("PolicyDocument"))
        without = ("ManagedPolicyName", "Roles", "Users", "Groups")
        given = self.parameters("create_policy", without=without)
        arn = self.call("create_policy", PolicyName=self.name, **given)["Policy"]["Arn"]
        self.physical_resource_id = arn
        self.attributes = {"PolicyArn": arn}
        self._attach(set())

    def _attach(self, before: set[str]) -> None:
        if self.get("Users") or self.get("Groups"):
            raise ResourceError("property Users or Groups: the embedded AWS does not have it")
        after = set(self.get("Roles", []))
        for role in sorted(before - after):
            self.call("detach_role_policy", RoleName=role, PolicyArn=self.physical_resource_id)
        for role in sorted(after - before):
            self.call("attach_role_policy", RoleName=role, PolicyArn=self.physical_resource_id)

    def update(self, old: Resource) -> None:
        check_size(self.get("PolicyDocument"))
        arn = self.physical_resource_id
        if self.changed(old, "PolicyDocument"):
            versions = self.call("list_policy_versions", PolicyArn=arn)["Versions"]
            for version in versions:
                if not version["IsDefaultVersion"]:
                    self.call("delete_policy_version", PolicyArn=arn, VersionId=version["VersionId"])
            document = json.dumps(self.get("PolicyDocument"))
            self.call("create_policy_version", PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        self._attach(set(old.get("Roles", [])))

    def delete(self) -> None:
        arn = self.physical_resource_id
        for role in self.call("list_entities_for_policy", PolicyArn=arn)["PolicyRoles"]:
            self.call("detach_role_policy", RoleName=role["RoleName"], PolicyArn=arn)
        for version in self.call("list_policy_versions", PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.call("delete_policy_version", PolicyArn=arn, VersionId=version["VersionId"])
        self.call("delete_policy", PolicyArn=arn)


class Policy(Resource):
    """An inline policy of roles."""

    TYPE = "AWS::IAM::Policy"
    SERVICE = "iam"
    NAME = "PolicyName"
    IMMUTABLE = frozenset({"PolicyName"})

    def create(self) -> None:
        self.only("PolicyName", "PolicyDocument", "Roles")
        document = json.dumps(self.get("PolicyDocument"))
        for role in self.get("Roles", []):
            self.call("put_role_policy", RoleName=role, PolicyName=self.get("PolicyName"), PolicyDocument=document)
        self.physical_resource_id = self.name

    def update(self, old: Resource) -> None:
        for role in set(old.get("Roles", [])) - set(self.get("Roles", [])):
            self.call("delete_role_policy", RoleName=role, PolicyName=self.get("PolicyName"))
        self.create()

    def delete(self) -> None:
        for role in self.get("Roles", []):
            self.call("delete_role_policy", RoleName=role, PolicyName=self.get("PolicyName"))


class OidcProvider(Resource):
    """An identity provider; without a thumbprint IAM takes that of the certificate."""

    TYPE = "AWS::IAM::OIDCProvider"
    SERVICE = "iam"
    IMMUTABLE = frozenset({"Url"})

    def create(self) -> None:
        given = self.parameters("create_open_id_connect_provider", rename={"ClientIdList": "ClientIDList"})
        answer = self.call("create_open_id_connect_provider", **given)
        self.physical_resource_id = answer["OpenIDConnectProviderArn"]
        self.attributes = {"Arn": self.physical_resource_id}

    def update(self, old: Resource) -> None:
        arn = self.physical_resource_id
        before, after = (set(one.get("ClientIdList", [])) for one in (old, self))
        for client in sorted(after - before):
            self.call("add_client_id_to_open_id_connect_provider", OpenIDConnectProviderArn=arn, ClientID=client)
        for client in sorted(before - after):
            self.call("remove_client_id_from_open_id_connect_provider", OpenIDConnectProviderArn=arn, ClientID=client)
        if self.changed(old, "ThumbprintList"):
            prints = self.get("ThumbprintList", [])
            self.call("update_open_id_connect_provider_thumbprint", OpenIDConnectProviderArn=arn, ThumbprintList=prints)
        if self.get("Tags"):
            self.call("tag_open_id_connect_provider", OpenIDConnectProviderArn=arn, Tags=self.get("Tags"))

    def delete(self) -> None:
        self.call("delete_open_id_connect_provider", OpenIDConnectProviderArn=self.physical_resource_id)
