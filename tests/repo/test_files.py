"""The repository's files: pins follow from their sources, made files are fresh, no host names, no long files."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.repo.conftest import FILES, ROOT

LONGEST = 400


def test_constraints_follow_from_the_hashed_pins() -> None:
    """`python -m tools.pin` makes both."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.pin", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["build", "checkov", "compose", "demo", "dev", "infra", "lint", "service", "tox"])
def test_every_pin_has_hashes_and_no_host(name: str) -> None:
    """So that any index can serve them and none can change them."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9._-]+==", text, re.MULTILINE)
    assert len(pins) > 0
    assert len(re.findall(r"^[A-Za-z0-9._-]+==.*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pins)
    assert "://" not in text


def test_the_demo_and_the_image_have_the_same_versions_as_the_tests() -> None:
    """What was tested is what runs."""

    def pins(name: str) -> set[str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        return set(re.findall(r"^[A-Za-z0-9._-]+==[^ \\;]+", text, re.MULTILINE))

    assert pins("demo") | pins("service") | pins("build") <= pins("dev")


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".py", ".js", ".css"))])
def test_files_are_short(name: str) -> None:
    """One idea a file."""
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_fragments_of_the_changelog_say_what_kind_they_are() -> None:
    """The release sorts by it."""
    kinds = "added|changed|deprecated|removed|fixed|security"
    for path in (ROOT / "changelog.d").glob("*.md"):
        if path.name != "README.md":
            assert re.fullmatch(rf"[a-z0-9-]+\.({kinds})\.md", path.name), path.name
            assert re.match(r"`[a-z_]+`: ", path.read_text(encoding="utf-8")), path.name
