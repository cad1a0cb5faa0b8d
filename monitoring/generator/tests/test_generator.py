"""The generator: specification, durations, rules, made files, and the tests of every alert."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from monitoring_generator.__main__ import main
from monitoring_generator.durations import format_duration, parse_duration
from monitoring_generator.prometheus_rules import render_rules
from monitoring_generator.spec import SpecError, load_spec

MONITORING = Path(__file__).parents[2]
SPEC = load_spec(MONITORING / "alerts.yaml")
ALERTS = [alert.name for alert in SPEC.alerts]
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool not found: apt-get install prometheus"
)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("1d", 86400)]
)
def test_durations_are_read_and_written(text: str, seconds: float) -> None:
    """As Prometheus writes them."""
    assert parse_duration(text) == seconds
    assert format_duration(seconds) == text


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "0s", "-5m", "5y!", "1.5m", "\u0665m"])
def test_anything_else_is_no_duration(text: str) -> None:
    """The message says what is."""
    with pytest.raises(ValueError, match="expected a duration such as 30s, 5m or 1h"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"treshold": 1}, 'HighErrorRate: treshold: unknown key; did you mean "threshold"?'),
        ({"window": "five"}, 'HighErrorRate: window: got "five", expected a duration'),
        ({"severity": "bad"}, "HighErrorRate: severity: got 'bad', expected one of critical, warning, info"),
        ({"threshold": "5%"}, "HighErrorRate: threshold: got '5%', expected a number"),
        ({"threshold": 5}, "HighErrorRate: threshold: got 5, expected at most 1 (5 % is 0.05)"),
        ({"threshold": float("nan")}, "HighErrorRate: threshold: got nan, expected a number"),
        ({"min_count": 2.7}, "HighErrorRate: min_count: got 2.7, expected a whole number from 1"),
        ({"part": {"level": "ERROR"}}, "HighErrorRate: part.level: got 'ERROR', expected a list of values"),
        ({"part": {"level": ["FATAL"]}}, "HighErrorRate: part.level: expected some of of.level: INFO, WARNING"),
        ({"part": {}}, "HighErrorRate: part: got no label, expected labels with lists of values"),
        ({"of": {"level": []}}, "HighErrorRate: of.level: got [], expected a list of values"),
        ({"of": {"level": ['a"b']}}, "HighErrorRate: of.level: got 'a\"b', expected a text like"),
        ({"of": {"le-vel": ["a"]}}, "HighErrorRate: of: got the label 'le-vel', expected a name like"),
        ({"name": "High\n"}, "alerts[0]: name: got 'High\\n', expected a text like"),
        ({"statistic": "value"}, "HighErrorRate: min_count: only for the statistic ratio"),
        ({"name": "TargetDown"}, "alerts: TargetDown is there twice"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(tmp_path: Path, change: dict[str, object], message: str) -> None:
    """Alert, key, found, expected."""
    document = yaml.safe_load((MONITORING / "alerts.yaml").read_text(encoding="utf-8"))
    document["alerts"][0].update(change)
    path = tmp_path / "alerts.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")

    with pytest.raises(SpecError) as caught:
        load_spec(path)

    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"runbook_url: a\nrunbook_url: b", 'key "runbook_url" is there twice'),
        (b"alerts: [", "is not valid YAML"),
        (b"\xff", "is not UTF-8"),
        (b"[]", "expected keys with values"),
        (b"{evaluation_interval: 15s, runbook_url: 'u/{nam}', alerts: [1]}", "runbook_url: got 'u/{nam}'"),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_line_too(tmp_path: Path, text: bytes, message: str) -> None:
    """Among them a key given twice, of which YAML would take the last."""
    path = tmp_path / "alerts.yaml"
    path.write_bytes(text)

    with pytest.raises(SpecError) as caught:
        load_spec(path)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    """One at a time."""
    path = tmp_path / "alerts.yaml"
    path.write_text(
        "evaluation_interval: 15s\nrunbook_url: '{name}'\nalerts: [{name: X, statistic: value}]", encoding="utf-8"
    )

    with pytest.raises(SpecError, match="X: comparison: is missing"):
        load_spec(path)


def test_the_committed_rules_are_those_of_the_specification(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody edits a made file, nobody forgets to make it."""
    assert main(["--alerts", str(MONITORING / "alerts.yaml"), "check"]) == 0, capsys.readouterr().out


