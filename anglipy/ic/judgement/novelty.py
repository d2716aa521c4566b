"""Whether data are like those the network was trained on: a test with a stated false-alarm rate.

Two scores, each larger for stranger data:

    distance   of the network's summary of the data from those of simulated data: Mahalanobis
               distance, with the mean and the (shrunk) covariance of one half of the simulations
    surprise   - log evidence of the data, estimated with the proposals

Each is compared with the scores of simulated data that were not used for anything else. If the data
come from the program's own distribution their score is exchangeable with those, so

    p = (1 + how many simulated scores are at least as large) / (1 + how many there are)

has P(p <= a) <= a for every a, whatever the network has learned (conformal p-values; Vovk,
Gammerman and Shafer 2005; for summaries of amortised inference Schmitt et al. 2023; the second is
Box's prior predictive check of 1980). A warning is given where the smaller p, times the number of
tests, is at most `FALSE_ALARMS`: at most that share of the program's own data sets is warned of.
`surprise` is compared between estimates with different numbers of particles, where the two are not
quite exchangeable; with a network that has learned, the estimates hardly differ.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import Batch
from anglipy.ic.network import Network
from anglipy.ic.reader import Reading
from anglipy.inference.log_space import FloatArray
from anglipy.inference.posterior import Posterior

__all__ = ["FALSE_ALARMS", "Novelty", "judged", "learned_from", "p_value", "summaries"]

FALSE_ALARMS = 0.01
"""Of data sets that the program itself makes, at most this share is warned of."""
LEAST = 99
"""Scores that are needed for a p-value as small as the rate of false alarms."""
SURPRISES = "surprises"
"""The name of their array in an artifact."""
SHRINKAGE = 0.01
"""How much of the covariance is replaced by its mean variance."""


@dataclass(frozen=True, slots=True, eq=False)
class Novelty:
    """What data are compared with."""

    mean: FloatArray
    """(D,), of the summaries of one half of the simulations."""
    whitening: FloatArray
    """(D, D): distance = |whitening (summary - mean)|."""
    distances: FloatArray
    """Of the other half, in ascending order."""

    def distance(self, summary: FloatArray) -> FloatArray:
        """Of summaries (n, D), (n,)."""
        found: FloatArray = np.linalg.norm((summary - self.mean) @ self.whitening.T, axis=1)
        return found

    def to_arrays(self) -> dict[str, np.ndarray]:
        """To be kept in an artifact."""
        return {
            "mean": self.mean.astype(np.float32),
            "whitening": self.whitening.astype(np.float32),
            "distances": self.distances,
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Novelty | None:
        """The inverse; None if there are none. Raises ArtifactError AQ603 for others."""
        if "mean" not in arrays:
            return None
        try:
            found = cls(*(arrays[n].astype(float) for n in ("mean", "whitening", "distances")))
        except KeyError as error:
            raise _damaged(str(error)) from error
        size = len(found.mean) if found.mean.ndim == 1 else -1
        if found.whitening.shape != (size, size) or found.distances.ndim != 1:
            raise _damaged("the shapes of what data are compared with")
        return found


def _damaged(what: str) -> ArtifactError:
    return ArtifactError("AQ603", f"the artifact is damaged: {what}", help="calibrate it again")


def learned_from(summary: FloatArray) -> Novelty | None:
    """From the summaries of simulated data, (n, D): half of them for mean and covariance, half to
    compare with. None if there are too few.
    """
    half = len(summary) // 2
    if half < LEAST:
        return None
    fitted, compared = summary[:half], summary[half:]
    mean = fitted.mean(0)
    covariance = np.atleast_2d(np.cov(fitted, rowvar=False))
    level = float(np.trace(covariance)) / len(mean)
    covariance = (1.0 - SHRINKAGE) * covariance + SHRINKAGE * max(level, 1e-12) * np.eye(len(mean))
    whitening = np.linalg.inv(np.linalg.cholesky(covariance))
    # What is kept has single precision, and so has what it is compared with.
    known = Novelty(mean.astype(np.float32), whitening.astype(np.float32), np.empty(0))
    return replace(known, distances=np.sort(known.distance(compared)))


def summaries(network: Network, batches: Sequence[Batch]) -> FloatArray:
    """The network's summaries of the data in these batches, (n, D)."""
    was_training = network.training
    network.eval()
    with torch.inference_mode():
        found = [
            network.reader(batch.observations, batch.count, batch.widest).summary
            for batch in batches
        ]
    network.train(was_training)
    return torch.cat(found).double().numpy()


def p_value(scores: FloatArray, score: float) -> float:
    """(1 + how many of the sorted scores are at least as large) / (1 + how many there are); a score
    that is no number counts as larger than all.

    >>> p_value(np.array([1.0, 2.0, 3.0]), 2.0)
    0.75
    """
    at_least = 0 if math.isnan(score) else len(scores) - int(np.searchsorted(scores, score))
    return (1 + at_least) / (1 + len(scores))


def judged(posterior: Posterior, artifact: Artifact, reading: Reading | None) -> Posterior:
    """The posterior with the p-values of its data among its `checks`, and a warning where the data
    are not like those of training.
    """
    checks: dict[str, float] = {}
    known = Novelty.of_arrays(artifact.extras)
    if known is not None and reading is not None and reading.summary.shape[1] == len(known.mean):
        score = known.distance(reading.summary[:1].double().numpy())[0]
        checks["distance_p"] = p_value(known.distances, float(score))
    surprises = _surprises(artifact)
    if surprises is not None and posterior.log_evidence is not None:
        checks["surprise_p"] = p_value(surprises, -posterior.log_evidence)
    if not checks:
        return posterior
    remarks = posterior.remarks
    if len(checks) * min(checks.values()) <= FALSE_ALARMS:
        remarks = (*remarks, _sentence(checks))
    return replace(posterior, checks=checks, remarks=remarks)


def _surprises(artifact: Artifact) -> FloatArray | None:
    found = artifact.extras.get(SURPRISES)
    if found is None or found.ndim != 1 or len(found) < LEAST:
        return None
    return found.astype(np.float64)


def _sentence(checks: Mapping[str, float]) -> str:
    words = {
        "distance_p": "the network's summary of them is far from those of training",
        "surprise_p": "the model gives them an unusually small probability",
    }
    name = min(checks, key=lambda key: checks[key])
    return (
        f"these data are unlike those that the program simulates: {words[name]} (p "
        f"{checks[name]:.2g}; of its own data sets at most {FALSE_ALARMS:.0%} are warned of); "
        "check the data and the model before the posterior"
    )
