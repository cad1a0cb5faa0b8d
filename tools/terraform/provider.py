"""Where Terraform gets the AWS provider from: the registry, or an unpacked copy on this machine.

With a registry at hand nothing here is needed and nothing is changed. Without one, a copy laid out as
Terraform's `filesystem_mirror` (HOST/hashicorp/aws/VERSION/PLATFORM/) is looked for in the folders
where such things are installed, and a CLI configuration that names it is written into `.run/`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.terraform.errors import TerraformError

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".run" / "terraform"
CLI_CONFIG = RUN / "cli.tfrc"
#: The mirror lies at most so many folders below one of these.
PLACES = (Path("/opt"), Path("/usr/local/share"), Path("/usr/share"), Path("/var/lib"), Path.home())
DEPTH = 3
OLDEST = (5, 100)
_REQUIRED = "an AWS provider ~> 5.100"


def command_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables with which `terraform init` works here. Raises TerraformError where nothing can make it work."""
    if shutil.which("terraform", path=environ.get("PATH")) is None:
        raise TerraformError("terraform is not on the PATH; install Terraform 1.11 or newer to plan and test")
    result = {**environ, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
    if not _configured(environ):
        result.pop("TF_CLI_CONFIG_FILE", None)  # one that is not there: Terraform would warn on every command
    if _registry_answers(result):
        return result
    mirror = find_mirror(PLACES)
    if mirror is None:
        raise TerraformError(
            f"neither the Terraform registry nor {_REQUIRED} on this machine can be reached; with network access"
            f" `terraform providers mirror` makes a copy that is found below {', '.join(map(str, PLACES))}"
        )
    return {**result, "TF_CLI_CONFIG_FILE": str(write_cli_config(mirror))}


def find_mirror(places: Iterable[Path]) -> Path | None:
    """The folder of a provider mirror with a fitting AWS provider for this platform."""
    for place in places:
        for depth in range(DEPTH + 1):
            pattern = "/".join(["*"] * depth + ["*.*/hashicorp/aws/5.*/*/terraform-provider-aws_v5*"])
            for binary in sorted(place.glob(pattern), reverse=True):
                version = re.match(r"(\d+)\.(\d+)\.", binary.parents[1].name)
                if version and tuple(map(int, version.groups())) >= OLDEST and binary.parent.name == _platform():
                    return binary.parents[5]
    return None


def write_cli_config(mirror: Path) -> Path:
    """Name the mirror in a CLI configuration under `.run/`; returns its path."""
    RUN.mkdir(parents=True, exist_ok=True)
    text = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
    if not CLI_CONFIG.is_file() or CLI_CONFIG.read_text(encoding="utf-8") != text:
        CLI_CONFIG.write_text(text, encoding="utf-8")
    return CLI_CONFIG


def _configured(environ: Mapping[str, str]) -> bool:
    named = environ.get("TF_CLI_CONFIG_FILE")
    return named is None or Path(named).is_file()


def _registry_answers(environ: Mapping[str, str]) -> bool:
    """Whether `terraform init` of a configuration that only wants the provider works, asked once a checkout."""
    probe = RUN / "probe"
    if (probe / ".terraform").is_dir():
        return True
    probe.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "terraform" / "versions.tf", probe)
    done = subprocess.run(
        ["terraform", f"-chdir={probe}", "init", "-no-color"],
        env={**environ, "TF_REGISTRY_DISCOVERY_RETRY": "0", "TF_REGISTRY_CLIENT_TIMEOUT": "10"},
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        shutil.rmtree(probe / ".terraform", ignore_errors=True)
    return done.returncode == 0


def _platform() -> str:
    system = os.uname().sysname.lower()
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    return f"{system}_{machine}"
