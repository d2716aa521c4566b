"""One Gaussian number, measured once: is the posterior narrow enough, and in the right place?"""

from __future__ import annotations

import numpy as np

from examples.experiments.gaussians import Conditioned, conditioned, entropy, kl_normal
from examples.experiments.lab import Experiment, Lab

__all__ = ["EXPERIMENT", "exact"]

SD = 0.1


def exact(y: float) -> Conditioned:
    """The posterior of the mean."""
    covariance = np.array([[1.0, 1.0], [1.0, 1.0 + SD**2]])
    return conditioned(np.zeros(2), covariance, np.array([1]), np.array([y]))


def _run(lab: Lab) -> None:
    model = lab.model("minimal.aq")
    trained = lab.train(model, traces=50_000, validation=20_000, validate_every=10_000)
    truth = exact(2.3)
    lab.figure("loss above the floor", trained.loss - entropy(truth.covariance), at_most=0.02)
    particles = lab.few(10_000, 200)
    posterior = model.infer(args=[2.3], artifact=trained.path, particles=particles, seed=lab.seed)
    lab.figure("ESS/N", posterior.ess / particles, at_least=0.9)
    lab.figure("error of the log evidence", abs(posterior.log_evidence - truth.log_evidence))
    divergence = kl_normal(
        truth.mean[0], truth.covariance[0, 0] ** 0.5, posterior.mean(), posterior.sd()
    )
    lab.figure("KL of the exact posterior from the weighted one, as Gaussians", divergence)


EXPERIMENT = Experiment(
    "minimal", "G1", "A Gaussian mean that is measured once, closely (y = 2.3)", _run
)
