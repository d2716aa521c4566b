"""The traces of one training: a validation set that stays the same, and a stream of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from anglipy.diagnostics import ArtifactError
from anglipy.ic.blocks import Beside, Blocks, Here, Simulator
from anglipy.ic.checked import whole
from anglipy.ic.dataset import Dataset, Visits, about_program
from anglipy.ic.layouts import ITSELF
from anglipy.ic.learner import VALIDATION_CHUNK
from anglipy.ic.options import TrainingOptions
from anglipy.ic.setup import Setup
from anglipy.ic.spool import Spool, batches_ahead
from anglipy.ic.tapes import Tape, record, with_sequences
from anglipy.runtime.machine import Query

__all__ = ["BLIND", "Source", "dataset_of", "setup_of"]

_EXAMPLE = (
    "if its data decide what it does, an example of its argument is needed: -v VALUE, or"
    " :example-args at the prompt"
)

BLIND = (
    "the program observes nothing when it is run for training, so the network cannot learn from "
    "data; "
    "if how much it observes depends on its argument, give an example of that with -v"
)
PROBES = 16
"""Runs that show whether a site observes vectors of several lengths."""
_PROBE = 0x9A0BE
"""Sets their random numbers apart from others of the same seed."""


def setup_of(query: Query, options: TrainingOptions) -> Setup:
    """How the query is run: what the options say, and what a few runs show."""
    return with_sequences(options.setup, [_probe(query, options)])


def _probe(query: Query, options: TrainingOptions) -> Tape:
    rng = np.random.default_rng([options.seed, _PROBE])
    return record(query, options.setup, rng, PROBES)


def _unlearned(tapes: Sequence[Tape], validation: Sequence[Tape]) -> dict[str, str]:
    """The sites that are always proposed by their priors, and why."""
    why = {site: reason for tape in tapes for site, reason in tape.unlearned.items()}
    families: dict[str, set[str]] = {}
    for tape in validation:
        for event in tape.choices:
            families.setdefault(event.site, set()).add(event.prior.family)
    alone = sorted(site for site, found in families.items() if found == {ITSELF.family})
    return {site: why.get(site, "no proposals are known for it") for site in alone}


def dataset_of(
    query: Query, options: TrainingOptions, program_hash: str, setup: Setup | None = None
) -> Dataset | None:
    """The folder of traces that the options name, if they name one."""
    if options.dataset is None:
        return None
    setup = setup_of(query, options) if setup is None else setup
    about = about_program(query.name, program_hash, setup.about)
    simulator = Simulator(query, setup, options.seed, options.shard)
    return Dataset(Path(options.dataset), simulator, about)


@dataclass(slots=True)
class Source:
    """Where the traces of a training come from."""

    query: Query
    options: TrainingOptions
    setup: Setup
    dataset: Dataset | None
    validation: list[Tape]
    block: int
    """Runs in a block that is not a shard."""
    blocks: Blocks
    spool: Spool
    unlearned: dict[str, str]
    """The sites whose choices are always proposed by their priors, and why."""

    @classmethod
    def of(cls, query: Query, options: TrainingOptions, program_hash: str) -> Source:
        """Open the stream at its beginning; make the validation set, or read it from the dataset.

        Raises ArtifactError AQ609 for a query without choices, and what `record` and `Dataset`
        raise.
        """
        probe = _probe(query, options)
        setup = with_sequences(options.setup, [probe])
        dataset = dataset_of(query, options, program_hash, setup)
        validation = _validation(query, options, setup, dataset)
        if not any(tape.choices for tape in validation):
            raise ArtifactError(
                "AQ609",
                f"the query `{query.name}` makes no choices: nothing to train",
                help=_EXAMPLE if options.example_args is None else None,
            )
        ahead = batches_ahead(validation[0])
        if options.budget is not None:
            ahead = min(ahead, -(-options.budget // options.batch))
        blocks = _blocks(query, options, setup, dataset, options.batch * ahead)
        block = options.batch * ahead
        unlearned = _unlearned([*validation, probe], validation)
        stream = blocks, Spool(blocks)
        return cls(query, options, setup, dataset, validation, block, *stream, unlearned)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with what the traces hold."""
        return () if any(tape.observations for tape in self.validation) else (BLIND,)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing before the training."""
        if not self.unlearned:
            return ()
        sites = ", ".join(f"{site} ({why})" for site, why in self.unlearned.items())
        return (f"proposed by the prior, with nothing to be learned: {sites}",)

    def take(self, count: int) -> Tape:
        """The next `count` traces."""
        return self.spool.take(count)

    def close(self) -> None:
        """End the workers, if there are any."""
        self.blocks.close()

    def to_data(self) -> dict[str, Any]:
        """Where the stream is."""
        window = self.blocks.window if isinstance(self.blocks, Visits) else None
        return {"block_size": self.block, "window": window, **self.spool.to_data()}

    def restore(self, data: dict[str, Any]) -> None:
        """Go to where `to_data` was. Raises ValueError for data that are none."""
        if (data["window"] is None) != (self.dataset is None):
            raise ArtifactError(
                "AQ606",
                "the training was begun "
                + ("without a dataset" if data["window"] is None else "with a dataset"),
                help="resume with the same --dataset",
            )
        if isinstance(self.blocks, Visits):
            self.blocks.window = whole(data["window"], 1, 1 << 24)
        elif data["block_size"] != self.block:
            self.block = whole(data["block_size"], 1, 1 << 24)
            self.blocks.close()
            self.blocks = _blocks(self.query, self.options, self.setup, None, self.block)
            self.spool = Spool(self.blocks)
        self.spool.restore(data)


def _blocks(
    query: Query, options: TrainingOptions, setup: Setup, dataset: Dataset | None, block: int
) -> Blocks:
    if dataset is not None:
        return Visits(dataset, options.seed, options.reuse, options.workers)
    simulator = Simulator(query, setup, options.seed, block)
    return Beside(simulator, options.workers) if options.workers else Here(simulator)


def _validation(
    query: Query, options: TrainingOptions, setup: Setup, dataset: Dataset | None
) -> list[Tape]:
    """The validation set in tapes of at most `VALIDATION_CHUNK` runs: from the dataset, if all are
    there, and into it, if they are not.
    """
    whole_parts, rest = divmod(options.validation, VALIDATION_CHUNK)
    sizes = [VALIDATION_CHUNK] * whole_parts + [rest] * bool(rest)
    files = [] if dataset is None else dataset.validation(options.seed, sizes)
    if dataset is not None and all(path.exists() for path, _ in files):
        return [dataset.read(path) for path, _ in files]
    rng = np.random.default_rng([options.seed, 0x5EED])
    tapes = [record(query, setup, rng, size) for size in sizes]
    if dataset is not None:
        for (path, _), tape in zip(files, tapes, strict=True):
            dataset.write(path, tape)
    return tapes
