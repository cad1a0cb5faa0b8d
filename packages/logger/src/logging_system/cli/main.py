"""`logging-system`: checks a configuration, shows log files and sums them up.

Exit status: 0, or 2 for a wrong argument, a wrong setting or a file that cannot be read, each told in
one line on standard error. A reader that went away (`| head`) is no error.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from logging_system import __version__
from logging_system.cli import stats, tail, validate_config
from logging_system.errors import ConfigError
from logging_system.formatters import escape

#: What a shell reports for a program that Ctrl-C ended (128 + SIGINT).
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand with `argv`, by default the arguments of the process; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a stream with a narrow encoding shows escapes
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = _parser().parse_args(argv)
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except ConfigError as error:
        return _fail(str(error))
    except BrokenPipeError:
        _discard_output()
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        return _fail(f"logging-system: {place}{error.strerror or error}")
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="logging-system", description="Look at configurations and log files.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subcommands = parser.add_subparsers(title="subcommands", required=True, metavar="SUBCOMMAND")
    for module in (validate_config, tail, stats):
        module.add_parser(subcommands)
    return parser


def _fail(line: str) -> int:
    sys.stderr.write(f"{escape(line)}\n")
    return 2


def _discard_output() -> None:
    """Let the interpreter's own flush at exit go nowhere; it would complain about the closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
