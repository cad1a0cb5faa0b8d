"""The base of all resource types: moto's `CloudFormationModel`, written on top of the service's own API.

A type says which operations make, change and delete it. Its instances hold the resolved properties, the
physical id and the attributes. `update` raises `Replace` where CloudFormation would make a new resource.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from moto.core.common_models import CloudFormationModel

from tools.aws_local import api
from tools.aws_local.cloudformation import shapes


class ResourceError(Exception):
    """The resource cannot be made as its properties say; the text says why."""


class Replace(Exception):
    """The change needs a new resource in place of the old one."""


class Resource(CloudFormationModel):  # type: ignore[misc]
    """One resource of a stack."""

    #: The type's name, such as `AWS::ECS::Service`.
    TYPE: ClassVar[str] = ""
    #: botocore's name of the service that has its operations.
    SERVICE: ClassVar[str] = ""
    #: The property that is its name; one is made up where the template has none.
    NAME: ClassVar[str] = ""
    #: Properties whose change makes a new resource.
    IMMUTABLE: ClassVar[frozenset[str]] = frozenset()

    #: The longest name that the service takes; made-up names are cut to it.
    NAME_LIMIT: ClassVar[int] = 63

    def __init__(self, name: str, properties: dict[str, Any], account: str, region: str) -> None:
        self.name = name
        self.properties = properties
        self.account = account
        self.region = region
        self.physical_resource_id = ""
        self.attributes: dict[str, Any] = {}
        self.logical_resource_id = ""
        self.cf_resource_type = self.TYPE

    # What a type implements

    def create(self) -> None:
        """Make it; sets `physical_resource_id` and `attributes`."""
        raise NotImplementedError

    def update(self, old: Resource) -> None:  # noqa: ARG002 - for those that override it
        """Change what `old` made into what these properties say; physical id and attributes are those of `old`."""
        raise Replace

    def delete(self) -> None:
        """Remove it."""
        raise NotImplementedError

    # What helps to implement it

    def call(self, operation: str, service: str = "", /, **parameters: Any) -> dict[str, Any]:
        """Call an operation of its service (or of `service`)."""
        method = getattr(api.client(service or self.SERVICE, self.region), operation)
        answer: dict[str, Any] = method(**parameters)
        return answer

    def parameters(
        self, operation: str, *, without: Iterable[str] = (), rename: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The properties as parameters of `operation`; all but those in `without` must be known to it."""
        left_out = set(without)
        names = rename or {}
        properties = {names.get(key, key): value for key, value in self.properties.items() if key not in left_out}
        shape = api.operation_model(self.SERVICE, operation, self.region).input_shape
        if shape is None:
            raise ResourceError(f"{operation} takes no parameters")
        try:
            return shapes.to_parameters(properties, shape)
        except shapes.UnknownProperty as error:
            raise ResourceError(f"property {error}: the embedded AWS does not have it") from None

    def only(self, *names: str) -> None:
        """Refuse properties other than these: for types that pick their properties one by one."""
        for name in self.properties:
            if name not in names:
                raise ResourceError(f"property {name}: the embedded AWS does not have it")

    def get(self, name: str, default: Any = None) -> Any:
        """A property."""
        return self.properties.get(name, default)

    def changed(self, old: Resource, *names: str) -> bool:
        """Whether one of these properties differs from that of `old`."""
        return any(self.get(name) != old.get(name) for name in names)

    # What moto's CloudFormation asks for

    @classmethod
    def cloudformation_type(cls) -> str:
        """See `CloudFormationModel`."""
        return cls.TYPE

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """See `CloudFormationModel`."""
        return self.attributes[attribute_name]

    def is_created(self) -> bool:
        """See `CloudFormationModel`."""
        return bool(self.physical_resource_id)


class PutResource(Resource):
    """A type of which one operation both makes and changes it."""

    def put(self) -> None:
        """Make it or change it; sets `physical_resource_id` and `attributes`."""
        raise NotImplementedError

    def create(self) -> None:
        self.put()

    def update(self, old: Resource) -> None:  # noqa: ARG002 - the same call whatever it was
        self.put()


def types() -> dict[str, type[Resource]]:
    """All resource types by name."""
    found: dict[str, type[Resource]] = {}
    waiting = list(Resource.__subclasses__())
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.TYPE:
            found[model.TYPE] = model
    return found


def tags_of(tags: list[dict[str, str]] | dict[str, str] | None) -> dict[str, str]:
    """Tags as a mapping, whichever way the type writes them."""
    if isinstance(tags, dict):
        return tags
    return {tag["Key"]: tag["Value"] for tag in tags or []}
