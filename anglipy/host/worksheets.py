"""What notebooks show: plots and tables of gorilla-plot, gorilla-repl and Incanter.

A plot becomes a PNG file in the working directory if matplotlib is installed, and in any case one
line on standard error. The pictures of a worksheet `coin.clj` are `coin-plot-1.png` and so on,
those of the prompt `plot-1.png` and so on, where no file has that name yet. Tables are printed.
Nothing else of a notebook is needed by its programs.
"""

from __future__ import annotations

import itertools
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from anglipy.runtime.access import values_of
from anglipy.runtime.equality import elements
from anglipy.runtime.locate import SOURCES
from anglipy.runtime.numbers import is_number, to_double
from anglipy.runtime.primitives.pprint import pretty_text
from anglipy.runtime.printing import to_str
from anglipy.runtime.scalars import Keyword

__all__ = ["FUNCTIONS", "Plot"]

_NUMBERS: defaultdict[str, Iterator[int]] = defaultdict(partial(itertools.count, 1))
"""Of the next picture of each worksheet."""

_POINTS = (
    "list-plot", "plot", "histogram", "bar-chart", "xy-plot", "scatter-plot", "line-chart",
    "function-plot", "line-plot", "bar-plot", "box-plot", "heat-map", "pie-chart", "area-chart",
)  # fmt: skip
_COMBINING = ("compose", "add-lines", "add-points", "add-histogram", "add-function", "add-text")
_SHOWING = (
    "view", "save", "table-view", "latex-view", "html-view", "image-view", "list-view",
    "with-data", "set-title", "set-x-label", "set-y-label", "set-x-range", "set-y-range",
    "set-alpha", "set-stroke", "set-stroke-color",
)  # fmt: skip


class Plot:
    """Something to be looked at: what kind it is, its data, and the plots that it is made of."""

    def __init__(self, kind: str, arguments: tuple[Any, ...], parts: tuple[Plot, ...] = ()) -> None:
        self.kind, self.arguments, self.parts = kind, arguments, parts

    def layers(self) -> list[Plot]:
        """The plots on top of each other."""
        return [layer for part in self.parts for layer in part.layers()] or [self]

    def __repr__(self) -> str:
        return f"#plot[{self.kind}]"


def _options(arguments: tuple[Any, ...]) -> tuple[list[Any], dict[str, Any]]:
    """The data before the first keyword, and the options from there."""
    count = next((i for i, a in enumerate(arguments) if isinstance(a, Keyword)), len(arguments))
    rest = arguments[count:]
    pairs = zip(rest[::2], rest[1::2], strict=False)
    return list(arguments[:count]), {key.name: v for key, v in pairs if isinstance(key, Keyword)}


def plot(kind: str, *arguments: Any) -> Plot:
    """A plot of any kind, written to a file if that is possible."""
    parts = tuple(a for a in arguments if isinstance(a, Plot))
    made = Plot(kind, arguments, parts)
    try:
        written = _written(made)
    except ImportError:
        _note(f"{kind}: not drawn, since matplotlib is not installed")
    except (ValueError, TypeError, AttributeError) as error:
        _note(f"{kind}: not drawn: {error}")
    else:
        _note(f"{kind}: {written}")
    return made


def show(kind: str, *arguments: Any) -> Any:
    """What displays a value: nothing more than the value."""
    return arguments[0] if arguments else None


def table(rows: Any, *options: Any) -> None:
    """Print a table of rows."""
    for row in values_of(rows, "table-view"):
        cells = elements(row)
        sys.stdout.write("\t".join(map(to_str, cells if cells is not None else (row,))) + "\n")


def _note(text: str) -> None:
    print(text, file=sys.stderr)


def _written(made: Plot) -> str:
    """Draw to a new file; its name."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4))
    axes = figure.add_subplot()
    drawn = [_draw(axes, layer) for layer in made.layers()]
    if not any(drawn):
        return "there is nothing to draw"
    path = _new_name(_worksheet())
    figure.savefig(path)
    return path


def _worksheet() -> str:
    """The file whose code is running, or "": emitted code has the name of its source."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if SOURCES in frame.f_globals and path.is_file():
            return str(path)
        frame = frame.f_back
    return ""


def _new_name(worksheet: str) -> str:
    """A name for a picture. A run of a worksheet replaces those of the last, and no others."""
    numbers = _NUMBERS[worksheet]
    if worksheet:
        return f"{Path(worksheet).stem}-plot-{next(numbers)}.png"
    return next(name for n in numbers if not Path(name := f"plot-{n}.png").exists())


def _draw(axes: Any, made: Plot) -> bool:
    """Draw one plot; whether there was anything to draw."""
    data, options = _options(made.arguments)
    if made.kind == "histogram" and data:
        bins = options.get("bins", options.get("nbins", 30))
        axes.hist(_numbers(data[0]), bins=bins, density="normalise" in options)
    elif made.kind in ("bar-chart", "bar-plot") and len(data) > 1:
        names = [to_str(v) for v in values_of(data[0], made.kind)]
        axes.bar(names, _numbers(data[1]))
    elif made.kind in ("plot", "function-plot") and data and callable(data[0]):
        low, high = _numbers(data[1]) if elements(data[1]) is not None else _numbers(data[1:3])
        xs = [low + (high - low) * i / 200 for i in range(201)]
        axes.plot(xs, [to_double(data[0](x)) for x in xs])
    elif data:
        _draw_points(axes, data, joined=bool(options.get("joined")) or "line" in made.kind)
    return bool(data)


def _draw_points(axes: Any, data: list[Any], joined: bool) -> None:
    first = list(values_of(data[0], "plot"))
    if len(data) > 1 and elements(data[1]) is not None:
        xs, ys = _numbers(first), _numbers(data[1])
    elif first and elements(first[0]) is not None:
        pairs = [_numbers(point)[:2] for point in first]
        xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    else:
        xs, ys = [float(i) for i in range(len(first))], _numbers(first)
    axes.plot(xs, ys, "-" if joined else "o")


def _numbers(values: Any) -> list[float]:
    found = list(values_of(values, "plot"))
    if not all(is_number(value) for value in found):
        raise ValueError(f"these are not all numbers: {pretty_text(found)[:60]}")
    return [to_double(value) for value in found]


def _named(names: tuple[str, ...], call: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    spaces = ("gorilla-plot.core", "gorilla-repl.core", "incanter.charts")
    return {f"{space}/{name}": partial(call, name) for space in spaces for name in names}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "plotting*": plot,
    **_named(_POINTS + _COMBINING, plot),
    **_named(_SHOWING, show),
    "gorilla-repl.table/table-view": table,
    "gorilla-repl.latex/latex-view": partial(show, "latex-view"),
    "gorilla-repl.html/html-view": partial(show, "html-view"),
    "gorilla-repl.image/image-view": partial(show, "image-view"),
    "incanter.core/view": partial(show, "view"),
    "incanter.core/save": partial(show, "save"),
}
