"""The filter grammar of CloudWatch Logs: which events a metric filter counts, and which value it takes.

Source of the rules: "Filter pattern syntax for metric filters", CloudWatch Logs User Guide.
Three forms: terms (`ERROR -timeout "exact phrase" ?either ?or %regex%`), JSON (`{ $.level = "ERROR" && $.ms > 5 }`)
and space-delimited columns (`[ip, user, status=4*, ...]`). A pattern that does not parse is a `PatternError`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.aws_local import filter_columns

#: Tells whether an event's message matches.
Matcher = Callable[[str], bool]
_Test = Callable[[Any], bool]

_JSON_TOKEN = re.compile(
    r"""\s*(?:
    (?P<op>&&|\|\||\(|\)|!=|<=|>=|=|<|>)
    |(?P<selector>\$(?:\.[^\s=!<>()&|\[\]]+|\[(?:\*|\d+)\]|\.?\['[^']*'\])*)
    |(?P<regex>%(?:[^%\\]|\\.)*%)
    |"(?P<text>(?:[^"\\]|\\.)*)"
    |(?P<word>[^\s()=!<>&|"]+)
    )""",
    re.VERBOSE,
)
_STEP = re.compile(r"\.([^.\[\]']+)|\[(\*|\d+)\]|\.?\['([^']*)'\]")
_TERM = re.compile(r'\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|(%(?:[^%\\]|\\.)+%)|([^\s"]+))')
_UNQUOTED_TERM = re.compile(r"[A-Za-z0-9_?-]+")


class PatternError(ValueError):
    """The pattern is not one of CloudWatch Logs; the text says where."""


def compile_pattern(pattern: str) -> Matcher:
    """The test that `pattern` stands for; an empty pattern matches every event."""
    text = pattern.strip()
    if not text:
        return lambda _: True
    if text.startswith("{"):
        if not text.endswith("}"):
            raise PatternError(f"{pattern!r}: no closing brace")
        return _of_json(_JsonParser(text[1:-1]).parse())
    if text.startswith("["):
        try:
            return filter_columns.compile_columns(text)
        except ValueError as error:
            raise PatternError(f"{pattern!r}: {error}") from None
    return _of_terms(text)


def select(selector: str, document: Any) -> list[Any]:
    """All values that a selector such as `$.context.user` or `$.items[*].id` names in a parsed event."""
    found = [document]
    position = 1
    while position < len(selector):
        step = _STEP.match(selector, position)
        if not step:
            raise PatternError(f"{selector}: not a selector at {selector[position:]!r}")
        position = step.end()
        name = step[1] if step[1] is not None else step[3]
        if name is not None:
            found = [value[name] for value in found if isinstance(value, dict) and name in value]
        elif step[2] == "*":
            found = [item for value in found if isinstance(value, list) for item in value]
        else:
            index = int(step[2])
            found = [value[index] for value in found if isinstance(value, list) and index < len(value)]
    return found


def parse_event(message: str) -> Any:
    """The event as JSON, or None where it is none: JSON patterns never match such an event."""
    try:
        document = json.loads(message)
    except ValueError:
        return None
    return document if isinstance(document, dict | list) else None


def _of_json(test: _Test) -> Matcher:
    def match(message: str) -> bool:
        document = parse_event(message)
        return document is not None and test(document)

    return match


def _of_terms(text: str) -> Matcher:
    required: list[Matcher] = []
    excluded: list[Matcher] = []
    optional: list[Matcher] = []
    position = 0
    while position < len(text):
        token = _TERM.match(text, position)
        if not token:
            raise PatternError(f"{text!r}: not a term at {text[position:]!r}")
        position = token.end()
        sign, phrase, regex, word = token.groups()
        if word is not None and not _UNQUOTED_TERM.fullmatch(word):
            raise PatternError(f"{text!r}: {word!r} must be in double quotes")
        test = _contains(phrase if phrase is not None else regex or word)
        {"": required, "-": excluded, "?": optional}[sign].append(test)

    def match(message: str) -> bool:
        if any(test(message) for test in excluded) or not all(test(message) for test in required):
            return False
        # `?` terms are ignored beside others, as the guide says
        return not optional or bool(required) or bool(excluded) or any(test(message) for test in optional)

    return match


def _contains(term: str) -> Matcher:
    if term.startswith("%") and term.endswith("%") and len(term) > 2:
        compiled = re.compile(term[1:-1])
        return lambda message: compiled.search(message) is not None
    plain = term.replace('\\"', '"')
    return lambda message: plain in message


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


class _JsonParser:
    """Recursive descent over the inside of the braces; `&&` binds stronger than `||`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[_Token] = []
        position = 0
        while text[position:].strip():
            match = _JSON_TOKEN.match(text, position)
            if not match or match.lastgroup is None:
                raise PatternError(f"{text!r}: unexpected {text[position:].strip()!r}")
            self._tokens.append(_Token(match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def parse(self) -> _Test:
        test = self._either()
        if self._tokens:
            raise self._unexpected()
        return test

    def _unexpected(self) -> PatternError:
        found = self._tokens[0].text if self._tokens else "the end"
        return PatternError(f"{self._text!r}: unexpected {found!r}")

    def _take(self, kind: str, *texts: str) -> _Token | None:
        if self._tokens and self._tokens[0].kind == kind and (not texts or self._tokens[0].text in texts):
            return self._tokens.pop(0)
        return None

    def _either(self) -> _Test:
        tests = [self._both()]
        while self._take("op", "||"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda document: any(test(document) for test in tests)

    def _both(self) -> _Test:
        tests = [self._condition()]
        while self._take("op", "&&"):
            tests.append(self._condition())
        return tests[0] if len(tests) == 1 else lambda document: all(test(document) for test in tests)

    def _condition(self) -> _Test:
        if self._take("op", "("):
            test = self._either()
            if not self._take("op", ")"):
                raise self._unexpected()
            return test
        selector = self._take("selector")
        if selector is None:
            raise self._unexpected()
        select(selector.text, None)  # a bad selector is an error of the pattern
        if self._take("word", "NOT"):
            if not self._take("word", "EXISTS"):
                raise self._unexpected()
            return lambda document: not select(selector.text, document)
        if self._take("word", "IS"):
            word = self._take("word", "TRUE", "FALSE", "NULL")
            if word is None:
                raise self._unexpected()
            wanted = {"TRUE": True, "FALSE": False, "NULL": None}[word.text]
            return lambda document: any(value is wanted for value in select(selector.text, document))
        operator = self._take("op", "=", "!=", "<", "<=", ">", ">=")
        if operator is None or not self._tokens or self._tokens[0].kind == "op":
            raise self._unexpected()
        test = _comparison(operator.text, self._tokens.pop(0))
        return lambda document: any(test(value) for value in select(selector.text, document))


def _comparison(operator: str, operand: _Token) -> _Test:
    if operator in ("=", "!="):
        equal = _equality(operand)
        return equal if operator == "=" else lambda value: not equal(value)
    try:
        limit = float(operand.text)
    except ValueError:
        raise PatternError(f"{operator} {operand.text}: a number is expected") from None
    tests: dict[str, Callable[[float], bool]] = {
        "<": lambda value: value < limit,
        "<=": lambda value: value <= limit,
        ">": lambda value: value > limit,
        ">=": lambda value: value >= limit,
    }
    return lambda value: _is_number(value) and tests[operator](value)


def _equality(operand: _Token) -> _Test:
    if operand.kind == "regex":
        compiled = re.compile(operand.text[1:-1])
        return lambda value: isinstance(value, str) and compiled.search(value) is not None
    if operand.kind == "word":
        try:
            number = float(operand.text)
        except ValueError:
            pass
        else:
            return lambda value: _is_number(value) and value == number
    text = operand.text.replace('\\"', '"')
    pattern = re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)
    return lambda value: not isinstance(value, dict | list) and pattern.fullmatch(_as_text(value)) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
