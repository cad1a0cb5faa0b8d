"""AWS::WAFv2: web ACLs, their associations and logging."""

from __future__ import annotations

from typing import Any

from tools.aws_local.cloudformation.model import PutResource, Resource


class WebAcl(Resource):
    """A web ACL; its physical id is `name|id|scope`."""

    TYPE = "AWS::WAFv2::WebACL"
    SERVICE = "wafv2"
    NAME = "Name"
    NAME_LIMIT = 128
    IMMUTABLE = frozenset({"Name", "Scope"})

    def create(self) -> None:
        given = {"Name": self.name, **self.parameters("create_web_acl")}
        summary = self.call("create_web_acl", **given)["Summary"]
        self.physical_resource_id = f"{self.name}|{summary['Id']}|{self.get('Scope')}"
        self.attributes = {"Arn": summary["ARN"], "Id": summary["Id"]}

    def _identity(self) -> dict[str, str]:
        return {"Name": self.name, "Scope": self.get("Scope"), "Id": self.attributes["Id"]}

    def _lock(self) -> str:
        token: str = self.call("get_web_acl", **self._identity())["LockToken"]
        return token

    def update(self, old: Resource) -> None:  # noqa: ARG002 - what it was does not matter
        given: dict[str, Any] = self.parameters("update_web_acl", without=["Name", "Scope", "Tags"])
        self.call("update_web_acl", **self._identity(), **given, LockToken=self._lock())
        if self.get("Tags"):
            self.call("tag_resource", ResourceARN=self.attributes["Arn"], Tags=self.get("Tags"))

    def delete(self) -> None:
        self.call("delete_web_acl", **self._identity(), LockToken=self._lock())


class Association(PutResource):
    """The web ACL of a load balancer."""

    TYPE = "AWS::WAFv2::WebACLAssociation"
    SERVICE = "wafv2"
    IMMUTABLE = frozenset({"ResourceArn"})

    def put(self) -> None:
        self.call("associate_web_acl", **self.parameters("associate_web_acl"))
        self.physical_resource_id = f"{self.get('WebACLArn')}|{self.get('ResourceArn')}"

    def delete(self) -> None:
        self.call("disassociate_web_acl", ResourceArn=self.get("ResourceArn"))


class Logging(PutResource):
    """Where a web ACL logs."""

    TYPE = "AWS::WAFv2::LoggingConfiguration"
    SERVICE = "wafv2"
    IMMUTABLE = frozenset({"ResourceArn"})

    def put(self) -> None:
        self.call("put_logging_configuration", LoggingConfiguration=self._configuration())
        self.physical_resource_id = self.get("ResourceArn")

    def _configuration(self) -> Any:
        wrapped = type(self)(self.name, {"LoggingConfiguration": self.properties}, self.account, self.region)
        return wrapped.parameters("put_logging_configuration")["LoggingConfiguration"]

    def delete(self) -> None:
        self.call("delete_logging_configuration", ResourceArn=self.get("ResourceArn"))
