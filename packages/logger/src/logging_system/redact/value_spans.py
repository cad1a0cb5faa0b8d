"""Where the value behind a key ends in a text that follows no single grammar.

In quotes it ends at the same quote; with an opening bracket where that closes; otherwise at white
space, a quote, `<`, `>`, `&name=` or `;name=`. What spans words by its nature (a cookie header, a
person's name) reaches further, see `Shape`. When in doubt more is hidden, up to the end of the line.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from typing import Final


class Shape(enum.Enum):
    """How far a value without quotes reaches."""

    #: To the next white space, quote or joint.
    WORD = "word"
    #: To a comma, semicolon or bar, or the end of the line, if it stands behind `: `.
    PHRASE = "phrase"
    #: To the end of the line, or to the quote that stands in front of the key.
    HEADER = "header"


_OPENING: Final = re.compile(r"""[bBrRuUfF]{0,2}(\\*+)(\"\"\"|'''|["'`])""")
_TO_QUOTE: Final = {quote: re.compile(rf"(?:[^{quote}\\\r\n]|\\[^\r\n])*+") for quote in ('"', "'", "`")}
#: In source code: `"a" + "b"`.
_CONTINUED: Final = re.compile(r"""[ \t]{0,3}\+[ \t]{0,3}[bBrRuUfF]{0,2}()(["'])""")
_TO_LINE_END: Final = re.compile(r"(?:(?!\\[rn])[^\r\n])*+")
_TO_WORD_END: Final = re.compile(
    r"""(?: [^\s&;"'`<>\\] | &(?![\w.%\[\]-]*+=) | ;(?!\s|\Z|[\w.-]*+=) | \\(?![nrt"'\\]) )*+""", re.VERBOSE
)
_TO_PHRASE_END: Final = re.compile(r"""(?:(?!\\[rn])[^\r\n,;|&"'`<>{}\[\]])*+""")
#: `Bearer x`, `Token x`: a scheme and its credentials are one value.
_SCHEME: Final = re.compile(r"(?:basic|bearer|token|apikey|negotiate|ntlm|key)[ ]++(?=[^\s\"'`])", re.IGNORECASE)
_SCHEME_OF_A_LINE: Final = re.compile(r"(?:digest|aws4-[\w-]+|signature|oauth|hawk|sharedkey)[ ]", re.IGNORECASE)
#: In source code: `password: str = "x"`.
_ANNOTATION: Final = re.compile(r"[A-Za-z_][\w.]*+(?:\[[\w.\[\], |]{0,60}\])?(?:[ ]\|[ ][\w.\[\]]{1,60}){0,3}[ ]=[ ]")
_OPEN_BRACKET: Final = re.compile(r"[\[({]")
_BRACKETS: Final = re.compile(r"""\"(?:[^\"\\\n]|\\.)*+\"?+|'(?:[^'\\\n]|\\.)*+'?+|[\[({]|[\])}]""")
#: `password: must not be empty` tells what is wrong with one.
_PROSE: Final = re.compile(
    r"(?:must|should|cannot|can't|may|is|are|was|has|had|not|no|field|required|missing|invalid|expired|incorrect|wrong|"
    r"too|does|doesn't|did|this|value|ensure|expected|unexpected|unknown|unable|failed)(?=[\s,.!)]|\Z)",
    re.IGNORECASE,
)


class ValueSpans:
    """Hides values in one text, front to back."""

    __slots__ = ("_done", "_looks_beyond_line", "_next_break", "_parts", "_text", "resume_at")

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._done = 0
        #: A bracket that never closes is looked for once; after that brackets close on their line or not at all.
        self._looks_beyond_line = True
        self._next_break = -1
        #: Where the search for the next key goes on.
        self.resume_at = 0

    def result(self) -> str:
        """The text with what was hidden until now."""
        return "".join([*self._parts, self._text[self._done :]]) if self._parts else self._text

    def hide(self, start: int, joint: str, shape: Shape, how: Callable[[str], str], quote: str = "") -> bool:
        """Hide the value that starts at `start`; False if there is nothing to hide.

        `joint` is what stands between key and value, `quote` the quote in front of the key, if any.
        """
        begin, end = self._span(start, joint, shape, quote)
        if end <= begin:
            return False
        self._parts += [self._text[self._done : begin], how(self._text[begin:end])]
        self._done = end
        self.resume_at = max(self.resume_at, end)
        return True

    def _span(self, start: int, joint: str, shape: Shape, quote: str) -> tuple[int, int]:
        text = self._text
        self.resume_at = start
        if match := _OPENING.match(text, start):
            return match.end(), self._quoted_end(match)
        if joint == ":" and (match := _ANNOTATION.match(text, start)):
            end = self._span(match.end(), "=", shape, quote)[1]
            return start, max(end, self.resume_at)
        if _OPEN_BRACKET.match(text, start):
            return start, self._word_end(start, joint)
        if shape is Shape.HEADER or _SCHEME_OF_A_LINE.match(text, start):
            return start, self._line_end(start, quote)
        if joint in (":", " ") and _PROSE.match(text, start):
            return start, start
        if shape is Shape.PHRASE and joint == ":":
            return start, self._end_of(_TO_PHRASE_END, start)
        return start, self._word_end(start, joint)

    def _quoted_end(self, opening: re.Match[str]) -> int:
        text = self._text
        following: re.Match[str] | None = opening
        end = opening.end()
        while following:
            start, closing = following.end(), following[1] + following[2]
            if len(following[2]) == 3:
                found = text.find(following[2], start)
                end = len(text) if found < 0 else found
            elif following[1]:
                end = self._escaped_end(start, closing)
            else:
                end = self._end_of(_TO_QUOTE[closing], start)
            self.resume_at = min(len(text), end + len(closing))
            following = _CONTINUED.match(text, self.resume_at)
        return end

    def _escaped_end(self, start: int, closing: str) -> int:
        """The next closing quote with just as many backslashes, else the end of the line."""
        text = self._text
        line_end = self._line_break(start)
        end = text.find(closing, start, line_end)
        while end > start and text[end - 1] == "\\":
            end = text.find(closing, end + 1, line_end)
        return line_end if end < 0 else end

    def _line_end(self, start: int, quote: str) -> int:
        end = self._end_of(_TO_LINE_END, start)
        found = self._text.find(quote, start, end) if quote else -1
        return end if found < 0 else found

    def _word_end(self, start: int, joint: str) -> int:
        text = self._text
        if match := _SCHEME.match(text, start):
            start = match.end()
        end = self._end_of(_TO_WORD_END, start)
        least = start
        if joint != " " and (bracket := _OPEN_BRACKET.search(text, start, end)):
            least = self._bracket_end(bracket.start())
            end = max(end, least)
        while end > least and text[end - 1] in ",)]}":  # they close what the key stands in
            end -= 1
        return end

    def _bracket_end(self, start: int) -> int:
        line_end = self._line_break(start)
        beyond = self._looks_beyond_line and self._text[start] != "("
        depth = 0
        for match in _BRACKETS.finditer(self._text, start, len(self._text) if beyond else line_end):
            if match[0] in ("[", "(", "{"):
                depth += 1
            elif match[0] in ("]", ")", "}"):
                depth -= 1
                if depth == 0:
                    return match.end()
        self._looks_beyond_line = self._looks_beyond_line and not beyond
        return line_end

    def _line_break(self, start: int) -> int:
        """Where the line of `start` ends; looked for once, or a text of one line would be read again and again."""
        if self._next_break < start:
            found = self._text.find("\n", start)
            self._next_break = len(self._text) if found < 0 else found
        return self._next_break

    def _end_of(self, pattern: re.Pattern[str], start: int) -> int:
        match = pattern.match(self._text, start)
        return match.end() if match else start
