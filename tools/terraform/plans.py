"""Plans as JSON, made offline: no account, no AWS, no state. About 10 s each, then kept until a file changes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.terraform import stage
from tools.terraform.errors import TerraformError
from tools.terraform.provider import RUN
from tools.terraform.run import terraform

KEPT = RUN / "plans"


def plan(environment: str, environments_directory: Path | None = None) -> dict[str, Any]:
    """What `terraform show -json` says of the plan of `environment`, from nothing.

    `environments_directory` has other environment files than the repository's. Raises TerraformError;
    its `output` has Terraform's words.
    """
    with stage.locked():
        digest = stage.refresh()
        if environments_directory is not None:
            other = sorted(path.relative_to(environments_directory) for path in environments_directory.glob("*.yaml"))
            digest += "-" + stage.digest(other, environments_directory)
        kept = KEPT / f"{environment}-{digest}.json"
        if not kept.is_file():
            text = _make(environment, environments_directory, stage.initialised(digest[:32]))
            KEPT.mkdir(parents=True, exist_ok=True)
            kept.write_text(text, encoding="utf-8")
            _forget_old(keep=60)
        os.utime(kept)
        result: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return result


def _make(environment: str, environments_directory: Path | None, variables: Mapping[str, str]) -> str:
    folder = stage.STAGE / "terraform"
    saved = RUN / f"{environment}.tfplan"
    arguments = [
        "plan",
        "-no-color",
        "-refresh=false",
        "-lock=false",
        f"-out={saved}",
        f"-var=environment={environment}",
    ]
    if environments_directory is not None:
        arguments.append(f"-var=environments_directory={environments_directory.resolve()}")
    terraform(folder, arguments, variables)
    return terraform(folder, ["show", "-json", str(saved)], variables)


def refusal(environment: str, environments_directory: Path | None = None) -> str:
    """The one line with which a plan of a bad environment file is refused; raises AssertionError if it is not."""
    try:
        plan(environment, environments_directory)
    except TerraformError as error:
        lines = [line.strip() for line in error.output.splitlines() if line.startswith("  environments/")]
        if len(lines) == 1:
            return lines[0]
        raise AssertionError(f"{len(lines)} lines, expected one:\n{error.output}") from None
    raise AssertionError("the plan was made")


def _forget_old(keep: int) -> None:
    for old in sorted(KEPT.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)[keep:]:
        old.unlink()
