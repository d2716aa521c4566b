"""RESULTS.md, made from the JSON files of `results`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from examples.experiments.catalogue import EXPERIMENTS
from examples.experiments.cells import Cell, stored, table
from examples.experiments.record import HERE, RESULTS, Figure, Outcome

__all__ = ["PAGE", "page", "write_page"]

PAGE = HERE / "RESULTS.md"

HEAD = """\
# Results of the experiments

Made by `python -m examples.experiments page` from the files in [`results/`](results); each row by
the command that it names. Losses are in nats per trace; *floor* is the entropy of the exact
posterior, which no network can get below. ESS is the effective sample size of the weights, N the
number of particles. A mark that is not reached says **missed**, and the notes say what was tried.
"""


ABLATION = """\
## The networks compared

`python -m examples.experiments.ablation` (it goes on where it was left): every network on programs
whose floor is known, the same time for each. Gap: the loss of 2,000 validation traces less the
floor, in nats; the traces are the same for all networks of a program, and their own error is about
0.02 nats, so that a gap may be below zero. ESS/N: the median over 200 simulated data sets, 100
particles each. The LSTM is the network as published: lstm-512 with as many units, which see a
fraction of the traces in this time, lstm with 128 as the others. ff+attention is the default, since
its mean gap is the least: it loses little where the LSTM is better, and gains much where a choice
depends on one that lies far back. All look for the observation of their own number.
"""


def page(outcomes: Sequence[Outcome], cells: Sequence[Cell] = ()) -> str:
    """The whole page."""
    lines = [HEAD, *_table(outcomes)]
    if cells:
        lines += ["", ABLATION, *table(cells), "", *_conditions(cells)]
    for outcome in outcomes:
        lines += ["", *_section(outcome)]
    return "\n".join(lines) + "\n"


def write_page() -> None:
    """Write the page of all results, in the order of the catalogue."""
    found = [Outcome.load(file) for file in sorted(RESULTS.glob("*.json"))]
    found.sort(key=lambda outcome: list(EXPERIMENTS).index(outcome.experiment))
    PAGE.write_text(page(found, stored()), encoding="utf-8")


def _conditions(cells: Sequence[Cell]) -> Iterator[str]:
    """Under which circumstances the cells were measured."""
    there = cells[-1].circumstances
    minutes = sorted({cell.minutes for cell in cells})
    loads = [cell.circumstances.load for cell in cells]
    yield (
        f"{' or '.join(f'{m:g}' for m in minutes)} min each on {there.processor}, {there.cores} "
        f"cores, load {min(loads):g} to {max(loads):g} (ours is 1); seed {cells[-1].seed}; "
        f"anglipy {there.anglipy}."
    )


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield "| row | experiment | figures, marks | | time |"
    yield "| --- | --- | --- | --- | --- |"
    for outcome in outcomes:
        marked = [figure for figure in outcome.figures if figure.passed is not None]
        told = "<br>".join(_figure(figure) for figure in marked or outcome.figures)
        verdict = "" if not marked else ("passed" if outcome.passed else "**missed**")
        name = f"[{outcome.experiment}](#{outcome.experiment})"
        yield f"| {outcome.row} | {name} | {told} | {verdict} | {_time(outcome.seconds)} |"


def _section(outcome: Outcome) -> Iterator[str]:
    there = outcome.circumstances
    busy = f"; other work ran beside it (load {there.load:g})" if there.is_busy else ""
    yield f"## {outcome.experiment}"
    yield ""
    yield f"{outcome.title}."
    yield ""
    yield f"`{outcome.command}`: {_time(outcome.seconds)} on {there.processor},"
    yield f"{there.cores} cores{busy}; anglipy {there.anglipy}, Python {there.python}."
    yield ""
    yield "| figure | value | mark | |"
    yield "| --- | --- | --- | --- |"
    for figure in outcome.figures:
        verdict = {None: "", True: "passed", False: "**missed**"}[figure.passed]
        yield f"| {figure.what} | {_number(figure.value)} | {_mark(figure)} | {verdict} |"
    if outcome.trainings:
        yield ""
        yield "| network | parameters | traces | time | traces/s | loss | loss of the prior |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        for training in outcome.trainings:
            yield (
                f"| {training.name} ({training.network}) | {training.parameters:,} "
                f"| {training.traces:,} | {_time(training.seconds)} "
                f"| {training.traces_per_second:,.0f} | {training.loss:.4f} "
                f"| {training.prior_loss:.4f} |"
            )
    for note in outcome.notes:
        yield ""
        yield note


def _figure(figure: Figure) -> str:
    mark = _mark(figure)
    text = f"{figure.what} {_number(figure.value)}" + (f" ({mark})" if mark else "")
    return f"**{text}**" if figure.passed is False else text


def _mark(figure: Figure) -> str:
    if figure.at_most is not None and figure.at_least is not None:
        return f"{_number(figure.at_least)} to {_number(figure.at_most)}"
    if figure.at_most is not None:
        return f"≤ {_number(figure.at_most)}"
    return "" if figure.at_least is None else f"≥ {_number(figure.at_least)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _time(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.0f} s"
