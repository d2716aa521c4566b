"""Where the traces of a training come from: numbered blocks of runs.

Block n of a program is recorded with a random generator of its own, made from the seed and n. So a
block is the same wherever and whenever it is recorded (here, in a worker, after a resumption), and
the position in the stream is all that has to be kept of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import numpy as np

from anglipy.diagnostics import ArtifactError
from anglipy.ic.container import decode, encode
from anglipy.ic.packing import packed, unpacked
from anglipy.ic.tapes import Tape, record
from anglipy.ic.workers import WorkerFailed, Workers
from anglipy.runtime.machine import Query

__all__ = ["BLOCK_KIND", "Beside", "Blocks", "Here", "Simulator", "fail_here"]

BLOCK_KIND = "anglipy trace shard"
_STREAM = 0xB10C
"""Sets the blocks' random numbers apart from others of the same seed."""


class Blocks(Protocol):
    """Tapes by number."""

    def get(self, number: int) -> Tape:
        """Block `number`, from 0."""

    def close(self) -> None:
        """Nothing more will be wanted."""


@dataclass(frozen=True, slots=True)
class Simulator:
    """Runs of a query by numbered blocks of `size` runs."""

    query: Query
    value: Any
    seed: int
    size: int

    def run(self, number: int) -> Tape:
        """Block `number`."""
        rng = np.random.default_rng([self.seed, number, _STREAM])
        return record(self.query, self.value, rng, self.size)


@dataclass(frozen=True, slots=True)
class Here:
    """Blocks recorded by this process when they are wanted."""

    simulator: Simulator

    def get(self, number: int) -> Tape:
        """Record the block."""
        return self.simulator.run(number)

    def close(self) -> None:
        """Nothing is open."""


class Beside:
    """Blocks recorded by workers, some of them ahead."""

    def __init__(self, simulator: Simulator, workers: int) -> None:
        self.simulator = simulator
        self.workers = Workers(lambda number: _encoded(simulator.run(number)), workers)

    def get(self, number: int) -> Tape:
        """Wait for the block, if it is not there yet; the next ones are asked for."""
        self.workers.want(range(number, number + 2 * self.workers.count))
        try:
            data = self.workers.get(number)
        except WorkerFailed as failure:
            fail_here(self.simulator, failure)
        return unpacked(decode("a block of traces", data, BLOCK_KIND))

    def close(self) -> None:
        """End the workers."""
        self.workers.close()


def fail_here(simulator: Simulator, failure: WorkerFailed) -> NoReturn:
    """Run the block that a worker failed in: it fails here the same way, with the error that the
    program has. If it does not, what the worker said is all there is to say: AQ611.
    """
    simulator.run(failure.number)
    raise ArtifactError(
        "AQ611",
        f"a worker failed in block {failure.number} of the traces: {failure}",
        help="the same runs succeed in one process, so something of the program is not repeatable, "
        "a Python function perhaps; it may do without --workers",
    ) from failure


def _encoded(tape: Tape) -> bytes:
    return encode(BLOCK_KIND, *packed(tape))
