"""Three clusters: SMC against inference compilation with 1 to 10,000 particles, 50 runs of each."""

from __future__ import annotations

import numpy as np

from anglipy import Model, Posterior
from examples.experiments.clouds import MEANS, distance, draw_runs, points_around
from examples.experiments.gaussians import Array
from examples.experiments.lab import Experiment, Lab, Trained

__all__ = ["EXPERIMENT", "best_means"]

VARIANCE = 0.005
POINTS = 100
PARTICLES = (1, 10, 100, 1_000, 10_000)
RUNS = 50


def best_means(posterior: Posterior) -> Array:
    """The means of the particle with the largest weight, (3, 2)."""
    best = posterior.values[int(np.argmax(posterior.log_weights))]
    return np.array([[float(x) for x in mean] for mean in best])


def _run(lab: Lab) -> None:
    model = lab.model("gmm.aq", "gmm")
    count = lab.few(POINTS, 10)
    points = points_around(MEANS, VARIANCE, count, seed=1)
    trained = lab.train(model, minutes=4.0, batch=64, validation=500, example_args=[count, None])
    sizes = PARTICLES[: lab.few(len(PARTICLES), 2)]
    found: dict[str, dict[int, list[Array]]] = {"SMC": {}, "IC": {}}
    for particles in sizes:
        for algorithm in found:
            means = _repeated(lab, model, trained, points, algorithm, particles)
            found[algorithm][particles] = means
    errors = {
        (algorithm, particles): float(np.mean([distance(m, MEANS) for m in means]))
        for algorithm, runs in found.items()
        for particles, means in runs.items()
    }
    for (algorithm, particles), error in errors.items():
        mark = errors["SMC", sizes[-1]] if (algorithm, particles) == ("IC", 10) else None
        lab.figure(f"mean error of a location, {algorithm}@{particles:,}", error, at_most=mark)
    draw_runs(found, points, lab.picture("gmm"))
    lab.note(
        "Mean distance of the three means of the particle with the largest weight to the true "
        "ones, over 50 runs. Contours show where the runs found the means, dots are the data; "
        "which cluster a point belongs to is summed over for both algorithms."
    )


def _repeated(
    lab: Lab, model: Model, trained: Trained, points: Array, algorithm: str, particles: int
) -> list[Array]:
    """What each run of an algorithm finds."""
    given = {"artifact": trained.path} if algorithm == "IC" else {}
    return [
        best_means(
            model.infer(
                algorithm.lower(),
                args=[len(points), points.tolist()],
                particles=particles,
                seed=lab.seed + run,
                **given,
            )
        )
        for run in range(lab.few(RUNS, 2))
    ]


EXPERIMENT = Experiment(
    "gmm", "G9", "Three clusters of points: SMC against IC with 1 to 10,000 particles", _run
)
