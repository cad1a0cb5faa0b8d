"""`python -m tools.terraform plan dev`: the offline plan as JSON. `… env`: what to export for plain Terraform."""

from __future__ import annotations

import argparse
import json
import shlex
import sys

from tools.terraform.errors import TerraformError
from tools.terraform.plans import plan
from tools.terraform.provider import command_environment


def main(arguments: list[str]) -> int:
    """Returns 1, with Terraform's words on stderr, when it fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.terraform", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("env", help="print the variable that plain terraform needs here, if any")
    planning = commands.add_parser("plan", help="print the plan of an environment, made offline, as JSON")
    planning.add_argument("environment")
    options = parser.parse_args(arguments)
    try:
        if options.command == "env":
            named = command_environment().get("TF_CLI_CONFIG_FILE")
            print(f"export TF_CLI_CONFIG_FILE={shlex.quote(named)}" if named else "unset TF_CLI_CONFIG_FILE")
        else:
            json.dump(plan(options.environment), sys.stdout)
            print()
    except TerraformError as error:
        print(error.output or f"terraform: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
