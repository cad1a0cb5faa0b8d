"""Which images the stack runs on: those that compose.yaml names, or stand-ins where they cannot be pulled."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tools.compose import stand_ins, wheels
from tools.compose.command import Compose
from tools.compose.docker import build, have

#: The service whose image is built here.
SERVICE = "service"
_BASE = re.compile(r"^ARG ([A-Z]+_IMAGE)=(\S+)$", re.MULTILINE)


@dataclass
class Images:
    """`env` sets variables of compose.yaml to stand-ins; `left_out` are services that have none."""

    env: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def stand_ins(self) -> list[str]:
        """The services that run on a stand-in."""
        return [variable.removesuffix("_IMAGE").lower().replace("_", "-") for variable in self.env]


def prepare(compose: Compose) -> Images:
    """Build the service's image, and have the others: pulled, or stood in for, or left out. Raises StackError."""
    build_service(compose.root, compose.image_of(SERVICE))
    images = Images()
    for service in compose.services:
        if service == SERVICE or have(compose.image_of(service)):
            continue
        variable = f"{service.upper().replace('-', '_')}_IMAGE"
        if variable in stand_ins.BY_VARIABLE:
            images.env[variable] = stand_ins.make(variable)
        else:
            images.left_out.append(service)
    return images


@cache
def build_service(root: Path, tag: str) -> None:
    """`docker build` at the root; without a registry on stand-ins and with wheels fetched before. Raises StackError."""
    bases = _BASE.findall((root / "Dockerfile").read_text(encoding="utf-8"))
    arguments = {variable: stand_ins.make(variable) for variable, image in bases if not have(image)}
    if arguments:
        wheels.fill(root)
    else:
        wheels.empty(root)
    build(tag, root, arguments=arguments)
