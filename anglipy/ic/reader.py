"""The observations of a run as the network sees them: a summary vector, and tokens to attend to.

The summary enters the LSTM at every step. It holds the pooled tokens, and, where the program
observes a small number of numbers at addresses that do not change from run to run, those numbers
themselves, side by side. The tokens are keys and values of the attention: one per observed number
or vector, many per picture. Observations that a run did not make are masked; one learned token is
always there, so that a run without observations has something to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from anglipy.ic.batches import ObserverGroup, ObserverKey
from anglipy.ic.embedders import Embedded, Observer
from anglipy.ic.layers import Dense, InstanceCode, Scales
from anglipy.ic.limits import read_up_to
from anglipy.ic.products import Linear
from anglipy.ic.ragged import observer_for

__all__ = ["FixedNumber", "ObservationReader", "Reading", "fixed_numbers", "together"]

ORDERED = ("sequence", "string")
"""Kinds of observations whose elements have a place."""
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
    numbers: Tensor | None = None
    """(B, P) int64: the instance of the observation that a token is of, or the place of the element
    in a sequence, from 1; 0 for tokens in no order. None where nothing is ever in an order."""
    of: Tensor | None = None
    """At inference, where B readings are shared by n runs: the row that each has, (n,) int64; None:
    all have the one row."""

    def part(self, first: int, last: int) -> Reading:
        """Some of the rows."""
        return self.mapped(lambda x: x[first:last])

    def mapped(self, change: Callable[[Tensor], Tensor]) -> Reading:
        """With all that has a row for each of the B runs changed; `of` is kept."""
        numbers = None if self.numbers is None else change(self.numbers)
        rows = (change(self.summary), change(self.tokens), change(self.present))
        return Reading(*rows, numbers, self.of)

    def summaries(self, runs: int) -> Tensor:
        """The summary of each of n runs that share the rows, (n, width)."""
        return self.summary.expand(runs, -1) if self.of is None else self.summary[self.of]


def together(parts: Sequence[Reading]) -> Reading:
    """The rows of all; those with fewer tokens are padded. Of readings by one reader."""
    widest = max(part.tokens.shape[1] for part in parts)

    def joined(rows: Iterable[Tensor]) -> Tensor:
        return torch.cat([_padded(x, widest) for x in rows])

    numbers = [part.numbers for part in parts if part.numbers is not None]
    return Reading(
        torch.cat([part.summary for part in parts]),
        joined(part.tokens for part in parts),
        joined(part.present for part in parts),
        joined(numbers) if numbers else None,
    )


def _padded(x: Tensor, places: int) -> Tensor:
    """(B, P, ..) -> (B, places, ..) with zeros at the end."""
    more = places - x.shape[1]
    return torch.cat([x, x.new_zeros(x.shape[0], more, *x.shape[2:])], 1) if more else x


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
        self.limits: Mapping[str, int] = {}
        """The largest instance known of each site; see `limits`."""
        self.reads_beyond = False
        """Whether it reads observations beyond their limits."""
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
        if not self.reads_beyond:
            groups = read_up_to(tuple(groups), self.limits)[0]
        known = [group for group in groups if group.key in self.index]
        coded = [self._coded(group) for group in known] if self.reads_beyond else known
        parts = [self._observer(group)(group, self.instances) for group in coded]
        tokens, present, numbers = self._tokens(known, parts, runs, widest)
        summary = self.pooled(self._digest(known, parts, runs))
        if self.scales is not None and self.side_by_side is not None:
            values, there = self._layout(coded, runs)
            standard = self.scales(values) * torch.cat([there, there], 1)
            summary = summary + self.side_by_side(torch.cat([standard, there], 1))
        return Reading(summary, tokens, present, numbers if self._is_numbered else None)

    @property
    def _is_numbered(self) -> bool:
        """Whether any site is observed more than once, or has elements in an order."""
        return any(
            self.limits.get(key.site, 1) > 1 or key.kind.name in ORDERED for key in self.index
        )

    def _coded(self, group: ObserverGroup) -> ObserverGroup:
        """With instance 0 for all beyond the limit, which share a code."""
        limit = self.limits.get(group.key.site)
        if limit is None:
            return group
        known = torch.where(group.instances > limit, 0, group.instances)
        return group._replace(instances=known)

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
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens (B, P, width), which are there and their numbers, both (B, P). Token 0 is the
        learned one.
        """
        first = (
            self.nothing.expand(runs, 1, -1),
            torch.ones(runs, 1, dtype=torch.bool),
            torch.zeros(runs, 1, dtype=torch.int64),
        )
        if not groups:
            return first
        if any(part.present is not None for part in parts):
            found = _without_gaps(groups, parts, runs)
        else:
            found = self._in_places(groups, parts, runs, widest)
        tokens, present, numbers = (torch.cat(pair, 1) for pair in zip(first, found, strict=True))
        return tokens, present, numbers

    def _in_places(
        self, groups: Sequence[ObserverGroup], parts: Sequence[Embedded], runs: int, widest: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The same but for token 0, each observation at the place that it has in its run."""
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
        numbers = torch.cat(
            [_numbers(group, part).reshape(-1) for group, part in zip(groups, parts, strict=True)]
        )
        numbers = numbers.new_zeros(places).index_copy(0, order, numbers)
        tokens = tokens.reshape(runs, -1, self.width)
        return tokens, present.reshape(runs, -1), numbers.reshape(runs, -1)

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
) -> tuple[Tensor, Tensor, Tensor]:
    """The tokens of each run, (runs, P, width), which are there, and their numbers, for
    observations that have different numbers of them.
    """
    owners, flat, numbers = [], [], []
    for group, part in zip(groups, parts, strict=True):
        owner = group.rows[:, None].expand(part.tokens.shape[:2])
        there = slice(None) if part.present is None else part.present
        owners.append(owner[there].reshape(-1))
        flat.append(part.tokens[there].reshape(-1, part.tokens.shape[2]))
        numbers.append(_numbers(group, part)[there].reshape(-1))
    owner, order = torch.sort(torch.cat(owners), stable=True)
    counts = torch.bincount(owner, minlength=runs)
    most = int(counts.max())
    rank = torch.arange(len(owner), device=owner.device) - (counts.cumsum(0) - counts)[owner]
    found, number = torch.cat(flat)[order], torch.cat(numbers)[order]
    places = owner * most + rank
    table = found.new_zeros(runs * most, found.shape[1]).index_copy(0, places, found)
    numbered = number.new_zeros(runs * most).index_copy(0, places, number)
    present = torch.arange(most, device=owner.device) < counts[:, None]
    return table.reshape(runs, most, -1), present, numbered.reshape(runs, most)


def _numbers(group: ObserverGroup, part: Embedded) -> Tensor:
    """The number of each token of a group, (n, tokens) int64."""
    count, tokens = part.tokens.shape[:2]
    if group.key.kind.name in ORDERED:
        places = torch.arange(1, tokens + 1, device=group.instances.device)
        return places.expand(count, tokens)
    numbers = torch.zeros_like(group.instances) if group.key.kind.name == "iid" else group.instances
    return numbers[:, None].expand(count, tokens)
