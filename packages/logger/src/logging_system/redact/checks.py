"""Checks behind the patterns: check digits, number ranges and lengths that tell a real value from a look-alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

Span: TypeAlias = "tuple[int, int]"

#: `logo@2x.png`, `getty@tty1.service`: what looks like a top-level domain and is a file's or a unit's ending.
_NO_TOP_DOMAINS: Final = frozenset(
    "png jpg jpeg gif svg webp avif ico css js mjs ts tsx json html py service socket timer mount target slice".split()
)
#: `git@github.com:owner/repo` is an address of a repository.
_NO_MAILBOXES: Final = frozenset(["git", "hg", "svn"])

_GROUP: Final = re.compile(r"(?:%20|[ +\u00a0.-])?(\d+)")
#: How card numbers are printed, longest first: 4-4-4-4 with up to three more, American Express, Diners, Maestro.
_CARD_GROUPS: Final = sorted(
    [(4, 4, 4, 4, rest) for rest in (1, 2, 3)]
    + [(6, rest) for rest in range(7, 14)]
    + [(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 5)],
    key=sum,
    reverse=True,
)
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

#: Characters of an IBAN by country (SWIFT IBAN registry, release 99, December 2024).
_IBAN_LENGTHS: Final = {
    country: int(length)
    for length, countries in (
        pair.split(":")
        for pair in (
            "15:NO 16:BE 18:DK,FI,FK,FO,GL,NL,SD 19:MK,SI 20:AT,BA,EE,KZ,LT,LU,MN,XK 21:CH,HR,LI,LV "
            "22:BG,BH,CR,DE,GB,GE,IE,ME,RS,VA 23:AE,GI,IL,IQ,OM,SO,TL 24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG "
            "25:LY,PT,ST 26:IS,TR 27:BI,DJ,FR,GR,IT,MC,MR,SM 28:AL,AZ,BY,CY,DO,GT,HN,HU,LB,NI,PL,SV "
            "29:BR,EG,PS,QA,UA 30:JO,KW,MU,YE 31:MT,SC 32:LC 33:RU"
        ).split()
    )
    for country in countries.split(",")
}

_VERSION_BEFORE: Final = re.compile(
    r"(?:(?<![a-z])(?:version|release|build|ver|v)[ :=]{0,2}|(?:[a-z]*chrom[a-z]*|criOS|edg[a-z]*|opr|firefox|safari|"
    r"electron|vivaldi|yabrowser|samsungbrowser|version|applewebkit)/)\Z",
    re.IGNORECASE,
)
_LONG_GROUP: Final = re.compile(r"[0-9a-f]{3}", re.IGNORECASE)
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")


def is_mail_address(mailbox: str, top_domain: str) -> bool:
    """Whether what has the form of an e-mail address is one."""
    return top_domain.lower() not in _NO_TOP_DOMAINS and mailbox.lower() not in _NO_MAILBOXES


def has_luhn_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    total = sum(int(digit) for digit in digits[-1::-2]) + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return total % 10 == 0


def is_card_number(digits: str) -> bool:
    """Whether 13 to 19 digits are a number that a card network issues, with the right check digit."""
    length, first, two = len(digits), digits[0], digits[:2]
    if first == "4":
        fits = length in (13, 16, 17, 18, 19)
    elif two in ("34", "37"):
        fits = length == 15
    elif first == "3":
        fits = two in ("30", "35", "36", "38", "39") and 14 <= length <= 19
    elif first == "2":
        fits = length == 16 and 2221 <= int(digits[:4]) <= 2720
    else:
        fits = first in "56" and 13 <= length <= 19
    return fits and has_luhn_digit(digits)


def cards_in(run: str, offset: int) -> Iterator[Span]:
    """Card numbers in a run of digit groups, which may begin with other numbers; spans count from `offset`."""
    groups = [(match[1], match.start(1), match.end(1)) for match in _GROUP.finditer(run)]
    at = 0
    while at < len(groups):
        taken = _card_groups(groups[at : at + 5])
        if taken:
            yield offset + groups[at][1], offset + groups[at + taken - 1][2]
        at += taken or 1


def _card_groups(groups: list[tuple[str, int, int]]) -> int:
    """How many of the groups, from the first one on, are one card number."""
    if 13 <= len(groups[0][0]) <= 19:
        return int(is_card_number(groups[0][0]))
    sizes = tuple(len(group[0]) for group in groups)
    for form in _CARD_GROUPS:
        if sizes[: len(form)] == form and is_card_number("".join(group[0] for group in groups[: len(form)])):
            return len(form)
    return 0


def phone_digits(text: str) -> int:
    """How many digits a phone number has, without the prefix `00`."""
    return sum(character.isdigit() for character in text.replace("%20", " ").replace("%2B", "+")) - 2 * text.startswith(
        "00"
    )


def iban_length(text: str) -> int:
    """Characters at the start of `text`, separators included, that are a valid IBAN; 0 if none are."""
    length = _IBAN_LENGTHS.get(text[:2].upper(), 0)
    characters = [(at, character) for at, character in enumerate(text) if character.isalnum()][:length]
    if not length or len(characters) < length:
        return 0
    plain = "".join(character for _, character in characters).upper()
    number = "".join(str(int(character, 36)) for character in plain[4:] + plain[:4])
    return characters[-1][0] + 1 if int(number) % 97 == 1 else 0


def is_ip_address(text: str) -> bool:
    """Whether it is an IPv4 or IPv6 address of some machine: the local machine and `no address` identify nobody."""
    if ":" not in text:
        octets = [int(octet) for octet in text.split(".")]
        return max(octets) <= 255 and octets[0] not in (0, 127)
    if ("::" not in text and text.count(":") < 6) or not (_LONG_GROUP.search(text) or text.count(":") > 3):
        return False  # a time of day, a slice such as 1::2
    import ipaddress  # only here: it takes 2 ms

    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


def names_a_version(before: str) -> bool:
    """Whether the text in front of four numbers says that they are a version, such as a browser's."""
    return _VERSION_BEFORE.search(before) is not None


def looks_random(text: str) -> bool:
    """Whether letters, capitals and digits change as often as in random base64, unlike in paths, names and hashes."""
    if _HEXADECIMAL.fullmatch(text):
        return False
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" if c.islower() else "o" for c in text]
    changes = sum(kinds[at] != kinds[at + 1] for at in range(len(kinds) - 1))
    return {"d", "u", "l"} <= set(kinds) and changes >= len(text) // 3
