"""Rules about dashboards and panels: identity, layout, what a reader needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from grafana_foundation_sdk.models import units

from monitoring_generator.dashboards.lint.findings import WHOLE, LintRule, Surroundings
from monitoring_generator.dashboards.model import GRID_WIDTH, Kind
from monitoring_generator.dashboards.queries import Document, columns_of, panels_of
from monitoring_generator.dashboards.render import TAG

Places = Iterable[tuple[str, str]]

UNITS: Final = frozenset(value for name, value in vars(units).items() if name[0].isupper() and isinstance(value, str))
#: Characters of a description that says what the panel means and what to do.
SHORTEST_DESCRIPTION: Final = 30
_EXPECTED: Final = {
    "id": None,
    "editable": False,
    "graphTooltip": 1,
    "timezone": "browser",
    "refresh": "30s",
    "schemaVersion": 41,
    "tags": [TAG],
    "time": {"from": "now-1h", "to": "now"},
}


def _identity(document: Document, around: Surroundings) -> Places:
    uid = document.get("uid")
    if not isinstance(uid, str) or not re.fullmatch(r"[a-z][a-z-]{2,39}", uid):
        yield WHOLE, f"uid: got {uid!r}, expected lower-case words with hyphens"
    if around.uids.count(str(uid)) > 1:
        yield WHOLE, f"uid {uid} is there twice"
    for key in ("title", "description"):
        if not document.get(key):
            yield WHOLE, f"{key}: is missing"
    for key, expected in _EXPECTED.items():
        if document.get(key, "missing") != expected:
            yield WHOLE, f"{key}: got {document.get(key)!r}, expected {expected!r}"


def _exported(document: Document, _: Surroundings) -> Places:
    if "__inputs" in document or "${DS_" in str(document):
        yield WHOLE, "was exported for sharing: __inputs or ${DS_…}"


def _ids(document: Document, _: Surroundings) -> Places:
    rows = (panel for panel in document["panels"] if panel["type"] == "row")
    ids = [panel["id"] for panel in (*rows, *panels_of(document))]
    titles = [panel["title"] for panel in panels_of(document)]
    for panel in panels_of(document):
        if not isinstance(panel["id"], int) or ids.count(panel["id"]) > 1:
            yield panel["title"], f"id {panel['id']} is no number of its own"
        if titles.count(panel["title"]) > 1:
            yield panel["title"], "another panel has this title"


def _layout(document: Document, _: Surroundings) -> Places:
    for level in (document["panels"], *(panel.get("panels") or [] for panel in document["panels"])):
        taken: dict[tuple[int, int], str] = {}
        for panel in level:
            place = panel["gridPos"]
            if place["x"] < 0 or place["x"] + place["w"] > GRID_WIDTH:
                yield panel["title"], f"ends at column {place['x'] + place['w']} of {GRID_WIDTH}"
            for cell in _cells(place):
                if cell in taken:
                    yield panel["title"], f"lies over {taken[cell]}"
                    break
                taken[cell] = panel["title"]


def _cells(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    for y in range(place["y"], place["y"] + place["h"]):
        for x in range(place["x"], place["x"] + place["w"]):
            yield x, y


def _types(document: Document, _: Surroundings) -> Places:
    for panel in panels_of(document):
        if panel["type"] not in set(Kind):
            yield panel["title"], f"type {panel['type']}: expected one of {', '.join(Kind)}"


def _words(document: Document, _: Surroundings) -> Places:
    for panel in panels_of(document):
        if not panel.get("title", "").strip():
            yield "untitled", "title: is missing"
        if len(panel.get("description", "")) < SHORTEST_DESCRIPTION:
            yield panel["title"], "description: does not say what it means and what to do"


def _values(document: Document, _: Surroundings) -> Places:
    for panel in panels_of(document):
        defaults = panel["fieldConfig"]["defaults"]
        for unit in [defaults.get("unit"), *_units_of_overrides(panel)]:
            if unit not in UNITS:
                yield panel["title"], f"unit {unit!r} is none of Grafana's"
        if not defaults.get("noValue"):
            yield panel["title"], "noValue: does not say what an empty panel means"
        if defaults.get("min") != 0 and panel["type"] != Kind.LOGS:
            yield panel["title"], f"min: got {defaults.get('min')!r}, expected 0"


def _units_of_overrides(panel: Document) -> list[str]:
    properties = [each for override in panel["fieldConfig"]["overrides"] for each in override["properties"]]
    return [each["value"] for each in properties if each["id"] == "unit"]


def _legends(document: Document, _: Surroundings) -> Places:
    for panel in panels_of(document):
        if panel["type"] == Kind.TIMESERIES:
            legend = panel["options"]["legend"]
            if legend["displayMode"] != "table" or not {"lastNotNull", "max"} <= set(legend["calcs"]):
                yield panel["title"], "legend: expected a table with last and greatest values"
            for target in panel["targets"]:
                if target["legendFormat"] == "__auto":
                    yield panel["title"], f"query {target['refId']}: has no legend"


def _queries_there(document: Document, _: Surroundings) -> Places:
    for panel in panels_of(document):
        refs = [target["refId"] for target in panel.get("targets") or []]
        if not refs:
            yield panel["title"], "has no query"
        if refs != [chr(ord("A") + place) for place in range(len(refs))]:
            yield panel["title"], f"queries {', '.join(refs)}: expected A, B, … without a gap"
        for column in columns_of(panel):
            ref = column.removeprefix("Value #")
            if column.startswith("Value") and (ref not in refs if ref != column else len(refs) != 1):
                yield panel["title"], f"column {column}: no query gives it"


def _overrides(document: Document, _: Surroundings) -> Places:
    for panel in panels_of(document):
        # A label in a legend may be any text.
        names = [re.sub(r"\{\{\w+\}\}", "\0", target.get("legendFormat", "")) for target in panel.get("targets") or []]
        names += _titles_of_columns(panel)
        for override in panel["fieldConfig"]["overrides"]:
            pattern = override["matcher"]["options"].strip("/")
            if not any(name == "\0" or re.match(pattern, name.replace("\0", "x")) for name in names):
                yield panel["title"], f"the override for {pattern} is for no series"


def _titles_of_columns(panel: Document) -> list[str]:
    for transformation in panel.get("transformations") or []:
        if transformation["id"] == "organize":
            return list(transformation["options"]["renameByName"].values())
    return []


PANEL_RULES: Final = (
    LintRule("identity", "links and bookmarks go by the uid; made files are not edited in Grafana", _identity),
    LintRule("not-exported", "a dashboard exported for sharing asks for its data source and stays empty", _exported),
    LintRule("ids", "links to a panel go by its id", _ids),
    LintRule("layout", "Grafana moves panels that overlap, and the page differs from what was made", _layout),
    LintRule("types", "Angular panels (graph, singlestat, table-old) are gone since Grafana 12", _types),
    LintRule("words", "whoever is on call sees a panel for the first time at night", _words),
    LintRule("values", "a number without unit misleads, an axis that does not start at 0 exaggerates", _values),
    LintRule("legends", "the value that counts is the last or the greatest, not the colour", _legends),
    LintRule(
        "overrides", "a colour, an axis or a unit for a series that is not there was meant for another", _overrides
    ),
    LintRule("queries-there", "a column or panel without a query is empty for ever", _queries_there),
)
