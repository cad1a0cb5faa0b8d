"""`python -m tools.pin`: make `requirements/*.txt` from `requirements/*.in`, with hashes and without hosts.

`--check` says whether `constraints.txt` still follows from the pins. `constraints.txt` has the same
versions without hashes, for the root's `requirements.txt`: pip takes no hashes beside local packages.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path("requirements")
#: In this order, so that those that follow take the versions of those before.
SETS = ("dev", "demo", "service", "build", "compose", "lint", "tox", "infra", "checkov")
OLDEST_PYTHON = "3.11"
_PIN = re.compile(r"^([A-Za-z0-9._-]+==[^ \\;]+(?: *;[^\\]*)?)", re.MULTILINE)


def constraints_of(pins: str) -> str:
    """The text of `constraints.txt` for the text of `dev.txt`."""
    lines = [match.strip() for match in _PIN.findall(pins)]
    return "\n".join(["# made from dev.txt by tools/pin.py; do not edit", *lines, ""])


def main(arguments: list[str]) -> int:
    """Make or check the files; returns the exit status."""
    constraints = FOLDER / "constraints.txt"
    if arguments == ["--check"]:
        if constraints.read_text(encoding="utf-8") == constraints_of((FOLDER / "dev.txt").read_text(encoding="utf-8")):
            return 0
        print(f"{constraints}: does not follow from dev.txt; run python -m tools.pin", file=sys.stderr)
        return 1

    for name in SETS:
        command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON]
        command += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header"]
        command += [str(FOLDER / f"{name}.in"), "--output-file", str(FOLDER / f"{name}.txt")]
        if name in ("demo", "infra", "service", "build", "compose"):
            command += ["--constraints", str(FOLDER / "dev.txt")]
        command += ["--upgrade"] if "--upgrade" in arguments else []
        subprocess.run(command, check=True)
    constraints.write_text(constraints_of((FOLDER / "dev.txt").read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
