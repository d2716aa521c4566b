"""Which pictures are drawn of a posterior, and where they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from anglipy.diagnostics import OptionError
from anglipy.inference.cautions import size_text
from anglipy.inference.options import nearest
from anglipy.inference.parts import Part, parts_of
from anglipy.plots import pairs, series, traces
from anglipy.plots.marginals import draw_part, is_discrete
from anglipy.plots.style import GREY, drawing, new_figure, write
from anglipy.plots.weights import draw_weights

if TYPE_CHECKING:
    from anglipy.inference.results import Results

__all__ = ["KINDS", "plot_posterior"]

KINDS = ("auto", "marginals", "pairs", "trace", "weights")
_PANELS = 12
"""Panels in one picture."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part, or the elements of a vector."""

    name: str
    parts: Sequence[Part]


def plot_posterior(posterior: Results, path: str | Path | None = None, kind: str = "auto") -> Any:
    """See `Posterior.plot`: `marginals` has a panel for each part of the results, `pairs` shows the
    numbers among them against one another, `trace` the draws of Markov chains in their order,
    `weights` whether the weights can be trusted; `auto` takes pairs for two to four numbers that
    are not discrete, else marginals.
    """
    if kind not in KINDS:
        raise OptionError(
            "AQ303",
            f"there is no kind of plot `{kind}`",
            help=f"{nearest(kind, KINDS)}known: {', '.join(KINDS)}",
        )
    with drawing():
        if kind == "weights":
            figure = new_figure(10.0, 6.6, *_heading(posterior))
            draw_weights(figure, posterior)
        elif kind == "trace":
            figure = _traces(posterior)
        else:
            figure = _results(posterior, kind)
        write(figure, path)
    return figure


def _results(posterior: Results, kind: str) -> Any:
    parts = parts_of(posterior)
    numbers = [part for part in parts if part.numbers is not None]
    if kind == "pairs":
        if len(numbers) < 2:
            raise OptionError(
                "AQ303",
                f"pairs need two numbers in each result, these have {len(numbers)}",
                help="let the query return a vector or a map, or use another kind",
            )
        return _pairs(posterior, numbers[: pairs.MOST])
    continuous = sum(not is_discrete(part) for part in parts)
    if kind == "auto" and 2 <= len(parts) <= 4 and continuous == len(numbers) == len(parts):
        return _pairs(posterior, numbers)
    return _marginals(posterior, _panels(parts))


def _pairs(posterior: Results, parts: Sequence[Part]) -> Any:
    side = {2: 3.3, 3: 2.6}.get(len(parts), 2.0)
    figure = new_figure(side * len(parts), side * len(parts) * 0.82, *_heading(posterior))
    pairs.draw_pairs(figure, parts, _size(posterior), len(posterior))
    return figure


def _traces(posterior: Results) -> Any:
    order = traces.chains_of(posterior)
    parts = parts_of(posterior)
    shown = parts[: traces.MOST]
    height = 1.0 + (2.6 if len(shown) == 1 else 1.55 * len(shown))
    figure = new_figure(11.0, height, *_heading(posterior, traces.lengths(order)))
    traces.draw_traces(figure, shown, order, len(posterior))
    _count_left_out(figure, len(parts) - len(shown))
    return figure


def _marginals(posterior: Results, panels: Sequence[Panel]) -> Any:
    shown = panels[:_PANELS]
    columns = {1: 1, 2: 2, 3: 3, 4: 2}.get(len(shown), 3 if len(shown) <= 9 else 4)
    if any(len(panel.parts) > 1 for panel in shown):
        columns = min(columns, 1 if len(shown) <= 2 else 2)
    rows = math.ceil(len(shown) / columns)
    width = {1: 8.0, 2: 10.0, 3: 12.0}.get(columns, 14.0)
    height = {1: 4.4, 2: 6.6}.get(rows, 2.75 * rows)
    figure = new_figure(width, min(height, 9.5), *_heading(posterior))
    inches = width / columns - 0.5
    for place, panel in enumerate(shown):
        axes = figure.add_subplot(rows, columns, place + 1)
        if len(panel.parts) > 1:
            series.draw_series(axes, panel.name, panel.parts, inches)
        else:
            draw_part(axes, panel.parts[0], _size(posterior), inches)
    _count_left_out(figure, len(panels) - len(shown))
    return figure


def _count_left_out(figure: Any, count: int) -> None:
    if count > 0:
        figure.supxlabel(f"{count:,} more parts are not shown", fontsize=9, color=GREY)


def _panels(parts: Sequence[Part]) -> list[Panel]:
    """Long vectors of numbers in one panel each, other parts by themselves."""
    vectors: dict[str, list[Part]] = {}
    for part in parts:
        vectors.setdefault(part.array, []).append(part)
    found = []
    for name, inside in vectors.items():
        flat = all(len(part.index) == 1 and part.numbers is not None for part in inside)
        if len(inside) >= series.LEAST and flat:
            found.append(Panel(name, inside))
        else:
            found += [Panel(part.name, [part]) for part in inside]
    return found


def _size(posterior: Results) -> float:
    """Independent draws that a density is as good as."""
    return float(np.clip(posterior.weight_ess, 1.0, max(len(posterior), 1)))


def _heading(posterior: Results, draws: str = "") -> tuple[str, str]:
    """The title and the facts below it; `draws` says what there is of them, if that is more than
    their number.
    """
    title = posterior.query or "posterior"
    if posterior.algorithm:
        title += f" by {posterior.algorithm}"
    size = f"effective sample size {size_text(posterior.ess, ',.1f')}"
    facts = [draws or f"{posterior.draws:,} draws", "exact" if posterior.exact else size]
    if posterior.chains is not None and not math.isnan(posterior.r_hat):
        facts.append(f"R-hat {posterior.r_hat:.3f}")
    if posterior.log_evidence is not None:
        facts.append(f"log evidence {posterior.log_evidence:.3f}")
    if posterior.stopped:
        facts.append("stopped early")
    return title, ", ".join(facts)
