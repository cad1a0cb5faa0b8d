"""Passwords in front of a host: `postgres://user:password@host` keeps scheme, user and host.

Each part of a text behind a `://` is looked at once, so the work grows with the length of the text.
"""

from __future__ import annotations

import re
from typing import Final

from logging_system.redact.redactor import MASK

#: User, password, and what is left up to the last `@` before the path. A password may hold `@`, `:` and `/`; digits
#: behind the colon, up to a slash or the end, are a port.
_USER_AND_PASSWORD: Final = re.compile(
    r"""([^\s:@/?#\[\\"'`<>,]*+:)(?!\d{1,5}(?:[/?#,;"'`\s)\]}\\]|$))[^\s@]*+@(?:[^\s@/?#"'`<>\\]*+@)*+"""
)
#: A token in place of user and password, as for a git server; user names alone are common with other schemes.
_TOKEN_ONLY: Final = re.compile(r"""[^\s:@/?#\[\\"'`<>,]++@""")
#: The same inside another URL's query. Bounded, since its parts are not told apart by one character.
_ENCODED: Final = re.compile(r"(%3A%2F%2F[\w.~-]{0,128}%3A)(?:(?!%40)[\w.~%+!*-]){1,512}(?=%40)", re.IGNORECASE)


def hide_passwords_in_urls(text: str) -> str:
    """The text with the password of each URL masked."""
    if "%3" in text:
        text = _ENCODED.sub(rf"\1{MASK}", text)
    if "://" not in text or "@" not in text:
        return text
    parts = text.split("://")
    for number in range(1, len(parts)):
        part = parts[number]
        if match := _USER_AND_PASSWORD.match(part):
            parts[number] = f"{match[1]}{MASK}@{part[match.end() :]}"
        elif parts[number - 1][-5:].lower().endswith(("http", "https")) and (match := _TOKEN_ONLY.match(part)):
            parts[number] = f"{MASK}@{part[match.end() :]}"
    return "://".join(parts)
