"""`python -m monitoring_generator write | check | render --speed-up 30 --output DIR`, from the repository's root.

A maker is a function `make_files(spec, root)` that returns the whole text of each file that it
makes, by its path; `root` is the folder of `alerts.yaml`. One line in `MAKERS` adds it to `write`
and `check`. In a folder of `MADE_FOLDERS` there is nothing but made files.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable
from pathlib import Path

from monitoring_generator import docs_table, runbooks
from monitoring_generator.alertmanager import render as alertmanager
from monitoring_generator.dashboards import made_files as dashboards
from monitoring_generator.errors import SpecError
from monitoring_generator.rules import render as rules
from monitoring_generator.spec import Spec, load_spec

MAKERS: list[Callable[[Spec, Path], dict[Path, str]]] = [
    rules.make_files,
    docs_table.make_files,
    dashboards.make_files,
    alertmanager.make_files,
    runbooks.make_files,
]
MADE_FOLDERS = [rules.FOLDER, dashboards.FOLDER]


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 1 when `check` finds a difference, 2 for a mistake in a hand-written file."""
    parser = argparse.ArgumentParser(prog="monitoring_generator", description="Make files from alerts.yaml.")
    parser.add_argument("--alerts", type=Path, default=Path("monitoring/alerts.yaml"), help="default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="write the committed files")
    commands.add_parser("check", help="show how the committed files differ from what would be written")
    render = commands.add_parser("render", help="write Prometheus' rules somewhere else, with shorter durations")
    render.add_argument("--speed-up", type=float, default=1.0, help="divide every duration by this")
    render.add_argument("--output", type=Path, required=True, help="folder for the files")
    chosen = parser.parse_args(arguments)
    root = chosen.alerts.parent
    try:
        spec = load_spec(chosen.alerts)
        if chosen.command == "render":
            files = {chosen.output / name: text for name, text in rules.render_rules(spec, chosen.speed_up).items()}
        else:
            files = {path: text for make_files in MAKERS for path, text in make_files(spec, root).items()}
    except (SpecError, ValueError) as error:
        print(f"monitoring_generator: {error}", file=sys.stderr)
        return 2
    left_over = [] if chosen.command == "render" else _left_over(files, root)
    if chosen.command == "check":
        return _check(files, left_over)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in left_over:
        path.unlink()
    return 0


def _left_over(files: dict[Path, str], root: Path) -> list[Path]:
    """Files that were made once and are made no more."""
    there = [path for folder in MADE_FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    return sorted(set(there) - set(files))


def _check(files: dict[Path, str], left_over: list[Path]) -> int:
    differences: list[str] = []
    for path, text in files.items():
        committed = path.read_text(encoding="utf-8") if path.exists() else ""
        differences += difflib.unified_diff(
            committed.splitlines(keepends=True), text.splitlines(keepends=True), f"{path}", "from alerts.yaml"
        )
    differences += [f"{path}: nothing makes this file any more\n" for path in left_over]
    if differences:
        sys.stdout.writelines(differences)
        print(
            "made files differ from monitoring/alerts.yaml; run: python -m monitoring_generator write", file=sys.stderr
        )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
