"""Proposal families for vectors: Gaussian mixtures with full factors for `mvn`, Dirichlet mixtures
for `dirichlet`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anglipy.ic.bounded import shaped
from anglipy.ic.families import HALF_LOG_TWO_PI, TINY, Family, choose
from anglipy.ic.squash import squash

__all__ = ["Dirichlets", "Gaussians"]

LARGEST_FULL = 16
"""Up to this many coordinates a component has a full triangular factor, beyond it a diagonal one.
"""
FEWER = 4
"""At most this many components: each has many outputs."""


class Gaussians(Family):
    """Mixtures of normals in the prior's own coordinates: x = mean + L z, and e = U_k (z - a_k) is
    standard normal.

    U_k is lower triangular with a positive diagonal, so the density needs no inversion and drawing
    one solve.
    """

    name = "mvn"
    kind = "mvn"

    def outputs(self, size: int, components: int) -> int:
        """Per component: a logit, `size` places, `size` log diagonals, and the part below the
        diagonal.
        """
        return min(components, FEWER) * (1 + 2 * size + _below(size))

    def biases(self, size: int, components: int) -> Tensor:
        """The prior itself, in every component."""
        return torch.zeros(self.outputs(size, components))

    def prior_width(self, size: int) -> int:
        """Means and log diagonal of the Cholesky factor."""
        return 2 * size

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Means and log diagonal of the Cholesky factor."""
        mean, factor = _parts(numbers, size)
        return torch.cat([squash(mean, 100.0), factor.diagonal(dim1=1, dim2=2).log()], 1)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Z = L^-1 (x - mean), (n, D)."""
        mean, factor = _parts(numbers, values.shape[1])
        shifted = (values - mean)[:, :, None]
        return torch.linalg.solve_triangular(factor, shifted, upper=False)[:, :, 0]

    def _components(self, raw: Tensor, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (n, K), places (n, K, D), factors U (n, K, D, D)."""
        parts = raw.reshape(len(raw), -1, 1 + 2 * size + _below(size))
        log_diagonal = parts[:, :, 1 + size : 1 + 2 * size].clamp(-4.0, 12.0)
        factors = torch.diag_embed(log_diagonal.exp())
        if _below(size):
            rows, columns = torch.tril_indices(size, size, -1)
            lower = torch.zeros_like(factors)
            lower[:, :, rows, columns] = parts[:, :, 1 + 2 * size :]
            factors = factors + lower
        return parts[:, :, 0], parts[:, :, 1 : 1 + size], factors

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """Log sum_k weight_k |U_k| normal(U_k (z - a_k)) / |L|."""
        size = values.shape[1]
        logits, places, factors = self._components(raw, size)
        z = self.relative(numbers, values)
        e = torch.einsum("nkij,nkj->nki", factors, z[:, None] - places)
        log_determinant = factors.diagonal(dim1=2, dim2=3).log().sum(2)
        log_members = log_determinant - 0.5 * (e * e).sum(2) - size * HALF_LOG_TWO_PI
        log_volume = _parts(numbers, size)[1].diagonal(dim1=1, dim2=2).log().sum(1)
        return torch.logsumexp(torch.log_softmax(logits, 1) + log_members, 1) - log_volume

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """A component, then z = a + U^-1 e, then x = mean + L z."""
        size = int((-1 + (1 + 4 * numbers.shape[1]) ** 0.5) / 2 + 0.5)
        logits, places, factors = self._components(raw, size)
        rows, chosen = torch.arange(len(raw)), torch.from_numpy(choose(logits, rng))
        e = torch.from_numpy(rng.standard_normal((len(raw), size)))[:, :, None]
        offsets = torch.linalg.solve_triangular(factors[rows, chosen], e, upper=False)[:, :, 0]
        mean, factor = _parts(numbers, size)
        z = places[rows, chosen] + offsets
        return (mean + torch.einsum("nij,nj->ni", factor, z)).numpy()


def _below(size: int) -> int:
    return size * (size - 1) // 2 if size <= LARGEST_FULL else 0


def _parts(numbers: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Mean (n, D) and Cholesky factor (n, D, D) of the prior."""
    return numbers[:, :size], numbers[:, size:].reshape(len(numbers), size, size)


class Dirichlets(Family):
    """Mixtures of Dirichlet densities whose concentrations are the prior's times exp(outputs)."""

    name = "dirichlet"
    kind = "dirichlet"

    def outputs(self, size: int, components: int) -> int:
        """A logit and `size` factors per component."""
        return min(components, FEWER) * (1 + size)

    def biases(self, size: int, components: int) -> Tensor:
        """The prior itself, in every component."""
        return torch.zeros(self.outputs(size, components))

    def prior_width(self, size: int) -> int:
        """The concentrations."""
        return size

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Log concentrations."""
        return numbers.log()

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """Centred log ratios, held to a readable range."""
        logs = values.clamp_min(1e-12).log()
        return logs - logs.mean(1, keepdim=True)

    def _components(self, raw: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (n, K), concentrations (n, K, D)."""
        parts = raw.reshape(len(raw), -1, 1 + numbers.shape[1])
        return parts[:, :, 0], shaped(numbers[:, None], parts[:, :, 1:])

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """Log sum_k weight_k Dirichlet(values; alpha_k)."""
        logits, alpha = self._components(raw, numbers)
        logs = values.clamp_min(TINY).log()[:, None]
        log_normaliser = torch.lgamma(alpha).sum(2) - torch.lgamma(alpha.sum(2))
        log_members = ((alpha - 1.0) * logs).sum(2) - log_normaliser
        return torch.logsumexp(torch.log_softmax(logits, 1) + log_members, 1)

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """A component, then normalised gamma draws."""
        logits, alpha = self._components(raw, numbers)
        chosen = torch.from_numpy(choose(logits, rng))
        gammas = np.maximum(rng.standard_gamma(alpha[torch.arange(len(raw)), chosen].numpy()), TINY)
        return gammas / gammas.sum(1, keepdims=True)
