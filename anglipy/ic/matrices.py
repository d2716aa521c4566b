"""Proposal families for matrices: normal mixtures with full factors in coordinates that the prior
gives, in which it is about standard normal.

Values are taken as the lower triangle of the Cholesky factor C of the matrix X = C C', row by row,
for `wishart` with, for `correlation` (whose rows have length one) without the diagonal; densities
are those of the lower triangle of X itself, without the diagonal for `correlation`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anglipy.ic.families import TINY, Family
from anglipy.ic.vectors import Gaussians

__all__ = ["Correlations", "Matrices", "Wisharts", "rows_of_size"]


def rows_of_size(size: int, diagonal: bool) -> int:
    """P for a triangle of that many numbers.

    >>> rows_of_size(6, True), rows_of_size(3, False)
    (3, 3)
    """
    found = int((math.sqrt(1 + 8 * size) - 1) / 2 + 0.5)
    return found if diagonal else found + 1


class Matrices(Family):
    """What both share: a mixture of normals for standardised coordinates."""

    kind = "mvn"
    _normals = Gaussians()

    def coordinates(self, numbers: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Standardised coordinates (n, size), and the log of |d coordinates / d X|, (n,)."""
        raise TypeError(f"the family {self.name} has no coordinates")

    def factor(self, numbers: Tensor, coordinates: Tensor) -> Tensor:
        """The inverse: values (n, size)."""
        raise TypeError(f"the family {self.name} has no coordinates")

    def outputs(self, size: int, components: int) -> int:
        """Those of a normal mixture."""
        return self._normals.outputs(size, components)

    def biases(self, size: int, components: int) -> Tensor:
        """About the prior itself."""
        return self._normals.biases(size, components)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """The standardised coordinates."""
        return self.coordinates(numbers, values)[0]

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """That of the coordinates, and the log Jacobian."""
        at, log_slope = self.coordinates(numbers, values)
        return self._normals.log_prob(raw, _standard(at), at) + log_slope

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """Coordinates by the normal mixture, as a factor."""
        size = self._size(numbers)
        blank = torch.zeros(len(raw), size, dtype=raw.dtype)
        at = torch.from_numpy(self._normals.draw(raw, _standard(blank), rng))
        return self.factor(numbers, at).numpy()

    def _size(self, numbers: Tensor) -> int:
        raise TypeError(f"the family {self.name} has no coordinates")


def _standard(at: Tensor) -> Tensor:
    """The numbers of a standard normal prior."""
    n, size = at.shape
    identity = torch.eye(size, dtype=at.dtype).reshape(1, -1).expand(n, -1)
    return torch.cat([torch.zeros_like(at), identity], 1)


class Wisharts(Matrices):
    """By Bartlett's decomposition: with V = L L' of the prior and C = L A, the squared diagonal of
    A is chi-squared under the prior and what is below it standard normal. Coordinates are these,
    and the standardised logs of the diagonal. Anderson 2003, sec. 7.2.
    """

    name = "wishart"

    def prior_width(self, size: int) -> int:
        """Degrees of freedom and the diagonal of L."""
        return 1 + rows_of_size(size, True)

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Log degrees of freedom, log diagonal of L."""
        root = _root(numbers)
        return torch.cat([numbers[:, :1].log(), root.diagonal(dim1=1, dim2=2).log()], 1)

    def coordinates(self, numbers: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """|dX/dC| = 2^p prod C_ii^(p-i+1), |dC/dA| = prod L_ii^i, and d log A_ii = dA_ii / A_ii."""
        root, location, scale = _root(numbers), *_chi_moments(numbers)
        p = root.shape[1]
        factor = _triangle(values, p, 0)
        a = torch.linalg.solve_triangular(root, factor, upper=False)
        rows, columns = torch.tril_indices(p, p)
        diagonal = a.diagonal(dim1=1, dim2=2).clamp_min(TINY)
        at = a[:, rows, columns].clone()
        at[:, rows == columns] = (diagonal.log() - location) / scale
        places = torch.arange(1, p + 1, dtype=values.dtype)
        log_c = factor.diagonal(dim1=1, dim2=2).clamp_min(TINY).log()
        log_l = root.diagonal(dim1=1, dim2=2).log()
        log_volume = log_c * (p + 1 - places) + log_l * places + diagonal.log() + scale.log()
        return at, -log_volume.sum(1) - p * math.log(2.0)

    def factor(self, numbers: Tensor, coordinates: Tensor) -> Tensor:
        """C = L A."""
        root, location, scale = _root(numbers), *_chi_moments(numbers)
        p = root.shape[1]
        a = _triangle(coordinates, p, 0)
        logs = (location + scale * a.diagonal(dim1=1, dim2=2)).clamp(-300.0, 300.0)
        a = a.tril(-1) + torch.diag_embed(logs.exp())
        rows, columns = torch.tril_indices(p, p)
        return (root.expand(len(a), -1, -1) @ a)[:, rows, columns]

    def _size(self, numbers: Tensor) -> int:
        p = math.isqrt(numbers.shape[1] - 1)
        return p * (p + 1) // 2


def _root(numbers: Tensor) -> Tensor:
    """L of the prior's scale matrix, (n, P, P)."""
    p = math.isqrt(numbers.shape[1] - 1)
    return numbers[:, 1:].reshape(len(numbers), p, p)


