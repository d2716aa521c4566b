"""The robust quadratic regression once more, for a network that reads what robust least squares
says of the points: a summary that knows the model, by `--combine-observes`.
"""

from __future__ import annotations

import math

import numpy as np

from examples.experiments.curves import exact, simulated
from examples.experiments.lab import Experiment, Lab
from examples.experiments.polynomial import CASES, SCALES

__all__ = ["EXPERIMENT"]


def _run(lab: Lab) -> None:
    model = lab.model("polynomial_summary.aq")
    trained = lab.train(model, minutes=4.0, batch=128, combine_observes="summary", validation=2_000)
    particles = lab.few(2_560, 128)
    for number, (w, x) in enumerate(CASES, 1):
        y = simulated(w, x, 1.0, seed=number)
        truth = exact(x, y, SCALES, 1.0)
        for how, options in (("", {}), (" after refining", {"refine": lab.few(5, 1)})):
            found = model.infer(
                args=[np.column_stack([x, y]).tolist()],
                artifact=trained.path,
                particles=particles,
                seed=lab.seed,
                **options,
            )
            # The program also scores the places, uniform on an interval of length 20.
            error = found.log_evidence + len(x) * math.log(20.0) - truth.log_evidence
            lab.figure(f"error of the log evidence{how}, data {number}", abs(error), at_most=0.1)
            lab.figure(f"ESS/N{how}, data {number}", found.ess / particles, at_least=0.6)
    lab.note("The data are those of polynomial.")


EXPERIMENT = Experiment(
    "polynomial-summary", "G4", "Robust quadratic regression from summaries", _run
)
