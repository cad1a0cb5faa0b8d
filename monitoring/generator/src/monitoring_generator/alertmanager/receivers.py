"""`receivers.yaml`: who is told what, and how. One class a kind of receiver; secrets are names of files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitoring_generator.alertmanager.categories import CATEGORIES, Category, Times, read_times
from monitoring_generator.errors import SpecError
from monitoring_generator.section import Section, read_file

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_SECRET = re.compile(r"[a-z][a-z0-9_]*")
_URL = re.compile(r"https?://[^\s/]+\S*")
_CHANNEL = re.compile(r"[#@]\S+")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_HOST_AND_PORT = re.compile(r"[^\s:]+:[0-9]+")


@dataclass(frozen=True, slots=True)
class Slack:
    """An incoming webhook, whose address is the secret."""

    secret: str
    channel: str


@dataclass(frozen=True, slots=True)
class Email:
    """An SMTP server; without `username` and `secret` it asks for no password."""

    to: tuple[str, ...]
    sender: str
    smarthost: str
    username: str | None
    secret: str | None
    tls: bool


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """The Events API v2 at `url`; its integration key is the secret."""

    secret: str
    url: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """Takes Alertmanager's own JSON, at `url` or at an address that is the secret."""

    url: str | None
    secret: str | None


Target = Slack | Email | PagerDuty | Webhook


@dataclass(frozen=True, slots=True)
class Receiver:
    """One way to somebody, and the categories of alerts that go there."""

    name: str
    enabled: bool
    gets: tuple[Category, ...]
    target: Target


@dataclass(frozen=True, slots=True)
class Receivers:
    """The whole file."""

    all: tuple[Receiver, ...]
    times: Mapping[Category, Times]

    def of(self, category: Category) -> list[Receiver]:
        """Who is told alerts of this category."""
        return [receiver for receiver in self.all if receiver.enabled and category in receiver.gets]


def load_receivers(path: Path) -> Receivers:
    """Read and check `path`. Raises SpecError."""
    top = read_file(path)
    top.check_keys({"receivers", "times"}, required={"receivers", "times"})
    every = tuple(_read_receiver(section) for section in top.sections("receivers", named=True))
    names = [receiver.name for receiver in every]
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"{path}: receivers: {name} is there twice")
    receivers = Receivers(every, read_times(Section(f"{path}: times", top.value("times"))))
    for category in CATEGORIES:
        if category != "heartbeat" and not receivers.of(category):
            raise SpecError(f"{path}: receivers: nobody gets {category}, expected it in `gets` of an enabled receiver")
    return receivers


def _read_receiver(section: Section) -> Receiver:
    kind = section.one_of("kind", _KINDS)
    keys, read = _KINDS[kind]
    section.check_keys({"name", "enabled", "kind", "gets", *keys})
    gets = section.value("gets")
    if not isinstance(gets, list) or not gets or any(each not in CATEGORIES for each in gets):
        raise section.fail("gets", f"got {gets!r}, expected a list of {', '.join(CATEGORIES)}")
    return Receiver(
        name=section.text("name", _NAME),
        enabled=_switch(section, "enabled"),
        gets=tuple(category for category in CATEGORIES if category in gets),
        target=read(section),
    )


def _switch(section: Section, key: str) -> bool:
    value = section.value(key)
    if not isinstance(value, bool):
        raise section.fail(key, f"got {value!r}, expected true or false")
    return value


def _secret(section: Section) -> str | None:
    return section.text("secret", _SECRET) if "secret" in section.given else None


def _slack(section: Section) -> Target:
    return Slack(section.text("secret", _SECRET), section.text("channel", _CHANNEL))


def _email(section: Section) -> Target:
    to = section.value("to")
    if not isinstance(to, list) or not to or not all(isinstance(each, str) and _ADDRESS.fullmatch(each) for each in to):
        raise section.fail("to", f"got {to!r}, expected a list of e-mail addresses")
    if ("username" in section.given) != ("secret" in section.given):
        raise section.fail("username", "expected both username and secret, or neither")
    return Email(
        to=tuple(to),
        sender=section.text("from", _ADDRESS),
        smarthost=section.text("smarthost", _HOST_AND_PORT),
        username=section.text("username") if "username" in section.given else None,
        secret=_secret(section),
        tls=_switch(section, "tls") if "tls" in section.given else True,
    )


def _pagerduty(section: Section) -> Target:
    return PagerDuty(section.text("secret", _SECRET), section.text("url", _URL))


def _webhook(section: Section) -> Target:
    if ("url" in section.given) == ("secret" in section.given):
        raise section.fail("url", "expected either url or, where the address is a secret, secret")
    return Webhook(section.text("url", _URL) if "url" in section.given else None, _secret(section))


#: Of each kind: its own keys, and how they are read.
_KINDS: Final[dict[str, tuple[set[str], Callable[[Section], Target]]]] = {
    "slack": ({"secret", "channel"}, _slack),
    "email": ({"to", "from", "smarthost", "username", "secret", "tls"}, _email),
    "pagerduty": ({"secret", "url"}, _pagerduty),
    "webhook": ({"url", "secret"}, _webhook),
}
