"""Interacting particle MCMC: many nodes, of which some go on from a path and the others begin anew.

Of M nodes the first P run conditional SMC, each given a path, and the others SMC. Then each of the
P paths may move to another node: to node m with a probability proportional to its estimate of the
evidence, among those that no other path has,

    P(c_j = m | the others) = Z_m / sum of Z_i over the i not taken,        (zeta_jm)

and goes on from a particle of that node. Rainforth et al. 2016, "Interacting particle Markov chain
Monte Carlo", algorithm 2. Every particle of every node is a draw, of weight zeta_m / n, where
zeta_m is the mean of zeta_jm over the P paths (their eq. 10: a Rao-Blackwellisation). As the other
nodes begin anew in every sweep, the mean of their estimates is an unbiased one of the evidence.

All nodes run as one large group in lockstep; particles are resampled within their node.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from anglipy.diagnostics import OptionError
from anglipy.inference.engine import register, whole_number
from anglipy.inference.log_space import FloatArray, log_sum_exp, normalise
from anglipy.inference.pmcmc.chain import Block, SweepEngine, SweepState, Turn
from anglipy.inference.pmcmc.conditional import any_of, one_of
from anglipy.inference.pmcmc.nodes import Shape, Swept
from anglipy.inference.pmcmc.options import SweepOptions

__all__ = ["IPmcmc", "IPmcmcOptions"]


@dataclass(frozen=True, slots=True)
class IPmcmcOptions(SweepOptions):
    """Nodes, and particles in each."""

    samples: int = 100_000
    """Draws to keep, rounded up to whole sweeps of `particles` in each of `nodes`."""
    nodes: int = 32
    """Nodes (`:number-of-nodes`)."""
    csmc_nodes: int | None = None
    """Nodes that go on from a path; by default half of them (`:number-of-csmc-nodes`)."""
    all_particles: bool = True
    """Whether all particles are draws, of different weights; otherwise those on the paths, of
    weight 1 (`:all-particles?`)."""

    LEAST: ClassVar[int] = 1

    def __post_init__(self) -> None:
        SweepOptions.__post_init__(self)
        nodes = whole_number("nodes", self.nodes)
        if self.csmc_nodes is None:
            paths = max(nodes // 2, 1)
        else:
            paths = whole_number("csmc_nodes", self.csmc_nodes)
        if paths > nodes:
            raise OptionError(
                "AQ303",
                f"{paths} of {nodes} nodes cannot go on from a path",
                help=f"give `csmc_nodes` up to {nodes}; about half of the nodes is best",
            )
        if self.all_particles.__class__ is not bool:
            raise OptionError(
                "AQ303",
                f"the option `all_particles` must be true or false, got {self.all_particles!r}",
            )
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(self, "csmc_nodes", paths)

    @property
    def shape(self) -> Shape:
        """Of a sweep of all nodes."""
        return Shape(self.particles, self.nodes, self.resampling, self.lanes)


class IPmcmc(SweepEngine):
    """The engine `ipmcmc`."""

    name = "ipmcmc"
    options_type = IPmcmcOptions
    has_weights = True

    def turn(self, state: SweepState, rng: Any) -> Turn:
        """A sweep of all nodes, after which paths may change their nodes."""
        options: Any = state.options
        paths = () if state.chain is None else state.chain
        swept = state.sweeping.sweep(options.shape, paths, rng, record=True)
        anew = swept.log_evidences[len(paths) :]
        if not swept.blocks:
            return Turn(None, (), swept.died, anew)
        choose = _begun if state.chain is None else _moved
        nodes, log_shares = choose(swept.log_evidences, options.csmc_nodes, rng)
        slots = [node * options.particles + any_of(rng, options.particles) for node in nodes]
        chain = tuple(swept.path(slot) for slot in slots)
        if options.all_particles:
            return Turn(chain, _weighted(swept, log_shares, options.particles), (), anew)
        return Turn(chain, _of_slots(swept, slots), (), anew)


def _begun(log_evidences: FloatArray, count: int, rng: Any) -> tuple[list[int], FloatArray]:
    """The nodes of the first paths, and the log share of every node: by their evidences."""
    shares = normalise(log_evidences)
    return [one_of(rng, shares) for _ in range(count)], log_evidences - log_sum_exp(log_evidences)


def _moved(log_evidences: FloatArray, count: int, rng: Any) -> tuple[list[int], FloatArray]:
    """The nodes that the paths go on in, one path after the other; and log zeta of every node."""
    nodes = list(range(count))
    log_shares = np.full(len(log_evidences), -math.inf)
    for j in range(count):
        free = log_evidences.copy()
        free[[node for k, node in enumerate(nodes) if k != j]] = -math.inf
        log_shares = np.logaddexp(log_shares, free - log_sum_exp(free))
        nodes[j] = one_of(rng, normalise(free))
    return nodes, log_shares - math.log(count)


def _weighted(swept: Swept, log_shares: FloatArray, particles: int) -> list[Block]:
    """All particles, weighing the share of their node over their number."""
    log_weights = log_shares - math.log(particles)
    return [
        Block(values, log_weights[slots // particles], predicts, slots // particles)
        for values, predicts, slots in swept.blocks
    ]


def _of_slots(swept: Swept, wanted: list[int]) -> list[Block]:
    """The particles of these slots, weighing 1."""
    found = []
    for values, predicts, slots in swept.blocks:
        for place, slot in enumerate(slots.tolist()):
            one = Block([values[place]], np.zeros(1), [predicts[place]])
            found += [one] * wanted.count(slot)
    return found


register(IPmcmc())
