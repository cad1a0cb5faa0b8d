"""Differences between two models, and the exceptions that are named for them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from tools.parity.model import Model, paths

EXCEPTIONS = Path(__file__).with_name("exceptions.yaml")
#: The property of a difference that is a whole resource.
WHOLE = "(the resource)"


@dataclass(frozen=True)
class Difference:
    """One property that is not the same; an absent one is None."""

    kind: str
    key: str
    path: str
    terraform: Any
    cdk: Any

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.path}: Terraform has {self.terraform!r}, CDK has {self.cdk!r}"


@dataclass(frozen=True)
class Exemption:
    """An exception: `kind` and `property` are patterns, `only` is the tool that has it where the other has none."""

    kind: str
    property: str
    reason: str
    only: str = ""

    def covers(self, difference: Difference) -> bool:
        """Whether the difference is this one."""
        if self.only == "terraform" and difference.cdk is not None:
            return False
        if self.only == "cdk" and difference.terraform is not None:
            return False
        return fnmatchcase(difference.kind, self.kind) and fnmatchcase(difference.path, self.property)


@dataclass(frozen=True)
class Comparison:
    """What was compared, and what is not equal."""

    resources: int
    properties: int
    differences: list[Difference]
    excepted: list[tuple[Difference, Exemption]]


def load_exceptions(path: Path = EXCEPTIONS) -> list[Exemption]:
    """The named exceptions; an unknown key is a TypeError."""
    return [Exemption(**one) for one in yaml.safe_load(path.read_text(encoding="utf-8"))]


def compare(terraform: Model, cdk: Model, exceptions: list[Exemption]) -> Comparison:
    """Every property of every resource of both."""
    found: list[Difference] = []
    properties = 0
    for name in sorted({*terraform, *cdk}):
        one, other = terraform.get(name), cdk.get(name)
        resource = one or other
        assert resource is not None
        if one is None or other is None:
            there = "is there"
            found.append(
                Difference(resource.kind, resource.key, WHOLE, there if one else None, there if other else None)
            )
            continue
        left, right = dict(paths(one.properties)), dict(paths(other.properties))
        properties += len({*left, *right})
        unlike = (path for path in sorted({*left, *right}) if left.get(path) != right.get(path))
        found += [Difference(one.kind, one.key, path, left.get(path), right.get(path)) for path in unlike]

    differences, excepted = [], []
    for difference in found:
        exemption = next((one for one in exceptions if one.covers(difference)), None)
        if exemption:
            excepted.append((difference, exemption))
        else:
            differences.append(difference)
    return Comparison(len({*terraform, *cdk}), properties, differences, excepted)
