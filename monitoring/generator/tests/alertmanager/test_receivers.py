"""`receivers.yaml`: what it says, how a mistake in it is told, and that switching a receiver on is one edit."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring_generator.__main__ import main
from monitoring_generator.alertmanager.receivers import load_receivers
from monitoring_generator.errors import SpecError

MONITORING = Path(__file__).parents[3]
RECEIVERS = MONITORING / "receivers.yaml"
CONFIG = MONITORING / "alertmanager" / "alertmanager.yml"
needs_amtool = pytest.mark.skipif(
    shutil.which("amtool") is None, reason="amtool not found: apt-get install prometheus-alertmanager"
)


def configs_of(config: Path) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The integrations of each of Alertmanager's receivers."""
    document = yaml.safe_load(config.read_text(encoding="utf-8"))
    return {
        each["name"]: {key: value for key, value in each.items() if key != "name"} for each in document["receivers"]
    }


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the folder `monitoring/` and of the page of docs, in which files can be changed and made."""
    names = ("alerts.yaml", "receivers.yaml", "alertmanager", "runbooks")
    for name in names:
        copy = shutil.copytree if (MONITORING / name).is_dir() else shutil.copy
        (tmp_path / "monitoring").mkdir(exist_ok=True)
        copy(MONITORING / name, tmp_path / "monitoring" / name)
    (tmp_path / "docs").mkdir()
    shutil.copy(MONITORING.parent / "docs" / "monitoring.md", tmp_path / "docs")
    return tmp_path / "monitoring"


def switch_on(folder: Path, receiver: str) -> None:
    """The edit that the file's first lines describe, and the command."""
    path = folder / "receivers.yaml"
    text = path.read_text(encoding="utf-8")
    edited = re.sub(rf"(  - name: {receiver}\b[^\n]*\n    enabled: )false", r"\1true", text)
    assert edited != text
    path.write_text(edited, encoding="utf-8")
    assert main(["--alerts", str(folder / "alerts.yaml"), "write"]) == 0


@needs_amtool
def test_what_is_committed_works_without_secrets() -> None:
    """The live page gets everything but the heartbeat, which would look like trouble there."""
    subprocess.run(["amtool", "check-config", CONFIG], check=True, capture_output=True)

    page = [{"url": "http://service:8000/alerts/webhook", "send_resolved": True}]
    told = configs_of(CONFIG)
    assert told.pop("heartbeat") == {}
    assert sorted(told) == ["critical", "default", "immediate", "info", "warning"]
    assert all(configs == {"webhook_configs": page} for configs in told.values())
    assert "/run/secrets" not in CONFIG.read_text(encoding="utf-8")


@needs_amtool
@pytest.mark.parametrize(
    ("name", "key", "gets", "secret"),
    [
        ("slack", "slack_configs", ["immediate", "critical", "warning", "default"], "api_url_file"),
        ("email", "email_configs", ["immediate", "critical", "warning", "info", "default"], "auth_password_file"),
        ("pagerduty", "pagerduty_configs", ["immediate", "critical"], "routing_key_file"),
    ],
)
def test_a_receiver_is_switched_on_by_one_edit_and_one_command(
    copied: Path, name: str, key: str, gets: list[str], secret: str
) -> None:
    """It gets what its line says, beside the live page, and its secret stays in its file."""
    switch_on(copied, name)

    config = copied / "alertmanager" / "alertmanager.yml"
    subprocess.run(["amtool", "check-config", config], check=True, capture_output=True)
    told = configs_of(config)
    assert [receiver for receiver in told if key in told[receiver]] == [each for each in told if each in gets]
    named_in_the_file = re.search(rf"- name: {name}.*?secret: (\w+)", RECEIVERS.read_text(encoding="utf-8"), re.DOTALL)
    assert named_in_the_file
    assert all(told[each][key][0][secret] == f"/run/secrets/{named_in_the_file[1]}" for each in gets)
    assert all("webhook_configs" in told[each] for each in gets)


