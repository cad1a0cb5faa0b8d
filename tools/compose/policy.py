"""What every service of compose.yaml must have, and the named exceptions.

Works on the resolved configuration (`docker compose config --format json`), so that anchors,
variables and overrides are seen as Docker sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Service = Mapping[str, Any]

#: A rule that a service need not keep, and why. One that is not needed any more is a finding too.
EXCEPTIONS: Final[Mapping[tuple[str, str], str]] = {
    ("service", "digest"): "built here from the Dockerfile",
    ("node-exporter", "namespaces"): "sees the host's mounts through /proc/1/mounts; everything it has is read-only",
    ("cadvisor", "user"): "Docker's socket and folder belong to root; the profile is off by default",
    ("cadvisor", "docker_socket"): "the containers' names are known to Docker alone; the profile is off by default",
}

_DIGEST = re.compile(r"[^@]+:[^:@/]+@sha256:[0-9a-f]{64}")
_SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|CREDENTIAL", re.IGNORECASE)
_DEFAULT_CREDENTIAL = re.compile(r"admin:admin|change_?me|hunter2|letmein|password123", re.IGNORECASE)
_ROOT = re.compile(r"(0|root)(:|$)")


def _digest(service: Service) -> bool:
    return _DIGEST.fullmatch(service["image"]) is not None


def _tag(service: Service) -> bool:
    name = service["image"].partition("@")[0].rpartition("/")[2]
    return ":" in name and not name.endswith(":latest")


def _user(service: Service) -> bool:
    return bool(service.get("user")) and _ROOT.match(str(service["user"])) is None


def _limits(service: Service) -> bool:
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    return all(limits.get(key) for key in ("cpus", "memory", "pids"))


def _healthcheck(service: Service) -> bool:
    check = service.get("healthcheck", {})
    return bool(check.get("test")) and check["test"][0] != "NONE" and not check.get("disable")


def _logging(service: Service) -> bool:
    logging = service.get("logging", {})
    rotates = {"max-size", "max-file"} <= set(logging.get("options", {}))
    return logging.get("driver") in ("local", "json-file") and rotates


def _binds(service: Service) -> list[Mapping[str, Any]]:
    return [volume for volume in service.get("volumes", []) if volume["type"] == "bind"]


def _credentials(service: Service) -> bool:
    """Secrets are files: no variable holds one, no text has a well-known one."""
    variables: Mapping[str, Any] = service.get("environment") or {}
    texts = [*map(str, variables.values()), *map(str, service.get("command") or [])]
    held = [
        name for name, value in variables.items() if _SECRET_NAME.search(name) and not name.endswith("_FILE") and value
    ]
    return not held and not any(_DEFAULT_CREDENTIAL.search(text) for text in texts)


#: Each rule by its name, with what it asks for.
RULES: Final[Mapping[str, tuple[str, Callable[[Service], bool]]]] = {
    "digest": ("an image pinned by tag and digest", _digest),
    "tag": ("a tag other than latest", _tag),
    "user": ("a user that is not root", _user),
    "read_only": ("a read-only root file system", lambda service: service.get("read_only") is True),
    "capabilities": (
        "no capability",
        lambda service: service.get("cap_drop") == ["ALL"] and not service.get("cap_add"),
    ),
    "new_privileges": (
        "no-new-privileges",
        lambda service: "no-new-privileges:true" in service.get("security_opt", []),
    ),
    "privileged": ("not to be privileged", lambda service: not service.get("privileged")),
    "devices": ("no device of the host", lambda service: not service.get("devices")),
    "namespaces": (
        "namespaces of its own",
        lambda service: "host" not in (service.get(key) for key in ("network_mode", "pid", "ipc", "userns_mode")),
    ),
    "limits": ("limits of cpus, memory and pids", _limits),
    "healthcheck": ("a health check", _healthcheck),
    "restart": ("restart: unless-stopped", lambda service: service.get("restart") == "unless-stopped"),
    "init": ("an init that reaps", lambda service: service.get("init") is True),
    "stop_grace_period": ("time to stop", lambda service: bool(service.get("stop_grace_period"))),
    "log_rotation": ("logs that rotate", _logging),
    "loopback": (
        "ports on loopback only",
        lambda service: all(port.get("host_ip") == "127.0.0.1" for port in service.get("ports", [])),
    ),
    "docker_socket": (
        "no socket of Docker",
        lambda service: not any("docker.sock" in bind["source"] for bind in _binds(service)),
    ),
    "read_only_mounts": (
        "files of the host read-only",
        lambda service: all(bind.get("read_only") for bind in _binds(service)),
    ),
    "credentials": ("secrets in files and none that is well known", _credentials),
}


def findings(config: Mapping[str, Any]) -> list[str]:
    """What breaks a rule without being an exception, and exceptions that nothing needs; empty when all is well."""
    return [*_broken(config["services"]), *_unneeded(config["services"])]


def _broken(services: Mapping[str, Service]) -> Iterator[str]:
    for name, service in services.items():
        for rule, (wanted, keeps) in RULES.items():
            if not keeps(service) and (name, rule) not in EXCEPTIONS:
                yield f"{name}: {rule}: expected {wanted}"


def _unneeded(services: Mapping[str, Service]) -> Iterator[str]:
    for name, rule in EXCEPTIONS:
        if name not in services or RULES[rule][1](services[name]):
            yield f"{name}: {rule}: keeps the rule, so it needs no exception"
