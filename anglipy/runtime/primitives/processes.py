"""Random processes: their constructors, `produce` and `absorb`; and what is asked of distributions
besides drawing and scoring.
"""

from __future__ import annotations

from copy import copy
from math import exp
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.cumulative import normal_tails
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.distributions.checks import elements, finite, positive, show
from anglipy.runtime.primitives.checks import fail
from anglipy.runtime.primitives.registry import primitive
from anglipy.runtime.processes import CRP, DP, GP, LDS, DirichletDiscrete, MvnNiw, Process

__all__ = ["absorb", "get_tag", "normal_cdf", "produce", "tag", "transform_sample"]

primitive("CRP", arity=(1, 2))(CRP)
primitive("DP", arity=(2, 3))(DP)
primitive("GP", arity=(2, 3))(GP)
primitive("LDS", "anglib.state-space/LDS", arity=(6, 8))(LDS)
primitive("dirichlet-discrete", arity=(1, 1))(DirichletDiscrete)
primitive("mvn-niw", arity=(4, 7))(MvnNiw)


@primitive("produce", arity=(1, 1))
def produce(process: Any) -> Any:
    """The distribution of the next value of a process; of a GP, the function that gives it."""
    return _process("produce", process).produce()


@primitive("absorb", arity=(2, 2))
def absorb(process: Any, value: Any) -> Process:
    """The process after this value came; the one that is given does not change."""
    return _process("absorb", process).absorb(value)


def _process(name: str, value: Any) -> Process:
    if not isinstance(value, Process):
        raise ProgramError(
            "AQ401",
            f"{name}: needs a process, got {show(value)}",
            help=f"({name} (CRP 1.0){' 0' if name == 'absorb' else ''})",
        )
    return value


@primitive("tag", arity=(2, 2))
def tag(name: Any, dist: Any) -> Distribution:
    """The same distribution, tagged with a name."""
    if not isinstance(dist, Distribution):
        fail("tag", "a distribution", dist)
    made: Distribution = copy(dist)
    made.tag = name
    return made


@primitive("get-tag", arity=(1, 1))
def get_tag(dist: Any) -> Any:
    """The name that a distribution is tagged with; nil if it is not."""
    return getattr(dist, "tag", None) if isinstance(dist, Distribution) else None


@primitive("transform-sample", arity=(2, 2))
def transform_sample(dist: Any, standard: Any) -> Any:
    """The draw of a multivariate distribution that is made of standard ones: of `mvn`, of a vector
    of standard normals.
    """
    method = getattr(dist, "transform_sample", None)
    inside = elements(standard)
    if method is None:
        fail("transform-sample", "mvn or wishart", dist)
    if not inside:
        fail("transform-sample", "a vector", standard)
    return method([elements(part) if elements(part) else part for part in inside])


@primitive("normal-cdf", arity=(3, 3))
def normal_cdf(x: Any, mean: Any, std: Any) -> float:
    """The probability that a normal with this mean and standard deviation is at most x."""
    spread = positive("normal-cdf", "std", std)
    z = finite("normal-cdf", "x", x) - finite("normal-cdf", "mean", mean)
    return exp(normal_tails(z / spread)[0])