def test_a_webhook_whose_address_is_a_secret_says_which_alertmanager_it_needs(copied: Path) -> None:
    """Debian's 0.25 refuses `url_file`; whoever runs that one finds the reason at the top of the file."""
    switch_on(copied, "webhook")

    text = (copied / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
    assert "url_file: /run/secrets/alert_webhook_url" in text
    assert "from 0.26 on" in text.splitlines()[1]
    assert "0.26" not in CONFIG.read_text(encoding="utf-8")


@needs_amtool
def test_a_heartbeat_goes_to_nobody_else(copied: Path) -> None:
    """Its end is told to nobody: what counts is that it stops."""
    switch_on(copied, "dead-man")

    config = copied / "alertmanager" / "alertmanager.yml"
    subprocess.run(["amtool", "check-config", config], check=True, capture_output=True)
    address = "https://heartbeat.example.com/advanced-logging-system"
    assert configs_of(config)["heartbeat"] == {"webhook_configs": [{"url": address, "send_resolved": False}]}
    assert address not in str({name: each for name, each in configs_of(config).items() if name != "heartbeat"})


def test_people_are_not_told_that_an_event_is_over(copied: Path) -> None:
    """A page that closes itself after two minutes would be overlooked; programs keep count all the same."""
    for name in ("slack", "pagerduty", "email"):
        switch_on(copied, name)

    told = configs_of(copied / "alertmanager" / "alertmanager.yml")
    ends = {name: {key: each[0]["send_resolved"] for key, each in configs.items()} for name, configs in told.items()}
    people = ("slack_configs", "email_configs", "pagerduty_configs")
    assert ends["immediate"] == {"webhook_configs": True} | dict.fromkeys(people, False)
    assert ends["critical"] == {"webhook_configs": True} | dict.fromkeys(people, True)


MISTAKES = [
    ("kind: slack", "kind: slak", "slack: kind: got 'slak', expected one of slack, email, pagerduty, webhook"),
    ("channel:", "chanel:", 'slack: chanel: unknown key; did you mean "channel"?'),
    ('    channel: "#alerts"\n', "", "slack: channel: is missing"),
    ('"#alerts"', "alerts", "slack: channel: got 'alerts', expected a text like [#@]\\S+"),
    ("enabled: true\n", "enabled: yes please\n", "live-page: enabled: got 'yes please', expected true or false"),
    ("gets: [heartbeat]", "gets: [pages]", "dead-man: gets: got ['pages'], expected a list of immediate, critical,"),
    ("enabled: true\n", "enabled: false\n", "receivers: nobody gets immediate, expected it in `gets` of an enabled"),
    ("- name: email", "- name: slack", "receivers: slack is there twice"),
    ("http://service:8000", "service:8000", "live-page: url: got 'service:8000/alerts/webhook', expected a text like"),
    ("to: [oncall@example.com]", "to: oncall", "email: to: got 'oncall', expected a list of e-mail addresses"),
    ("example.com:587", "example.com", "email: smarthost: got 'smtp.example.com', expected a text like"),
    ("secret: smtp_password", "tls: true", "email: username: expected both username and secret, or neither"),
    ("secret: slack_webhook_url", "secret: https://hooks/x", "slack: secret: got 'https://hooks/x', expected a text"),
    ("secret: alert_webhook_url", "", "webhook: url: expected either url or, where the address is a secret, secret"),
    ("channel:", "gets: [critical]\n    x:", 'is not valid YAML: key "gets" is there twice'),
    ("interval: 1m", "interval: soon", 'times: critical: interval: got "soon", expected a duration such as 30s'),
    ("immediate: {repeat: 1h}", "immediate: {wait: 1h}", "times: immediate: wait: unknown key; known here: repeat"),
    ("immediate: {repeat: 1h}", "immediate: {repeat: 1s}", "times: immediate: repeat: expected at least the interval"),
    ("  heartbeat: {repeat: 1m}\n", "", "times: heartbeat: is missing"),
]


@pytest.mark.parametrize(("text", "instead", "told"), MISTAKES, ids=[told[:45] for *_, told in MISTAKES])
def test_a_mistake_is_told_with_file_key_and_what_was_expected(
    tmp_path: Path, text: str, instead: str, told: str
) -> None:
    """One line."""
    path = tmp_path / "receivers.yaml"
    right = RECEIVERS.read_text(encoding="utf-8")
    assert text in right
    path.write_text(right.replace(text, instead, 1), encoding="utf-8")

    with pytest.raises(SpecError) as error:
        load_receivers(path)
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)
