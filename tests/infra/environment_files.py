"""Environment files with changes, in folders of their own: for mistakes and for mutants."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / "environments"
NAMES = ("dev", "staging", "prod")


def load(name: str) -> dict[str, Any]:
    """The values of one environment."""
    values: dict[str, Any] = yaml.safe_load((ENVIRONMENTS / f"{name}.yaml").read_text(encoding="utf-8"))
    return values


def changed(name: str, values: Mapping[str, Any], remove: Iterable[str] = ()) -> dict[str, Any]:
    """Values of environment `name` with those of dotted keys set or removed."""
    result = copy.deepcopy(load(name))
    for key, value in values.items():
        *sections, last = key.split(".")
        part = result
        for section in sections:
            part = part[section]
        part[last] = value
    for key in remove:
        *sections, last = key.split(".")
        part = result
        for section in sections:
            part = part[section]
        del part[last]
    return result


def write(folder: Path, name: str, content: Mapping[str, Any] | str) -> Path:
    """A folder like environments/ whose file of `name` has this content; returns the folder."""
    folder.mkdir(parents=True)
    for path in ENVIRONMENTS.glob("*.yaml"):
        shutil.copy(path, folder)
    text = content if isinstance(content, str) else yaml.safe_dump(dict(content), sort_keys=False)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def leaves(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The rules of all keys that hold a value, by dotted key."""
    result: dict[str, dict[str, Any]] = {}
    for key, rule in schema["properties"].items():
        if rule["type"] == "object":
            result |= {f"{key}.{inner}": value for inner, value in rule["properties"].items()}
        else:
            result[key] = rule
    return result
