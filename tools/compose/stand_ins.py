"""Images made of Debian packages, for the parts of the stack that can be had so, where no registry is in reach.

Older than what compose.yaml names (Debian 12), so for trying out and for tests. Grafana, cAdvisor, Loki
and Alloy are not in Debian and have no stand-in.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tools.compose.docker import build, has_image
from tools.compose.errors import StackError
from tools.compose.rootfs import Contents, import_image

_PYTHON: Final = (
    "libc6 libgcc-s1 libstdc++6 zlib1g libexpat1 libssl3 libsqlite3-0 libffi8 libbz2-1.0 liblzma5 libuuid1 netbase"
    " tzdata media-types python3.11-minimal libpython3.11-minimal libpython3.11-stdlib"
).split()
_PYTHON_LINKS: Final = {"usr/bin/python3": "python3.11", "usr/bin/python": "python3.11"}
#: A program with `sh`, `wget` and the like, which the upstream images have too.
_BUSYBOX: Final = {"bin/sh": "busybox", "bin/wget": "busybox"}
_MONITORING: Final = "libc6 busybox-static prometheus prometheus-alertmanager prometheus-node-exporter".split()

_CONTENTS: Final = {
    # Like distroless: Python, no shell.
    "runtime": Contents(_PYTHON, _PYTHON_LINKS),
    # Like python:slim: with pip's wheel, so that `venv` has pip.
    "python": Contents(
        [
            *_PYTHON,
            "busybox-static",
            "python3.11-venv",
            "python3-pip-whl",
            "python3-setuptools-whl",
            "python3-distutils",
        ],
        {**_PYTHON_LINKS, "bin/sh": "busybox"},
    ),
    "monitoring": Contents(_MONITORING, _BUSYBOX, {"prometheus": 65534, "alertmanager": 65534}),
}
#: Where each program that shares the image `monitoring` starts.
_ENTRY_POINTS: Final = {
    "prometheus": "prometheus",
    "alertmanager": "prometheus-alertmanager",
    "node-exporter": "prometheus-node-exporter",
}
#: What each variable of compose.yaml and of the Dockerfile can be set to.
BY_VARIABLE: Final = {
    "PYTHON_IMAGE": "python",
    "RUNTIME_IMAGE": "runtime",
    "PROMETHEUS_IMAGE": "prometheus",
    "ALERTMANAGER_IMAGE": "alertmanager",
    "NODE_EXPORTER_IMAGE": "node-exporter",
}
_RECIPE: Final = hashlib.sha256(repr((_CONTENTS, _ENTRY_POINTS)).encode()).hexdigest()[:8]


def name_of(part: str) -> str:
    """The image's name; it changes with what is in it, and no registry has such a name."""
    return f"localhost/logging-system-stand-in/{part}:debian12-{_RECIPE}"


def all_names() -> list[str]:
    """Those that may be there."""
    return [name_of(part) for part in (*_ENTRY_POINTS, *_CONTENTS)]


def make(variable: str) -> str:
    """The stand-in for the image of a variable, made if it is not there. Raises StackError if it cannot be."""
    part = BY_VARIABLE[variable]
    name = name_of(part)
    if has_image(name):
        return name
    if part in _ENTRY_POINTS:
        _name_entry_point(name, _import("monitoring"), _ENTRY_POINTS[part])
        return name
    return _import(part)


def _import(part: str) -> str:
    name = name_of(part)
    if not has_image(name):
        missing = [program for program in ("apt-get", "dpkg-deb") if shutil.which(program) is None]
        if missing:
            raise StackError(
                f"no registry of images can be reached, and without {' and '.join(missing)} (Debian)"
                " no stand-in can be made; connect, or set the *_IMAGE variables of compose.yaml"
            )
        import_image(name, _CONTENTS[part])
    return name


def _name_entry_point(name: str, base: str, program: str) -> None:
    with TemporaryDirectory() as folder:
        text = f'FROM {base}\nUSER 65534:65534\nENTRYPOINT ["{program}"]\n'
        (Path(folder) / "Dockerfile").write_text(text, encoding="utf-8")
        build(name, Path(folder))
