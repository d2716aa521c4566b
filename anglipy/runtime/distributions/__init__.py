"""The distributions of the language, one file per family.

`CONSTRUCTORS` maps a constructor's name to its class; a class is called with its parameters by
position, as many as `cls.fields` names. No numpy is loaded until a distribution that needs it is
built.
"""

from __future__ import annotations

from anglipy.runtime.distributions.base import Distribution, UserDistribution
from anglipy.runtime.distributions.bernoulli import Bernoulli, Flip
from anglipy.runtime.distributions.beta import Beta
from anglipy.runtime.distributions.binomial import Binomial
from anglipy.runtime.distributions.cauchy import Cauchy, HalfCauchy
from anglipy.runtime.distributions.dirac import Dirac
from anglipy.runtime.distributions.dirichlet import Dirichlet
from anglipy.runtime.distributions.discrete import Categorical, Discrete, DiscreteMinMax
from anglipy.runtime.distributions.failures import Geometric, NegativeBinomial
from anglipy.runtime.distributions.folded import (
    FoldedNormal,
    FoldedNormalDiscrete,
    FoldedNormalPositive,
)
from anglipy.runtime.distributions.gamma import ChiSquared, Exponential, Gamma
from anglipy.runtime.distributions.half_normal import HalfNormal
from anglipy.runtime.distributions.inverse_gamma import InverseGamma
from anglipy.runtime.distributions.laplace import Laplace
from anglipy.runtime.distributions.lifetimes import Pareto, Weibull
from anglipy.runtime.distributions.lkj import Lkj
from anglipy.runtime.distributions.lognormal import Lognormal
from anglipy.runtime.distributions.mixture import Mixture
from anglipy.runtime.distributions.modes import Beta2, ContinuousMinMax
from anglipy.runtime.distributions.multinomial import Multinomial
from anglipy.runtime.distributions.multivariate_t import MultivariateT
from anglipy.runtime.distributions.mvn import Mvn
from anglipy.runtime.distributions.mvn_diagonal import MvnMeanVar, MvnMeanVars
from anglipy.runtime.distributions.normal import Normal
from anglipy.runtime.distributions.poisson import Poisson
from anglipy.runtime.distributions.product import Iid, ProductOf
from anglipy.runtime.distributions.restaurant import CategoricalCrp, CategoricalDp
from anglipy.runtime.distributions.student_t import StudentT, StudentTLocScale
from anglipy.runtime.distributions.truncated import Truncated
from anglipy.runtime.distributions.uniform import UniformContinuous, UniformDiscrete
from anglipy.runtime.distributions.von_mises import VonMises
from anglipy.runtime.distributions.wishart import Wishart

__all__ = [
    "CONSTRUCTORS", "Bernoulli", "Beta", "Beta2", "Binomial", "Categorical", "CategoricalCrp",
    "CategoricalDp", "Cauchy", "ChiSquared", "ContinuousMinMax", "Dirac", "Dirichlet", "Discrete",
    "DiscreteMinMax", "Distribution", "Exponential", "Flip", "FoldedNormal", "FoldedNormalDiscrete",
    "FoldedNormalPositive", "Gamma", "Geometric", "HalfCauchy", "HalfNormal", "Iid", "InverseGamma",
    "Laplace", "Lkj", "Lognormal", "Mixture", "Multinomial", "MultivariateT", "Mvn", "MvnMeanVar",
    "MvnMeanVars", "NegativeBinomial", "Normal", "Pareto", "Poisson", "ProductOf", "StudentT",
    "StudentTLocScale", "Truncated", "UniformContinuous", "UniformDiscrete", "UserDistribution",
    "VonMises", "Weibull", "Wishart",
]  # fmt: skip

CONSTRUCTORS: dict[str, type[Distribution]] = {
    cls.name: cls
    for cls in (
        Bernoulli, Beta, Beta2, Binomial, Categorical, CategoricalCrp, CategoricalDp, Cauchy,
        ChiSquared, ContinuousMinMax, Dirac, Dirichlet, Discrete, DiscreteMinMax, Exponential, Flip,
        FoldedNormal, FoldedNormalDiscrete, FoldedNormalPositive, Gamma, Geometric, HalfCauchy,
        HalfNormal, Iid, InverseGamma, Laplace, Lkj, Lognormal, Mixture, Multinomial, MultivariateT,
        Mvn, MvnMeanVar, MvnMeanVars, NegativeBinomial, Normal, Pareto, Poisson, ProductOf,
        StudentT, StudentTLocScale, Truncated, UniformContinuous, UniformDiscrete, VonMises,
        Weibull, Wishart,
    )
}  # fmt: skip
"""Constructor name -> class."""
