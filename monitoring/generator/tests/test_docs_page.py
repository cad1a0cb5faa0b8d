"""`docs/monitoring.md` is true: its example is carried out as written, its tables name every key."""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from monitoring_generator.__main__ import main
from monitoring_generator.alerts import KINDS
from monitoring_generator.objectives import Objective
from monitoring_generator.runbooks import SECTIONS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
NAME = "BufferFilling"


def answer(question: str) -> str:
    """What stands below a heading."""
    [text] = re.findall(rf"^## {re.escape(question)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


def blocks(question: str, language: str) -> list[str]:
    """The fenced blocks of one language in it, without their indentation."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", answer(question), re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(text) for _, text in found]


def first_cells(question: str) -> set[str]:
    """The words in the first column of its tables."""
    cells = re.findall(r"^\| ([^|]*) \|", answer(question), re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of `monitoring/` next to the docs."""
    ignored = shutil.ignore_patterns("generator", "loki", "alloy")
    shutil.copytree(ROOT / "monitoring", tmp_path / "monitoring", ignore=ignored)
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "monitoring.md", tmp_path / "docs")
    return tmp_path


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool not found: apt-get install prometheus")
def test_the_example_adds_an_alert_in_one_place(copied: Path) -> None:
    """Rule, table, route, inhibition and runbook follow; its test passes."""
    alert, test = blocks("How do I add an alert?", "yaml")
    alerts = copied / "monitoring" / "alerts.yaml"
    text = alerts.read_text(encoding="utf-8")
    assert f"name: {NAME}" not in text, "somebody took the example over: the page needs another"
    alerts.write_text(f"{text}\n{textwrap.indent(alert, '  ')}", encoding="utf-8")
    assert main(["--alerts", str(alerts), "write"]) == 0
    assert main(["--alerts", str(alerts), "check"]) == 0

    (copied / "monitoring" / "tests" / f"{NAME}.yaml").write_text(test, encoding="utf-8")
    done = subprocess.run(
        ["promtool", "test", "rules", f"{NAME}.yaml"],
        cwd=copied / "monitoring" / "tests",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"| `{NAME}` |" in (copied / "docs" / "monitoring.md").read_text(encoding="utf-8")
    runbook = (copied / "monitoring" / "runbooks" / f"{NAME}.md").read_text(encoding="utf-8")
    assert "log_buffer_bytes > 12000000" in runbook or "log_buffer_bytes > 1.2e" in runbook
    assert all(f"## {section}\n" in runbook for section in SECTIONS)
    config = yaml.safe_load((copied / "monitoring" / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8"))
    assert NAME in config["inhibit_rules"][0]["target_matchers"][0]


def test_every_key_of_an_alert_and_every_statistic_is_explained() -> None:
    """And no other."""
    keys = {field.name for kind in KINDS.values() for field in fields(kind)} | {"statistic"}
    explained = first_cells("What does each key mean?")
    assert explained == keys | set(KINDS)


def test_every_key_of_an_objective_is_named() -> None:
    """In the line of the statistic that needs one."""
    [line] = re.findall(r"^\| `burn_rate` \| (.*)", PAGE, re.MULTILINE)
    assert set(re.findall(r"`([a-z_]+)`", line)) >= {field.name for field in fields(Objective)} - {
        "name",
        "description",
    }


def test_every_key_of_a_receiver_is_explained() -> None:
    """As it stands in the file, and the one that does not."""
    document = yaml.safe_load((ROOT / "monitoring" / "receivers.yaml").read_text(encoding="utf-8"))
    keys = {key for receiver in document["receivers"] for key in receiver} | {"tls"}
    assert first_cells("Who is told, and how do I switch a receiver on?") == keys - {"name"}


def test_the_commands_are_for_a_shell() -> None:
    """Parsed, not run; those that are run elsewhere are named there."""
    commands = re.findall(r"^( *)```bash\n(.*?)^\1```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(commands) >= 5
    for _, block in commands:
        subprocess.run(["bash", "-n"], input=block, text=True, check=True, capture_output=True)
