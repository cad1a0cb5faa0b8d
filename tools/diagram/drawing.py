"""A little SVG: boxes with a title and wrapped lines, arrows. Everything in pixels."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from html import escape

LINE = 15
#: Width of a character of the text, on the safe side.
CHARACTER = 6.4
_PAD = 10

#: Border and filling by part of the stack.
COLOURS = {
    "outside": ("#57606a", "#f6f8fa"),
    "region": ("#8c959f", "#ffffff"),
    "network": ("#0969da", "#f0f7ff"),
    "subnet": ("#0969da", "#ffffff"),
    "service": ("#bc4c00", "#fff1e5"),
    "data": ("#1a7f37", "#eafbee"),
    "observability": ("#8250df", "#f7f0ff"),
    "identity": ("#57606a", "#f6f8fa"),
}


@dataclass(frozen=True, slots=True)
class Box:
    """A place in the drawing."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Half its height."""
        return self.y + self.height / 2


def wrapped(lines: list[str], width: float) -> list[str]:
    """Lines that fit into a box of that width."""
    characters = int((width - 2 * _PAD) / CHARACTER)
    return [part for line in lines for part in textwrap.wrap(line, characters, subsequent_indent="  ") or [""]]


def height_of(lines: list[str], width: float) -> float:
    """What a box with a title and these lines needs."""
    return 26 + LINE * len(wrapped(lines, width)) + 6


@dataclass(slots=True)
class Drawing:
    """Collects elements; `text` is the file."""

    title: str
    elements: list[str] = field(default_factory=list)
    width: float = 0
    height: float = 0

    def box(self, box: Box, kind: str, title: str, lines: list[str] | None = None, *, dashed: bool = False) -> Box:
        """A box; ValueError if its text is higher than it is."""
        border, filling = COLOURS[kind]
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self.elements.append(
            f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="6"'
            f' fill="{filling}" stroke="{border}"{dashes}/>'
        )
        if len(title) * CHARACTER * 1.1 > box.width - _PAD or height_of(lines or [], box.width) - 6 > box.height:
            raise ValueError(f"no room for {title}")
        self.words(box.x + _PAD, box.y + 18, title, f'font-weight="600" fill="{border}"')
        for number, line in enumerate(wrapped(lines or [], box.width)):
            self.words(box.x + _PAD, box.y + 18 + LINE * (number + 1), line)
        self.width, self.height = max(self.width, box.right), max(self.height, box.bottom)
        return box

    def arrow(self, points: list[tuple[float, float]], label: str = "") -> None:
        """A line through the points with a head; the label is beside its first piece, which is upright."""
        path = " L".join(f"{x:g} {y:g}" for x, y in points)
        self.elements.append(f'<path d="M{path}" fill="none" stroke="#1f2328" marker-end="url(#head)"/>')
        if label:
            (x, y), (_, next_y) = points[0], points[1]
            self.words(x + 6, (y + next_y) / 2 + 4, label)

    def words(self, x: float, y: float, words: str, style: str = 'fill="#1f2328"') -> None:
        """A line of text; two spaces in it are kept."""
        words = escape(words.replace("  ", "\u00a0\u00a0"))
        self.elements.append(f'<text x="{x:g}" y="{y:g}" {style}>{words}</text>')

    @property
    def text(self) -> str:
        """The SVG file, on white, so that it can be read on a dark page too."""
        width, height = self.width + 16, self.height + 16
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
            f' height="{height:g}" font-family="system-ui, sans-serif" font-size="11.5" role="img">\n'
            f"<title>{escape(self.title)}</title>\n"
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
            ' orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#1f2328"/></marker></defs>\n'
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>\n'
        )
        return head + "\n".join(self.elements) + "\n</svg>\n"
