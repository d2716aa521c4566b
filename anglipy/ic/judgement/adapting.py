"""A head that is adapted to one data set: what it says, and a little more that is fitted to
weighted runs.

    raw'(x) = shifted(raw(x) + b, W z(x)),    z the principal components of what the head sees

With the data fixed, what a head sees differs between runs by the choices made before, and only a
little; so what moves a proposal with them is a linear function of those differences, on their own
scale. `shifted` moves all members of a mixture alike (see `families.Family`), so few numbers are
fitted, and a few hundred effective runs determine them. They minimise

    - sum over runs of W_i log q'(choice_i)  +  (|b|^2 + |W|^2) / (2 ESS)

by L-BFGS: the cross-entropy with a standard normal prior on what is fitted.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from anglipy.ic.batches import StepGroup
from anglipy.ic.families import Family
from anglipy.ic.proposals import defended
from anglipy.ic.slots import Slot

__all__ = ["Adapted", "adapted"]

MOST = 32
"""Principal components at most."""
SMALLEST = 1e-3
"""Components whose sd is less, relative to the largest, are left out."""
ROUNDING = 1e-5
"""So are those whose sd is less, relative to what the head sees, in float32."""
FARTHEST = 5.0
"""Principal components beyond so many sds count as this."""
ITERATIONS = 40


class Adapted(nn.Module):
    """A head that was adapted, (n, inputs) -> (n, outputs) float64; it may be so again."""

    def __init__(
        self, head: nn.Module, family: Family, size: int, outputs: int, principal: _Principal
    ) -> None:
        super().__init__()
        self.head, self.family, self.principal = head, family, principal
        columns = principal.directions.shape[1]
        self.bias = nn.Parameter(torch.zeros(outputs, dtype=torch.float64))
        self.weight = nn.Parameter(
            torch.zeros(columns, family.shift_width(size), dtype=torch.float64)
        )

    def forward(self, x: Tensor) -> Tensor:
        """What the head says, moved."""
        return self.moved(self.head(x).double(), self.principal(x))

    def moved(self, raw: Tensor, components: Tensor) -> Tensor:
        """Outputs (n, outputs) of inputs with these principal components, (n, k)."""
        return self.family.shifted(raw + self.bias, components @ self.weight)


class _Principal(nn.Module):
    """Principal components of weighted rows, each of mean 0 and sd 1."""

    mean: Tensor
    directions: Tensor

    def __init__(self, rows: Tensor, weights: Tensor) -> None:
        super().__init__()
        rows = rows.double()
        mean = weights @ rows
        centred = (rows - mean) * weights.sqrt()[:, None]
        variances, directions = torch.linalg.eigh(centred.T @ centred)
        sds, directions = variances.flip(0).clamp_min(0.0).sqrt(), directions.flip(1)
        least = torch.maximum(SMALLEST * sds[0], ROUNDING * mean.norm())
        count = int((sds > least)[:MOST].sum())
        self.register_buffer("mean", mean)
        self.register_buffer("directions", directions[:, :count] / sds[:count])

    def forward(self, x: Tensor) -> Tensor:
        """(n, columns) -> (n, k) float64."""
        components = (x.double() - self.mean) @ self.directions
        return components.clamp(-FARTHEST, FARTHEST)


def adapted(
    slot: Slot, seen: Tensor, group: StepGroup, log_prior: Tensor, weights: Tensor, epsilon: float
) -> nn.Module:
    """The head of a slot after fitting, or as it is if no run with weight visits it or no fit is
    found.

    Args:
        slot: not changed.
        seen: what its head sees of these steps, (n, inputs).
        group: the steps.
        log_prior: of them, (n,).
        weights: of the runs that they belong to, (n,), zeros for those that do not count.
        epsilon: the weight of the prior in the proposal.

    """
    assert slot.head is not None
    total = float(weights.sum())
    if total <= 0.0:
        return slot.head
    share = weights / total
    family = slot.family
    with torch.no_grad():
        raw = slot.head(seen).double()
        principal = _Principal(seen, share)
        components = principal(seen)
    found = Adapted(slot.head, family, slot.size, raw.shape[1], principal)
    fitted = [found.bias, found.weight]
    optimiser = torch.optim.LBFGS(fitted, max_iter=ITERATIONS, line_search_fn="strong_wolfe")
    prior = 0.5 * float((share * share).sum())

    def loss() -> Tensor:
        optimiser.zero_grad(set_to_none=True)
        log_q = family.log_prob(found.moved(raw, components), group.numbers, group.values)
        lost = -(share * defended(log_q, log_prior, epsilon)).sum()
        lost = lost + prior * (found.bias.square().sum() + found.weight.square().sum())
        lost.backward()
        return lost

    optimiser.step(loss)
    fine = all(bool(parameter.isfinite().all()) for parameter in fitted)
    return found.requires_grad_(False) if fine else slot.head
