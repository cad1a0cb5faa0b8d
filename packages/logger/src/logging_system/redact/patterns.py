"""Finding kinds of values in a text by their form, each with a check that keeps look-alikes out.

Regular expressions enter a run of characters only at its first one and have bounds or possessive
repeats, so the work grows with the length of the text. Most texts hold nothing: cheaper questions
come first, see `worth_trying`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Final, TypeAlias

from logging_system.redact import checks
from logging_system.redact.checks import Span

#: Narrows a match to the parts that are to be hidden, if any.
Accept: TypeAlias = Callable[[re.Match[str]], "Iterator[Span]"]

#: Four digits with little between them; begins with a set of characters, for which `re` has a quick search.
_DIGITS: Final = re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){3}")
#: As long as the shortest token; and the beginning of a Medicare number, which is shorter.
_RUN: Final = re.compile(r"[A-Za-z0-9+/_.-]{15}")
_CODE: Final = re.compile(r"[0-9][A-Z][0-9A-Z][0-9]")
#: Of a hardware address, or of an IP address of the newer kind that is written in full.
_GROUPS: Final = re.compile(r"[:-][0-9A-Fa-f]{1,4}[:-]")


def _found(match: re.Match[str]) -> Iterator[Span]:
    """The group `value` if the pattern has one, else all of it."""
    has_value = "value" in match.re.groupindex and match["value"] is not None
    yield match.span("value") if has_value else match.span()


class Pattern:
    """One form. Compiled when first used: a program without presets pays nothing.

    What it finds holds one of `signs` (if there are any), four digits (with `has_digits`) and `hint`.
    """

    def __init__(
        self,
        regex: str,
        *,
        signs: str = "",
        hint: str = "",
        has_digits: bool = False,
        accept: Accept = _found,
        flags: int = re.VERBOSE,
    ) -> None:
        self._regex = regex
        self._flags = flags
        self._accept = accept
        self._signs = tuple(signs.split())
        self._hint_regex = hint
        self.has_digits = has_digits
        #: Nothing is known of what it finds: a pattern of the program's own.
        self.may_be_anything = not (signs or hint or has_digits)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._regex, self._flags)

    @cached_property
    def _hint(self) -> re.Pattern[str]:
        return re.compile(self._hint_regex)

    def may_find(self, text: str) -> bool:
        """Whether the text is worth a search; with `has_digits` it is known to hold four digits."""
        for sign in self._signs:
            if sign in text:
                break
        else:
            if self._signs:
                return False
        return not self._hint_regex or self._hint.search(text) is not None

    def hide(self, text: str, how: Callable[[str], str]) -> str:
        """The text with what is found replaced by what `how` makes of it."""
        parts: list[str] = []
        done = 0
        for match in self._compiled.finditer(text):
            for start, end in self._accept(match):
                if end > start >= done:  # `x*` also matches nothing at all
                    parts += [text[done:start], how(text[start:end])]
                    done = end
        return "".join([*parts, text[done:]]) if parts else text


def worth_trying(patterns: Iterable[Pattern], text: str) -> Iterator[Pattern]:
    """The patterns that may find something. For most texts none, after 1 µs (20 characters, CPython 3.11)."""
    has_digits = _DIGITS.search(text) is not None
    may_hold_any = (
        has_digits
        or "@" in text
        or "%40" in text
        or "::" in text
        or _RUN.search(text) is not None
        or _GROUPS.search(text) is not None
        or _CODE.search(text) is not None
    )
    for pattern in patterns:
        if pattern.may_be_anything:
            yield pattern
        elif not may_hold_any:
            return
        elif (has_digits or not pattern.has_digits) and pattern.may_find(text):
            yield pattern


def _email(match: re.Match[str]) -> Iterator[Span]:
    if checks.is_mail_address(match["mailbox"], match["top"]):
        yield match.span()


def _card(match: re.Match[str]) -> Iterator[Span]:
    yield from checks.cards_in(match[0], match.start())


def _international_phone(match: re.Match[str]) -> Iterator[Span]:
    if checks.phone_digits(match[0]) >= (8 if re.search(r"\d[ ().-]|%20", match[0]) else 10):
        yield match.span()


def _national_phone(match: re.Match[str]) -> Iterator[Span]:
    if 9 <= checks.phone_digits(match[0]) <= 12:
        yield match.span()


def _ip(match: re.Match[str]) -> Iterator[Span]:
    text = match[0].removesuffix(":") if not match[0].endswith("::") else match[0]
    if checks.is_ip_address(text) and not checks.names_a_version(
        match.string[max(0, match.start() - 24) : match.start()]
    ):
        yield match.start(), match.start() + len(text)


def _iban(match: re.Match[str]) -> Iterator[Span]:
    length = checks.iban_length(match["candidate"])
    if length and not match.string[match.start() + length : match.start() + length + 1].isalnum():
        yield match.start(), match.start() + length


def _aws_secret(match: re.Match[str]) -> Iterator[Span]:
    if checks.looks_random(match[0]):
        yield match.span()


# `(?<![^\W_])` and `(?![^\W_])`: no letter or digit stands there; an underscore may. An `n` may stand in front that is
# the end of a line in a `repr`.
_START: Final = r"(?:(?<![^\W_])|(?<=\\[nrt]))"
EMAIL: Final = Pattern(
    r"""(?<![\w.+-])(?<!\w')(?!(?<=%)[0-9A-Fa-f]{2})
        (?P<mailbox> (?: [\w.+-] | (?<=\w)'(?=\w) | %(?!40)[0-9A-Fa-f]{2} )++ ) (?:@|%40)
        (?: [^\W_][\w-]*+\. )+ (?P<top> [^\W\d_][\w-]++ )""",
    signs="@ %40",
    accept=_email,
)
CARD: Final = Pattern(
    _START
    + r"""(?<!\d\.) (?: \d{4}\.\d{4}\.\d{4}\.\d{4}(?![^\W_]|\.\d)
          | \d++(?![^\W_]) (?: (?: [ +\u00a0-] | %20 ) \d++(?![^\W_]) )*+ )""",
    hint=r"[0-9]{4}(?:[0-9]{9}|(?:[ +.\u00a0-]|%20)[0-9]{4}|[0-9]{2}(?:[ +\u00a0-]|%20)[0-9]{7})",
    has_digits=True,
    accept=_card,
)
#: Tracks 1 and 2 of a magnetic stripe.
CARD_TRACK: Final = Pattern(
    _START + r"""(?: %?[Bb]\d{12,19}\^[^^\r\n]{2,40}\^[^?\r\n]{4,80}\?? | ;?\d{12,19}[=D]\d{7,25}\?? (?![^\W_]) )""",
    signs="^ = D",
    hint=r"[0-9]{12,19}[\^=D]",
    has_digits=True,
)
#: Social security numbers that can be issued, and individual taxpayer numbers, which begin with 9.
SSN: Final = Pattern(
    _START
    + r"""(?<!-)(?<!\d[ ])
        (?: (?!000|666|9)\d{3} | 9\d{2}(?=.(?:5\d|6[0-5]|[78]\d|9[0-24-9])) )
        (?: -(?!00)\d{2}-(?!0000)\d{4}(?!-\d) | [ ](?!00)\d{2}[ ](?!0000)\d{4}(?![ ]\d) ) (?![^\W_])""",
    hint=r"[0-9]{3}[ -][0-9]{2}[ -][0-9]{4}",
    has_digits=True,
)
#: With `+` and the country.
PHONE: Final = Pattern(
    _START + r"""(?<!\+) (?: \+ | %2B ) [1-9] (?: (?: [ ().-] | %20 ){0,3} \d ){7,14} (?![^\W_])""",
    signs="+ %2B",
    has_digits=True,
    accept=_international_phone,
)
#: North American numbers with their separators.
PHONE_NORTH_AMERICA: Final = Pattern(
    _START
    + r"""(?<!\d[ .-]) (?: 1[ .-] )?
        (?: \(\d{3}\)[ ]?\d{3}[ .-]\d{4} | \d{3}-\d{3}-\d{4} | \d{3}\.\d{3}\.\d{4} | \d{3}[ ]\d{3}[ -]\d{4} )
        (?![^\W_]|[ .-]\d)""",
    hint=r"[0-9]{3}[ .)-]{1,2}[0-9]{3}[ .-][0-9]{4}",
    has_digits=True,
)
#: With `00` and the country, or with the `0` of a national number, in groups with spaces between them.
PHONE_GROUPS: Final = Pattern(
    _START + r"(?<!\d[ ]) (?: 00[1-9]\d{0,2} | 0[1-9]\d{0,3} ) (?: [ ]\d{2,8} ){1,5} (?![^\W_]|[ ]\d)",
    hint=r"0[0-9]{1,4} [0-9]{2}",
    has_digits=True,
    accept=_national_phone,
)
IPV4: Final = Pattern(
    _START + r"(?<!\d\.) \d{1,3}(?:\.\d{1,3}){3} (?![^\W_]|\.\d)",
    hint=r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
    has_digits=True,
    accept=_ip,
)
IPV6: Final = Pattern(
    r"""(?: (?<![\w:.]) | (?<=\\[nrt]) ) [0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]++
        (?: (?: (?<=:\d) | (?<=:\d\d) | (?<=:\d\d\d) ) (?:\.\d{1,3}){3} )? (?![^\W_])""",
    hint=r"[0-9A-Fa-f]:[0-9A-Fa-f:]|::",
    accept=_ip,
)
JWT: Final = Pattern(
    r"(?: (?<![\w-]) | (?<=\\[nrt]) ) eyJ[\w-]{5,}+ \.[\w-]{5,}+ \.[\w-]*+ (?: \.[\w-]++ ){0,2}",
    signs="eyJ",
)
AWS_KEY_ID: Final = Pattern(
    _START + r" (?: AKIA | ASIA | ABIA | ACCA ) [A-Z0-9]{16} (?![^\W_])",
    signs="AKIA ASIA ABIA ACCA",
)
AWS_SECRET_KEY: Final = Pattern(
    r"(?: (?<![\w/+=.-]) | (?<=\\[nrt]) ) [A-Za-z0-9/+]{40}+ (?![\w/+=.-])",
    hint="[A-Za-z0-9/+]{40}",
    accept=_aws_secret,
)
AWS_SESSION_TOKEN: Final = Pattern(
    _START + r" (?: FwoGZXIvYXdz | IQoJb3JpZ2lu | FQoGZXIvYXdz ) [\w/+=%-]{20,}+",
    signs="FwoGZXIv IQoJb3Jp FQoGZXIv",
)
#: Tokens that their issuers made recognisable by a prefix.
PROVIDER_TOKEN: Final = Pattern(
    _START
    + r""" (?:
          gh[pousr]_[A-Za-z0-9]{30,}+ | github_pat_\w{30,}+ | glpat-[\w-]{20,}+ | xox[abeprs]-[\w-]{10,}+
        | xapp-[\w-]{10,}+ | [rs]k_(?:live|test)_[A-Za-z0-9]{16,}+ | whsec_[\w+/=]{16,}+ | AIza[\w-]{35}
        | ya29\.[\w-]{20,}+ | GOCSPX-[\w-]{20,}+ | npm_[A-Za-z0-9]{30,}+ | pypi-[\w-]{40,}+
        | SG\.[\w-]{16,}+\.[\w-]{16,}+ | hf_[A-Za-z0-9]{30,}+ | sk-(?=[a-zA-Z_-]{0,60}\d)[\w-]{20,}+
        | dop_v1_[0-9a-f]{32,}+ | shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}+ | hvs\.[\w-]{24,}+ | dckr_pat_[\w-]{20,}+
        | EAAC\w{30,}+ | AGE-SECRET-KEY-1[0-9A-Z]{50,}+ | lin_api_\w{30,}+ | sq0(?:atp|csp)-[\w-]{22,}+
        | https://hooks\.slack\.com/services/(?P<value>[\w/]{20,}+) )""",
    signs="ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- xox xapp- sk_ rk_ whsec_ AIza ya29. GOCSPX- npm_ pypi- SG. "
    "hf_ sk- dop_v1_ shp hvs. dckr_pat_ EAAC AGE-SECRET lin_api_ sq0 hooks.slack",
)
IBAN: Final = Pattern(
    _START
    + r"""
        (?= (?P<candidate> [A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30} | [a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30} ) )""",
    hint=r"[A-Za-z]{2}[0-9]{2}[ -]?[A-Za-z0-9]{3}",
    has_digits=True,
    accept=_iban,
)
MAC: Final = Pattern(
    _START + r"(?<![:-]) [0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2} (?![^\W_]|[:-][0-9A-Fa-f])",
    hint=r"[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]",
)
#: The Medicare Beneficiary Identifier, as the Centers for Medicare & Medicaid Services define its eleven places.
MEDICARE_ID: Final = Pattern(
    _START
    + r"""(?<!-) [1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d (-?) [AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d
        \1 [AC-HJKMNP-RT-Y]{2}\d{2} (?![^\W_]|-)""",
    hint=r"[1-9][A-Z][0-9A-Z][0-9]-?[A-Z][0-9A-Z][0-9]-?[A-Z]{2}[0-9]{2}",
)
#: A number named as a medical record's.
RECORD_NUMBER: Final = Pattern(
    _START
    + r""" (?: mrn | medical[ ]record[ ](?:number|no\.?|\#) ) [ :\#=.-]{0,4}
        (?P<value> [a-z]{0,3}-?\d{4,12} ) (?![^\W_])""",
    signs="mrn MRN Mrn ecord ECORD",
    has_digits=True,
    flags=re.VERBOSE | re.IGNORECASE,
)
#: A date named as one of birth.
BIRTH_DATE: Final = Pattern(
    _START
    + r""" (?: dob | d\.o\.b\. | date[ ]of[ ]birth | born(?:[ ]on)? ) [ :=]{1,3}
        (?P<value> \d{1,4}[./-]\d{1,2}[./-]\d{1,4} | \d{1,2}[ ][a-z]{3,9}[ ,]{1,2}\d{4}
                  | [a-z]{3,9}[ ]\d{1,2},?[ ]\d{4} )
        (?![^\W_])""",
    signs="dob DOB Dob d.o.b D.O.B irth IRTH born Born BORN",
    has_digits=True,
    flags=re.VERBOSE | re.IGNORECASE,
)
