"""The proposal family of independent parts (`product`, `iid`): one part after the other, each moved
by those drawn before it.

The parts of the prior are independent, those of the posterior are not. Part j is proposed by its
own family; what is proposed is shifted by a linear function of the standardised values of the parts
before, whose coefficients are outputs of the head as well. With normal parts of one component that
is a normal density with a full covariance, by its conditionals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anglipy.ic.families import Categorical, Family
from anglipy.ic.squash import squash

__all__ = ["Products"]

FEWER = 4
"""Components of each part, at most."""
LARGEST_LINKED = 16
"""With more parts they are proposed independently of each other."""
LARGEST_CODED = 8
"""A choice among more things is told to later parts as a number."""


class Products(Family):
    """Parts side by side; `raw` and `numbers` are those of the parts, one after the other, in
    `raw` followed by the coefficients of the shifts.
    """

    kind = "mvn"

    def __init__(
        self, name: str, parts: Sequence[tuple[str, int]], families: Mapping[str, Family]
    ) -> None:
        self.name = name
        self.parts = [(families[family], size) for family, size in parts]
        self.linked = len(parts) <= LARGEST_LINKED
        self.widths = [_numbers_of(family, size) for family, size in self.parts]
        codes = [_code_width(family, size) for family, size in self.parts]
        shifts = [family.shift_width(size) for family, size in self.parts]
        self.codes = [sum(codes[:place]) for place in range(len(codes))]
        self.shifts = shifts

    def _raw_widths(self, components: int) -> list[int]:
        return [family.outputs(size, min(components, FEWER)) for family, size in self.parts]

    def _link_widths(self) -> list[int]:
        if not self.linked:
            return [0] * len(self.parts)
        return [code * shift for code, shift in zip(self.codes, self.shifts, strict=True)]

    def outputs(self, size: int, components: int) -> int:
        """Those of the parts, and the coefficients."""
        return sum(self._raw_widths(components)) + sum(self._link_widths())

    def biases(self, size: int, components: int) -> Tensor:
        """Those of the parts, and no shifts."""
        fewer = min(components, FEWER)
        found = [family.biases(size, fewer) for family, size in self.parts]
        return torch.cat([*found, torch.zeros(sum(self._link_widths()))])

    def prior_width(self, size: int) -> int:
        """All columns."""
        return sum(family.prior_width(size) for family, size in self.parts)

    def prior_features(self, numbers: Tensor, size: int) -> Tensor:
        """Those of the parts."""
        columns = self._numbers(numbers)
        pairs = zip(self.parts, columns, strict=True)
        return torch.cat([family.prior_features(part, size) for (family, size), part in pairs], 1)

    def relative(self, numbers: Tensor, values: Tensor) -> Tensor:
        """That of each part, (n, parts)."""
        triples = zip(self.parts, self._numbers(numbers), values.unbind(1), strict=True)
        return torch.cat([family.relative(part, value) for (family, _), part, value in triples], 1)

    def _numbers(self, numbers: Tensor) -> tuple[Tensor, ...]:
        return numbers.split(self.widths, 1)

    def _blocks(self, raw: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Outputs of the parts, and coefficients (n, shift, code) of their shifts."""
        links = self._link_widths()
        left = raw.shape[1] - sum(links)
        components = next(k for k in range(1, FEWER + 1) if sum(self._raw_widths(k)) == left)
        found = list(raw.split([*self._raw_widths(components), *links], 1))
        count = len(self.parts)
        return found[:count], [
            link.reshape(len(raw), shift, -1) if link.shape[1] else link
            for link, shift in zip(found[count:], self.shifts, strict=True)
        ]

    def _outputs_at(
        self, place: int, block: Tensor, link: Tensor, codes: Sequence[Tensor]
    ) -> Tensor:
        """The outputs of a part, shifted by the parts before."""
        if link.dim() != 3 or not codes:
            return block
        shift = torch.einsum("nsc,nc->ns", link, torch.cat(list(codes), 1))
        return self.parts[place][0].shifted(block, shift)

    def _code(self, place: int, numbers: Tensor, values: Tensor) -> Tensor:
        """A value as the later parts see it, (n, code width), at most about 6 in size."""
        family, size = self.parts[place]
        if isinstance(family, Categorical) and size <= LARGEST_CODED:
            one_hot = torch.nn.functional.one_hot(values.long().clamp_max(size - 1), size)
            return one_hot.to(values.dtype)
        return squash(family.relative(numbers, values), 6.0)

    def log_prob(self, raw: Tensor, numbers: Tensor, values: Tensor) -> Tensor:
        """The sum of the log densities, each given the parts before."""
        blocks, links = self._blocks(raw)
        codes: list[Tensor] = []
        total = raw.new_zeros(len(raw))
        columns = zip(blocks, links, self._numbers(numbers), values.unbind(1), strict=True)
        for place, (block, link, part, value) in enumerate(columns):
            outputs = self._outputs_at(place, block, link, codes)
            total = total + self.parts[place][0].log_prob(outputs, part, value)
            if self.linked:
                codes.append(self._code(place, part, value))
        return total

    def draw(self, raw: Tensor, numbers: Tensor, rng: Any) -> NDArray[np.float64]:
        """One part after the other for all rows, (n, parts)."""
        blocks, links = self._blocks(raw)
        drawn = np.empty((len(raw), len(self.parts)))
        codes: list[Tensor] = []
        columns = zip(blocks, links, self._numbers(numbers), strict=True)
        for place, (block, link, part) in enumerate(columns):
            outputs = self._outputs_at(place, block, link, codes)
            drawn[:, place] = self.parts[place][0].draw(outputs, part, rng)
            if self.linked:
                codes.append(self._code(place, part, torch.from_numpy(drawn[:, place])))
        return drawn


_WIDTHS = {"integers": 4, "normal": 2, "heavy": 2, "interval": 5, "circle": 2, "beta": 2,
           "positive": 4}  # fmt: skip


def _numbers_of(family: Family, size: int) -> int:
    """Columns of the numbers of a part."""
    return size if isinstance(family, Categorical) else _WIDTHS[family.name]


def _code_width(family: Family, size: int) -> int:
    return size if isinstance(family, Categorical) and size <= LARGEST_CODED else 1
