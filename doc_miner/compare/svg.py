"""Draw with the few shapes that charts need, as one SVG element that stands in a page as it is.

Text of documents is escaped here, in one place. A mark may carry a ``tip``, which the page shows under the pointer, and a
``href`` into the page. Sizes are pixels; x runs right, y down.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence

FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','Hiragino Sans GB','SimHei',sans-serif"
INK, SOFT, GRID = "#1a202c", "#4a5568", "#e2e8f0"
SIZE = 12
"""Height of the letters in a chart."""


class Drawing:
    """An SVG element that grows by its marks; ``name`` is what a screen reader says of it."""

    def __init__(self, width: float, height: float, name: str) -> None:
        self.width, self.height = width, height
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" height="{_n(height)}" role="img" aria-label="{html.escape(name)}" '
            f'font-family="{html.escape(FONT)}" font-size="{SIZE}" fill="{INK}">'
        ]

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, tip: str = "") -> None:
        """Fill a rectangle."""
        self._add(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"', tip)

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str = GRID, width: float = 1, *, dashed: bool = False) -> None:
        """Draw a straight line."""
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self._add(f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}" stroke-width="{_n(width)}"{dash}')

    def path(self, points: Sequence[tuple[float, float]], colour: str, width: float = 2) -> None:
        """Join *points* by a line."""
        self._add(f'<polyline points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in points)}" fill="none" stroke="{colour}" stroke-width="{_n(width)}"')

    def dot(self, x: float, y: float, radius: float, colour: str, *, hollow: bool = False, square: bool = False, opacity: float = 1, tip: str = "", href: str = "") -> None:
        """Draw a dot or a square, filled or hollow."""
        fill = f'fill="#fff" stroke="{colour}" stroke-width="2"' if hollow else f'fill="{colour}"'
        fill += f' opacity="{_n(opacity)}"' if opacity < 1 else ""
        shape = f'<rect x="{_n(x - radius)}" y="{_n(y - radius)}" width="{_n(2 * radius)}" height="{_n(2 * radius)}"' if square else f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"'
        self._add(f"{shape} {fill}", tip, href)

    def text(self, x: float, y: float, text: str, *, anchor: str = "start", size: float = SIZE, colour: str = "", turned: float = 0, href: str = "") -> None:
        """Write *text* with its middle line at *y*; ``anchor`` is start, middle or end of it, ``turned`` degrees around that point."""
        look = (f' text-anchor="{anchor}"' if anchor != "start" else "") + (f' font-size="{_n(size)}"' if size != SIZE else "") + (f' fill="{colour}"' if colour else "")
        turn = f' transform="rotate({_n(turned)} {_n(x)} {_n(y)})"' if turned else ""
        self._link(f'<text x="{_n(x)}" y="{_n(y + size * 0.36)}"{look}{turn}>{html.escape(text)}</text>', href)

    def __str__(self) -> str:
        return "".join([*self._parts, "</svg>"])

    def _add(self, mark: str, tip: str = "", href: str = "") -> None:
        self._link(mark + (f' data-tip="{html.escape(tip)}"' if tip else "") + "/>", href)

    def _link(self, mark: str, href: str) -> None:
        self._parts.append(f'<a href="{html.escape(href)}">{mark}</a>' if href else mark)


def scale(low: float, high: float, start: float, end: float, *, log: bool = False) -> Callable[[float], float]:
    """Return what takes a value between *low* and *high* to its place between *start* and *end*."""
    if log:
        low, high = math.log10(low), math.log10(high)
    size = (high - low) or 1.0
    return lambda value: start + ((math.log10(value) if log else value) - low) / size * (end - start)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers between *low* and *high* at equal steps of 1, 2 or 5 times a power of ten.

    >>> ticks(0, 97), ticks(0.18, 0.41, 4)
    ([0, 20, 40, 60, 80], [0.2, 0.3, 0.4])
    """
    rough = (high - low or 1.0) / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 10) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return the powers of ten between *low* and *high*, thinned to eight.

    >>> log_ticks(2, 30000)
    [10.0, 100.0, 1000.0, 10000.0]
    """
    powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    return [10.0**power for power in powers[:: -(-len(powers) // 8) or 1]]


def number(value: float) -> str:
    """Return a value as one writes it at an axis; from 100,000 in 万, from 100,000,000 in 亿.

    >>> number(0.5), number(20.0), number(12000), number(3500000), number(2e8)
    ('0.5', '20', '12,000', '350万', '2亿')
    """
    for size, name in ((1e8, "亿"), (1e4, "万")):
        if abs(value) >= size * (10 if size < 1e8 else 1):
            return f"{value / size:,.10g}{name}"
    return f"{value:,.10g}"


def breadth(text: str, size: float = SIZE) -> float:
    """Return about how wide *text* is: a Chinese character is as wide as high, another half as wide and a little."""
    return sum(size if char > "\u2e7f" or char in "…“”—" else size * 0.58 for char in text)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
