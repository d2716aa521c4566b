"""How all pictures look: colours, sizes, headings, and files."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anglipy.diagnostics import OptionError
from anglipy.inference.frames import optional

__all__ = [
    "ACCENT", "CONTRAST", "FORMATS", "GREY", "INK", "PALE", "axis_title", "bare", "check_drawable",
    "count_axis", "drawing", "new_figure", "number_text", "one_color_map", "shortened", "write",
]  # fmt: skip

INK, GREY, PALE = "#1f2933", "#6b7785", "#c9d6e6"
ACCENT, CONTRAST = "#2f6db3", "#d9622b"
FORMATS = ("png", "svg", "pdf")
"""Endings of the files that can be written."""

_SETTINGS = {
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "anglipy",
}
_HEAD_INCHES = 0.72


@contextmanager
def drawing() -> Iterator[None]:
    """Our settings of matplotlib for as long as a picture is drawn."""
    matplotlib = optional("matplotlib", "matplotlib", "plots")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def new_figure(width: float, height: float, title: str, subtitle: str) -> Any:
    """An empty figure of so many inches with a heading."""
    figure = optional("matplotlib.figure", "matplotlib", "plots").Figure(
        figsize=(width, height + _HEAD_INCHES), facecolor="white"
    )
    share = _HEAD_INCHES / (height + _HEAD_INCHES)
    figure.set_layout_engine(
        "constrained", rect=(0.01, 0.01, 0.98, 0.99 - share), w_pad=0.09, h_pad=0.09
    )
    left, top = 0.16 / width, height + _HEAD_INCHES
    room = int(width * 11.5)
    figure.text(
        left, 1 - 0.16 / top, shortened(title, room), va="top", fontsize=13, fontweight="bold"
    )
    figure.text(
        left,
        1 - 0.44 / top,
        shortened(subtitle, int(room * 1.3)),
        va="top",
        color=GREY,
        fontsize=9.5,
    )
    return figure


def axis_title(axes: Any, name: str, note: str = "", inches: float = 4.0) -> None:
    """The name of what a panel shows, and a line of facts below it, in so many inches."""
    lift = 17 if note else 5
    axes.annotate(
        shortened(name, int(11 * inches)),
        (0, 1),
        (0, lift),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=10.5,
        fontweight="bold",
        color=INK,
    )
    if note:
        axes.annotate(
            shortened(note, int(17 * inches)),
            (0, 1),
            (0, 5),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=8.5,
            color=GREY,
        )


def bare(axes: Any, keep_left: bool = False) -> None:
    """Take away what the picture does not need: the left spine and its ticks."""
    if not keep_left:
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])


def count_axis(axis: Any, logarithmic: bool) -> None:
    """An axis of numbers of draws: 1, 10, 1k."""
    if logarithmic:
        scale = "set_xscale" if axis.axis_name == "x" else "set_yscale"
        getattr(axis.axes, scale)("log")
        axis.set_minor_formatter(lambda value, _: "")
    axis.set_major_formatter(lambda value, _: count_text(value))


def count_text(value: float) -> str:
    """A number of draws or traces in few letters.

    >>> count_text(1_500), count_text(2_000_000), count_text(300), count_text(0.5)
    ('1.5k', '2M', '300', '0.5')
    """
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"


def number_text(number: float) -> str:
    """A number for a label: three significant digits, no more zeros than needed.

    >>> number_text(7.2543), number_text(1234567.0), number_text(-0.00012)
    ('7.25', '1.23e+06', '-0.00012')
    """
    if not math.isfinite(number):
        return str(number)
    text = f"{number:.3g}"
    return f"{number:.0f}" if "e+0" in text and abs(number) < 1e5 else text


def shortened(text: str, limit: int) -> str:
    """A text of one line, at most so long.

    >>> shortened("abcdefgh", 6)
    'abc...'
    """
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: max(0, limit - 3)] + "..."


def one_color_map() -> Any:
    """White to the accent colour."""
    colors = optional("matplotlib.colors", "matplotlib", "plots")
    return colors.LinearSegmentedColormap.from_list(
        "anglipy", ["#ffffff", "#a9c6e6", ACCENT, "#123a66"]
    )


def write(figure: Any, path: str | Path | None) -> None:
    """Write the figure to a file of the kind that its name ends in, if there is a path."""
    if path is None:
        return
    file = Path(path)
    ending = _ending(file)
    try:
        figure.savefig(file, dpi=150, metadata={"Date": None} if ending == "svg" else None)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OptionError("AQ315", f"cannot write {file}: {reason}") from error


def check_drawable(path: str | Path | None = None) -> None:
    """Whether a picture could be drawn, and written to a file of this name: better known before an
    inference than after it. Raises OptionError AQ305 without matplotlib, AQ303 for a format there
    is not.
    """
    if path is not None:
        _ending(Path(path))
    optional("matplotlib", "matplotlib", "plots")


def _ending(file: Path) -> str:
    ending = file.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise OptionError(
            "AQ303",
            f"a plot cannot be written to {file}",
            help=f"its name must end in {', '.join('.' + name for name in FORMATS)}",
        )
    return ending
