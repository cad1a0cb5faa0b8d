"""Modules of helpers: what is never named as a call site, and what is although it looks like it."""

from __future__ import annotations

import inspect
import subprocess
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logging_system import get_logger

Lines = Callable[[], list[dict[str, Any]]]
Run = Callable[..., subprocess.CompletedProcess[str]]
Place = tuple[str | None, str | None, int | None]


def _here() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def _place(record: dict[str, Any]) -> Place:
    return record["module"], record["function"], record["line"]


def _load(path: Path, name: str, source: str) -> Any:
    """A module of this name and source, as `import` would make it."""
    path.write_text(source, encoding="utf-8")
    module = types.ModuleType(name)
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


AUDIT = """
from logging_system import get_logger
def audit(message): return _inner(message)
def _inner(message): get_logger("audit").info(message)
def time_it(): return get_logger("audit").timer("timed")
"""


@pytest.mark.guarantee(63)
def test_a_module_that_marks_itself_is_not_named(log_lines: Lines, tmp_path: Path) -> None:
    """However deep its helpers call each other, at the first record and from the cache, for timers too."""
    helper = _load(tmp_path / "audit.py", "audit", AUDIT + "__logging_system_skip__ = True\n")
    first = _here() + 2
    for _ in range(3):
        helper.audit("x")
        helper.audit("x")
    with helper.time_it():
        pass

    name = "test_a_module_that_marks_itself_is_not_named"
    records = log_lines()
    assert {_place(record)[:2] for record in records} == {("test_callsite_helpers", name)}
    assert [record["line"] for record in records[:6]] == [first, first + 1] * 3


@pytest.mark.guarantee(63)
def test_a_module_given_to_skip_module_is_not_named_nor_those_below_it(
    log_lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for calls that were logged before; a name that only begins the same is another module."""
    from logging_system import callsite

    monkeypatch.setattr(callsite, "_helpers", ())
    audit, below, other = (
        _load(tmp_path / f"{number}.py", name, AUDIT)
        for number, name in enumerate(["shop.audit", "shop.audit.mail", "shop.auditor"])
    )
    for module in (audit, below, other):
        module.audit("before")
    callsite.skip_module("shop.audit")
    callsite.skip_module("shop.audit")
    for module in (audit, below, other):
        module.audit("after")

    functions = [record["function"] for record in log_lines()]
    name = "test_a_module_given_to_skip_module_is_not_named_nor_those_below_it"
    assert functions == ["_inner"] * 3 + [name, name, "_inner"]


@pytest.mark.guarantee(63)
def test_a_program_of_nothing_but_helpers_names_the_helper(tmp_path: Path, run_program: Run) -> None:
    """Better than nothing, and never one of our own functions."""
    source = "__logging_system_skip__ = True\nfrom logging_system import get_logger\nlogger = get_logger('a')\n"
    source += "def work(): logger.info('x', stacklevel=2)\n\nwork()\nlogger.info('y', stacklevel=9)"
    done = run_program(source)

    first, second = done.stdout.splitlines()
    assert '"function":"<module>","line":6,' in first
    assert '"function":"<module>","line":7,' in second
    assert tmp_path.exists()


@pytest.mark.guarantee(63)
def test_a_marked_main_program_gives_way_to_what_it_called(tmp_path: Path, run_program: Run) -> None:
    """The nearest frame that may be named can also lie inwards."""
    (tmp_path / "work.py").write_text(
        "from logging_system import get_logger\ndef work(): get_logger('a').info('x', stacklevel=2)\n", encoding="utf-8"
    )
    done = run_program("__logging_system_skip__ = True\nimport sys; sys.path.insert(0, '')\nimport work\nwork.work()")

    assert '"module":"work","function":"work","line":2,' in done.stdout


@pytest.mark.guarantee(63)
def test_our_context_managers_and_decorators_are_not_named(log_lines: Lines) -> None:
    """`stacklevel=2` in a decorated function means its caller, not the wrapper that the library put there."""
    logger = get_logger("ours")

    @logger.context(a=1)
    @logger.timer("decorated")
    def work() -> None:
        logger.info("inside", stacklevel=2)

    line = _here() + 1
    work()
    with logger.context(), logger.timer("block"):
        pass

    inside, decorated, block = log_lines()
    name = "test_our_context_managers_and_decorators_are_not_named"
    assert _place(inside) == ("test_callsite_helpers", name, line)
    assert _place(decorated) == ("test_callsite_helpers", name, line - 5)
    assert _place(block) == ("test_callsite_helpers", name, line + 1)


@pytest.mark.guarantee(63)
@pytest.mark.parametrize("name", ["logger", "callsite", "logging_system_audit", "my.logging_system"])
def test_a_module_named_like_ours_is_named(log_lines: Lines, tmp_path: Path, name: str) -> None:
    """Only our own package is left out."""
    _load(tmp_path / f"{name}.py", name, AUDIT).audit("x")

    [record] = log_lines()
    assert (record["module"], record["function"]) == (name, "_inner")
