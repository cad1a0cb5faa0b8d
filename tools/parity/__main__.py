"""`python -m tools.parity`: compare both stacks of every environment and print the figures."""

from __future__ import annotations

import argparse
import sys

from tools.deploy_local.settings import load
from tools.parity.compare import Comparison, compare, load_exceptions
from tools.parity.from_plan import read_plan
from tools.parity.from_template import read_templates
from tools.parity.references import Place

ENVIRONMENTS = ("dev", "staging", "prod")


def comparison(environment: str) -> Comparison:
    """The comparison of one environment."""
    settings = load(environment)
    place = Place(settings.account, settings.region)
    return compare(read_plan(environment, place), read_templates(environment, place), load_exceptions())


def main(arguments: list[str]) -> int:
    """Returns 1 if a difference is in no exception, or an exception covers nothing."""
    parser = argparse.ArgumentParser(prog="python -m tools.parity", description=__doc__)
    parser.add_argument("environments", nargs="*", metavar="ENVIRONMENT", help="dev, staging, prod; all by default")
    environments = parser.parse_args(arguments).environments or list(ENVIRONMENTS)

    used, failed = set(), False
    for environment in environments:
        found = comparison(environment)
        used |= {exemption for _, exemption in found.excepted}
        for difference in found.differences:
            failed = True
            print(f"{environment}: {difference}", file=sys.stderr)
        print(
            f"{environment}: {found.resources} resources and {found.properties} properties compared, "
            f"{len(found.differences)} differences, {len(found.excepted)} more in {len(load_exceptions())} exceptions"
        )
    if set(environments) == set(ENVIRONMENTS):
        for exemption in set(load_exceptions()) - used:
            failed = True
            print(f"exceptions.yaml: {exemption.kind}, {exemption.property}: covers nothing", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
