"""The Terraform stack through the real `terraform`, on a copy of the configuration below `.run/deploy`.

The copy has an override with the one setting that the embedded AWS needs (buckets in the path of a URL, not in
its host); Terraform merges it, so the files that users apply have nothing of it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.deploy_local.embedded import EmbeddedAws, variables
from tools.deploy_local.errors import DeployError
from tools.deploy_local.progress import run, say
from tools.deploy_local.settings import ROOT, RUN, Settings
from tools.terraform.provider import command_environment
from tools.terraform.stage import sources

FOLDER = RUN / "terraform"
OVERRIDE = 'provider "aws" {\n  s3_use_path_style = true\n}\n'
_DONE = r": (Creation|Modifications|Destruction) complete"


class TerraformStack:
    """`apply`, `drift` and `destroy` of one environment."""

    def __init__(self, settings: Settings, aws: EmbeddedAws) -> None:
        self._settings = settings
        provider = {name: value for name, value in command_environment().items() if name.startswith("TF_")}
        checkpoint = {"CHECKPOINT_DISABLE": "1"}
        self._environment = variables(aws, FOLDER / "home") | provider | checkpoint
        self._folder = FOLDER / "stage" / "terraform"

    def prepare(self) -> None:
        """Copy the configuration, forget the state of an earlier run, `init`."""
        _stage(FOLDER / "stage")
        for state in self._folder.glob("terraform.tfstate*"):
            state.unlink()
        (self._folder / "embedded_override.tf").write_text(OVERRIDE, encoding="utf-8")
        self._run("init", ["init", "-no-color"])

    def apply(self, environments: Path | None = None) -> None:
        """`terraform apply`, with other environment files where given."""
        self._run("apply", ["apply", "-auto-approve", "-no-color", *self._variables(environments)])

    def drift(self, environments: Path | None = None) -> str:
        """What a second plan would change: nothing is an empty text."""
        arguments = ["plan", "-detailed-exitcode", "-no-color", "-lock=false", *self._variables(environments)]
        status, output = self._run("second plan", arguments, accepted=(0, 2))
        return output if status == 2 else ""

    def destroy(self, environments: Path | None = None) -> None:
        """`terraform destroy`; an error if the state still has something."""
        self._run("destroy", ["destroy", "-auto-approve", "-no-color", *self._variables(environments)])
        _, left = self._run("state list", ["state", "list"])
        if left.strip():
            raise DeployError("terraform: destroy left resources in the state", left)

    def _variables(self, environments: Path | None) -> list[str]:
        given = [f"-var=environment={self._settings.environment}"]
        return given + ([f"-var=environments_directory={environments}"] if environments else [])

    def _run(self, step: str, arguments: list[str], accepted: tuple[int, ...] = (0,)) -> tuple[int, str]:
        return run(
            "terraform",
            step,
            ["terraform", *arguments],
            folder=self._folder,
            environment=self._environment,
            counted=_DONE,
            accepted=accepted,
        )


def _stage(target: Path) -> None:
    """Copy what the configuration reads; providers that were installed before stay."""
    for old in target.rglob("*"):
        if old.is_file() and ".terraform" not in old.parts and old.name != ".terraform.lock.hcl":
            old.unlink()
    for path in sources(ROOT):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target / path)
    say("terraform", f"configuration copied to {target.relative_to(ROOT)}")
