"""`python -m tools.setup_system`: the Debian packages that tests use, and Docker's engine, where that is allowed.

As root on Debian (or a kin with apt-get) they are installed and the engine is started; elsewhere the
missing ones are named and the tests that need them say that they were skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.compose.daemon import engine_answers, start_engine
from tools.compose.errors import StackError

#: A program that tests call, by the package that has it (Debian 12).
PROGRAMS = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "chromium": "chromium",
    "logrotate": "logrotate",
    "prometheus-node-exporter": "prometheus-node-exporter",
}
#: Other names under which a program may be there.
OTHER_NAMES = {
    "prometheus-alertmanager": ["alertmanager"],
    "chromium": ["chromium-browser", "google-chrome"],
    "logrotate": ["/usr/sbin/logrotate"],  # not on the PATH of everybody
    "prometheus-node-exporter": ["node_exporter"],
}
#: The engine and its client; wanted unless an engine answers already, here or elsewhere.
DOCKER = "docker.io"
#: Debian's services must not start by being installed: tests start their own.
_POLICY = Path("/usr/sbin/policy-rc.d")


def missing_packages() -> list[str]:
    """Packages whose programs are not on the PATH, in a stable order."""
    missing = {
        package
        for program, package in PROGRAMS.items()
        if not any(shutil.which(name) for name in [program, *OTHER_NAMES.get(program, [])])
    }
    if not engine_answers() and not (shutil.which("dockerd") and shutil.which("docker")):
        missing.add(DOCKER)
    return sorted(missing)


def main() -> int:
    """Install or name what is missing, start what does not run; returns 0 unless an installation failed."""
    failed = _install_missing()
    if not failed and not engine_answers():
        _start_engine()
    return failed


def _start_engine() -> None:
    try:
        print(f"make test: {start_engine()}")
    except StackError as error:
        print(f"make test: {error}; tests of the compose stack are skipped and say so.")


def _install_missing() -> int:
    missing = missing_packages()
    if not missing:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"make test: not found: {', '.join(missing)}; tests that need them are skipped and say so.")
        print(f"           On Debian: sudo apt-get install {' '.join(missing)}")
        return 0
    print(f"make test: installing {', '.join(missing)} …", flush=True)
    return _install(missing)


def _install(packages: list[str]) -> int:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    had_policy = _POLICY.exists()
    if not had_policy:
        _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        _POLICY.chmod(0o755)
    try:
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        ):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                print(done.stdout + done.stderr, file=sys.stderr)
                print(f"make test: {' '.join(command)} failed", file=sys.stderr)
                return 1
    finally:
        if not had_policy:
            _POLICY.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
