"""`python -m tools.api_reference [FOLDER]`: the library's API reference, made from its docstrings.

It goes to `.run/api` by default. A warning while it is made is an error.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pdoc

#: What users import; everything else is an inner part.
MODULES = [
    "logging_system",
    "logging_system.callsite",
    "logging_system.context",
    "logging_system.errors",
    "logging_system.integrations.asgi",
    "logging_system.integrations.threads",
    "logging_system.integrations.wsgi",
    "logging_system.metrics",
    "logging_system.redact.redactor",
    "logging_system.sinks.base",
    "logging_system.stdlib",
    "logging_system.testing",
]


def main(folder: str = ".run/api") -> int:
    """Make it; returns the exit status."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # WSGI's types are in typeshed only, which no interpreter can import; they are shown by their names.
        warnings.filterwarnings("ignore", ".*WSGIApplication")
        pdoc.pdoc(*MODULES, output_directory=Path(folder))
    print(f"{folder}/logging_system.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
