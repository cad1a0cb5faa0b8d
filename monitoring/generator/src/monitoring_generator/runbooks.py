"""The condition in each runbook, between two markers, as Prometheus evaluates it; the rest is written by hand.

An alert without a runbook gets one with empty sections; a test fails until they are filled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from monitoring_generator.alerts import Alert
from monitoring_generator.errors import SpecError
from monitoring_generator.rules.notification import threshold_text
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import Spec

BEGIN: Final = "<!-- condition: made by monitoring_generator -->"
END: Final = "<!-- /condition -->"
FOLDER: Final = Path("runbooks")
#: The headings of every runbook, in this order: who is woken finds the same thing at the same place.
SECTIONS: Final = (
    "What it means",
    "How bad is it",
    "Confirm",
    "Stop the bleeding",
    "Find the cause",
    "It is over when",
    "When it fired for nothing",
)


def make_files(spec: Spec, root: Path) -> dict[Path, str]:
    """The runbooks below `root`, the folder of `alerts.yaml`. Raises SpecError if a marker is missing."""
    rules = _alerting_rules(spec)
    files = {}
    for alert in spec.alerts:
        path = root / FOLDER / f"{alert.name}.md"
        page = path.read_text(encoding="utf-8") if path.exists() else _skeleton(alert)
        before, found_begin, rest = page.partition(BEGIN)
        _, found_end, after = rest.partition(END)
        if not found_begin or not found_end:
            raise SpecError(f"{path}: expected the lines {BEGIN} and {END}, between which the condition stands")
        own = [rule for rule in rules if rule["alert"] == alert.name]
        files[path] = f"{before}{BEGIN}\n{_condition(alert, own)}{END}{after}"
    return files


def _alerting_rules(spec: Spec) -> list[dict[str, Any]]:
    groups = [group for text in render_rules(spec).values() for group in yaml.safe_load(text)["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def _condition(alert: Alert, rules: list[dict[str, Any]]) -> str:
    """One block a rule: an alert may have one for each value that is expected."""
    threshold = f"Threshold: {threshold_text(alert)}"
    waits = [f"{text} {rules[0][key]}" for key, text in _WAITS.items() if key in rules[0]]
    queries = "\n".join(f"```promql\n{rule['expr']}\n```" for rule in rules)
    return f"{'; '.join([threshold, *waits])}.\n\n{queries}\n"


_WAITS: Final = {"for": "it fires when true for", "keep_firing_for": "it fires on for"}


def _skeleton(alert: Alert) -> str:
    markers = {"Confirm": f"{BEGIN}\n{END}\n"}
    sections = (f"\n## {section}\n{markers.get(section, '')}" for section in SECTIONS)
    return f"# {alert.name}\n{''.join(sections)}"
