"""Call sites: module, function and line of the caller, however often and from wherever it is called."""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import json
import logging
import subprocess
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from logging_system import get_logger
from logging_system.callsite import forget_sites

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


def test_the_record_names_the_line_that_logs(log_lines: Lines) -> None:
    """Also when the site comes out of the cache."""
    for _ in range(3):
        line = _here() + 1
        get_logger("here").info("x")

    for record in log_lines():
        assert _place(record) == ("test_callsite", "test_the_record_names_the_line_that_logs", line)


def test_two_loggers_on_one_line_keep_their_names(log_lines: Lines) -> None:
    """The cache belongs to the logger."""
    for name in ("one", "two", "one"):
        get_logger(name).info("x")

    assert [record["logger"] for record in log_lines()] == ["one", "two", "one"]


# -- 61: the cache -------------------------------------------------------------------------------


@pytest.mark.guarantee(61)
def test_code_made_at_run_time_is_not_mistaken(log_lines: Lines) -> None:
    """Addresses of code objects are used again; a cached site must be checked."""
    for number in range(2000):
        exec(compile("\n" * number + "log('x')", f"made{number}.py", "exec"), {"log": get_logger("made").info})

    assert [(r["module"], r["line"]) for r in log_lines()] == [(f"made{n}", n + 1) for n in range(2000)]


@pytest.mark.guarantee(61)
def test_equal_code_of_two_files_is_told_apart(log_lines: Lines) -> None:
    """Code objects compare by content, and the file's name is not part of it."""
    first, second = (compile("log('x')", f"{name}.py", "exec") for name in ("first", "second"))
    assert first == second
    for _ in range(2):
        for code in (first, second):
            exec(code, {"log": get_logger("equal").info})

    assert [record["module"] for record in log_lines()] == ["first", "second"] * 2


@pytest.mark.guarantee(61)
def test_a_bounded_number_of_code_objects_is_kept_alive(log_lines: Lines) -> None:
    """Programs that compile code as they run; a site in use all the time stays right meanwhile."""
    log = get_logger("endless").info
    often = compile("\n\nlog('often')", "often.py", "exec")
    made: list[weakref.ref[types.CodeType]] = []
    for number in range(20_000):
        code = compile("log('x')", f"made{number}.py", "exec")
        exec(code, {"log": log})
        made.append(weakref.ref(code))
        if number % 1000 == 0:
            exec(often, {"log": log})
    del code
    gc.collect()

    assert sum(reference() is not None for reference in made) <= 10_000
    assert {_place(r) for r in log_lines() if r["message"] == "often"} == {("often", "<module>", 3)}


def test_sites_can_be_forgotten(log_lines: Lines) -> None:
    """For a change of the rules that a kept message was encoded by."""
    for _ in range(2):
        get_logger("here").info("x")
        forget_sites()

    first, second = log_lines()
    assert _place(first) == _place(second)


# -- 62: whatever calls --------------------------------------------------------------------------

SHAPES = """
import asyncio, contextlib, functools

def decorator(function):
    @functools.wraps(function)
    def call(*args): return function(*args)
    return call

@decorator
def decorated(log): log("in a decorated function")

class Property:
    def __init__(self, log): self.log = log
    @property
    def value(self): return self.log("property")
    def __del__(self): self.log("finaliser")

def generator(log):
    log("generator, first part")
    yield
    log("generator, second part")

async def coroutine(log):
    log("coroutine")
    await asyncio.sleep(0)
    log("coroutine, resumed")

def shapes(log):
    log("plain"); log("second on the line")
    log(
        "over several lines",
        *[
        ],
    )
    (lambda: log("lambda"))()
    [log("comprehension") for _ in range(2)]
    list(log("generator expression") for _ in range(2))
    functools.partial(log, "partial")()
    list(map(log, ["map"]))
    sorted(["sort key", "again"], key=log)
    exec("\\n\\nlog('exec')")
    eval("log('eval')")
    decorated(log)
    Property(log).value
    list(generator(log))
    asyncio.run(coroutine(log))
    with contextlib.ExitStack() as stack: stack.callback(log, "exit stack")
    try: raise ValueError
    except ValueError: log("except")
    finally: log("finally")
    class Body: log("class body")
    for number in range(3): log(f"loop {number}")
    return 1 if log("expression") else 2
"""


class _Keeps(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.places.append((record.module, record.funcName, record.lineno))


@contextlib.contextmanager
def _watched(watched_by: str) -> Iterator[None]:
    def trace(frame: types.FrameType, event: str, argument: object) -> Any:  # noqa: ARG001
        frame.f_trace_opcodes = True
        return trace

    before = sys.gettrace(), sys.getprofile()
    if watched_by == "a tracer of every instruction":
        sys.settrace(trace)
    elif watched_by == "a profiler":
        sys.setprofile(trace)
    try:
        yield
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])


