"""Many plans in one go, with Terraform's mocked provider: a second each, where a real plan takes ten.

`terraform test` plans the root once a `run` block and prints each plan as JSON. The mock has the
provider's schema but none of its defaults, so these plans are for comparing with each other only.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.terraform import stage
from tools.terraform.errors import TerraformError

_FOLDER = "mock_plans"


def mock_plans(runs: Mapping[str, tuple[str, Path]]) -> dict[str, dict[str, Any]]:
    """Values of all resources by address, for each named run: (environment, folder of environment files).

    A resource's values are {"after": …, "after_unknown": …}. Raises TerraformError when a run fails.
    """
    with stage.locked():
        variables = stage.initialised(stage.refresh())
        folder = stage.STAGE / "terraform" / _FOLDER
        folder.mkdir(exist_ok=True)
        blocks = [_block(number, *run) for number, run in enumerate(runs.values())]
        (folder / "runs.tftest.hcl").write_text("\n".join(['mock_provider "aws" {}', *blocks]), encoding="utf-8")
        command = ["terraform", f"-chdir={folder.parent}", "test", "-json", "-verbose", f"-test-directory={_FOLDER}"]
        names = list(runs)
        result: dict[str, dict[str, Any]] = {}
        problems = []
        with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:  # one at a time: each plan comes with the provider's schema, 13 MB
                message = json.loads(line)
                if message["type"] == "test_plan":
                    result[names[int(message["@testrun"].removeprefix("run"))]] = _values(message["test_plan"])
                elif message.get("@level") == "error":
                    problems.append(str(message.get("diagnostic", message["@message"])))
        if set(result) != set(names):
            raise TerraformError(f"no plan of {', '.join(sorted(set(names) - set(result)))}", "\n".join(problems))
    return result


def _block(number: int, environment: str, folder: Path) -> str:
    return (
        f'run "run{number}" {{\n  command = plan\n  variables {{\n    environment = "{environment}"\n'
        f'    environments_directory = "{folder.resolve()}"\n  }}\n}}'
    )


def _values(plan: Mapping[str, Any]) -> dict[str, Any]:
    return {
        change["address"]: {key: change["change"][key] for key in ("after", "after_unknown")}
        for change in plan["resource_changes"]
    }
