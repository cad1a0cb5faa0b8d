"""`python -m monitoring_generator write | check | render --speed-up 30 --output DIR`, from the repository's root."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from monitoring_generator.prometheus_rules import render_rules
from monitoring_generator.spec import SpecError, load_spec

RULES = Path("prometheus/rules")


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 1 when `check` finds a difference, 2 for a mistake in the file of alerts."""
    parser = argparse.ArgumentParser(prog="monitoring_generator", description="Make Prometheus rules from alerts.yaml.")
    parser.add_argument("--alerts", type=Path, default=Path("monitoring/alerts.yaml"), help="default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="write the committed rule files")
    commands.add_parser("check", help="show how the committed files differ from what would be written")
    render = commands.add_parser("render", help="write the rules somewhere else, with shorter durations")
    render.add_argument("--speed-up", type=float, default=1.0, help="divide every duration by this")
    render.add_argument("--output", type=Path, required=True, help="folder for the files")
    chosen = parser.parse_args(arguments)
    try:
        files = render_rules(load_spec(chosen.alerts), getattr(chosen, "speed_up", 1.0))
    except (SpecError, ValueError) as error:
        print(f"monitoring_generator: {error}", file=sys.stderr)
        return 2

    folder = chosen.output if chosen.command == "render" else chosen.alerts.parent / RULES
    if chosen.command == "check":
        return _check(folder, files)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def _check(folder: Path, files: dict[str, str]) -> int:
    differences: list[str] = []
    for name, text in files.items():
        path = folder / name
        committed = path.read_text(encoding="utf-8") if path.exists() else ""
        differences += difflib.unified_diff(
            committed.splitlines(keepends=True), text.splitlines(keepends=True), f"{path}", "from alerts.yaml"
        )
    if differences:
        sys.stdout.writelines(differences)
        print(
            "made files differ from monitoring/alerts.yaml; run: python -m monitoring_generator write", file=sys.stderr
        )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
