"""How many objects there are and where, from 10 to 120 detections in the plane: SMC against
inference compilation, on one scene with 1 to 10,000 particles, 50 runs of each (the published
figure), and on simulated scenes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from anglipy import Model, Posterior
from examples.experiments.clouds import MEANS, distance, draw_runs, nearness, points_around
from examples.experiments.gaussians import Array
from examples.experiments.lab import Experiment, Lab, Trained

__all__ = ["EXPERIMENT", "Scene", "simulated"]

SCENES = 40
PARTICLES = (1, 10, 100, 1_000, 10_000)
RUNS = 50
POINTS, VARIANCE = 100, 0.0016
"""Of the scene of the figure; the variance is in the middle of those that the program knows."""


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
    trained = lab.train(model, minutes=10.0, batch=64, args_fn="inputs", validation=500)
    lab.figure("validation loss", trained.loss)
    lab.figure("loss of the prior", trained.training.prior_loss)
    scenes = simulated(lab.few(SCENES, 2), np.random.default_rng([lab.seed, 5]))
    for particles in (10, lab.few(1_000, 20)):
        for algorithm in ("SMC", "IC"):
            _count(lab, model, trained, scenes, algorithm, particles)
    _again_and_again(lab, model, trained)


def _count(
    lab: Lab, model: Model, trained: Trained, scenes: list[Scene], algorithm: str, particles: int
) -> None:
    """How often the likeliest number of objects is right, and how far off their places are."""
    right, far = 0, []
    for scene in scenes:
        found = _inferred(model, trained, scene.points, algorithm, particles, lab.seed)
        means = _best_means(found)
        right += _likeliest_count(found) == len(scene.means)
        if len(means) == len(scene.means):
            far.append(distance(means, scene.means))
    case = f"{algorithm}@{particles:,}"
    lab.figure(f"scenes counted right, {case}", right / len(scenes))
    if far:
        lab.figure(f"mean error of a location where the count is right, {case}", np.mean(far))


def _again_and_again(lab: Lab, model: Model, trained: Trained) -> None:
    """Runs of both algorithms on one scene of three objects, whose number they do not know."""
    points = points_around(MEANS, VARIANCE, lab.few(POINTS, 12), seed=1)
    sizes = PARTICLES[: lab.few(len(PARTICLES), 2)]
    found: dict[str, dict[int, list[Array]]] = {"SMC": {}, "IC": {}}
    errors = {}
    for particles in sizes:
        for algorithm, runs in found.items():
            posteriors = [
                _inferred(model, trained, points, algorithm, particles, lab.seed + run)
                for run in range(lab.few(RUNS, 2))
            ]
            runs[particles] = [_best_means(posterior) for posterior in posteriors]
            case = f"{algorithm}@{particles:,}"
            right = np.mean([_likeliest_count(p) == len(MEANS) for p in posteriors])
            lab.figure(f"runs that count three, {case}", float(right))
            errors[algorithm, particles] = np.mean([nearness(m, MEANS) for m in runs[particles]])
    for (algorithm, particles), error in errors.items():
        mark = errors["SMC", sizes[-1]] if (algorithm, particles) == ("IC", 10) else None
        lab.figure(f"error of the locations, {algorithm}@{particles:,}", error, at_most=mark)
    draw_runs(found, points, lab.picture("clusters"))
    lab.note(
        f"One scene: {len(points)} points of three objects, {lab.few(RUNS, 2)} runs of each "
        "algorithm and number of particles. A run finds the means of its particle with the largest "
        "weight; the error is the mean distance of a true one to the nearest that was found, and "
        "of one that was found to the nearest true one, whatever their number. Contours show where "
        "the runs found means, dots are the data."
    )


def _inferred(
    model: Model, trained: Trained, points: Array, algorithm: str, particles: int, seed: int
) -> Posterior:
    given = {"artifact": trained.path} if algorithm == "IC" else {}
    return model.infer(
        algorithm.lower(),
        args=[len(points), points.tolist()],
        particles=particles,
        seed=seed,
        **given,
    )


def _likeliest_count(found: Posterior) -> int:
    counts = np.array([len(objects) for objects in found.values])
    return int(np.argmax(np.bincount(counts, found.weights)))


def _best_means(found: Posterior) -> Array:
    """Of the particle with the largest weight, (K, 2)."""
    best = found.values[int(np.argmax(found.log_weights))]
    return np.array([[float(x) for x in mean] for mean, _ in best])


EXPERIMENT = Experiment(
    "clusters", "G9", "Counting and finding objects from detections, number unknown", _run
)
