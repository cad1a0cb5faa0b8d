"""`python -m tools.deploy_local`: both stacks at the same time; `--tool terraform` or `--tool cdk` for one."""

from __future__ import annotations

import argparse
import sys
import time

from tools.deploy_local.errors import DeployError
from tools.deploy_local.scenario import SCENARIOS, play
from tools.deploy_local.settings import load


def main(arguments: list[str]) -> int:
    """Returns 1, with the failed step's output on stderr, if a deployment failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.deploy_local", description=__doc__)
    parser.add_argument("--tool", choices=[*SCENARIOS, "both"], default="both")
    parser.add_argument("--environment", default="dev", help="dev, staging or prod")
    options = parser.parse_args(arguments)

    tools = list(SCENARIOS) if options.tool == "both" else [options.tool]
    began = time.monotonic()
    failures = play(tools, load(options.environment))
    for tool, error in failures.items():
        print(f"\n{tool}: {error}\n{getattr(error, 'output', '')}", file=sys.stderr)
        if not isinstance(error, DeployError):
            raise error
    took = time.monotonic() - began
    print(f"deploy-local: {len(tools) - len(failures)} of {len(tools)} tools deployed and took down in {took:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
