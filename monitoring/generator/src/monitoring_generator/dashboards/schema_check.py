"""Checks dashboards against the types that Grafana publishes on npm, with TypeScript's own compiler.

The types and their exact versions are in `monitoring/grafana/schema_check/`; `npm ci` puts them into
a folder outside the repository's files.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from monitoring_generator.dashboards.queries import Document

#: Below `monitoring/`.
FOLDER: Final = Path("grafana/schema_check")


class SchemaCheckError(Exception):
    """The check could not run: npm is missing or cannot install."""


def install(source: Path, folder: Path) -> None:
    """Install what is locked in `source` into `folder`, unless it is there. Raises SchemaCheckError."""
    lock = (source / "package-lock.json").read_bytes()
    done = folder / "installed-lock.json"
    if done.exists() and done.read_bytes() == lock:
        return
    if shutil.which("npm") is None:
        raise SchemaCheckError("npm not found: on Debian, apt-get install npm")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(source / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    npm = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if npm.returncode != 0:
        raise SchemaCheckError(f"npm ci: {npm.stderr.strip()[-500:]}")
    done.write_bytes(lock)


def check(documents: Mapping[str, Document], source: Path, folder: Path) -> list[str]:
    """The compiler's errors about `documents` (by name), each with the name and the line that is wrong."""
    for path in source.glob("*.ts"):
        shutil.copyfile(path, folder / path.name)
    shutil.copyfile(source / "tsconfig.json", folder / "tsconfig.json")
    lines = ['import type { CheckedDashboard } from "./dashboard";']
    starts: list[tuple[int, str]] = []
    for name, document in documents.items():
        starts.append((len(lines) + 1, name))
        text = json.dumps(document, indent=2, ensure_ascii=False)
        lines += f"export const d{len(starts)}: CheckedDashboard = {text};".splitlines()
    (folder / "checked.ts").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # The program itself and not its script in .bin: with --ignore-scripts nothing else is set up.
    command = ["node", "node_modules/typescript/bin/tsc", "--project", ".", "--pretty", "false"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return [_readable(line, starts, lines) for line in done.stdout.splitlines() if ": error " in line]


def _readable(error: str, starts: list[tuple[int, str]], lines: list[str]) -> str:
    place, _, message = error.partition(": error ")
    if not place.startswith("checked.ts("):
        return error
    number = int(place.removeprefix("checked.ts(").split(",")[0])
    start, name = max((each for each in starts if each[0] <= number), default=(0, "?"))
    return f"{name}: line {number - start + 1}: {lines[number - 1].strip()}: {message}"
