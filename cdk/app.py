"""`cdk synth -c environment=dev`: the stacks of one environment; `environments/` holds its values."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# jsii, which carries the CDK into Python, fills the terminal with a banner about this version of Node.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

from aws_cdk import App

from logging_infra.build import add_stacks, read_inputs
from logging_infra.errors import ConfigError
from monitoring_generator.errors import SpecError

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Synthesize; returns the exit status, 1 after a line for each mistake in a file."""
    app = App()
    environment = app.node.try_get_context("environment")
    folder = app.node.try_get_context("environments")
    try:
        inputs = read_inputs(ROOT, str(environment or ""), environments=Path(folder) if folder else None)
    except (ConfigError, SpecError) as error:
        print(error, file=sys.stderr)
        return 1
    add_stacks(app, inputs)
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
