"""Which keys hold secrets by their name: password, token, authorization, api_key, secret, cookie and kin.

A key is split into words at anything that is no letter or digit and at camelCase humps;
a secret word anywhere in it (`db_password`, `clientSecret`, `X-Api-Key`) masks the value. Whole
words only: `tokenizer`, `secretary` and `cookies_enabled_count` style names stay readable.
"""

from __future__ import annotations

import itertools
import re

#: What stands in place of a secret value.
MASK = "***"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_SECRET_WORDS = frozenset(
    "password passwd passphrase pwd secret secrets token tokens authorization cookie credential credentials "
    "apikey passcode privatekey accesskey secretkey authtoken jwt otp cvv cvc".split()
)
_SECRET_PAIRS = frozenset(
    [("api", "key"), ("private", "key"), ("access", "key"), ("secret", "key"), ("set", "cookie"), ("session", "key")]
)
#: A last word that says the value is about a secret, not the secret: counts, times, names, types.
_HARMLESS_LAST = frozenset("count counts id type name expires expiry ttl length age enabled used limit".split())


def is_secret_key(key: str) -> bool:
    """Tell whether the value under `key` must be masked."""
    words = [word.lower() for word in _WORD.findall(key)]
    if not words or (len(words) > 1 and words[-1] in _HARMLESS_LAST):
        return False
    return not _SECRET_WORDS.isdisjoint(words) or any(pair in _SECRET_PAIRS for pair in itertools.pairwise(words))
