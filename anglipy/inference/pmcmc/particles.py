"""A sweep of particle MCMC over single particles, node after node: the reference.

A particle is (checkpoint, log_weight) with its choices. Choices are kept as a list from the last
block to the first, so that offspring share them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anglipy.diagnostics import AnglipyError
from anglipy.inference.garbage import without_collecting
from anglipy.inference.log_space import FloatArray, weigh_all
from anglipy.inference.pmcmc.conditional import CONDITIONAL, any_ancestor, any_of
from anglipy.inference.pmcmc.futures import log_future, rest_of
from anglipy.inference.pmcmc.nodes import Shape, Swept
from anglipy.inference.pmcmc.paths import Block, Choice, Path, given_at, not_the_same
from anglipy.inference.resampling import SCHEMES
from anglipy.inference.runs import draw, resume_with
from anglipy.inference.smc_particles import (
    Particle,
    all_weighed,
    check_in_step,
    is_over,
)
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample

__all__ = ["ParticleSweeps", "path_of"]

History = tuple[Any, ...]
"""(last block, earlier history) or ()."""


@dataclass(frozen=True, slots=True)
class ParticleSweeps:
    """Sweeps of a run from its first checkpoint."""

    first: Checkpoint

    def sweep(self, shape: Shape, paths: Sequence[Path], rng: Any, record: bool) -> Swept:
        """See `Sweeping`."""
        nodes = [
            _Node(self.first, shape, paths[m] if m < len(paths) else None, rng, record)
            for m in range(shape.nodes)
        ]
        with without_collecting():
            for node in nodes:
                node.run()
        blocks = []
        for m, node in enumerate(nodes):
            ended: list[Any] = [particle.checkpoint for particle in node.particles]
            if ended:
                values, predicts = [r.value for r in ended], [r.state.predicts for r in ended]
                slots = m * shape.particles + np.arange(shape.particles)
                blocks.append((values, predicts, slots))

        def path(slot: int) -> Path:
            node, place = divmod(slot, shape.particles)
            return path_of(nodes[node].histories[place])

        log_evidences = np.array([node.log_evidence for node in nodes])
        return Swept(log_evidences, blocks, [at for node in nodes for at in node.died], path)


class _Node:
    """The particles of one node while the sweep runs."""

    def __init__(
        self, first: Checkpoint, shape: Shape, path: Path | None, rng: Any, record: bool
    ) -> None:
        self.shape, self.path, self.rng, self.record = shape, path, rng, record
        self.particles = (Particle(first, 0.0),) * shape.particles
        self.histories: list[History] = [()] * shape.particles
        self.log_evidence = 0.0
        self.died: list[tuple[Observe, int]] = []
        self.block = 0
        self.held = None if path is None else any_of(rng, shape.particles)

    def run(self) -> None:
        """To the end: n particles at their results, or none."""
        while True:
            arrived = self._advanced()
            check_in_step(arrived)
            self.particles = all_weighed(arrived)
            if is_over(self.particles):
                break
            self._resample(conditional=True)
            if not self.particles:
                return
        if self.record and isinstance(arrived[0].checkpoint, Observe):
            self.histories = [((), history) for history in self.histories]
        self._resample(conditional=False)

    def _advanced(self) -> tuple[Particle, ...]:
        """Every particle at its next observe or its result; their choices make a block."""
        arrived = []
        for place, particle in enumerate(self.particles):
            try:
                checkpoint, block = self._answered(particle.checkpoint, place == self.held)
            except AnglipyError as error:
                error.noted(f"in particle {place + 1} of {len(self.particles)}")
                raise
            if self.record:
                self.histories[place] = (block, self.histories[place])
            arrived.append(Particle(checkpoint, particle.log_weight))
        return tuple(arrived)

    def _answered(self, checkpoint: Checkpoint, held: bool) -> tuple[Observe | Result, Block]:
        """The next observe or the result, every sample before it drawn, or given by the path."""
        block: list[Choice] = []
        given: Block = ()
        if held and self.path is not None and self.block < len(self.path):
            given = self.path[self.block]
        while isinstance(checkpoint, Sample):
            value = given_at(given, len(block), checkpoint) if held else draw(checkpoint, self.rng)
            block.append(Choice(checkpoint.site.id, value))
            checkpoint = resume_with(checkpoint, value)
        if held and len(block) < len(given):
            raise not_the_same()
        return checkpoint, tuple(block)

    def _resample(self, conditional: bool) -> None:
        """Replace the particles by their offspring, of log weight 0; by none if all are dead."""
        n, particles = self.shape.particles, self.particles
        weighed = weigh_all(np.array([p.log_weight for p in particles]), n)
        self.log_evidence += weighed.log_mean
        self.died = [
            (p.checkpoint, 1) for p in particles
            if p.log_weight == -math.inf and isinstance(p.checkpoint, Observe)
        ]  # fmt: skip
        if len(weighed.weights) == 0:
            self.particles, self.histories = (), []
            return
        ancestors = self._ancestors(weighed.weights, conditional and self.held is not None)
        self.block += 1
        self.particles = tuple(Particle(particles[a].checkpoint, 0.0) for a in ancestors)
        self.histories = [self.histories[a] for a in ancestors]

    def _ancestors(self, weights: FloatArray, conditional: bool) -> list[int]:
        n, name = self.shape.particles, self.shape.resampling
        if not conditional:
            return SCHEMES[name](self.rng, weights, n).tolist()  # type: ignore[no-any-return]
        assert self.held is not None
        if self.particles[self.held].log_weight == -math.inf:
            raise not_the_same()
        retained = self.held
        if self.shape.ancestors:
            assert self.path is not None
            # Particles of weight zero have no weight.
            living = [i for i, p in enumerate(self.particles) if p.log_weight > -math.inf]
            rest = rest_of(self.path, self.block + 1)
            futures = np.full(len(self.particles), -math.inf)
            for i in living:
                futures[i] = log_future(self.particles[i].checkpoint, rest, i == self.held)
            retained = any_ancestor(self.rng, weights, futures, retained)
        ancestors, self.held = CONDITIONAL[name](self.rng, weights, n, retained)
        return ancestors.tolist()  # type: ignore[no-any-return]


def path_of(history: History) -> Path:
    """The blocks of a history, first to last."""
    blocks: list[Block] = []
    while history:
        block, history = history
        blocks.append(block)
    blocks.reverse()
    return tuple(blocks)
