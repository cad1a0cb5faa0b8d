"""The generator: specification, durations, rules, made files, and the tests of every alert."""

from __future__ import annotations

import shutil
import subprocess
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


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "0s", "-5m", "5y!", "1.5m"])
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
        ({"part": {"level": "ERROR"}}, "HighErrorRate: part.level: got 'ERROR', expected a list of values"),
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


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    """One at a time."""
    path = tmp_path / "alerts.yaml"
    path.write_text("evaluation_interval: 15s\nrunbook_url: u\nalerts: [{name: X, statistic: value}]", encoding="utf-8")

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
    with pytest.raises(ValueError, match="speed_up"):
        render_rules(SPEC, 0.5)


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
