"""`python -m tools.cost`: what each environment costs a month. `write`: into docs/aws.md; `check`: is that up to date.

Returns 1 where an environment costs more than its budget, where `check` finds the document out of date, and after a
mistake in a file.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import yaml

from tools.cost.environment import NAMES, load_environment
from tools.cost.errors import CostError
from tools.cost.inventory import load_inventory
from tools.cost.model import Bill, bill
from tools.cost.prices import Prices, load_prices
from tools.cost.tables import between_markers, over_budget, tables

DOCUMENT = Path("docs/aws.md")


def bills_of(root: Path, folder: Path) -> tuple[list[Bill], Prices, int]:
    """Bills of the environments in `folder`, their prices, and how many endpoints a VPC without NAT has."""
    prices = load_prices(folder / "prices.yaml")
    endpoints = len(yaml.safe_load((folder / "stack.yaml").read_text(encoding="utf-8"))["endpoints"])
    bills = [bill(load_environment(folder, name), load_inventory(root, name), prices, endpoints) for name in NAMES]
    return bills, prices, endpoints


def main(arguments: list[str]) -> int:
    """Print, write or check, in the repository's root."""
    parser = argparse.ArgumentParser(prog="python -m tools.cost", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["print", "write", "check"], default="print")
    command = parser.parse_args(arguments).command
    try:
        bills, prices, endpoints = bills_of(Path.cwd(), Path("environments"))
        made = tables(bills, prices, endpoints)
    except CostError as error:
        print(error, file=sys.stderr)
        return 1
    too_much = over_budget(bills)
    for line in too_much.values():
        print(line, file=sys.stderr)
    if command == "print":
        print(made, end="")
        return 1 if too_much else 0
    before = DOCUMENT.read_text(encoding="utf-8")
    after = between_markers(before, "cost", made)
    if command == "write":
        DOCUMENT.write_text(after, encoding="utf-8")
    elif before != after:
        print(f"{DOCUMENT}: cost is out of date: python -m tools.cost write", file=sys.stderr)
        return 1
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
