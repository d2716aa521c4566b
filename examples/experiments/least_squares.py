"""What robust least squares says of the points of a quadratic curve, as numbers for a network."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["summarised"]

NU, STEPS = 4.0, 6
SCALE = 2.0
"""Of the Laplace priors; a normal prior of the same variance stands for them."""


def summarised(points: Any) -> list[float]:
    """Of points (n, 2): how w2 is estimated, how w1 is given w2, how w0 is given both.

    The estimate after six steps of iteratively reweighted least squares for t noise with four
    degrees of freedom; its precision as a chain of regressions: w2 has an estimate and a log sd;
    w1 and w0 have an estimate, a log sd, and slopes on the errors of those before.
    """
    x, y = np.array([list(point) for point in points], dtype=float).T
    design = np.column_stack([np.ones_like(x), x, x * x])
    weights = np.ones_like(y)
    prior = np.eye(3) / (2.0 * SCALE**2)
    for _ in range(STEPS + 1):
        precision = design.T @ (weights[:, None] * design) + prior
        estimate = np.linalg.solve(precision, design.T @ (weights * y))
        residuals = y - design @ estimate
        weights = (NU + 1.0) / (NU + residuals**2)
    covariance = np.linalg.inv(precision)
    slopes_w1 = covariance[1, 2] / covariance[2, 2]
    sd_w1 = np.sqrt(covariance[1, 1] - slopes_w1 * covariance[1, 2])
    slopes_w0 = np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])
    sd_w0 = np.sqrt(covariance[0, 0] - slopes_w0 @ covariance[1:, 0])
    return [
        *estimate.tolist(),
        *np.log([np.sqrt(covariance[2, 2]), sd_w1, sd_w0]).tolist(),
        float(slopes_w1),
        *slopes_w0.tolist(),
        float(np.log(np.mean(residuals**2))),
    ]
