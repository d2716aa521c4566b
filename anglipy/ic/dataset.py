"""A folder of traces, for programs that take longer to run than to learn from.

Shard m is a file of runs, block m of the program (`ic.blocks`), written once and atomically. Shards
that are there are read, those that lack are simulated and kept; the next training, of another
network perhaps, has them for nothing. A training goes through windows of shards, through each
window `reuse` times, the first time in order and then shuffled, so that no trace is used more often
than that, and a trace comes again only after many others. A window is all shards that were there
when the training began, and at least `WINDOW`. Which shard comes when, and in which order its runs,
is decided by the seed and the number of the visit.

A shard names the program it is of; shards of other programs, damaged or foreign files are refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from anglipy.diagnostics import ArtifactError
from anglipy.ic.blocks import BLOCK_KIND, Simulator, fail_here
from anglipy.ic.container import read_container, sweep, write_container
from anglipy.ic.packing import packed, unpacked
from anglipy.ic.tapes import Tape
from anglipy.ic.workers import WorkerFailed, Workers
from anglipy.runtime.printing import pr_str
from anglipy.runtime.vectors import Vector

__all__ = ["WINDOW", "Dataset", "Visits", "about_program"]

WINDOW = 8
"""Shards that are gone through again before the next ones, at least."""
_ORDER = 0x0D0E
"""Sets the random numbers of the order apart from others of the same seed."""


def about_program(name: str, program_hash: str, value: Any) -> dict[str, str]:
    """What the traces of a program have in common: the query, its text, its argument."""
    digest = hashlib.sha256()
    _digest_into(digest, value)
    return {"query": name, "program_hash": program_hash, "argument": digest.hexdigest()}


def _digest_into(digest: Any, value: Any) -> None:
    if isinstance(value, (list, tuple, Vector)):
        digest.update(b"[")
        for item in value:
            _digest_into(digest, item)
        digest.update(b"]")
    elif hasattr(value, "__array__"):
        array = np.asarray(value)
        digest.update(f"{array.dtype.str} {array.shape}".encode() + array.tobytes())
    else:
        digest.update(f"{pr_str(value)}\n".encode())


class Dataset:
    """The shards in a folder, which is made if it is not there."""

    def __init__(self, folder: Path, simulator: Simulator, about: dict[str, str]) -> None:
        self.folder, self.simulator, self.about = folder, simulator, about
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArtifactError(
                "AQ601", f"cannot write {folder}: {error.strerror or error}"
            ) from error
        for path in folder.glob("*.traces"):
            sweep(path)

    def path(self, number: int) -> Path:
        """The file of a shard."""
        return self.folder / f"shard-{number:06d}.traces"

    def present(self) -> int:
        """How many shards there are, without a gap, from the first."""
        number = 0
        while self.path(number).exists():
            number += 1
        return number

    def fill(self, number: int) -> Tape | None:
        """Simulate a shard, unless it is there."""
        if self.path(number).exists():
            return None
        tape = self.simulator.run(number)
        self.write(self.path(number), tape)
        return tape

    def shard(self, number: int) -> Tape:
        """A shard, simulated if it is not there."""
        return self.fill(number) or self.read(self.path(number))

    def write(self, path: Path, tape: Tape) -> None:
        """Keep a tape in a file of the folder. Raises ArtifactError AQ601."""
        arrays, document = packed(tape)
        write_container(path, BLOCK_KIND, arrays, {"about": self.about, **document})

    def read(self, path: Path) -> Tape:
        """The tape of a file.

        Raises ArtifactError: AQ601 to AQ604 as `read_container` does, AQ613 if it is of another
        program.
        """
        contents = read_container(path, BLOCK_KIND)
        about = contents.document.get("about")
        if about != self.about:
            raise ArtifactError(
                "AQ613",
                f"{path} holds traces of {_difference(about, self.about)}",
                help="a folder of traces is of one program and one argument: name another with "
                "--dataset",
            )
        try:
            return unpacked(contents)
        except ValueError as error:
            raise ArtifactError(
                "AQ603",
                f"{path} is damaged: {error}",
                help="remove the file: it will be simulated again",
            ) from error

    def fill_all(
        self, traces: int, workers: int, on_progress: Callable[[int, int], object] | None = None
    ) -> int:
        """Simulate shards until there are so many traces, counting every shard that is there as
        full. `on_progress` is called with the shards done and wanted. Gives the shards made.
        """
        wanted = -(-traces // self.simulator.size)
        lacking = [m for m in range(wanted) if not self.path(m).exists()]
        beside = Workers(self.filled, workers) if workers and lacking else None
        try:
            for done, number in enumerate(lacking):
                if beside is None:
                    self.fill(number)
                else:
                    beside.want(lacking[done : done + 2 * workers])
                    self.wait(beside, number)
                if on_progress is not None:
                    on_progress(wanted - len(lacking) + done + 1, wanted)
        finally:
            if beside is not None:
                beside.close()
        return len(lacking)

    def filled(self, number: int) -> bytes:
        """`fill`, as a worker does it."""
        self.fill(number)
        return b""

    def wait(self, workers: Workers, number: int) -> None:
        """Have a shard filled by a worker, and wait for it."""
        try:
            workers.get(number)
        except WorkerFailed as failure:
            fail_here(self.simulator, failure)

    def validation(self, seed: int, sizes: Iterable[int]) -> list[tuple[Path, int]]:
        """The files of a validation set that is made in parts of these sizes."""
        total = sum(sizes := list(sizes))
        return [
            (self.folder / f"validation-{seed}-{total}-{part}.traces", size)
            for part, size in enumerate(sizes)
        ]


def _difference(about: Any, wanted: dict[str, str]) -> str:
    if not isinstance(about, dict) or about.get("query") != wanted["query"]:
        return "another query"
    if about.get("program_hash") != wanted["program_hash"]:
        return "another program, or of this one before it was changed"
    return f"the query `{wanted['query']}` with another argument"


class Visits:
    """A dataset as a stream of blocks: block v is the shard that visit v goes to."""

    def __init__(self, dataset: Dataset, seed: int, reuse: int, workers: int) -> None:
        self.dataset, self.seed, self.reuse = dataset, seed, reuse
        self.window = max(WINDOW, dataset.present())
        self.workers = Workers(dataset.filled, workers) if workers else None

    def get(self, number: int) -> Tape:
        """The shard of a visit, its runs in the order of that visit."""
        window, rest = divmod(number, self.window * self.reuse)
        turn, place = divmod(rest, self.window)
        rng = np.random.default_rng([self.seed, window, turn, _ORDER])
        order = rng.permutation(self.window) if turn else np.arange(self.window)
        shard = window * self.window + int(order[place])
        self._have(shard, window)
        tape = self.dataset.shard(shard)
        return shuffled(tape, np.random.default_rng([self.seed, number, _ORDER])) if turn else tape

    def _have(self, shard: int, window: int) -> None:
        """See to it that workers fill what lacks in this window and the next, and that this shard
        is there.
        """
        if self.workers is None:
            return
        self.workers.collect()
        self.workers.ready = {m: done for m, done in self.workers.ready.items() if m >= shard}
        ahead = range(window * self.window, (window + 2) * self.window)
        lacking = [m for m in ahead if not self.dataset.path(m).exists()]
        self.workers.want(lacking)
        if shard in lacking:
            self.dataset.wait(self.workers, shard)

    def close(self) -> None:
        """End the workers."""
        if self.workers is not None:
            self.workers.close()


def shuffled(tape: Tape, rng: np.random.Generator) -> Tape:
    """The same runs in a random order."""
    place = rng.permutation(tape.count)
    return Tape(
        tape.count,
        [event._replace(runs=place[event.runs]) for event in tape.choices],
        [event._replace(runs=place[event.runs]) for event in tape.observations],
    )
