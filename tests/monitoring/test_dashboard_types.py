"""The dashboards against the types that Grafana publishes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from monitoring_generator.dashboards.queries import Document, panels_of, read_documents
from monitoring_generator.dashboards.schema_check import FOLDER, SchemaCheckError, check, install

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "monitoring" / FOLDER
DOCUMENTS = {document["uid"]: document for document in read_documents(ROOT / "monitoring" / "grafana" / "dashboards")}


@pytest.fixture(scope="module")
def types() -> Path:
    """Where Grafana's types are installed."""
    folder = ROOT / ".run" / "grafana_schema"
    try:
        install(SOURCE, folder)
    except SchemaCheckError as error:
        pytest.skip(str(error))
    return folder


def test_the_dashboards_have_grafanas_types(types: Path) -> None:
    """No unknown key, no value of another type, in panels, their options, queries, variables and annotations."""
    assert check(DOCUMENTS, SOURCE, types) == []


def _unknown_option(document: Document) -> None:
    _panel(document, "timeseries")["options"]["legende"] = {}


def _unknown_word(document: Document) -> None:
    _panel(document, "timeseries")["options"]["legend"]["displayMode"] = "tabel"


def _option_of_another_kind(document: Document) -> None:
    _panel(document, "stat")["options"]["showHeader"] = True


def _unknown_field_option(document: Document) -> None:
    _panel(document, "timeseries")["fieldConfig"]["defaults"]["custom"]["lineWith"] = 2


def _text_for_a_number(document: Document) -> None:
    _panel(document, "table")["gridPos"]["w"] = "8"


def _unknown_key_of_a_query(document: Document) -> None:
    _panel(document, "stat")["targets"][0]["expression"] = "up"


def _variable_that_is_never_refreshed(document: Document) -> None:
    document["templating"]["list"][1]["refresh"] = 7


def _unknown_key_of_the_dashboard(document: Document) -> None:
    document["refreshes"] = "30s"


def _panel(document: Document, kind: str) -> Document:
    return next(panel for panel in panels_of(document) if panel["type"] == kind)


MISTAKES = [
    _unknown_option,
    _unknown_word,
    _option_of_another_kind,
    _unknown_field_option,
    _text_for_a_number,
    _unknown_key_of_a_query,
    _variable_that_is_never_refreshed,
    _unknown_key_of_the_dashboard,
]


def test_each_mistake_is_found_and_its_dashboard_named(types: Path) -> None:
    """So that the check above says something; all in one run of the compiler."""
    broken = {mistake.__name__.strip("_"): _with(mistake) for mistake in MISTAKES}

    errors = check(broken, SOURCE, types)

    for name in broken:
        assert any(error.startswith(f"{name}: line ") for error in errors), f"{name} was not found: {errors}"


def _with(mistake: Callable[[Document], None]) -> Document:
    document = copy.deepcopy(DOCUMENTS["app-overview"])
    mistake(document)
    return document


def test_the_lock_names_versions_and_no_host() -> None:
    """Any registry can serve it, none can change it."""
    package = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))
    lock = (SOURCE / "package-lock.json").read_text(encoding="utf-8")

    assert all(re.fullmatch(r"[0-9.]+", version) for version in package["dependencies"].values())
    assert "://" not in lock
    locked = json.loads(lock)["packages"]
    assert all("integrity" in entry for name, entry in locked.items() if name)


def test_the_types_are_those_of_the_grafana_that_compose_runs() -> None:
    """Another version may know other keys."""
    compose = ROOT / "compose.yaml"
    if not compose.exists():
        pytest.skip("compose.yaml is not there yet")
    version = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))["dependencies"]["@grafana/schema"]
    assert f"grafana/grafana:{version}" in compose.read_text(encoding="utf-8")
