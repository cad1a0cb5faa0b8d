"""`cdk synth -c environment=dev`: the stacks of one environment; `environments/` holds its values."""

from __future__ import annotations

import sys
from pathlib import Path

from logging_infra.build import MISTAKES, add_stacks, new_app, read_inputs

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Synthesize; returns the exit status, 1 after a line for each mistake in a file."""
    app = new_app()
    environment = app.node.try_get_context("environment")
    folder = app.node.try_get_context("environments")
    try:
        inputs = read_inputs(ROOT, str(environment or ""), environments=Path(folder) if folder else None)
    except MISTAKES as error:
        print(error, file=sys.stderr)
        return 1
    add_stacks(app, inputs)
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
