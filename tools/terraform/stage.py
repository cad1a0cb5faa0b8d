"""A copy of the configuration in `.run/`, with a provider that asks neither credentials nor AWS.

Terraform merges `*_override.tf` files into the configuration; the copy has one, so the files that a
user plans have nothing of it and no `.terraform` appears beside them.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.terraform.provider import ROOT, RUN, command_environment
from tools.terraform.run import terraform

STAGE = RUN / "stage"
#: What the configuration reads, from the root of the repository.
SOURCES = ("terraform", "environments", "monitoring/alerts.yaml")
OFFLINE = """\
provider "aws" {
  access_key                  = "offline"
  secret_key                  = "offline"
  allowed_account_ids         = null
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""
_WANTED = {".tf", ".hcl", ".yaml", ".json"}


@contextmanager
def locked() -> Iterator[None]:
    """Only one process stages and plans at a time: they share folders, and two plans need all cores."""
    RUN.mkdir(parents=True, exist_ok=True)
    with (RUN / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sources(root: Path) -> list[Path]:
    """Paths of all files that the configuration is made of, relative to `root`, in order."""
    found: list[Path] = []
    for name in SOURCES:
        path = root / name
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        found += [file.relative_to(root) for file in files if file.suffix in _WANTED]
    return sorted(path for path in found if not {".terraform", ".terraform.lock.hcl"} & set(path.parts))


def digest(paths: list[Path], root: Path) -> str:
    """One hash of names and contents."""
    total = hashlib.sha256(OFFLINE.encode())
    for path in paths:
        content = (root / path).read_bytes()
        total.update(f"{path}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:32]


def refresh() -> str:
    """Bring the copy up to date; call it while `locked`. Returns the digest of what was copied."""
    paths = sources(ROOT)
    wanted = digest(paths, ROOT)
    mark = STAGE / "digest"
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return wanted
    for name in SOURCES:
        if (STAGE / name).is_dir():
            _clear(STAGE / name)
    for path in paths:
        target = STAGE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
    (STAGE / "terraform" / "offline_override.tf").write_text(OFFLINE, encoding="utf-8")
    mark.write_text(wanted, encoding="utf-8")
    return wanted


def initialised(digest: str) -> dict[str, str]:
    """Run `terraform init` on the copy unless that was done; returns the variables for further commands."""
    variables = command_environment()
    mark = STAGE / "initialised"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != digest:
        terraform(STAGE / "terraform", ["init", "-backend=false", "-no-color"], variables)
        mark.write_text(digest, encoding="utf-8")
    return variables


def _clear(folder: Path) -> None:
    """Remove the files but leave `.terraform`, so that the provider is not installed again."""
    for path in folder.rglob("*"):
        if path.is_file() and ".terraform" not in path.parts and path.name != ".terraform.lock.hcl":
            path.unlink()
