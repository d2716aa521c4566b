"""What the two ways to run a sweep of particle MCMC share: the options and what comes out.

A sweep is SMC in several nodes that do not see each other: in each node n particles are resampled
among themselves after every observe. A node that is given a path is conditional: one of its
particles repeats that path, and resampling keeps it (Andrieu, Doucet & Holenstein 2010, sec. 4.3).
After the last observe every node is resampled once more, without regard to the path, so that all n
particles of a node weigh the same:

    E[Zhat_m 1/n sum_i f(x_i)] = p(y) E[f | y]     in a node without a path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.pmcmc.paths import Path
from anglipy.runtime.checkpoints import Observe

__all__ = ["Shape", "Sweeping", "Swept"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a sweep is, and how it resamples."""

    particles: int
    """In each node."""
    nodes: int
    resampling: str
    lanes: int
    ancestors: bool = False
    """Whether a particle that repeats a path draws its ancestors anew (see `pgas`)."""


@dataclass(frozen=True, slots=True)
class Swept:
    """The end of a sweep."""

    log_evidences: FloatArray
    """Of every node, shape (nodes,); -inf where all particles died."""
    blocks: Sequence[tuple[Sequence[Any], Sequence[Any], IntArray]]
    """(results, predicts, slots) of the particles, n of every node that is not dead. Particle i of
    node m has the slot m n + i."""
    died: Sequence[tuple[Observe, int]]
    """Where particles died, and how many."""
    path: Callable[[int], Path]
    """The choices of the particle of a slot."""


class Sweeping(Protocol):
    """Sweeps of one query with one argument."""

    def sweep(self, shape: Shape, paths: Sequence[Path], rng: Any, record: bool) -> Swept:
        """One sweep; node m is given `paths[m]`, those after have none. Paths can be asked for
        afterwards if they were recorded.
        """