def test_check_shows_a_difference_and_the_command_that_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As CI prints it."""
    alerts = tmp_path / "alerts.yaml"
    alerts.write_text((MONITORING / "alerts.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["--alerts", str(alerts), "write"]) == 0
    made = tmp_path / "prometheus" / "rules" / "alerts.yml"
    made.write_text(made.read_text(encoding="utf-8").replace("0.05", "0.5"), encoding="utf-8")

    assert main(["--alerts", str(alerts), "check"]) == 1
    shown = capsys.readouterr()
    assert "-    expr: job:log_errors:ratio_rate5m > 0.5 " in shown.out
    assert "python -m monitoring_generator write" in shown.err


def test_speeding_up_changes_durations_and_no_names() -> None:
    """Dashboards and tests find the same series."""
    real, fast = (yaml.safe_load(render_rules(SPEC, factor)["alerts.yml"])["groups"][0] for factor in (1, 30))

    assert [rule["alert"] for rule in real["rules"]] == [rule["alert"] for rule in fast["rules"]]
    assert (real["rules"][0]["for"], real["rules"][0]["keep_firing_for"]) == ("30s", "5m")
    assert (fast["rules"][0]["for"], fast["rules"][0]["keep_firing_for"], fast["interval"]) == ("1s", "10s", "1s")
    assert real["rules"][0]["expr"] == fast["rules"][0]["expr"]
    assert "[10s]" in render_rules(SPEC, 30)["recording.yml"]


@pytest.mark.parametrize("speed_up", [0.5, float("nan"), float("inf")])
def test_a_factor_that_is_none_is_refused(speed_up: float) -> None:
    """Before any rule is made from it."""
    with pytest.raises(ValueError, match="speed_up: got"):
        render_rules(SPEC, speed_up)


def test_nothing_gets_shorter_than_a_scrape_of_one_second_can_carry() -> None:
    """`rate()` needs samples in its window, and Prometheus a second between evaluations."""
    files = render_rules(SPEC, 10_000)

    group = yaml.safe_load(files["alerts.yml"])["groups"][0]
    assert (group["interval"], group["rules"][0]["for"], group["rules"][0]["keep_firing_for"]) == ("1s", "1s", "1s")
    assert "[5s]" in files["recording.yml"]


def test_a_large_threshold_keeps_its_digits() -> None:
    """Bytes, later: `%g` would write 1.23457e+06."""
    alert = replace(SPEC.alerts[1], threshold=1_234_567)

    assert "up < 1234567\n" in render_rules(replace(SPEC, alerts=(alert,)))["alerts.yml"]


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_has_a_runbook_with_all_its_parts(name: str) -> None:
    """Same name, by rule."""
    text = (MONITORING / "runbooks" / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    for part in ("What it means", "Look first", "Mend", "It is over when", "When it fired for nothing"):
        assert f"\n## {part}\n" in text


def test_no_runbook_and_no_test_is_left_over() -> None:
    """An alert that went away takes them along."""
    assert {path.stem for path in (MONITORING / "runbooks").glob("*.md")} == set(ALERTS)
    assert {path.stem for path in (MONITORING / "tests").glob("*.yaml")} == set(ALERTS)


@needs_promtool
@pytest.mark.parametrize("speed_up", [1, 30])
def test_prometheus_accepts_the_rules(tmp_path: Path, speed_up: int) -> None:
    """The committed ones and those of the demo."""
    command = ["--alerts", str(MONITORING / "alerts.yaml"), "render", "--speed-up", str(speed_up), "--output"]
    assert main([*command, str(tmp_path)]) == 0
    files = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(
        ["promtool", "check", "rules", "--lint=all", "--lint-fatal", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_fires_resolves_and_stays_silent_when_it_should(name: str) -> None:
    """Its promtool test."""
    done = subprocess.run(
        ["promtool", "test", "rules", f"{name}.yaml"],
        cwd=MONITORING / "tests",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
