"""The observations of a run as the network sees them: a summary vector, and tokens to attend to.

The summary enters the LSTM at every step. It holds the pooled tokens, and, where the program
observes a small number of numbers at addresses that do not change from run to run, those numbers
themselves, side by side. The tokens are keys and values of the attention: one per observed number
or vector, many per picture. Observations that a run did not make are masked; one learned token is
always there, so that a run without observations has something to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from anglipy.ic.batches import ObserverGroup, ObserverKey
from anglipy.ic.embedders import Embedded, Observer
from anglipy.ic.layers import Dense, InstanceCode, Scales
from anglipy.ic.products import Linear
from anglipy.ic.ragged import observer_for

__all__ = ["FixedNumber", "ObservationReader", "Reading", "fixed_numbers"]

MOST_FIXED = 256
"""At most this many numbers are laid side by side."""


class FixedNumber(NamedTuple):
    """An address whose observed numbers have their own place in the summary."""

    observer: int
    instance: int


class Reading(NamedTuple):
    """What was read from the observations of B runs."""

    summary: Tensor
    """(B, width)."""
    tokens: Tensor
    """(B, P, width)."""
    present: Tensor
    """(B, P) bool: which tokens are there."""
    of: Tensor | None = None
    """At inference, where B readings are shared by n runs: the row that each has, (n,) int64; None:
    all have the one row."""

    def part(self, first: int, last: int) -> Reading:
        """Some of the rows."""
        return Reading(self.summary[first:last], self.tokens[first:last], self.present[first:last])

    def summaries(self, runs: int) -> Tensor:
        """The summary of each of n runs that share the rows, (n, width)."""
        return self.summary.expand(runs, -1) if self.of is None else self.summary[self.of]


def fixed_numbers(
    groups: Sequence[ObserverGroup], observers: Mapping[ObserverKey, int], runs: int
) -> tuple[FixedNumber, ...]:
    """The addresses of numbers that every run observes, if they are few enough to be laid side by
    side; else ().
    """
    fixed: list[FixedNumber] = []
    columns = 0
    for group in groups:
        if group.key.kind.name != "numbers":
            continue
        for instance in sorted(set(group.instances.tolist())):
            if int((group.instances == instance).sum()) == runs:
                fixed.append(FixedNumber(observers[group.key], instance))
                columns += group.key.kind.shape[0]
    return tuple(fixed) if columns <= MOST_FIXED else ()


class ObservationReader(nn.Module):
    """All observers of a network, and what is made of their tokens."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.observers = nn.ModuleList()
        self.index: dict[ObserverKey, int] = {}
        self.instances = InstanceCode()
        self.nothing = nn.Parameter(0.1 * torch.randn(width))
        self.pooled = Linear(width, width)
        self.fixed: tuple[FixedNumber, ...] = ()
        self._starts: dict[int, Tensor] = {}
        """For each observer where the numbers of an instance begin; -1 for those not fixed."""
        self.scales: Scales | None = None
        self.side_by_side: Dense | None = None

    def add(self, key: ObserverKey) -> None:
        """A new observer for this site and shape."""
        self.index[key] = len(self.observers)
        self.observers.append(observer_for(key, self.width))

    def fix(self, fixed: tuple[FixedNumber, ...]) -> None:
        """Decide which addresses are laid side by side; done once, before training."""
        self.fixed = fixed
        self._starts = {}
        columns = 0
        for observer, instance in fixed:
            known = self._starts.get(observer, torch.empty(0, dtype=torch.int64, device="cpu"))
            # The last place stands for all later instances, which have no columns.
            starts = torch.full((max(len(known), instance + 2),), -1, device="cpu")
            starts[: len(known)] = known
            starts[instance] = columns
            self._starts[observer] = starts
            columns += self._columns(FixedNumber(observer, instance))
        if columns:
            self.scales = Scales(columns)
            self.side_by_side = Dense(3 * columns, 2 * self.width, self.width)

    def lay_out(self) -> None:
        """Put weights in the order in memory that is fastest."""
        for observer in self.observers:
            observer.lay_out()  # type: ignore[operator]

    def adapt(self, groups: Sequence[ObserverGroup], runs: int) -> None:
        """Take the moments of these values in."""
        for group in groups:
            self._observer(group).adapt(group)
        if self.scales is not None:
            values, present = self._layout(groups, runs)
            self.scales.update(values, present)

    def forward(self, groups: Sequence[ObserverGroup], runs: int, widest: int) -> Reading:
        """Read the observations of `runs` runs, of which the one with most made `widest`."""
        known = [group for group in groups if group.key in self.index]
        parts = [self._observer(group)(group, self.instances) for group in known]
        tokens, present = self._tokens(known, parts, runs, widest)
        summary = self.pooled(self._digest(known, parts, runs))
        if self.scales is not None and self.side_by_side is not None:
            values, there = self._layout(groups, runs)
            standard = self.scales(values) * torch.cat([there, there], 1)
            summary = summary + self.side_by_side(torch.cat([standard, there], 1))
        return Reading(summary, tokens, present)

    def _observer(self, group: ObserverGroup) -> Observer:
        return self.observers[self.index[group.key]]  # type: ignore[return-value]

    def _columns(self, number: FixedNumber) -> int:
        return self.observers[number.observer].key.kind.shape[0]  # type: ignore[union-attr,index,return-value]

    def _digest(
        self, groups: Sequence[ObserverGroup], parts: Sequence[Embedded], runs: int
    ) -> Tensor:
        """The mean of the digests of each run's observations, (B, width); the learned token if
        there are none.
        """
        total = self.nothing.expand(runs, -1)
        count = total.new_ones(runs, 1)
        for group, part in zip(groups, parts, strict=True):
            total = total.index_add(0, group.rows, part.digest.to(total.dtype))
            count = count.index_add(0, group.rows, count.new_ones(len(group.rows), 1))
        return total / count

    def _tokens(
        self, groups: Sequence[ObserverGroup], parts: Sequence[Embedded], runs: int, widest: int
    ) -> tuple[Tensor, Tensor]:
        """Tokens (B, P, width) and which are there (B, P). Token 0 is the learned one."""
        nothing = self.nothing.expand(runs, 1, -1)
        there = torch.ones(runs, 1, dtype=torch.bool)
        if not groups:
            return nothing, there
        if any(part.present is not None for part in parts):
            tokens, present = _without_gaps(groups, parts, runs)
            return torch.cat([nothing, tokens], 1), torch.cat([there, present], 1)
        span = max(part.tokens.shape[1] for part in parts)
        rows = []
        for group, part in zip(groups, parts, strict=True):
            first = group.rows * (widest * span) + group.places * span
            rows.append((first[:, None] + torch.arange(part.tokens.shape[1])).reshape(-1))
        order = torch.cat(rows)
        flat = torch.cat([part.tokens.reshape(-1, self.width) for part in parts])
        places = runs * widest * span
        tokens = flat.new_zeros(places, self.width).index_copy(0, order, flat)
        present = torch.zeros(places, dtype=torch.bool).index_fill(0, order, True)
        return (
            torch.cat([nothing, tokens.reshape(runs, -1, self.width)], 1),
            torch.cat([there, present.reshape(runs, -1)], 1),
        )

    def _layout(self, groups: Sequence[ObserverGroup], runs: int) -> tuple[Tensor, Tensor]:
        """The fixed numbers side by side, (B, columns) float64, and which of them are there,
        (B, columns) of 0 and 1.
        """
        assert self.scales is not None
        columns = self.scales.columns
        values = torch.zeros(runs, columns, dtype=torch.float64)
        there = self.nothing.new_zeros(runs, columns)
        for group in groups:
            starts = self._starts.get(self.index.get(group.key, -1))
            if starts is not None:
                starts = starts.to(group.instances.device)
                start = starts[group.instances.clamp_max(len(starts) - 1)]
                chosen = torch.nonzero(start >= 0)[:, 0]
                own = torch.arange(group.key.kind.shape[0])
                rows, places = group.rows[chosen, None], start[chosen, None] + own
                values[rows, places] = group.values[chosen]
                there[rows, places] = 1.0
        return values, there


def _without_gaps(
    groups: Sequence[ObserverGroup], parts: Sequence[Embedded], runs: int
) -> tuple[Tensor, Tensor]:
    """The tokens of each run, (runs, P, width), and which are there, for observations that have
    different numbers of them.
    """
    owners, flat = [], []
    for group, part in zip(groups, parts, strict=True):
        owner = group.rows[:, None].expand(part.tokens.shape[:2])
        there = slice(None) if part.present is None else part.present
        owners.append(owner[there].reshape(-1))
        flat.append(part.tokens[there].reshape(-1, part.tokens.shape[2]))
    owner, order = torch.sort(torch.cat(owners), stable=True)
    counts = torch.bincount(owner, minlength=runs)
    most = int(counts.max())
    rank = torch.arange(len(owner), device=owner.device) - (counts.cumsum(0) - counts)[owner]
    found = torch.cat(flat)[order]
    table = found.new_zeros(runs * most, found.shape[1])
    table = table.index_copy(0, owner * most + rank, found)
    present = torch.arange(most, device=owner.device) < counts[:, None]
    return table.reshape(runs, most, -1), present