def _chi_moments(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and sd of log A_ii under the prior, (n, P): half those of the log of chi-squared."""
    p = math.isqrt(numbers.shape[1] - 1)
    half = 0.5 * (numbers[:, :1] - torch.arange(p, dtype=numbers.dtype))
    location = 0.5 * (torch.digamma(half) + math.log(2.0))
    return location, 0.5 * torch.polygamma(1, half).sqrt()


def _triangle(values: Tensor, p: int, offset: int) -> Tensor:
    """The lower triangle that these are, row by row, (n, P, P)."""
    rows, columns = torch.tril_indices(p, p, offset)
    found = values.new_zeros(len(values), p, p)
    found[:, rows, columns] = values
    return found


class Correlations(Matrices):
    """By partial correlations: r_kj = C_kj / sqrt(1 - sum of C_km^2 over m < j), which are
    independent under the prior, (r + 1) / 2 distributed as beta(b, b) with b = eta + (P - 1 - j) /
    2 in column j from 1. Coordinates are artanh r over its sd there. Lewandowski, Kurowicka and Joe
    2009, sec. 2.
    """

    name = "correlation"

    def prior_width(self, size: int) -> int:
        """Eta."""
        return 1

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Log eta."""
        return numbers[:, :1].log()

    def coordinates(self, numbers: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """|dX/dC| = prod C_kk^(P-k), |dC_kj/dr_kj| = sqrt(1 - sum over m < j), dr/dz = 1 - r^2."""
        p = rows_of_size(values.shape[1], False)
        rows, columns = torch.tril_indices(p, p, -1)
        below = _triangle(values, p, -1)
        squares = below * below
        left = (1.0 - (squares.cumsum(2) - squares)).clamp_min(1e-300)
        edge = 1.0 - 1e-15
        r = (below / left.sqrt()).clamp(-edge, edge)
        scale = _spread(numbers, p)[:, columns]
        at = torch.atanh(r)[:, rows, columns] / scale
        # What is left of a row of length one is the square of its diagonal.
        log_rest = torch.log1p(-r * r)
        powers = p - 1 - torch.arange(p, dtype=values.dtype)
        log_root = 0.5 * (powers * log_rest.tril(-1).sum(2)).sum(1)
        inner = (0.5 * left.log() + log_rest)[:, rows, columns] + scale.log()
        return at, -log_root - inner.sum(1)

    def factor(self, numbers: Tensor, coordinates: Tensor) -> Tensor:
        """Row after row of C, by columns."""
        p = rows_of_size(coordinates.shape[1], False)
        rows, columns = torch.tril_indices(p, p, -1)
        edge = 1.0 - 1e-15
        r = torch.tanh(coordinates * _spread(numbers, p)[:, columns]).clamp(-edge, edge)
        square = _triangle(r, p, -1)
        left = torch.cumprod(1.0 - square * square, 2)
        before = torch.cat([torch.ones_like(left[:, :, :1]), left[:, :, :-1]], 2)
        return (square * before.sqrt())[:, rows, columns]

    def _size(self, numbers: Tensor) -> int:
        p = round(float(numbers[0, 1]))
        return p * (p - 1) // 2


def _spread(numbers: Tensor, p: int) -> Tensor:
    """The sd of artanh r in each column under the prior, (n, P): half that of a logit."""
    shape = numbers[:, :1] + 0.5 * (p - 2 - torch.arange(p, dtype=numbers.dtype))
    return 0.5 * (2.0 * torch.polygamma(1, shape.clamp_min(1e-3))).sqrt()
