"""What an unknown key or argument could have meant: a name like it at the same place, else anywhere."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from logging_system.config.key_tree import LATER_SINKS, SWITCHES, TREE, Section
from logging_system.config.schema import KEYWORDS, REMOTE_SINKS, SETTINGS, Setting


def unknown_key(name: str, section: Section, prefix: str) -> str:
    """The problem of a key that `section`, at the key path `prefix`, does not have."""
    if prefix == "handlers." and name in LATER_SINKS:
        sinks = ", ".join(["file", "console", *REMOTE_SINKS])
        return f"is a known sink, but not in this version, which has {sinks}; take it out"
    if isinstance(_at(f"{prefix}{name}"), Setting):
        return f"unknown key; write its parts as sections, one inside the other: {_nested(name)}"
    elsewhere = _by_any_name()
    near = elsewhere.get(name) or _nearest(name, section.keys) or elsewhere.get(_nearest(name, elsewhere) or "")
    if near:
        return f'unknown key; did you mean "{near}"?'
    return f"unknown key; known here: {', '.join(sorted(section.keys))}"


def unknown_argument(name: str) -> str:
    """The problem of a keyword that `configure` does not have."""
    near = _nearest(name, KEYWORDS)
    return (
        f'unknown argument; did you mean "{near}"?'
        if near
        else f"unknown argument; known: {', '.join(sorted(KEYWORDS))}"
    )


def _nearest(name: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def _by_any_name() -> dict[str, str]:
    """Key paths by their last part, keyword and variable: what one writes who knows the other name."""
    found: dict[str, str] = {}
    for setting in (*SWITCHES, *SETTINGS):
        for name in (setting.key.rpartition(".")[2], setting.env, setting.name):
            if name:
                found[name] = setting.key
    return found


def _at(path: str) -> Setting | Section | None:
    place: Setting | Section | None = TREE
    for name in path.split("."):
        place = place.keys.get(name) if isinstance(place, Section) else None
    return place


def _nested(name: str) -> str:
    *sections, last = name.split(".")
    return "".join(f"{section}: {{" for section in sections) + f"{last}: …" + "}" * len(sections)
