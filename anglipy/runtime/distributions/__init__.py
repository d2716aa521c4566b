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
from anglipy.runtime.distributions.dirac import Dirac
from anglipy.runtime.distributions.dirichlet import Dirichlet
from anglipy.runtime.distributions.discrete import Categorical, Discrete
from anglipy.runtime.distributions.gamma import ChiSquared, Exponential, Gamma
from anglipy.runtime.distributions.laplace import Laplace
from anglipy.runtime.distributions.mvn import Mvn
from anglipy.runtime.distributions.normal import Normal
from anglipy.runtime.distributions.poisson import Poisson
from anglipy.runtime.distributions.student_t import StudentT, StudentTLocScale
from anglipy.runtime.distributions.uniform import UniformContinuous, UniformDiscrete

__all__ = [
    "CONSTRUCTORS",
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "ChiSquared",
    "Dirac",
    "Dirichlet",
    "Discrete",
    "Distribution",
    "Exponential",
    "Flip",
    "Gamma",
    "Laplace",
    "Mvn",
    "Normal",
    "Poisson",
    "StudentT",
    "StudentTLocScale",
    "UniformContinuous",
    "UniformDiscrete",
    "UserDistribution",
]

CONSTRUCTORS: dict[str, type[Distribution]] = {
    cls.name: cls
    for cls in (
        Bernoulli,
        Beta,
        Binomial,
        Categorical,
        ChiSquared,
        Dirac,
        Dirichlet,
        Discrete,
        Exponential,
        Flip,
        Gamma,
        Laplace,
        Mvn,
        Normal,
        Poisson,
        StudentT,
        StudentTLocScale,
        UniformContinuous,
        UniformDiscrete,
    )
}
"""Constructor name -> class."""
