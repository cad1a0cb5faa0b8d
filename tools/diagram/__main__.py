"""`python -m tools.diagram write`: make docs/pictures/aws-<environment>.svg. `check`: are they up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.cost.environment import NAMES
from tools.diagram.architecture import draw
from tools.diagram.facts import load_facts

FOLDER = Path("docs/pictures")


def main(arguments: list[str]) -> int:
    """Write or check, in the repository's root; returns 1 when a picture is out of date."""
    if arguments not in (["write"], ["check"]):
        print("usage: python -m tools.diagram write | check", file=sys.stderr)
        return 2
    old = []
    for name in NAMES:
        path, text = FOLDER / f"aws-{name}.svg", draw(load_facts(Path.cwd(), name))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            old.append(path)
            if arguments == ["write"]:
                path.write_text(text, encoding="utf-8")
                print(f"wrote {path}")
    if old and arguments == ["check"]:
        print(f"out of date: {', '.join(map(str, old))}; python -m tools.diagram write", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
