"""Credentials that a text shows by their form: basic and bearer authentication, request signatures, private keys."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from logging_system.redact.redactor import MASK

_BASIC: Final = re.compile(r"(?<![\w-])(basic(?: |%20))([A-Za-z0-9+/_-]{2,}+(?:=|%3D){0,2})", re.IGNORECASE)
#: Behind `Bearer` a token, not a word (`bearer token`) nor a parameter (`Bearer realm="x"`).
_BEARER: Final = re.compile(r"""(?<![\w-])(bearer(?: |%20))(?!\w++=["'\w])([A-Za-z0-9._~+/-]{8,}+=*+)""", re.IGNORECASE)
_LONG_TOKEN: Final = 20
_DIGEST: Final = re.compile(r"(?<![\w-])(digest )(?=username=)[^\r\n]*+", re.IGNORECASE)
#: AWS, Azure and Google sign URLs and requests.
_SIGNATURE: Final = re.compile(r"((?:(?<![a-z0-9])signature|(?:[?&]|%26)sig)(?:=|%3D))[\w%+/.=-]{16,}+", re.IGNORECASE)
_PRIVATE_KEY: Final = re.compile(r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)")
_PRIVATE_KEY_END: Final = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")


def hide_credentials(text: str) -> str:
    """The text with what these forms hold masked."""
    lower = text.lower()
    if "basic" in lower:
        text = _BASIC.sub(_basic, text)
    if "bearer" in lower:
        text = _BEARER.sub(_bearer, text)
    if "digest username" in lower:
        text = _DIGEST.sub(rf"\1{MASK}", text)
    if "sig" in lower:
        text = _SIGNATURE.sub(rf"\1{MASK}", text)
    return _hide_private_keys(text) if "PRIVATE KEY" in text else text


def _basic(match: re.Match[str]) -> str:
    """User and password in base64 have a colon between them; `basic training` has none."""
    token = match[2].replace("%3D", "=").replace("%3d", "=").rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        return match[0]
    return f"{match[1]}{MASK}" if b":" in decoded else match[0]


def _bearer(match: re.Match[str]) -> str:
    token = match[2]
    letters = token.strip(".").replace("-", "")
    is_word = len(token) < _LONG_TOKEN and letters.isalpha() and letters[1:].islower()
    return match[0] if is_word else f"{match[1]}{MASK}"


def _hide_private_keys(text: str) -> str:
    """A key without its end was cut: everything behind its first line goes."""
    first, *rest = _PRIVATE_KEY.split(text)
    parts = [first]
    for begin, behind in zip(rest[::2], rest[1::2], strict=True):
        end = _PRIVATE_KEY_END.search(behind)
        parts += [begin, MASK, behind[end.start() :] if end else ""]
    return "".join(parts)
