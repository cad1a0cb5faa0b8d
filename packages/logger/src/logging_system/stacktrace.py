"""A traceback as text, as Python writes it: repeated frames folded, long ones cut in the middle, never an error.

Frames are read here and not kept. Local variables are not written.
"""

from __future__ import annotations

import itertools
import linecache
import traceback
from types import CodeType, TracebackType
from typing import Final

from logging_system.texts import PASSED_ON

#: Frames of one stack trace that are written: the outermost and the innermost, by halves.
MAX_FRAMES: Final = 100


class _Frame:
    """A place in a stack, and how often it stands there in a row."""

    __slots__ = ("code", "instruction", "line", "repeats")

    def __init__(self, code: CodeType, instruction: int, line: int | None) -> None:
        self.code = code
        self.instruction = instruction
        self.line = line
        self.repeats = 1


def format_frames(trace: TracebackType | None) -> str:
    """The lines of `trace`, outermost first; "" for None."""
    frames = _folded(trace)
    if not frames:
        return ""
    half = MAX_FRAMES // 2
    lines = ["Traceback (most recent call last):\n"]
    if len(frames) > MAX_FRAMES:
        lines += map(_format, frames[:half])
        lines.append(f"  … {sum(frame.repeats for frame in frames[half:-half])} frames left out …\n")
        frames = frames[-half:]
    lines += map(_format, frames)
    return "".join(lines)


def _folded(trace: TracebackType | None) -> list[_Frame]:
    frames: list[_Frame] = []
    last: _Frame | None = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if last is not None and last.code is code and last.instruction == trace.tb_lasti:
            last.repeats += 1
        else:
            # The source of a module in a zip file is asked from its loader, which the globals name.
            if last is None or last.code is not code:
                linecache.lazycache(code.co_filename, trace.tb_frame.f_globals)
            last = _Frame(code, trace.tb_lasti, trace.tb_lineno)
            frames.append(last)
        trace = trace.tb_next
    return frames


def _format(frame: _Frame) -> str:
    code = frame.code
    try:
        positions = itertools.islice(code.co_positions(), frame.instruction // 2, None)
        _, end_line, column, end_column = next(positions, (None, None, None, None))
        linecache.checkcache(code.co_filename)
        summary = traceback.FrameSummary(
            code.co_filename, frame.line, code.co_name, end_lineno=end_line, colno=column, end_colno=end_column
        )
        text = traceback.StackSummary().format_frame_summary(summary)
    except PASSED_ON:
        raise
    except BaseException:  # a loader that fails, a source that is no text, no room left on the stack
        text = f'  File "{code.co_filename}", line {frame.line}, in {code.co_name}\n'
    return text if frame.repeats == 1 else f"{text}  [Previous line repeated {frame.repeats - 1} more times]\n"
