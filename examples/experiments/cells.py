"""The table of the ablation: a cell for each program and network, as a JSON file and as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from examples.experiments.record import RESULTS, Circumstances

__all__ = ["FILE", "Cell", "save", "stored", "table"]

FILE = RESULTS / "ablation" / "cells.json"


@dataclass(frozen=True, slots=True)
class Cell:
    """One network on one program; losses in nats per trace."""

    case: str
    network: str
    floor: float
    loss: float
    ess: float
    """Median of ESS/N over simulated data sets."""
    parameters: int
    traces: int
    seconds: float
    seed: int
    minutes: float
    circumstances: Circumstances

    @property
    def gap(self) -> float:
        """Of the loss to its floor."""
        return self.loss - self.floor

    @property
    def traces_per_second(self) -> float:
        """Simulation and training together."""
        return self.traces / max(self.seconds, 1e-9)


def stored(path: Path = FILE) -> list[Cell]:
    """The cells that are there already."""
    if not path.exists():
        return []
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Cell(**{**row, "circumstances": Circumstances(**row["circumstances"])}) for row in rows]


def save(cells: Sequence[Cell], path: Path = FILE) -> None:
    """Write all cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(c) for c in cells], indent=1) + "\n", encoding="utf-8")


def table(cells: Sequence[Cell]) -> Iterator[str]:
    """Lines of a table: a row for each program and network, the least gap of a program in bold."""
    yield "| program | network | gap to the floor | ESS/N | parameters | traces | traces/s |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for case in dict.fromkeys(cell.case for cell in cells):
        own = [cell for cell in cells if cell.case == case]
        least = min(cell.gap for cell in own)
        for cell in own:
            gap = f"**{cell.gap:.4f}**" if cell.gap == least else f"{cell.gap:.4f}"
            yield (
                f"| {case} | {cell.network} | {gap} | {cell.ess:.3f} | {cell.parameters:,} "
                f"| {cell.traces:,} | {cell.traces_per_second:,.0f} |"
            )
    for network in dict.fromkeys(cell.network for cell in cells):
        own = [cell for cell in cells if cell.network == network]
        gap = sum(cell.gap for cell in own) / len(own)
        ess = sum(cell.ess for cell in own) / len(own)
        yield f"| mean of {len(own)} | {network} | {gap:.4f} | {ess:.3f} | | | |"
