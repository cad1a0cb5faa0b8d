"""The plan with every edge visible: each computed attribute has a value that names its resource.

In a plan's JSON a reference to a resource that does not exist yet is only "known after apply". Terraform's own
test framework can give such attributes values (`override_resource … override_during = plan`), and prints the
plan that it made. So the first plan tells what is unknown, and the second one, made with a name for each
unknown, tells what refers to what: exactly, by instance, offline, in about 5 s.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.terraform import stage
from tools.terraform.errors import TerraformError
from tools.terraform.plans import plan
from tools.terraform.provider import RUN

KEPT = RUN / "named"
_FOLDER = "named"
#: A name: `named0007-arn-end` is the attribute `arn` of the eighth resource; an ARN is around it where one is expected.
NAME = re.compile(r"(?:arn:aws:x:[a-z0-9-]+:\d{12}:)?named(\d{4})-([a-z_]+)-end")


def named_plan(environment: str, environments_directory: Path | None = None) -> tuple[list[str], list[dict[str, Any]]]:
    """Addresses by number, and the plan's resources (`type`, `address`, `values`): only what the configuration says.

    Raises TerraformError.
    """
    first = plan(environment, environments_directory)
    changes = [change for change in first["resource_changes"] if change["mode"] == "managed"]
    addresses = [change["address"] for change in changes]
    named = _named_values(environment, environments_directory, changes)
    resources = []
    for change in changes:
        values = _merge(change["change"]["after"], change["change"]["after_unknown"], named[change["address"]])
        resources.append({"type": change["type"], "address": change["address"], "values": values})
    return addresses, resources


def _merge(known: Any, unknown: Any, named: Any) -> Any:
    """What is known, and where it is not, what refers to a resource; what the provider computes is left out."""
    if unknown is True:
        return named if NAME.search(json.dumps(named)) else None
    if isinstance(unknown, dict) and isinstance(known, dict):
        keys = {*known, *unknown}
        given = named if isinstance(named, dict) else {}
        return {key: _merge(known.get(key), unknown.get(key, False), given.get(key)) for key in keys}
    if isinstance(unknown, list) and isinstance(known, list) and isinstance(named, list):
        if len(unknown) == len(known) == len(named):
            left = list(named)
            return [_merge(one, gap, left.pop(_like(one, left))) for one, gap in zip(known, unknown, strict=True)]
        return named if len(unknown) > len(known) else known
    return known


def _like(known: Any, candidates: list[Any]) -> int:
    """Which candidate is the same item: sets are in another order when other values are in them."""
    for number, candidate in enumerate(candidates):
        if _agrees(known, candidate):
            return number
    return 0


def _agrees(known: Any, named: Any) -> bool:
    if isinstance(known, dict) and isinstance(named, dict):
        return all(_agrees(value, named.get(key)) for key, value in known.items())
    if isinstance(known, list) and isinstance(named, list):
        return len(known) == len(named) and all(_agrees(*pair) for pair in zip(known, named, strict=True))
    return known in (None, "", 0, False) or known == named


def _named_values(
    environment: str, environments_directory: Path | None, changes: list[dict[str, Any]]
) -> dict[str, Any]:
    """Address → values of the second plan, kept until a file changes."""
    text = _test_file(environment, environments_directory, changes)
    with stage.locked():
        digest = stage.refresh()
        kept = KEPT / f"{environment}-{digest}-{zlib.crc32(text.encode()):08x}.json"
        if not kept.is_file():
            found = _run(text, stage.initialised(digest))
            KEPT.mkdir(parents=True, exist_ok=True)
            for old in sorted(KEPT.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-12]:
                old.unlink()
            kept.write_text(json.dumps(found), encoding="utf-8")
        values: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return values


def _test_file(environment: str, environments_directory: Path | None, changes: list[dict[str, Any]]) -> str:
    parts = ['mock_provider "aws" {\n  override_during = plan\n}\n']
    for number, change in enumerate(changes):
        values = {
            attribute: _name(number, attribute)
            for attribute, unknown in change["change"]["after_unknown"].items()
            if unknown is True and attribute in _NAMED
        }
        lines = "".join(f'    {key} = "{value}"\n' for key, value in sorted(values.items()))
        head = f"override_resource {{\n  target = {change['address']}\n  override_during = plan\n"
        parts.append(f"{head}  values = {{\n{lines}  }}\n}}\n")
    variables = f'    environment = "{environment}"\n'
    if environments_directory is not None:
        variables += f'    environments_directory = "{environments_directory.resolve()}"\n'
    parts.append(f'run "plan" {{\n  command = plan\n  variables {{\n{variables}  }}\n}}\n')
    return "".join(parts)


#: Attributes that other resources refer to. Others may be no text, and nobody refers to them.
_NAMED = {"id", "arn", "key_id", "arn_suffix", "dns_name", "url", "repository_url", "allocation_id", "name", "zone_id"}


def _name(number: int, attribute: str) -> str:
    text = f"named{number:04}-{attribute}-end"
    return f"arn:aws:x:us-west-2:111111111111:{text}" if attribute == "arn" else text


def _run(text: str, environment: Mapping[str, str]) -> Mapping[str, Any]:
    """Address → values of the plan that Terraform's test framework makes of the staged configuration."""
    folder = stage.STAGE / "terraform"
    place = folder / _FOLDER
    place.mkdir(exist_ok=True)
    try:
        (place / "named.tftest.hcl").write_text(text, encoding="utf-8")
        command = ["terraform", f"-chdir={folder}", "test", "-json", "-verbose", f"-test-directory={_FOLDER}"]
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    finally:
        shutil.rmtree(place)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    plans = [line["test_plan"] for line in lines if line["type"] == "test_plan"]
    if done.returncode != 0 or not plans:
        words = "\n".join(line["@message"] for line in lines if line.get("@level") == "error")
        raise TerraformError("the plan with names could not be made", f"{words}\n{done.stderr}")
    return {one["address"]: one["change"]["after"] for one in plans[0]["resource_changes"]}
