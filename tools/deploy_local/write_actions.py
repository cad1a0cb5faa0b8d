"""`python -m tools.deploy_local.write_actions` makes the file of deploy actions; `--check` compares."""

from __future__ import annotations

import difflib
import sys

from tools.deploy_local.actions import TARGET, actions_of, recorded, text_of
from tools.deploy_local.settings import RUN

COMMAND = "python -m tools.deploy_local.write_actions"


def made() -> str:
    """The file's text as the records of the last deployments give it; FileNotFoundError without one."""
    terraform = recorded(RUN / "terraform" / "calls.jsonl", caller="terraform", phase="", own=False)
    cdk = recorded(RUN / "cdk" / "calls.jsonl", caller="cdk", phase="deploy", own=True)
    return text_of(actions_of(terraform), actions_of(cdk))


def difference() -> str:
    """What has to change in the committed file; nothing is an empty text."""
    committed = TARGET.read_text(encoding="utf-8")
    lines = difflib.unified_diff(committed.splitlines(), made().splitlines(), "committed", "recorded", lineterm="")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Returns 1 if the file is not what was recorded and `--check` is given."""
    if arguments == ["--check"]:
        changes = difference()
        if changes:
            print(f"{changes}\n{TARGET.name} is not what was recorded; run {COMMAND}", file=sys.stderr)
        return 1 if changes else 0
    TARGET.write_text(made(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
