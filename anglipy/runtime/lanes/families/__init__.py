"""Families of distributions: how n particles draw and score at once.

`FAMILIES` maps the class of the scalar distribution to its family.
"""

from __future__ import annotations

from anglipy.runtime import distributions as scalar
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.lanes.families.angles import VonMisesFamily
from anglipy.runtime.lanes.families.base import BadLane, Family
from anglipy.runtime.lanes.families.certain import DiracFamily
from anglipy.runtime.lanes.families.coins import BernoulliFamily, FlipFamily
from anglipy.runtime.lanes.families.composite import IidFamily, MixtureFamily, ProductFamily
from anglipy.runtime.lanes.families.counts import (
    BinomialFamily,
    PoissonFamily,
    UniformDiscreteFamily,
)
from anglipy.runtime.lanes.families.elliptical import (
    MultivariateTFamily,
    MvnMeanVarFamily,
    MvnMeanVarsFamily,
)
from anglipy.runtime.lanes.families.failures import GeometricFamily, NegativeBinomialFamily
from anglipy.runtime.lanes.families.gammas import ChiSquaredFamily, GammaFamily
from anglipy.runtime.lanes.families.indexed import (
    CategoricalCrpFamily,
    CategoricalFamily,
    DiscreteFamily,
)
from anglipy.runtime.lanes.families.lines import (
    CauchyFamily,
    ExponentialFamily,
    LaplaceFamily,
    NormalFamily,
    UniformContinuousFamily,
)
from anglipy.runtime.lanes.families.positives import (
    FoldedNormalFamily,
    HalfCauchyFamily,
    HalfNormalFamily,
    InverseGammaFamily,
    LognormalFamily,
    ParetoFamily,
    WeibullFamily,
)
from anglipy.runtime.lanes.families.shaped import (
    Beta2Family,
    BetaFamily,
    StudentTFamily,
    StudentTLocScaleFamily,
)
from anglipy.runtime.lanes.families.truncations import TruncatedFamily
from anglipy.runtime.lanes.families.vectors import DirichletFamily, MvnFamily

__all__ = ["FAMILIES", "BadLane", "Family"]

FAMILIES: dict[type[Distribution], Family] = {
    scalar.Bernoulli: BernoulliFamily(),
    scalar.Beta: BetaFamily(),
    scalar.Beta2: Beta2Family(),
    scalar.Binomial: BinomialFamily(),
    scalar.Categorical: CategoricalFamily(),
    scalar.CategoricalCrp: CategoricalCrpFamily(),
    scalar.Cauchy: CauchyFamily(),
    scalar.ChiSquared: ChiSquaredFamily(),
    scalar.Dirac: DiracFamily(),
    scalar.Dirichlet: DirichletFamily(),
    scalar.Discrete: DiscreteFamily(),
    scalar.Exponential: ExponentialFamily(),
    scalar.Flip: FlipFamily(),
    scalar.FoldedNormal: FoldedNormalFamily(0.0),
    scalar.FoldedNormalPositive: FoldedNormalFamily(5e-324),
    scalar.Gamma: GammaFamily(),
    scalar.Geometric: GeometricFamily(),
    scalar.HalfCauchy: HalfCauchyFamily(),
    scalar.HalfNormal: HalfNormalFamily(),
    scalar.InverseGamma: InverseGammaFamily(),
    scalar.Laplace: LaplaceFamily(),
    scalar.Lognormal: LognormalFamily(),
    scalar.MultivariateT: MultivariateTFamily(),
    scalar.Mvn: MvnFamily(),
    scalar.MvnMeanVar: MvnMeanVarFamily(),
    scalar.MvnMeanVars: MvnMeanVarsFamily(),
    scalar.NegativeBinomial: NegativeBinomialFamily(),
    scalar.Normal: NormalFamily(),
    scalar.Pareto: ParetoFamily(),
    scalar.Poisson: PoissonFamily(),
    scalar.StudentT: StudentTFamily(),
    scalar.StudentTLocScale: StudentTLocScaleFamily(),
    scalar.UniformContinuous: UniformContinuousFamily(),
    scalar.UniformDiscrete: UniformDiscreteFamily(),
    scalar.VonMises: VonMisesFamily(),
    scalar.Weibull: WeibullFamily(),
}
"""Class of the scalar distribution -> family. Those that have none go one by one."""

FAMILIES[scalar.Iid] = IidFamily(FAMILIES)
FAMILIES[scalar.Mixture] = MixtureFamily(FAMILIES)
FAMILIES[scalar.ProductOf] = ProductFamily(FAMILIES)
FAMILIES[scalar.Truncated] = TruncatedFamily(FAMILIES)
