"""Values that a text names by their key: `password=x`, `"password": "x"`, `Authorization: Basic x`, `--password x`.

The same keys are looked for as in structured values, so a connection string, a query string, JSON in a
message, the `repr` of an object or a line of source code in a stack trace hide what fields would.
Where a value ends is told in `value_spans.py`. Each part of a text is looked at once: the patterns
enter a run of letters only at its first one and never go back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from logging_system.redact.value_spans import Shape, ValueSpans


@dataclass(frozen=True, slots=True)
class Verdict:
    """A key in a text whose value is hidden: how, and how far the value reaches."""

    hide: Callable[[str], str]
    shape: Shape


class Judge(Protocol):
    """Tells whether the value of a key is hidden; None if it is harmless.

    The key starts at `start` in `text`, so that `api` in front of `key` can be seen.
    """

    def __call__(self, key: str, text: str = "", start: int = 0) -> Verdict | None: ...


# A key and what joins it to its value. `',` joins only the pairs of a list, such as `('password', 'x')`.
_JOINED: Final = re.compile(
    r"""(?<![\w.-]) ([\w.-]++)
        (?: ((?:\\*+["'`]\]?+ | \])) [ \t]{0,3} (?: ([=!]=|:=|=>|=|:(?!:|//)) | (,) )
          | [ \t]{0,3} ([=!]=|:=|=>|=|:(?!:|//)) )
        [ \t]{0,3}""",
    re.VERBOSE,
)
#: The same inside a query that is itself a value of a query: `%3Ftoken%3Dx`.
_ENCODED: Final = re.compile(
    r"(?:(?<=%3F|%26|%5B)|(?<==))([\w.-]++)(?:%5D(?:%3D|=)|%3D)((?:(?!%26|%23)[\w.~%+!*-])*+)", re.IGNORECASE
)
_OPTION: Final = re.compile(r"(?<![\w-])(--[\w-]++)[ \t]{1,3}(?!-)")
_ELEMENT: Final = re.compile(r"<([\w:.-]++)(?:\s[^<>]{0,200})?>([^<]++)(?=</)")
#: `password 'x'`, as in SQL and in error messages.
_QUOTED: Final = re.compile(
    r"""(?<!\w)(password|passwd|pwd|passphrase|identified[ ]by)[ \t]{1,3}(?=["'])""", re.IGNORECASE
)
_MAY_BE_QUOTED: Final = re.compile(r"(?:[dD]|[eE]|[bB][yY])[ \t]{1,3}[\"']")
#: pydantic names the field on a line of its own.
_INVALID_INPUT: Final = re.compile(
    r"""(?:^|(?<=\\n)) ([\w.-]++) (\n|\\n) (?>([ ]{2}(?:(?!\\n)[^\n])*?\binput_value=))
        ((?:(?!\\n)[^\n])*?) (?=,[ ]input_type=)""",
    re.VERBOSE | re.MULTILINE,
)
_WORDS_BEFORE: Final = re.compile(r"(?:[A-Za-z]{1,20}[ ]){1,3}\Z")
#: `InvalidToken: …` is an exception's name in front of its message.
_EXCEPTION_NAME: Final = re.compile(
    r"(?:\w++\.)*(?:Bad|Expired|Invalid|Missing|No|Revoked|Unexpected|Unknown|Wrong)[A-Z]"
)


def hide_assigned(text: str, judge: Judge) -> str:
    """The text with the values hidden that stand behind a key for which `judge` has a verdict."""
    if "%" in text:
        text = _ENCODED.sub(lambda match: _whole(match, judge), text)
    if "input_value=" in text:
        text = _INVALID_INPUT.sub(lambda match: _invalid_input(match, judge), text)
    if "=" in text or ":" in text or "," in text:
        text = _hide_joined(text, judge)
    if "</" in text:
        text = _ELEMENT.sub(lambda match: _whole(match, judge), text)
    if "--" in text:
        text = _hide_following(text, _OPTION, judge)
    if ("'" in text or '"' in text) and _MAY_BE_QUOTED.search(text):
        text = _hide_following(text, _QUOTED, judge)
    return text


def words_before(text: str, start: int) -> str:
    """Up to three words in front of a key in a text: `the api ` before `key`."""
    if start == 0 or text[start - 1] != " ":
        return ""
    match = _WORDS_BEFORE.search(text, max(0, start - 64), start)
    return match[0] if match else ""


def _hide_joined(text: str, judge: Judge) -> str:
    spans = ValueSpans(text)
    position = 0
    while match := _JOINED.search(text, position):
        position = match.end()
        key, closing, pair = match[1], match[2] or "", match[4]
        joint = match[3] or match[5] or ":"
        if pair and not _is_pair(text, match):
            continue
        verdict = judge(key, text, match.start())
        if verdict is None and key[0] in "nrt" and text[match.start() - 1 : match.start()] == "\\":
            verdict = judge(key[1:])  # behind the end of a line in a `repr`
        if verdict is None or (joint == ":" and _EXCEPTION_NAME.match(key)):
            continue
        shape = verdict.shape
        if closing not in ("", "]"):  # a quoted key is no header's name
            shape, quote = (Shape.WORD if shape is Shape.HEADER else shape), ""
        else:
            quote = text[match.start() - 1 : match.start()]
        if spans.hide(position, joint, shape, verdict.hide, quote if quote in ("'", '"', "`") else ""):
            position = spans.resume_at
    return spans.result()


def _hide_following(text: str, pattern: re.Pattern[str], judge: Judge) -> str:
    spans = ValueSpans(text)
    position = 0
    while match := pattern.search(text, position):
        position = match.end()
        verdict = judge("password" if " " in match[1] else match[1])
        if verdict and spans.hide(position, " ", verdict.shape, verdict.hide):
            position = spans.resume_at
    return spans.result()


def _is_pair(text: str, match: re.Match[str]) -> bool:
    """Whether `'password',` opens a pair, or is an option in a list of arguments, and a quoted text follows."""
    if not text[match.end() : match.end() + 4].lstrip("bBrRuU\\").startswith(("'", '"')):
        return False
    if match[1].startswith("-"):
        return True
    before = text[max(0, match.start() - 16) : match.start()].rstrip("\\\"'`bBrRuU").rstrip()
    if before.endswith("["):  # a list of names is no pair; a list in a list is
        return before[:-1].rstrip().endswith(("[", "(", ","))
    return before.endswith("(")


def _whole(match: re.Match[str], judge: Judge) -> str:
    verdict = judge(match[1].rpartition(":")[2])
    if verdict is None or not match[2].strip():
        return match[0]
    start = match.start(2) - match.start()
    return match[0][:start] + verdict.hide(match[2]) + match[0][start + len(match[2]) :]


def _invalid_input(match: re.Match[str], judge: Judge) -> str:
    verdict = judge(match[1].rpartition(".")[2])
    return match[0] if verdict is None else f"{match[1]}{match[2]}{match[3]}{verdict.hide(match[4])}"
