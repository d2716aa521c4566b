"""Which random generator is in use: the engine's during a user's `sample*`, else the host's.

Engines pass `rng` as an argument (STYLE.md, principle 5). One place has no argument to pass it
through: the body of a `sample*` method written by the user, which may say `(sample* (normal 0 1))`.
`UserDistribution.sample(rng)` therefore puts its `rng` into the cell below for as long as that body
runs. Outside of any such body the cell holds the host generator, which `set_host_seed` seeds and
which is otherwise seeded by the operating system.

The cell is a context variable: threads and asynchronous tasks do not see each other's generator.
numpy is loaded when a host generator is first needed, never on import.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

__all__ = ["Rng", "current_rng", "set_host_seed", "using_rng"]


class Rng(Protocol):
    """What distributions ask of a generator: a part of `numpy.random.Generator`, one draw per call.

    A test double needs only the methods that the distributions of its program call.
    """

    def random(self) -> float:
        """Uniform on [0, 1)."""

    def standard_normal(self) -> float:
        """Normal with mean 0 and standard deviation 1."""

    def standard_exponential(self) -> float:
        """Exponential with rate 1."""

    def standard_gamma(self, shape: float, /) -> float:
        """Gamma with this shape and rate 1."""

    def standard_t(self, df: float, /) -> float:
        """Student's t with this number of degrees of freedom."""

    def beta(self, a: float, b: float, /) -> float:
        """Beta with these shapes."""

    def poisson(self, lam: float, /) -> int:
        """Poisson with this mean."""

    def binomial(self, n: int, p: float, /) -> int:
        """Successes in n trials of probability p."""

    def vonmises(self, mu: float, kappa: float, /) -> float:
        """Von Mises with this direction and concentration, in [-pi, pi]."""

    def bytes(self, length: int, /) -> bytes:
        """So many uniform random bytes."""


_RNG: ContextVar[Rng] = ContextVar("anglipy_rng")


@contextmanager
def using_rng(rng: Rng) -> Iterator[None]:
    """Make `rng` the current generator for the duration of a `with` block, however it ends."""
    token = _RNG.set(rng)
    try:
        yield
    finally:
        _RNG.reset(token)


def current_rng() -> Rng:
    """The generator in use: the innermost `using_rng`, else the host generator of this context."""
    rng = _RNG.get(None)
    if rng is None:
        rng = _new_generator(None)
        _RNG.set(rng)
    return rng


def set_host_seed(seed: int | None) -> None:
    """Restart the host generator from a seed (None: from the operating system's entropy)."""
    _RNG.set(_new_generator(seed))


def _new_generator(seed: int | None) -> Rng:
    from numpy.random import default_rng

    return default_rng(seed)
