"""Which keys hold a kind of value by their name, such as secrets: password, token, authorization, api_key, cookie.

A key is split into words at anything that is no letter or digit and at camelCase humps, so that
`db_password`, `clientSecret` and `X-Api-Key` are found and `tokenizer`, `secretary` and `author` are
not. A key that only tells something about such a value is left alone: `password_length`,
`token_expires_at`, `has_cookie`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, TypeAlias

Words: TypeAlias = "tuple[str, ...]"

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORD_OF_ANY_SCRIPT: Final = re.compile(r"[^\W\d_]+|\d+")
#: Longer keys are looked at up to here, from both ends.
_LONGEST_KEY: Final = 256

#: A last word that says the value is about such a value, not the value itself.
_ABOUT: Final = frozenset(
    "age alg algorithm allowed arn at attempts audience available bits brand bucket bytes category changed chars "
    "class consent count counts created days disabled domain enabled endpoint endpoints error errors exception "
    "exists expired expires expiry failed failure field fields file filename format four hours id ids index "
    "invalid issuer kind label last length limit limits location match max min minutes missing mode model ms name "
    "names needed ok on path policy present provider ratio reason refreshed removed required requirements reset "
    "rotated rotation rule rules scheme scope scopes score seconds sent set size source state status store "
    "strategy strength template total ttl type types until updated uri url usage used valid validated validation "
    "validator verified version visible warning".split()
)
#: A first word that makes the value a yes or no.
_WHETHER: Final = frozenset(
    "allow allows can contains does has have is missing must needs requires should uses".split()
)

#: Keys of secrets. `=phrase` must be the whole key, `*word` may end a longer word (`dbpassword`).
SECRET_KEYS: Final = tuple(
    phrase.strip()
    for phrase in (
        "*password, passwords, *passwd, *passphrase, passcode, pwd, pw, =pass, secret, secrets, token, tokens, "
        "bearer, jwt, authorization, =auth, http auth, basic auth, proxy auth, cookie, cookies, set cookie, "
        "credential, credentials, creds, otp, totp, cvv, cvv2, cvc, csc, card verification value, security code, "
        "verification code, mfa code, otp code, auth code, recovery code, recovery codes, backup codes, mnemonic, "
        "seed phrase, recovery phrase, passkey, api key, api keys, private key, access key, secret key, session "
        "key, encryption key, signing key, signature key, master key, ssh key, account key, auth key, shared key, "
        "shared access key, hmac key, storage key, root key, subscription key, license key, deploy key, service "
        "key, webhook key, secret id, amz signature, goog signature, *apikey, *apitoken, *accesstoken, "
        "*refreshtoken, *authtoken, *sessiontoken, *usertoken, *bearertoken, *csrftoken, *xsrftoken, idtoken, "
        "csrfmiddlewaretoken, *clientsecret, *apisecret, *appsecret, *secretkey, *accesskey, *privatekey, admin "
        "pass, auth pass, db pass, ftp pass, ldap pass, login pass, mail pass, mysql pass, pg pass, postgres pass, "
        "proxy pass, redis pass, root pass, smtp pass, user pass, passwort, kennwort, mot de passe, contraseña, "
        "contrasena, senha, wachtwoord, пароль, 密码"
    ).split(",")
)
#: `max_tokens`, `prompt_tokens`: numbers of language models and parsers.
_COUNTED_TOKENS: Final = frozenset(
    "avg cached completion count generated input max min n num output prompt reasoning remaining total used".split()
)


def words_of(key: str) -> Words:
    """The words of a key in small letters, without a number at its end: `clientSecret2` is client, secret."""
    if len(key) > _LONGEST_KEY:
        key = f"{key[: _LONGEST_KEY // 2]} {key[-_LONGEST_KEY // 2 :]}"
    if key.isascii():
        words = [word.lower() for word in _WORD.findall(key)]
    else:  # full-width letters and the like become plain ones
        words = _WORD_OF_ANY_SCRIPT.findall(unicodedata.normalize("NFKC", key).lower())
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    return tuple(words)


class KeyRule:
    """Finds the keys of one kind of value by phrases: words that stand together in a key.

    `=phrase` must be the whole key; `*word` may also end a longer word. A phrase is found written
    as one word too (`dateofbirth`).
    """

    __slots__ = ("_ends", "_inside", "_joined", "_suffixes", "_whole", "last_words")

    def __init__(self, phrases: Iterable[str]) -> None:
        phrases = tuple(phrases)
        plain = [phrase.lstrip("=*") for phrase in phrases if not phrase.startswith("=")]
        self._whole = frozenset(phrase[1:] for phrase in phrases if phrase.startswith("="))
        self._joined = frozenset(phrase.lstrip("=*").replace(" ", "") for phrase in phrases)
        self._inside = frozenset(
            {f" {phrase} " for phrase in plain} | {f" {phrase.replace(' ', '')} " for phrase in plain}
        )
        self._suffixes = tuple(phrase[1:] for phrase in phrases if phrase.startswith("*"))
        self._ends = tuple(f" {phrase}" for phrase in plain if " " in phrase)
        #: Last words of phrases with more than one; see `ends_with_phrase`.
        self.last_words = frozenset(phrase.rpartition(" ")[2] for phrase in self._ends)

    def finds(self, words: Words) -> bool:
        """Whether the key of these words holds such a value."""
        if not words or (len(words) > 1 and words[0] in _WHETHER):
            return False
        joined = " ".join(words)
        if joined in self._whole or "".join(words) in self._joined:
            return True
        if self._suffixes and words[-1].endswith(self._suffixes):
            return True
        padded = f" {joined} "
        found = [phrase for phrase in self._inside if phrase in padded]
        if not found:
            return False
        return words[-1] not in _ABOUT or any(padded.endswith(phrase) for phrase in found)

    def ends_with_phrase(self, words: Words) -> bool:
        """Whether a phrase of more than one word ends these words: `the api key`, in a text."""
        return f" {' '.join(words)}".endswith(self._ends)


class SecretKeys(KeyRule):
    """Finds the keys of secrets."""

    def __init__(self) -> None:
        super().__init__(SECRET_KEYS)

    def finds(self, words: Words) -> bool:
        """Whether the key of these words holds a secret; numbers of tokens are none."""
        if words and words[-1] == "tokens" and not _COUNTED_TOKENS.isdisjoint(words):
            return False
        return super().finds(words)
