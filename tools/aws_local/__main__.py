"""`python -m tools.aws_local --port 5000`: the embedded AWS, until it is stopped."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from tools.aws_local import seeds, server


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; the first line printed is the URL, when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m tools.aws_local", description=__doc__)
    parser.add_argument("--port", type=int, default=5000, help="on loopback; 0 takes a free one")
    parser.add_argument("--account", default="123456789012", help="the account that all calls are of")
    parser.add_argument("--record", type=Path, help="file to which each different API call is appended")
    parser.add_argument(
        "--certificate", nargs=2, metavar=("ARN", "DOMAIN"), action="append", default=[], help="one that exists"
    )
    options = parser.parse_args(arguments)

    def stop(*_: object) -> None:
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    made = server.make(options.port, account=options.account, record=options.record)
    for arn, domain in options.certificate:
        seeds.add_certificate(arn, domain)
    print(f"http://localhost:{made.server_port}", flush=True)
    made.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
