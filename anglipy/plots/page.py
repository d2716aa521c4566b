"""A calibration as one HTML file that needs nothing else: pictures are inside."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from anglipy.inference.ranks import ALPHA
from anglipy.plots.calibration import plot_coverage, plot_losses, plot_ranks
from anglipy.plots.style import drawing

__all__ = ["calibration_page"]

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 62rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-size: 14px; }
th, td { text-align: right; padding: 0.25rem 0.8rem; border-bottom: 1px solid #c9d6e6; }
th:first-child, td:first-child { text-align: left; font-family: ui-monospace, monospace; }
td.bad { color: #d9622b; font-weight: 600; }
img { max-width: 100%; } .verdict { border-left: 4px solid #2f6db3; padding-left: 0.8rem; }
"""


def calibration_page(calibration: Any, name: str, verdict: Sequence[str]) -> str:
    """The page; `verdict` are the sentences that say what it means. Raises OptionError AQ305
    without matplotlib.
    """
    data = calibration.to_data()
    bad = {kind: set(names) for kind, names in data["not_calibrated"].items()}
    parts = [
        f"<h1>Calibration of {escape(name)}</h1>",
        f"<p>{data['simulations']:,} data sets simulated by the program, {data['particles']:,} "
        f"particles each, seed {data['seed']}, {data['seconds']:.1f} s.</p>",
        f'<div class="verdict">{"".join(f"<p>{escape(line)}</p>" for line in verdict)}</div>',
        "<h2>Ranks of the truth</h2>",
        "<p>A calibrated line stays inside of its band. A hill: the draws are too large; a valley: "
        "too small; a hill, then a valley: too sure of themselves; a valley, then a hill: not sure "
        "enough.</p>",
        _picture(plot_ranks(calibration, name), "ranks"),
        f"<p>p-values of uniformity; those that are too small, at {ALPHA:.0%} for a whole column, "
        "are marked.</p>",
        _ranks(data["quantities"], bad),
        "<h2>Coverage</h2>",
        _picture(plot_coverage(calibration, name), "coverage"),
        _table(
            ("region", "network alone", "weighted"),
            [(f"{c['level']:.0%}", f"{c['alone']:.3f}", f"{c['weighted']:.3f}")
             for c in data["coverage"]],
        ),
        "<h2>What each site has learned</h2>",
        _picture(plot_losses(calibration, name), "losses"),
        _table(
            ("site", "loss (nats)", "prior", "gained", "choices"),
            [(s["site"], f"{s['loss']:.4f}", f"{s['prior_loss']:.4f}",
              f"{s['prior_loss'] - s['loss']:.4f}", f"{s['steps']:,}") for s in data["sites"]],
        ),
        "<h2>Effective sample size per particle</h2>",
        _table(
            tuple(data["ess_per_particle"]),
            [tuple(f"{x:.3f}" for x in data["ess_per_particle"].values())],
        ),
    ]  # fmt: skip
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Calibration of {escape(name)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def _ranks(quantities: Iterable[Any], bad: dict[str, set[str]]) -> str:
    head = "<tr><th>quantity</th><th>network alone</th><th>weighted</th></tr>"
    rows = []
    for quantity in quantities:
        cells = [f"<td>{escape(quantity['name'])}</td>"]
        for kind in ("alone", "weighted"):
            mark = ' class="bad"' if quantity["name"] in bad[kind] else ""
            cells.append(f"<td{mark}>{quantity[f'{kind}_p']:.3g}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{head}{''.join(rows)}</table>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    titles = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><tr>{titles}</tr>{lines}</table>"


def _picture(figure: Any, what: str) -> str:
    """A figure inside of the page."""
    out = io.BytesIO()
    with drawing():
        figure.savefig(out, format="svg", metadata={"Date": None})
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return f'<p><img alt="{what}" src="data:image/svg+xml;base64,{data}"></p>'
