"""One runbook an alert, the same sections in each, and nothing in it that cannot be run as it stands.

Whether its metrics exist is asked of real programs in `tests/monitoring/test_runbooks.py`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import promql_parser as promql
import pytest
import yaml

from monitoring_generator.checks.queries import series_of
from monitoring_generator.dashboards.queries import read_documents
from monitoring_generator.errors import SpecError
from monitoring_generator.rules.render import render_rules
from monitoring_generator.runbooks import BEGIN, END, SECTIONS, make_files
from monitoring_generator.spec import load_spec

MONITORING = Path(__file__).parents[2]
SPEC = load_spec(MONITORING / "alerts.yaml")
PAGES = {path.stem: path for path in sorted((MONITORING / "runbooks").glob("*.md"))}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()}
RULES = [
    rule
    for text in render_rules(SPEC).values()
    for group in yaml.safe_load(text)["groups"]
    for rule in group["rules"]
]  # fmt: skip
every_page = pytest.mark.parametrize("name", PAGES)


def sections(text: str) -> dict[str, str]:
    """What stands below each heading."""
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    """Of the same name."""
    assert sorted(PAGES) == sorted(alert.name for alert in SPEC.alerts)


@every_page
def test_every_section_is_there_and_says_something(name: str) -> None:
    """In the same order, so that somebody who was woken need not search."""
    assert TEXTS[name].startswith(f"# {name}\n\n## ")
    found = sections(TEXTS[name])
    assert list(found) == list(SECTIONS)
    for section, text in found.items():
        written = re.sub(rf"{re.escape(BEGIN)}.*?{re.escape(END)}", "", text, flags=re.DOTALL)
        assert len(written.split()) >= (0 if section == "Confirm" else 5), section
        assert "TODO" not in text


@every_page
def test_the_condition_is_that_of_the_rule_word_for_word(name: str) -> None:
    """It can be pasted and shows what Prometheus saw."""
    confirm = sections(TEXTS[name])["Confirm"]
    expected = [rule["expr"] for rule in RULES if rule.get("alert") == name]
    assert [block.strip() for block in blocks(confirm, "promql")][: len(expected)] == expected


@every_page
def test_every_query_parses(name: str) -> None:
    """One query a block; and one names series that are recorded or that a program exposes."""
    recorded = {rule["record"] for rule in RULES if "record" in rule}
    for block in blocks(TEXTS[name], "promql"):
        for series in series_of(promql.parse(block)):
            assert series.name, block
            assert ":" not in series.name or series.name in recorded, series.name


@every_page
def test_every_command_is_one_for_a_shell(name: str) -> None:
    """Parsed, not run."""
    for block in blocks(TEXTS[name], "bash"):
        done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@every_page
def test_commands_of_this_repository_are_right(name: str, tmp_path: Path) -> None:
    """The library's command line and amtool take these arguments."""
    text = "\n".join(blocks(TEXTS[name], "bash"))
    log = tmp_path / "x.log"
    log.touch()
    for arguments in re.findall(r"python3 -m (logging_system.* (?:tail|stats) .*)", text):
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', arguments)]
        done = subprocess.run([sys.executable, "-m", *words, str(log)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    if shutil.which("amtool"):
        for arguments in re.findall(r"amtool \S+ ((?:silence|alert) .*)", text):
            helped = subprocess.run(["amtool", *arguments.split()[:2], "--help"], capture_output=True, check=False)
            known = (helped.stdout + helped.stderr).decode()
            assert all(option in known for option in re.findall(r"--[a-z]+", arguments))


@every_page
def test_links_lead_somewhere(name: str) -> None:
    """To other runbooks, to dashboards and files that exist."""
    dashboards = {document["uid"] for document in read_documents(MONITORING / "grafana" / "dashboards")}
    for link in re.findall(r"\]\((?!http)([^)]+)\)", TEXTS[name]):
        assert (MONITORING / "runbooks" / link).exists(), link
    for uid in re.findall(r"127\.0\.0\.1:3000/d/([a-z-]+)", TEXTS[name]):
        assert uid in dashboards
    for file in re.findall(r"`((?:monitoring|docs)/[^`]+)`", TEXTS[name]):
        assert (MONITORING.parent / file).exists() or file.startswith("monitoring/prometheus/prometheus.yml"), file


def test_a_new_alert_gets_a_page_with_empty_sections(tmp_path: Path) -> None:
    """Which the tests above refuse until somebody has filled them."""
    page = make_files(SPEC, tmp_path)[tmp_path / "runbooks" / "TargetDown.md"]
    found = sections(page)
    assert list(found) == list(SECTIONS)
    assert "up < 1" in found["Confirm"]
    assert found["How bad is it"].strip() == ""


def test_a_page_without_its_markers_is_refused(tmp_path: Path) -> None:
    """The condition in it would grow old."""
    page = tmp_path / "runbooks" / "TargetDown.md"
    page.parent.mkdir()
    page.write_text("# TargetDown\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"TargetDown\.md: expected the lines <!-- condition"):
        make_files(SPEC, tmp_path)


def test_what_is_written_by_hand_stays(tmp_path: Path) -> None:
    """Only what stands between the markers is made."""
    page = tmp_path / "runbooks" / "TargetDown.md"
    page.parent.mkdir()
    page.write_text(TEXTS["TargetDown"].replace("up < 1", "up < 7"), encoding="utf-8")
    assert make_files(SPEC, tmp_path)[page] == TEXTS["TargetDown"]
