"""Checks Grafana's provisioning files, which Grafana itself takes with any key in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from monitoring_generator.durations import format_duration
from monitoring_generator.timing import SCRAPE_INTERVAL

#: What Grafana 12 knows, by the place in the file; `[]` stands for each item of a list.
KEYS: Final[Mapping[str, frozenset[str]]] = {
    place: frozenset(keys.split())
    for place, keys in {
        "datasources.yml": "apiVersion prune deleteDatasources datasources",
        "datasources[]": "name uid type access url isDefault editable version orgId basicAuth jsonData secureJsonData",
        "prometheus": "httpMethod timeInterval queryTimeout prometheusType prometheusVersion manageAlerts cacheLevel"
        " disableMetricsLookup exemplarTraceIdDestinations",
        "loki": "maxLines timeout manageAlerts derivedFields",
        "exemplarTraceIdDestinations[]": "name url urlDisplayLabel datasourceUid",
        "derivedFields[]": "name matcherRegex matcherType url urlDisplayLabel datasourceUid",
        "dashboards.yml": "apiVersion providers",
        "providers[]": "name orgId type folder folderUid disableDeletion editable allowUiUpdates updateIntervalSeconds "
        "options",
        "options": "path foldersFromFilesStructure",
    }.items()
}
_UNKNOWN_VARIABLE = re.compile(r"\$(?:\{[^}]*\}|\w+)")


def expanded(text: str) -> str:
    """What Grafana makes of a value when no variable of that name is set: `$$` is `$`, `$name` is nothing."""
    return "$".join(_UNKNOWN_VARIABLE.sub("", part) for part in text.split("$$"))


def read_sources(folder: Path) -> list[dict[str, Any]]:
    """The data sources in `folder` as Grafana sees them, after expansion."""
    return [
        _expanded(source)
        for path in sorted((folder / "datasources").glob("*.yml"))
        for source in _load(path)["datasources"]
    ]


def problems(folder: Path, dashboards: Collection[str]) -> list[str]:
    """What is wrong with the files in `folder` (`grafana/provisioning`); `dashboards` are the uids there are."""
    sources = read_sources(folder)
    return [*_unknown_keys(folder), *_of_sources(sources), *_of_links(sources, dashboards), *_of_providers(folder)]


def _unknown_keys(folder: Path) -> Iterable[str]:
    for path in sorted((folder / "datasources").glob("*.yml")):
        document = _load(path)
        yield from _unknown(path.name, document, "datasources.yml")
        for source in document["datasources"]:
            yield from _unknown(path.name, source, "datasources[]")
            details = source.get("jsonData", {})
            yield from _unknown(path.name, details, source["type"])
            for key in ("exemplarTraceIdDestinations", "derivedFields"):
                for each in details.get(key, []):
                    yield from _unknown(path.name, each, f"{key}[]")
    for path in sorted((folder / "dashboards").glob("*.yml")):
        document = _load(path)
        yield from _unknown(path.name, document, "dashboards.yml")
        for provider in document["providers"]:
            yield from _unknown(path.name, provider, "providers[]")
            yield from _unknown(path.name, provider["options"], "options")


def _unknown(file: str, section: Mapping[str, Any], place: str) -> Iterable[str]:
    known = KEYS.get(place)
    if known is None:
        yield f"{file}: type: got {place!r}, expected prometheus or loki"
        return
    for key in sorted(set(section) - known):
        yield f"{file}: {place}: {key}: unknown key; expected some of {', '.join(sorted(known))}"


def _of_sources(sources: list[dict[str, Any]]) -> Iterable[str]:
    uids = [source.get("uid") for source in sources]
    for source in sources:
        if not source.get("uid") or uids.count(source["uid"]) > 1:
            yield f"{source['name']}: uid: got {source.get('uid')!r}, expected one of its own"
        if source.get("editable") is not False:
            yield f"{source['name']}: editable: expected false"
    if sum(bool(source.get("isDefault")) for source in sources) != 1:
        yield "isDefault: expected exactly one data source"
    interval = format_duration(SCRAPE_INTERVAL)
    for source in sources:
        details = source["jsonData"]
        if source["type"] == "prometheus":
            if details.get("timeInterval") != interval:
                yield f"{source['name']}: timeInterval: got {details.get('timeInterval')!r}, expected {interval}"
            if details.get("httpMethod") != "POST":
                yield f"{source['name']}: httpMethod: expected POST"


def _of_links(sources: list[dict[str, Any]], dashboards: Collection[str]) -> Iterable[str]:
    uids = {source.get("uid") for source in sources}
    for source in sources:
        for key in ("exemplarTraceIdDestinations", "derivedFields"):
            for link in source["jsonData"].get(key, []):
                place = f"{source['name']}: {key}: {link['name']}"
                if "${__value.raw}" not in link["url"]:
                    yield f"{place}: url: after expansion {link['url']!r}: expected $${{__value.raw}} in the file"
                if "datasourceUid" in link and link["datasourceUid"] not in uids:
                    yield f"{place}: datasourceUid: there is no {link['datasourceUid']!r}"
                for uid in re.findall(r"/d/([a-z-]+)", link["url"]):
                    if uid not in dashboards:
                        yield f"{place}: url: there is no dashboard {uid}"


def _of_providers(folder: Path) -> Iterable[str]:
    for path in sorted((folder / "dashboards").glob("*.yml")):
        for provider in _load(path)["providers"]:
            if provider.get("allowUiUpdates") is not False or provider.get("disableDeletion") is not True:
                yield f"{path.name}: {provider['name']}: expected allowUiUpdates: false and disableDeletion: true"


def _load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def _expanded(value: Any) -> Any:
    if isinstance(value, str):
        return expanded(value)
    if isinstance(value, dict):
        return {key: _expanded(item) for key, item in value.items()}
    return [_expanded(item) for item in value] if isinstance(value, list) else value
