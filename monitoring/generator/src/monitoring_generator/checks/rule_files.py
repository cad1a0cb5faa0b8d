"""Rule files as they were rendered, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import promql_parser
import yaml


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and where it stands; `data` is as in the file."""

    file: str
    group: str
    interval: str
    data: Mapping[str, Any]

    @property
    def is_alert(self) -> bool:
        """Whether it is an alert and not a recording rule."""
        return "alert" in self.data

    @property
    def name(self) -> str:
        """Of the alert or of the recorded series."""
        return str(self.data.get("alert") or self.data["record"])

    @property
    def query(self) -> promql_parser.Expr:
        """The parsed expression."""
        parsed: promql_parser.Expr = promql_parser.parse(self.data["expr"])
        return parsed


def read_rules(files: Mapping[str, str]) -> list[Rule]:
    """All rules of `files` (texts by name), in their order."""
    return rules_in({file: yaml.safe_load(text) for file, text in files.items()})


def rules_in(documents: Mapping[str, Any]) -> list[Rule]:
    """All rules of rule files that were read already."""
    return [
        Rule(file, group["name"], group["interval"], rule)
        for file, document in documents.items()
        for group in document["groups"]
        for rule in group["rules"]
    ]
