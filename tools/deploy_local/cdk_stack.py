"""The CDK stacks through the real `cdk`: bootstrap, deploy of all stacks, destroy."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from tools.deploy_local.embedded import EmbeddedAws, variables
from tools.deploy_local.errors import DeployError
from tools.deploy_local.progress import run
from tools.deploy_local.settings import ROOT, RUN, Settings

FOLDER = RUN / "cdk"
APP = ROOT / "cdk"
_CDK_HOME = FOLDER / "home" / ".cdk"
_DONE = r"\| (CREATE_COMPLETE|UPDATE_COMPLETE|DELETE_COMPLETE) +\| AWS::(?!CloudFormation::Stack)"


class CdkStack:
    """`bootstrap`, `deploy` and `destroy` of one environment."""

    def __init__(self, settings: Settings, aws: EmbeddedAws) -> None:
        self._settings = settings
        python = Path(sys.executable).parent  # `python3 app.py` must be this one
        base = variables(aws, FOLDER / "home")
        self._environment = base | {
            "PATH": f"{python}:{base['PATH']}",
            "CDK_DISABLE_VERSION_CHECK": "1",
            "CDK_HOME": str(_CDK_HOME),  # it takes the user's home from the system, not from HOME
            "CDK_DEFAULT_ACCOUNT": settings.account,
            "CDK_DEFAULT_REGION": settings.region,
            "NODE_NO_WARNINGS": "1",
        }
        self._cli = ""

    def prepare(self) -> None:
        """Install the pinned CLI below `.run/deploy`, `cdk bootstrap`."""
        self._cli = str(install_cli())
        shutil.rmtree(_CDK_HOME / "cache", ignore_errors=True)  # it knows the account of the last run
        place = f"aws://{self._settings.account}/{self._settings.region}"
        self._run("bootstrap", ["bootstrap", place], folder=FOLDER)

    def deploy(self, environments: Path | None = None, *, accepted: tuple[int, ...] = (0,)) -> tuple[int, str]:
        """`cdk deploy --all`, with other environment files where given."""
        arguments = ["deploy", "--all", "--require-approval", "never", "--no-notices", *self._context(environments)]
        return self._run("deploy", arguments, accepted=accepted)

    def destroy(self) -> None:
        """`cdk destroy --all` of what was synthesized last."""
        self._run("destroy", ["destroy", "--all", "--force", "--app", str(FOLDER / "cdk.out")], folder=FOLDER)

    def _context(self, environments: Path | None) -> list[str]:
        given = ["-c", f"environment={self._settings.environment}", "--output", str(FOLDER / "cdk.out")]
        return given + (["-c", f"environments={environments}"] if environments else [])

    def _run(
        self, step: str, arguments: list[str], *, folder: Path = APP, accepted: tuple[int, ...] = (0,)
    ) -> tuple[int, str]:
        return run(
            "cdk",
            step,
            [self._cli, *arguments],
            folder=folder,
            environment=self._environment,
            counted=_DONE,
            accepted=accepted,
        )


def install_cli() -> Path:
    """The `cdk` of the version in cdk/package.json, installed with npm below `.run/deploy` if it is not there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if shutil.which("npm") is None:
        raise DeployError("npm is not on the PATH; install Node.js 20 or newer to deploy with CDK")
    wanted: str = json.loads((APP / "package.json").read_text(encoding="utf-8"))["devDependencies"]["aws-cdk"]
    place = FOLDER / "cli" / wanted
    cli = place / "node_modules" / ".bin" / "cdk"
    if not cli.is_file():
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text('{"private": true}', encoding="utf-8")
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", f"aws-cdk@{wanted}"]
        run("cdk", f"npm install aws-cdk@{wanted}", command, folder=place, environment=os.environ, counted="^added")
    return cli
