"""What a training shows on stderr: lines that rewrite themselves on a terminal, a plain line per
validation elsewhere, though not more than one in two seconds.

Losses are in nats per trace; `prior` is the loss of proposing from the prior. The table lists the
sites that the network has gained least on: those that it has not learned, or that the observations
say nothing of.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from anglipy.cli.messages import table
from anglipy.cli.progress import Reporter, reporting
from anglipy.durations import clock

if TYPE_CHECKING:
    from anglipy.ic.records import Live, Progress, SiteLoss

__all__ = ["Display", "live_lines", "plain_line", "training_display"]

SITES = 4
"""Sites in the table, those with the least gain."""
BETWEEN_S = 2.0
"""Time between two plain lines."""


class Display(NamedTuple):
    """What training is to call: at every validation, and a few times a second."""

    on_progress: Callable[[Progress], object] | None = None
    watch: Callable[[Live], object] | None = None


@contextmanager
def training_display(quiet: bool = False) -> Iterator[Display]:
    """A display whose live lines are gone afterwards; of nothing, where nobody wants to know."""
    if quiet:
        yield Display()
        return
    with reporting() as reporter:
        if reporter.is_live:
            yield Display(None, lambda live: reporter.block(live_lines(live)))
        else:
            yield Display(_plainly(reporter))


def _plainly(reporter: Reporter) -> Callable[[Progress], object]:
    due = 0.0

    def on_progress(progress: Progress) -> None:
        nonlocal due
        if time.monotonic() >= due or progress.fraction >= 1.0:
            reporter.line(plain_line(progress))
            due = time.monotonic() + BETWEEN_S

    return on_progress


def plain_line(progress: Progress) -> str:
    """A validation in one line."""
    parts = (
        f"{progress.fraction:4.0%}",
        f"{progress.traces:,} traces",
        f"{progress.traces_per_second:,.0f} traces/s",
        f"training {progress.training_loss:.3f}",
        f"validation {progress.validation_loss:.3f}",
        f"best {progress.best_loss:.3f}",
        f"prior {progress.prior_loss:.3f}",
        clock(progress.seconds),
        _left(progress.seconds, progress.fraction),
    )
    return "  ".join(part for part in parts if part)


def live_lines(live: Live) -> list[str]:
    """Where training is, its losses, and the sites it has gained least on."""
    head = (
        f"{live.fraction:4.0%}",
        f"{live.traces:,} traces",
        f"{live.traces_per_second:,.0f} traces/s",
        clock(live.seconds),
        _left(live.seconds, live.fraction),
    )
    lines = ["  ".join(part for part in head if part)]
    losses = [] if math.isnan(live.training_loss) else [f"training {live.training_loss:.3f}"]
    validated = live.validated
    if validated is not None:
        losses += [
            f"validation {validated.validation_loss:.3f}",
            f"prior {validated.prior_loss:.3f}",
            f"best {validated.best_loss:.3f} at {validated.best_at:,} traces",
        ]
    lines.append("nats  " + "  ".join(losses) if losses else "")
    return [*lines, *_sites(live.sites)]


def _sites(sites: tuple[SiteLoss, ...]) -> list[str]:
    if not sites:
        return []
    worst = sorted(sites, key=lambda site: site.prior_loss - site.loss)[:SITES]
    rows = [
        (s.site, f"{s.loss:.3f}", f"{s.prior_loss:.3f}", f"{s.prior_loss - s.loss:.3f}")
        for s in worst
    ]
    title = "site" if len(sites) <= SITES else f"least gained, of {len(sites)} sites"
    return table([(title, "loss", "prior", "gained"), *rows], indent="      ")


def _left(seconds: float, fraction: float) -> str:
    """How much longer, if the budget goes on being used up like this."""
    if not 0.0 < fraction < 1.0:
        return ""
    return f"about {clock(seconds * (1.0 - fraction) / fraction)} left"
