"""Drawing and scoring outside of an engine: the primitives `sample*` and `observe*`.

`(sample* dist)` draws with the current generator (see `random_source`); it is not a checkpoint, so
no engine sees it. `(observe* dist value)` is the log density or log mass of `value`; it conditions
nothing.
"""

from __future__ import annotations

from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.distributions.checks import show
from anglipy.runtime.random_source import current_rng, set_host_seed, using_rng

__all__ = ["current_rng", "observe_star", "sample_star", "set_host_seed", "using_rng"]


def sample_star(dist: Any) -> Any:
    """A value drawn from `dist` with the current generator."""
    if not isinstance(dist, Distribution):
        raise _not_a_distribution("sample*", dist)
    return dist.sample(current_rng())


def observe_star(dist: Any, value: Any) -> float:
    """The natural log of the density or mass of `dist` at `value`; -inf outside of the support."""
    if not isinstance(dist, Distribution):
        raise _not_a_distribution("observe*", dist)
    return dist.log_prob(value)


def _not_a_distribution(primitive: str, value: Any) -> ProgramError:
    return ProgramError(
        "AQ401",
        f"{primitive}: needs a distribution, got {show(value)}",
        help=f"({primitive} (normal 0 1){' 0.5' if primitive == 'observe*' else ''})",
    )
