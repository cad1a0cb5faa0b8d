"""`python -m tools.deploy_local`: both stacks at the same time; `--tool terraform` or `--tool cdk` for one."""

from __future__ import annotations

import argparse
import sys
import threading
import time

from tools.deploy_local import scenario, settings
from tools.deploy_local.errors import DeployError

SCENARIOS = {"terraform": scenario.terraform, "cdk": scenario.cdk}


def main(arguments: list[str]) -> int:
    """Returns 1, with the failed step's output on stderr, if a deployment failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.deploy_local", description=__doc__)
    parser.add_argument("--tool", choices=[*SCENARIOS, "both"], default="both")
    parser.add_argument("--environment", default="dev", help="dev, staging or prod")
    options = parser.parse_args(arguments)

    began, failures = time.monotonic(), {}

    def play(tool: str) -> None:
        try:
            SCENARIOS[tool](settings.load(options.environment))
        except Exception as error:  # of a thread: told below
            failures[tool] = error

    tools = list(SCENARIOS) if options.tool == "both" else [options.tool]
    threads = [threading.Thread(target=play, args=(tool,)) for tool in tools]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for tool, error in failures.items():
        print(f"\n{tool}: {error}\n{getattr(error, 'output', '')}", file=sys.stderr)
        if not isinstance(error, DeployError):
            raise error
    took = time.monotonic() - began
    print(f"deploy-local: {len(tools) - len(failures)} of {len(tools)} tools deployed and took down in {took:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
