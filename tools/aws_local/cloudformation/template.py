"""Templates: intrinsic functions, conditions, and the order in which resources depend on each other.

A function that is not here is an error; nothing is dropped in silence.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: What `AWS::NoValue` stands for: the property is left out.
NO_VALUE = object()

_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")
_DYNAMIC = re.compile(r"\{\{resolve:ssm:([^:}]+)(?::\d+)?\}\}")


class TemplateError(Exception):
    """The template asks for something that does not exist; the text says what and where."""


@dataclass
class Scope:
    """What references resolve to, while a stack is deployed."""

    pseudo: Mapping[str, str]
    parameters: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    imported: Callable[[str], str]
    ssm_parameter: Callable[[str], str]
    #: Logical id → (physical id, attributes) of the resources made so far.
    resources: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)

    def ref(self, name: str) -> Any:
        """The value of `Ref`."""
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        if name in self.resources:
            return self.resources[name][0]
        raise TemplateError(f"Ref {name}: no parameter or resource of this name")

    def attribute(self, name: str, attribute: str) -> Any:
        """The value of `Fn::GetAtt`."""
        if name not in self.resources:
            raise TemplateError(f"Fn::GetAtt {name}.{attribute}: no resource of this name")
        attributes = self.resources[name][1]
        if attribute not in attributes:
            raise TemplateError(f"Fn::GetAtt {name}.{attribute}: the resource has no such attribute")
        return attributes[attribute]

    def condition(self, name: str) -> bool:
        """Whether the condition of that name holds."""
        if name not in self.conditions:
            raise TemplateError(f"Condition {name}: not in the template")
        return bool(resolve(self.conditions[name], self))


def resolve(value: Any, scope: Scope) -> Any:
    """`value` with all functions replaced by what they stand for."""
    if isinstance(value, list):
        items = (resolve(item, scope) for item in value)
        return [item for item in items if item is not NO_VALUE]
    if isinstance(value, str):
        return _DYNAMIC.sub(lambda match: scope.ssm_parameter(match[1]), value) if "{{resolve:" in value else value
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(name, argument)] = value.items()
        if name == "Ref":
            return scope.ref(argument)
        if name == "Condition" and isinstance(argument, str):
            return scope.condition(argument)
        if name.startswith("Fn::"):
            if name not in _FUNCTIONS:
                raise TemplateError(f"{name}: the embedded AWS does not have this function")
            return _FUNCTIONS[name](argument, scope)
    pairs = ((key, resolve(item, scope)) for key, item in value.items())
    return {key: item for key, item in pairs if item is not NO_VALUE}


def _join(argument: Any, scope: Scope) -> str:
    separator, items = argument
    return str(separator).join(str(item) for item in resolve(items, scope))


def _sub(argument: Any, scope: Scope) -> str:
    text, variables = (argument, {}) if isinstance(argument, str) else argument
    values = {name: str(resolve(value, scope)) for name, value in variables.items()}

    def replace(match: re.Match[str]) -> str:
        literal, name = match[1], match[2].strip()
        if literal:
            return "${" + name + "}"
        if name in values:
            return values[name]
        return str(scope.attribute(*name.split(".", 1)) if "." in name else scope.ref(name))

    return _PLACEHOLDER.sub(replace, text)


def _get_att(argument: Any, scope: Scope) -> Any:
    name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    return scope.attribute(name, resolve(attribute, scope))


def _find_in_map(argument: Any, scope: Scope) -> Any:
    name, first, second = (resolve(part, scope) for part in argument)
    try:
        return scope.mappings[name][first][second]
    except KeyError:
        raise TemplateError(f"Fn::FindInMap {name}.{first}.{second}: not in the template") from None


def _if(argument: Any, scope: Scope) -> Any:
    name, true, false = argument
    return resolve(true if scope.condition(name) else false, scope)


def _equals(argument: Any, scope: Scope) -> bool:
    left, right = (str(resolve(part, scope)) for part in argument)
    return left == right


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Fn::Join": _join,
    "Fn::Sub": _sub,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Select": lambda argument, scope: resolve(argument[1], scope)[int(resolve(argument[0], scope))],
    "Fn::Split": lambda argument, scope: resolve(argument[1], scope).split(argument[0]),
    "Fn::ImportValue": lambda argument, scope: scope.imported(resolve(argument, scope)),
    "Fn::GetAZs": lambda argument, scope: [
        f"{resolve(argument, scope) or scope.pseudo['AWS::Region']}{z}" for z in "abc"
    ],
    "Fn::Base64": lambda argument, scope: base64.b64encode(resolve(argument, scope).encode()).decode(),
    "Fn::ToJsonString": lambda argument, scope: json.dumps(resolve(argument, scope)),
    "Fn::Equals": _equals,
    "Fn::Not": lambda argument, scope: not resolve(argument[0], scope),
    "Fn::And": lambda argument, scope: all(resolve(part, scope) for part in argument),
    "Fn::Or": lambda argument, scope: any(resolve(part, scope) for part in argument),
}


def references(value: Any) -> Iterator[str]:
    """The names that `value` refers to: resources, parameters and pseudo parameters alike."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key == "Ref":
            yield item
        elif key == "Fn::GetAtt":
            yield item.split(".", 1)[0] if isinstance(item, str) else item[0]
        elif key == "Fn::Sub":
            text, variables = (item, {}) if isinstance(item, str) else item
            yield from (m[2].split(".")[0].strip() for m in _PLACEHOLDER.finditer(text) if not m[1])
            yield from references(variables)
        else:
            yield from references(item)


def in_order(resources: Mapping[str, Any]) -> list[str]:
    """The logical ids, each after those that it depends on; a cycle is a TemplateError."""
    done: list[str] = []
    state: dict[str, str] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if state.get(name) == "done":
            return
        if state.get(name) == "open":
            raise TemplateError(f"Circular dependency between resources: {[*path, name]}")
        state[name] = "open"
        depends = resources[name].get("DependsOn", [])
        for other in [*([depends] if isinstance(depends, str) else depends), *references(resources[name])]:
            if other in resources and other != name:
                visit(other, (*path, name))
        state[name] = "done"
        done.append(name)

    for name in resources:
        visit(name, ())
    return done
