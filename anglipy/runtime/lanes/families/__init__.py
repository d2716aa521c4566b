"""Families of distributions: how n particles draw and score at once.

`FAMILIES` maps the class of the scalar distribution to its family.
"""

from __future__ import annotations

from anglipy.runtime import distributions as scalar
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.lanes.families.base import BadLane, Family
from anglipy.runtime.lanes.families.certain import DiracFamily
from anglipy.runtime.lanes.families.coins import BernoulliFamily, FlipFamily
from anglipy.runtime.lanes.families.counts import (
    BinomialFamily,
    PoissonFamily,
    UniformDiscreteFamily,
)
from anglipy.runtime.lanes.families.gammas import ChiSquaredFamily, GammaFamily
from anglipy.runtime.lanes.families.indexed import CategoricalFamily, DiscreteFamily
from anglipy.runtime.lanes.families.lines import (
    ExponentialFamily,
    LaplaceFamily,
    NormalFamily,
    UniformContinuousFamily,
)
from anglipy.runtime.lanes.families.shaped import (
    BetaFamily,
    StudentTFamily,
    StudentTLocScaleFamily,
)
from anglipy.runtime.lanes.families.vectors import DirichletFamily, MvnFamily

__all__ = ["FAMILIES", "BadLane", "Family"]

FAMILIES: dict[type[Distribution], Family] = {
    scalar.Bernoulli: BernoulliFamily(),
    scalar.Beta: BetaFamily(),
    scalar.Binomial: BinomialFamily(),
    scalar.Categorical: CategoricalFamily(),
    scalar.ChiSquared: ChiSquaredFamily(),
    scalar.Dirac: DiracFamily(),
    scalar.Dirichlet: DirichletFamily(),
    scalar.Discrete: DiscreteFamily(),
    scalar.Exponential: ExponentialFamily(),
    scalar.Flip: FlipFamily(),
    scalar.Gamma: GammaFamily(),
    scalar.Laplace: LaplaceFamily(),
    scalar.Mvn: MvnFamily(),
    scalar.Normal: NormalFamily(),
    scalar.Poisson: PoissonFamily(),
    scalar.StudentT: StudentTFamily(),
    scalar.StudentTLocScale: StudentTLocScaleFamily(),
    scalar.UniformContinuous: UniformContinuousFamily(),
    scalar.UniformDiscrete: UniformDiscreteFamily(),
}
"""Class of the scalar distribution -> family."""
