"""How many objects there are and where, from 10 to 120 detections in the plane: SMC against
inference compilation on simulated scenes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from anglipy import Model, Posterior
from examples.experiments.clouds import distance
from examples.experiments.gaussians import Array
from examples.experiments.lab import Experiment, Lab, Trained

__all__ = ["EXPERIMENT", "Scene", "simulated"]

SCENES = 40


class Scene(NamedTuple):
    """Objects, and where detections of them are."""

    means: Array
    """(K, 2)."""
    points: Array
    """(N, 2)."""


def simulated(count: int, rng: np.random.Generator) -> list[Scene]:
    """Scenes from the prior of the program."""
    scenes = []
    for _ in range(count):
        objects = int(rng.integers(1, 6))
        means = rng.normal(0.0, 0.1**0.5, (objects, 2))
        variances = 0.0008 + 0.000085 * rng.integers(0, 21, objects)
        which = rng.integers(0, objects, int(rng.integers(10, 121)))
        noise = rng.standard_normal((len(which), 2)) * np.sqrt(variances[which])[:, None]
        scenes.append(Scene(means, means[which] + noise))
    return scenes


def _run(lab: Lab) -> None:
    model = lab.model("clusters.aq")
    trained = lab.train(model, minutes=4.0, batch=64, args_fn="inputs", validation=500)
    lab.figure("validation loss", trained.loss)
    lab.figure("loss of the prior", trained.training.prior_loss)
    scenes = simulated(lab.few(SCENES, 2), np.random.default_rng([lab.seed, 5]))
    for particles in (10, lab.few(1_000, 20)):
        for algorithm in ("SMC", "IC"):
            _judge(lab, model, trained, scenes, algorithm, particles)


def _judge(
    lab: Lab, model: Model, trained: Trained, scenes: list[Scene], algorithm: str, particles: int
) -> None:
    """How often the likeliest number of objects is right, and how far off their places are."""
    given = {"artifact": trained.path} if algorithm == "IC" else {}
    right, far = 0, []
    for scene in scenes:
        found = model.infer(
            algorithm.lower(),
            args=[len(scene.points), scene.points.tolist()],
            particles=particles,
            seed=lab.seed,
            **given,
        )
        means = _best_means(found)
        right += _likeliest_count(found) == len(scene.means)
        if len(means) == len(scene.means):
            far.append(distance(means, scene.means))
    case = f"{algorithm}@{particles:,}"
    lab.figure(f"scenes counted right, {case}", right / len(scenes))
    if far:
        lab.figure(f"mean error of a location where the count is right, {case}", np.mean(far))


def _likeliest_count(found: Posterior) -> int:
    counts = np.array([len(objects) for objects in found.values])
    return int(np.argmax(np.bincount(counts, found.weights)))


def _best_means(found: Posterior) -> Array:
    """Of the particle with the largest weight, (K, 2)."""
    best = found.values[int(np.argmax(found.log_weights))]
    return np.array([[float(x) for x in mean] for mean, _ in best])


EXPERIMENT = Experiment(
    "clusters", "", "Counting and finding objects from detections, number unknown", _run
)
