"""From the settings of redaction to the rules in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logging_system.redact.actions import Action, Hash, Mask, Remove
from logging_system.redact.keys import KeyRule, words_of
from logging_system.redact.kinds import Kind, kinds_of
from logging_system.redact.patterns import Pattern
from logging_system.redact.redactor import Redactor
from logging_system.redact.rules import SECRETS, KeyCheck, PatternCheck, Rules

if TYPE_CHECKING:
    from logging_system.config.schema import Settings


def make_redactor(settings: Settings) -> Redactor:
    """The redactor that the settings ask for.

    The program's own keys come first, so that they get the chosen action; then secrets; then the kinds of
    the presets. Patterns run in the order of the table in `kinds.py`, the program's own before them.
    """
    names = [item for item in settings.redact if isinstance(item, str)]
    hides_secrets = "none" not in names
    action = _action(settings)
    kinds = list(dict.fromkeys(kind for name in names for kind in kinds_of(name)))
    keys = [KeyCheck(KeyRule([f"={' '.join(words_of(key))}"]), action) for key in settings.redact_keys]
    own = [Pattern(regex, flags=0) for regex in settings.redact_patterns.values()]
    rules = [item for item in settings.redact if not isinstance(item, str)]
    if not (hides_secrets or keys or kinds or own or rules):
        return Redactor()
    return Rules(
        [*keys, *([SECRETS] if hides_secrets else []), *(_key_check(kind, action) for kind in kinds if kind.keys)],
        [
            *(PatternCheck(pattern, action, in_numbers=True) for pattern in own),
            *(check for kind in kinds for check in _pattern_checks(kind, action)),
        ],
        safe_keys=frozenset(map(words_of, settings.redact_safe_keys)),
        own_rules=rules,
        hides_secrets=hides_secrets,
    )


def _action(settings: Settings) -> Action:
    if settings.redact_action == "hash":
        return Hash(settings.redact_hash_key or "")
    return Remove() if settings.redact_action == "remove" else Mask()


def _of(kind: Kind, action: Action) -> Action:
    return Mask() if isinstance(action, Hash) and not kind.hashed else action


def _key_check(kind: Kind, action: Action) -> KeyCheck:
    return KeyCheck(KeyRule(kind.keys), _of(kind, action), kind.shape, kind.canonical)


def _pattern_checks(kind: Kind, action: Action) -> list[PatternCheck]:
    return [
        PatternCheck(pattern, _of(kind, action), kind.in_numbers, kind.not_under, kind.canonical)
        for pattern in kind.patterns
    ]
