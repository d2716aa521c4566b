"""A tape as one minibatch.

All events are laid out flat, one after the other, and grouped by slot: every choice of one slot in
the batch is embedded, and gets its proposal, in one call. Observations are grouped the same way by
observer. Which choices of a run follow each other is kept as indices, so there is no sorting of
runs by their shape, and no batch is ever split.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from anglipy.ic.observing import Kind, Observations, stacked_rows
from anglipy.ic.priors import Floats, Prior
from anglipy.ic.tapes import Choices, Tape

__all__ = [
    "Batch",
    "ObserverGroup",
    "ObserverKey",
    "SlotKey",
    "StepGroup",
    "batch_of",
    "group_observations",
    "slot_key",
]


class SlotKey(NamedTuple):
    """What shares a proposal head: a site, a family, and the number of coordinates (0 for tables,
    which may grow).
    """

    site: str
    family: str
    size: int


class ObserverKey(NamedTuple):
    """What shares an embedder of observations: a site and the shape of the value."""

    site: str
    kind: Kind


class StepGroup(NamedTuple):
    """The choices of one slot in a batch."""

    key: SlotKey
    rows: Tensor
    """Places in the flat layout, (n,) int64."""
    numbers: Tensor
    """Of the priors, (n, numbers) float64."""
    values: Tensor
    """As the family takes them, (n,) or (n, D) float64."""
    categories: int
    """The largest table among them, 0 for other families."""


class ObserverGroup(NamedTuple):
    """The observations of one observer in a batch."""

    key: ObserverKey
    rows: Tensor
    """Run of each, (n,) int64."""
    places: Tensor
    """Which observation of its run each is, from 0, (n,) int64."""
    instances: Tensor
    """(n,) int64."""
    values: Tensor
    """(n, count) float64, (n, height, width) as recorded, (n,) int64 for choices, or (n, longest,
    columns) float64 for ragged kinds, nan where there is nothing."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`count` runs, flat. N is the number of choices in all of them."""

    count: int
    longest: int
    """Choices of the longest run."""
    by_length: Tensor
    """The runs, those with more choices first, (count,) int64."""
    packed: Tensor
    """(N,) int64: the flat places sorted by time and, within a time, by run in that order."""
    sizes: tuple[int, ...]
    """How many runs make a choice at each time, `longest` of them; sums up to N."""
    widest: int
    """Observations of the run with most of them."""
    trace_of: Tensor
    """(N,) int64: which run."""
    time_of: Tensor
    """(N,) int64: which choice of its run."""
    instances: Tensor
    """(N,) int64."""
    previous: Tensor
    """(N,) int64: the flat place of the choice before, N for a first one."""
    log_prior: Tensor
    """(N,) float64."""
    steps: tuple[StepGroup, ...]
    observations: tuple[ObserverGroup, ...]

    def per_run(self, steps: Tensor) -> Tensor:
        """Numbers of all steps (N,), summed for each run, (count,)."""
        return steps.new_zeros(self.count).index_add(0, self.trace_of, steps)


def slot_key(site: str, prior: Prior) -> SlotKey:
    """The slot of a choice."""
    return SlotKey(site, prior.family, 0 if prior.family == "categorical" else prior.size)


def batch_of(tape: Tape) -> Batch:
    """The tape as one minibatch."""
    choices, count = tape.choices, tape.count
    total = sum(len(event.runs) for event in choices)
    lengths = np.zeros(count, dtype=np.int64)
    last = np.full(count, total)
    time_of, previous, log_prior = np.empty(total, np.int64), np.empty(total, np.int64), []
    starts, end = [], 0
    for event in choices:
        start, end = end, end + len(event.runs)
        time_of[start:end] = lengths[event.runs]
        lengths[event.runs] += 1
        previous[start:end] = last[event.runs]
        last[event.runs] = np.arange(start, end)
        log_prior.append(np.broadcast_to(event.log_prior, end - start))
        starts.append(start)
    observations, widest = group_observations(tape.observations, count)
    trace_of = np.concatenate([event.runs for event in choices])
    return Batch(
        count=count,
        longest=int(lengths.max()),
        by_length=torch.from_numpy(np.argsort(-lengths, kind="stable")),
        packed=torch.from_numpy(np.lexsort((trace_of, -lengths[trace_of], time_of))),
        sizes=tuple(np.bincount(time_of).tolist()),
        widest=widest,
        trace_of=torch.from_numpy(trace_of),
        time_of=torch.from_numpy(time_of),
        instances=_joined([event.instances for event in choices]),
        previous=torch.from_numpy(previous),
        log_prior=_joined(log_prior),
        steps=tuple(_step_groups(choices, starts)),
        observations=observations,
    )


def _joined(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.concatenate(arrays))


def _step_groups(choices: Sequence[Choices], starts: Sequence[int]) -> Iterable[StepGroup]:
    """Events of one slot together, in the order in which slots are met."""
    members: dict[SlotKey, list[tuple[int, Choices]]] = {}
    for start, event in zip(starts, choices, strict=True):
        members.setdefault(slot_key(event.site, event.prior), []).append((start, event))
    for key, found in members.items():
        rows = [np.arange(start, start + len(event.runs)) for start, event in found]
        numbers = [(event.prior.numbers, len(event.runs)) for _, event in found]
        yield StepGroup(
            key,
            _joined(rows),
            _stacked_numbers(numbers),
            _joined([event.values for _, event in found]).double(),
            max(event.prior.size for _, event in found) if key.family == "categorical" else 0,
        )


def _stacked_numbers(parts: Sequence[tuple[Floats, int]]) -> Tensor:
    """Numbers of several priors as rows; rows of fewer categories are padded with -inf."""
    width = max(numbers.shape[1] for numbers, _ in parts)
    found = np.empty((sum(count for _, count in parts), width))
    end = 0
    for numbers, count in parts:
        start, end = end, end + count
        found[start:end, : numbers.shape[1]] = numbers
        found[start:end, numbers.shape[1] :] = -math.inf
    return torch.from_numpy(found)


def group_observations(
    observations: Sequence[Observations], count: int
) -> tuple[tuple[ObserverGroup, ...], int]:
    """The observations of `count` runs by observer, and how many the run with most of them made."""
    made = np.zeros(count, dtype=np.int64)
    members: dict[ObserverKey, list[tuple[np.ndarray, Observations]]] = {}
    for event in observations:
        key = ObserverKey(event.site, event.kind)
        members.setdefault(key, []).append((made[event.runs], event))
        made[event.runs] += 1
    groups = tuple(
        ObserverGroup(
            key,
            _joined([event.runs for _, event in found]),
            _joined([places for places, _ in found]),
            _joined([event.instances for _, event in found]),
            torch.from_numpy(stacked_rows(key.kind, [event.values for _, event in found])),
        )
        for key, found in members.items()
    )
    return groups, int(made.max())
