"""A container image from Debian packages, without a registry: download, unpack, `docker import`.

For machines that reach Debian's packages but no registry of images. Nothing is installed: the
packages' scripts do not run, so only programs that need none can be in `packages`.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.compose.docker import docker, last_line
from tools.compose.errors import StackError

#: Not needed to run anything.
_LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/bug")
_USERS = "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"


@dataclass(frozen=True)
class Contents:
    """What an image is made of: Debian packages, symbolic links, and folders by the uid that owns them."""

    packages: Sequence[str]
    links: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, int] = field(default_factory=dict)


def import_image(tag: str, contents: Contents) -> None:
    """Make the image `tag`. Raises StackError if a package cannot be had."""
    with tempfile.TemporaryDirectory(prefix="stand-in-") as folder:
        root = Path(folder) / "root"
        root.mkdir()
        for archive in _download(contents.packages, Path(folder)):
            _run(["dpkg-deb", "--extract", str(archive), str(root)], Path(folder))
        packed = Path(folder) / "root.tar"
        _pack(root, contents, packed)
        docker("import", str(packed), tag, seconds=300)


def _download(packages: Sequence[str], folder: Path) -> list[Path]:
    """The packages' files, of the versions that apt knows."""
    command = ["apt-get", "download", "--quiet", *packages]
    try:
        _run(command, folder)
    except StackError:
        _run(["apt-get", "update", "--quiet"], folder)  # new machines have no lists
        _run(command, folder)
    return sorted(folder.glob("*.deb"))


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"{command[0]} {command[1]}: {last_line(done.stderr)}")


def _pack(root: Path, contents: Contents, packed: Path) -> None:
    """Everything owned by root, whoever unpacked it, and then what is in no package."""

    def keep(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if info.name.startswith(_LEFT_OUT):
            return None
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        return info

    with tarfile.open(packed, "w") as archive:
        for path in sorted(root.iterdir()):
            archive.add(path, path.name, filter=keep)
        for folder, owner in {"tmp": 0, **contents.folders}.items():
            info = tarfile.TarInfo(folder)
            info.type, info.mode, info.uid, info.gid = (
                tarfile.DIRTYPE,
                0o1777 if folder == "tmp" else 0o755,
                owner,
                owner,
            )
            archive.addfile(info)
        for name, target in contents.links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
        info = tarfile.TarInfo("etc/passwd")
        info.size = len(_USERS)
        archive.addfile(info, io.BytesIO(_USERS.encode()))