@pytest.mark.guarantee(62)
@pytest.mark.parametrize("watched_by", ["nobody", "a tracer of every instruction", "a profiler"])
def test_every_shape_of_call_is_named_as_the_standard_library_does(
    log_lines: Lines, tmp_path: Path, watched_by: str
) -> None:
    """First before the code is warm, then from the cache, at last specialised by the interpreter."""
    path = tmp_path / "shapes.py"
    path.write_text(SHAPES, encoding="utf-8")
    names: dict[str, Any] = {}
    exec(compile(SHAPES, str(path), "exec"), names)
    keeps, theirs, ours = _Keeps(), logging.getLogger("test_callsite.theirs"), get_logger("ours")
    theirs.propagate = False
    theirs.setLevel("INFO")
    theirs.addHandler(keeps)

    def log(message: str) -> int:
        theirs.info(message, stacklevel=2)
        ours.info(message, stacklevel=2)
        return 0

    with _watched(watched_by):
        for _ in range(20):
            names["shapes"](log)
    theirs.removeHandler(keeps)

    records = log_lines()
    assert len(records) == len(keeps.places) > 20 * 25
    assert [_place(record) for record in records] == keeps.places


@pytest.mark.guarantee(62)
def test_logger_methods_called_by_c_code_name_the_python_code_around_it(log_lines: Lines) -> None:
    """`map`, `sorted` and `functools.partial` have no frame of their own."""
    log: Any = get_logger("c").info
    line = _here() + 1
    list(map(log, ["map"])), sorted(["key"], key=log), functools.partial(log, "partial")()

    records = log_lines()
    assert [record["message"] for record in records] == ["map", "key", "partial"]
    assert {_place(record)[2] for record in records} == {line}


@pytest.mark.guarantee(62)
@pytest.mark.parametrize("watched_by", ["nobody", "a tracer of every instruction"])
def test_code_without_line_numbers_has_none(log_lines: Lines, watched_by: str) -> None:
    """Made by tools that know of no source."""
    code = compile("log('x')", "bare.py", "exec")
    # "No location" for eight instructions at a time: Objects/locations.md of CPython.
    code = code.replace(co_linetable=bytes([0x80 | 15 << 3 | 7]) * (len(code.co_code) // 16 + 1))
    with _watched(watched_by):
        for _ in range(2):
            exec(code, {"log": get_logger("bare").info})

    assert [_place(record) for record in log_lines()] == [("bare", "<module>", None)] * 2


@pytest.mark.guarantee(62)
@pytest.mark.parametrize("name", ["", "<string>", "no\udcffutf8.py", "dir/sub.dir/näme.py", 'quote".py'])
def test_any_file_name_makes_a_valid_record(log_lines: Lines, name: str) -> None:
    """The operating system allows every byte in it."""
    exec(compile("log('x')", name, "exec"), {"log": get_logger("names").info})

    [record] = log_lines()
    assert record["message"] == "x"
    assert isinstance(record["module"], str)


# -- 14, 63: stacklevel, helpers, our own frames -------------------------------------------------


@pytest.mark.guarantee(14)
def test_a_call_by_the_interpreter_itself_has_no_site(log_dir: Path, run_program: Run) -> None:
    """Registered at exit, or the first function of a thread: null, and none of our own functions."""
    run_program(
        """
import atexit, _thread
from logging_system import configure, get_logger
configure(console_output=False)
logger, done = get_logger("a"), _thread.allocate_lock()
atexit.register(logger.info, "exit handler registered first")
logger.info("main")
atexit.register(logger.info, "exit handler", stacklevel=2)
atexit.register(logger.info, "exit handler naming nobody", stacklevel=0)
atexit.register(logger.log, "INFO", "exit handler with log()")
atexit.register(logger.bind(a=1).warning, "exit handler of a child")
atexit.register(logger.timer("timer made at exit").__enter__)
done.acquire()
class Released:
    def __str__(self): done.release(); return "thread"
_thread.start_new_thread(logger.info, (Released(),))
done.acquire()
"""
    )
    records = [json.loads(line) for line in (log_dir / "app.log").read_text(encoding="utf-8").splitlines()]
    places = {record["message"]: _place(record) for record in records}
    assert places.pop("main")[1] == "<module>"
    assert len(places) == 6
    assert set(places.values()) == {(None, None, None)}


@pytest.mark.guarantee(63)
def test_stacklevel_names_the_caller_of_a_wrapper(log_lines: Lines) -> None:
    """As in the standard library."""

    def audit(message: str, stacklevel: int) -> None:
        get_logger("wrapped").info(message, stacklevel=stacklevel)

    line = _here() + 1
    audit("a", 2)

    [record] = log_lines()
    assert _place(record) == ("test_callsite", "test_stacklevel_names_the_caller_of_a_wrapper", line)


@pytest.mark.guarantee(63)
@pytest.mark.parametrize("stacklevel", [0, -1, -5000, None, "two", 1.5, True])
def test_a_stacklevel_without_a_frame_of_the_program_means_the_caller(log_lines: Lines, stacklevel: Any) -> None:
    """Too low, or no number: the record is written and names who called."""
    for _ in range(2):
        get_logger("odd").info("x", stacklevel=stacklevel)

    name = "test_a_stacklevel_without_a_frame_of_the_program_means_the_caller"
    assert [record["function"] for record in log_lines()] == [name] * 2


@pytest.mark.guarantee(63)
@pytest.mark.parametrize("stacklevel", ["5000", "2**31", "10**30"])
def test_a_stacklevel_beyond_the_stack_means_the_outermost_frame(
    log_dir: Path, run_program: Run, stacklevel: str
) -> None:
    """Whatever the number."""
    done = run_program(
        "from logging_system import get_logger\n"
        f"def work(): get_logger('a').info('x', stacklevel={stacklevel})\n"
        "def main(): work()\n\n\nmain()\n"
    )

    assert '"function":"<module>","line":6,' in done.stdout
    assert log_dir.exists()
