"""The rules: keys of secrets, secrets in texts, kinds of values, the program's own keys, patterns and functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import orjson

from logging_system.redact.actions import Action, Canonical, Mask, as_is
from logging_system.redact.assignments import Verdict, hide_assigned, words_before
from logging_system.redact.credentials import hide_credentials
from logging_system.redact.keys import KeyRule, SecretKeys, Words, words_of
from logging_system.redact.patterns import Pattern, worth_trying
from logging_system.redact.redactor import MASK, REMOVED, Redactor
from logging_system.redact.urls import hide_passwords_in_urls
from logging_system.redact.value_spans import Shape

#: A rule of the program's own: gets the key (or "" for a text without one) and the value; returns what is written.
OwnRule: TypeAlias = Callable[[str, object], object]

_SECRET_KEYS: Final = SecretKeys()
_MASK: Final = Mask()
#: Keys whose verdict is remembered; programs may make keys from data.
_MAX_KEYS: Final = 4096
#: What an action has already written is not hidden a second time: the hash of a hash joins nothing.
_HIDDEN_ALREADY: Final = re.compile(r"\*\*\*|hash:[0-9a-f]+|\[removed\]")


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """Keys of one kind, and what happens to their values."""

    rule: KeyRule
    action: Action
    shape: Shape = Shape.WORD
    canonical: Canonical = as_is

    def in_text(self, found: str) -> str:
        """What is written for a value found in a text."""
        return found if _HIDDEN_ALREADY.fullmatch(found) else self.action.text(found, self.canonical)


@dataclass(frozen=True, slots=True)
class PatternCheck:
    """A form, and what happens to what has it."""

    pattern: Pattern
    action: Action
    in_numbers: bool = False
    not_under: frozenset[str] = frozenset()
    canonical: Canonical = as_is

    def hide(self, text: str) -> str:
        """The text without what has the form."""
        return self.pattern.hide(text, lambda found: self.action.text(found, self.canonical))


SECRETS: Final = KeyCheck(_SECRET_KEYS, _MASK)
#: `Cookie: a=b; c=d` and `Authorization: Digest a="b", …` are one value to the end of the line.
_HEADERS: Final = KeyCheck(_SECRET_KEYS, _MASK, Shape.HEADER)
_PHRASES: Final = KeyCheck(_SECRET_KEYS, _MASK, Shape.PHRASE)
_HEADER_WORDS: Final = frozenset(["authorization", "cookie", "cookies"])
_PHRASE_WORDS: Final = frozenset(["passphrase", "mnemonic", "phrase"])


class Rules(Redactor):
    """Hides what the configuration says."""

    __slots__ = (
        "_always_suspects",
        "_hides_secrets",
        "_in_numbers",
        "_key_checks",
        "_known",
        "_last_words",
        "_own_rules",
        "_patterns",
        "_safe",
    )

    def __init__(
        self,
        key_checks: Sequence[KeyCheck] = (SECRETS,),
        patterns: Sequence[PatternCheck] = (),
        *,
        safe_keys: frozenset[Words] = frozenset(),
        own_rules: Sequence[OwnRule] = (),
        hides_secrets: bool = True,
    ) -> None:
        self._key_checks = tuple(key_checks)
        self._patterns = {check.pattern: check for check in patterns}
        self._in_numbers = {check.pattern: check for check in patterns if check.in_numbers}
        self._safe = safe_keys
        self._own_rules = tuple(own_rules)
        self._hides_secrets = hides_secrets
        self._last_words = frozenset(word for check in key_checks for word in check.rule.last_words)
        self._known: dict[str, KeyCheck | None] = {}
        #: The program's own patterns and functions may look at anything.
        self._always_suspects = bool(own_rules) or any(check.pattern.may_be_anything for check in patterns)

    # -- keys ------------------------------------------------------------------------------------

    def hides_key(self, key: str) -> bool:
        """Whether the value under `key` is hidden whatever it is."""
        return self._check_of(key) is not None

    def hidden(self, key: str, value: object) -> object:
        """What stands in the place of a value that is hidden by its key; REMOVED to leave the key out."""
        check = self._check_of(key)
        if check is None:
            return MASK
        if check.rule is _SECRET_KEYS and type(value) is int and _is_plural(words_of(key)):
            return value
        try:
            return check.action.value(value, check.canonical)
        except Exception:  # a value that cannot be read
            return MASK

    def name(self, key: str) -> str:
        """The key itself as it is written: a mapping may have e-mail addresses for keys."""
        return self._shown(key)

    def _check_of(self, key: str) -> KeyCheck | None:
        try:
            return self._known[key]
        except KeyError:
            pass
        words = words_of(key)
        check = None if words in self._safe else self._first(words)
        if len(self._known) >= _MAX_KEYS:
            self._known.clear()
        if len(key) < 100:
            self._known[key] = check
        return check

    def _first(self, words: Words) -> KeyCheck | None:
        for check in self._key_checks:
            if check.rule.finds(words):
                return _with_shape(check, words)
        return None

    def _judge(self, key: str, text: str = "", start: int = 0) -> Verdict | None:
        check = self._check_of(key)
        if check is None:
            if text[start - 1 : start] != " " or not self._last_words.intersection(words_of(key)[-1:]):
                return None
            words = words_of(words_before(text, start) + key)  # `the api key: x`
            check = next((check for check in self._key_checks if check.rule.ends_with_phrase(words)), None)
            if check is None:
                return None
        hide = check.in_text
        if check.rule is _SECRET_KEYS and _is_plural(words_of(key)):
            return Verdict(lambda found: found if found.isdecimal() else hide(found), check.shape)
        return Verdict(hide, check.shape)

    # -- values ----------------------------------------------------------------------------------

    def container(self, key: str, value: object) -> object:
        """What the program's own functions make of a container, one after the other."""
        return self._ruled(key, value)

    def leaf(self, key: str, value: object) -> object:
        """What is written for a text, number or constant under `key`; REMOVED to leave it out."""
        if self._own_rules:
            value = self._ruled(key, value)
        if type(value) is str:
            return self._shown(value, key)
        if self._in_numbers and type(value) in (int, float):
            return self._number(key, value)
        return value

    def _ruled(self, key: str, value: object) -> object:
        for rule in self._own_rules:
            try:
                value = rule(key, value)
            except Exception as error:  # the record matters more; the value stays out of it
                return f"<rule: {type(error).__name__}>"
            if value is REMOVED:
                return REMOVED
        return value

    def _number(self, key: str, value: object) -> object:
        number = repr(value).removesuffix(".0")
        shown = self._without_patterns(number, key, self._in_numbers)
        return value if shown == number else shown

    def _shown(self, text: str, key: str = "") -> str:
        """The text as it is written."""
        may_hold_secret = _may_hold_secret(text)
        if not (may_hold_secret or self._patterns):
            return text
        if may_hold_secret and self._hides_secrets:
            text = hide_credentials(hide_passwords_in_urls(text))
        text = self._without_patterns(text, key, self._patterns)
        return hide_assigned(text, self._judge) if may_hold_secret and self._key_checks else text

    def _without_patterns(self, text: str, key: str, patterns: Mapping[Pattern, PatternCheck]) -> str:
        for pattern in worth_trying(patterns, text):
            check = patterns[pattern]
            shown = check.hide(text)
            if shown != text and (not check.not_under or check.not_under.isdisjoint(words_of(key))):
                text = shown
        return text

    # -- the fast way ----------------------------------------------------------------------------

    def suspects(self, encoded: bytes, members: int | None = None) -> bool:
        """Whether JSON of plain values under harmless keys may hold something to hide.

        The first question decides for most records. To look for a byte in a record of 134 bytes takes 20 ns,
        to count the colons 100 ns; all of it 205 ns (timeit, CPython 3.11), and 150 ns more without `members`.
        Colons that belong to no member stand in a text.
        """
        if self._always_suspects:
            return True
        if not self._patterns and not (
            61 in encoded  # =
            or 37 in encoded  # %
            or 60 in encoded  # <
            or 92 in encoded  # a backslash
            or encoded.count(58) != (encoded.count(b'":') if members is None else members)
            or (32 in encoded and (39 in encoded or _has_sign_with_a_space(encoded.decode())))
        ):
            return False
        return any(self._shown(text) != text for text in _texts_in(orjson.loads(encoded)))


def _texts_in(value: object) -> Iterator[str]:
    """The texts of a text, a flat list or a flat object, keys included."""
    for item in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
        if type(item) is str:
            yield item
    if isinstance(value, dict):
        yield from value
        yield from (item for item in value.values() if type(item) is str)


def _is_plural(words: Words) -> bool:
    """Numbers under `tokens`, `cookies` and the like count them."""
    return words[-1] in ("tokens", "cookies", "secrets", "passwords", "credentials")


def _with_shape(check: KeyCheck, words: Words) -> KeyCheck:
    if check is not SECRETS:
        return check
    if not _HEADER_WORDS.isdisjoint(words):
        return _HEADERS
    return _PHRASES if words[-1] in _PHRASE_WORDS else check


def _may_hold_secret(text: str) -> bool:
    """Whether a text has any sign that the rules for secrets look for. 90 ns for a text without."""
    return (
        "=" in text
        or ":" in text
        or "<" in text
        or "%" in text
        or "'" in text
        or '"' in text
        or _has_sign_with_a_space(text)
    )


def _has_sign_with_a_space(text: str) -> bool:
    """`Bearer x`, `Basic x`, `--password x` have no other sign."""
    return " " in text and ("--" in text or "earer " in text or "asic " in text)
