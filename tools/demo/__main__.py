"""`python -m tools.demo` from the repository's root, in the environment that tox makes for it."""

from __future__ import annotations

import argparse
import sys

from tools.demo.errors import DemoError
from tools.demo.loopback import keep_to_loopback
from tools.demo.settings import load_demo_settings
from tools.demo.supervisor import Supervisor
from tools.demo.terminal import own_foreground


def main() -> int:
    """Returns the exit status: 0, 1 when something broke or does not agree, 2 for a mistake in the settings."""
    parser = argparse.ArgumentParser(prog="tools.demo", description="The demo; its settings are environment variables.")
    parser.add_argument("--set-up", action="store_true", help="do nothing: all that is needed is installed")
    if parser.parse_args().set_up:
        return 0
    try:
        settings = load_demo_settings()
        keep_to_loopback()
        with own_foreground():
            return Supervisor(settings).run()
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return error.status


if __name__ == "__main__":
    sys.exit(main())
