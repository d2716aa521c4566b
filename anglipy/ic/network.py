"""The network beside the program: a core over the choices of a run, with one slot per address, that
attends to the data.

A step's input is the summary of the observations, the value and address of the step before, the
step's own address, family and instance, and the prior's numbers; what the core makes of it and of
the steps before goes to the head of the slot, which gives the parameters of the proposal (`cores`
says how). Instances of a site share a slot and are told apart by their code; those that training
never saw share one (`limits`).

Slots and observers are added when an address is first met (`grow`), in training only. Le, Baydin
and Wood 2017 (the design); Harvey et al. 2019 and Vaswani et al. 2017 (attention).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from anglipy.ic.batches import Batch, ObserverKey, SlotKey, StepGroup
from anglipy.ic.cores import Identity, State, Told, core_of, joined, selected
from anglipy.ic.layers import Shape
from anglipy.ic.limits import coded, shorter
from anglipy.ic.observing import RAGGED
from anglipy.ic.proposals import defended, kind_number
from anglipy.ic.reader import FixedNumber, ObservationReader, Reading, fixed_numbers
from anglipy.ic.slots import PRIOR_WIDTH, VALUE_WIDTH, Slot

__all__ = ["Inputs", "Memory", "Network", "Proposed", "Structure"]


class Structure(NamedTuple):
    """What a network has grown: enough to build an empty one of the same form."""

    slots: tuple[tuple[SlotKey, int], ...]
    """Slots in the order in which they were added, and their categories (0 for other families)."""
    observers: tuple[ObserverKey, ...]
    fixed: tuple[FixedNumber, ...]


class Memory(NamedTuple):
    """Where the network is in each of n runs: the core's state, and the choice before."""

    state: State
    value: Tensor
    """(n, VALUE_WIDTH): the embedded value of the choice before."""
    before: Identity
    """The choice before."""

    @property
    def rows(self) -> int:
        """How many runs."""
        return len(self.value)

    def select(self, rows: Tensor) -> Memory:
        """That of the runs with these numbers, (m,) int64, which may repeat."""
        before = Identity(*(part[rows] for part in self.before))
        return Memory(selected(self.state, rows), self.value[rows], before)

    def join(self, other: Memory) -> Memory:
        """These runs, then those."""
        return Memory(
            joined([self.state, other.state]),
            torch.cat([self.value, other.value]),
            Identity(*(torch.cat(pair) for pair in zip(self.before, other.before, strict=True))),
        )


class Proposed(NamedTuple):
    """Steps of a batch that one slot proposes."""

    group: StepGroup
    slot: Slot
    far: Tensor | None
    """Which of them the prior proposes, being beyond the limit of their site, (n,) bool; None for
    none.
    """
    seen: Tensor
    """What their heads see, (n, outputs of the core)."""


class Inputs(NamedTuple):
    """What each of n runs waits for."""

    now: Identity
    prior: Tensor
    """(n, PRIOR_WIDTH)."""
    number: Tensor
    """(n,) int64: the instance, which `now` says only if it is known."""


class Network(nn.Module):
    """The whole network. `structure` and `shape` say how to build an empty one of the same form."""

    def __init__(self, shape: Shape, kind: str = "lstm") -> None:
        super().__init__()
        self.shape, self.kind = shape, kind
        self.told: dict[str, str] = {}
        """How the program says that its observations are read, by site."""
        self.may_miss = False
        """Whether it learned that data may be missing: then nil may be observed, and weighs
        nothing."""
        self.combined: str | None = None
        """The function that makes of all observes of a run what it reads."""
        self.core = core_of(kind, shape)
        self.reader = ObservationReader(shape.width)
        self._beyond: frozenset[str] | None = None
        self.slots = nn.ModuleList()
        self.index: dict[SlotKey, int] = {}

    @classmethod
    def of_structure(cls, shape: Shape, structure: Structure, kind: str = "lstm") -> Network:
        """A network of this form, with parameters as `torch` initialises them. Raises ValueError
        for a core that does not exist.
        """
        network = cls(shape, kind)
        for key in structure.observers:
            network.reader.add(key)
        network.reader.fix(structure.fixed)
        for slot_key, categories in structure.slots:
            network._add_slot(slot_key, categories)
        return network

    @property
    def structure(self) -> Structure:
        """What has grown so far."""
        return Structure(
            tuple((slot.key, slot.categories) for slot in self.all_slots()),
            tuple(self.reader.index),
            self.reader.fixed,
        )

    @property
    def sites(self) -> frozenset[str]:
        """The sites of observations and inputs that it can read."""
        return frozenset(key.site for key in self.reader.index)

    @property
    def readings(self) -> dict[str, str]:
        """The sites whose observations it reads in a way that their shape does not tell."""
        told = RAGGED | {"iid"}
        grown = {key.site: key.kind.name for key in self.reader.index if key.kind.name in told}
        return {**self.told, **grown}

    @property
    def limits(self) -> Mapping[str, int]:
        """The largest instance that it knows of each site; see `limits`."""
        return self.reader.limits

    @limits.setter
    def limits(self, limits: Mapping[str, int]) -> None:
        self.reader.limits = limits

    @property
    def beyond(self) -> frozenset[str] | None:
        """The sites where it proposes beyond their limit, too, having read what is observed beyond;
        None: the prior proposes there, and observations beyond are not read.
        """
        return self._beyond

    @beyond.setter
    def beyond(self, sites: frozenset[str] | None) -> None:
        self._beyond = sites
        self.reader.reads_beyond = sites is not None

    @contextmanager
    def shortened(self, share: float | None, beyond: frozenset[str] | None) -> Iterator[None]:
        """For a while a network that knows only a part of each limit and has this `beyond`. As it
        is if `share` is None.
        """
        before = self.limits, self.beyond
        if share is not None:
            self.limits, self.beyond = shorter(self.limits, share), beyond
        try:
            yield
        finally:
            self.limits, self.beyond = before

    def all_slots(self) -> Sequence[Slot]:
        """The slots in the order in which they were added."""
        return list(self.slots)  # type: ignore[arg-type]

    def slot(self, key: SlotKey) -> Slot | None:
        """The slot of this key, if it was met in training."""
        at = self.index.get(key)
        return None if at is None else self.slots[at]  # type: ignore[return-value]

    def _add_slot(self, key: SlotKey, categories: int) -> None:
        self.index[key] = len(self.slots)
        self.slots.append(Slot(key, categories, self.core.outputs, self.shape))

    # -- growing -----------------------------------------------------------------------------

    def grow(self, batch: Batch) -> bool:
        """Add what this batch meets for the first time, and take its values into the moments. True
        if anything grew.
        """
        grew = False
        for group in batch.observations:
            if group.key not in self.reader.index:
                self.reader.add(group.key)
                grew = True
        if not self.slots and grew:
            self.reader.fix(fixed_numbers(batch.observations, self.reader.index, batch.count))
        self.reader.adapt(batch.observations, batch.count)
        for steps in batch.steps:
            slot = self.slot(steps.key)
            if slot is None:
                self._add_slot(steps.key, steps.categories)
                slot = self.slots[-1]  # type: ignore[assignment]
                grew = True
            assert slot is not None
            grew = slot.adapt(steps) or grew
        return grew

    # -- training ----------------------------------------------------------------------------

    def log_proposals(self, batch: Batch, epsilon: float, reading: Reading | None = None) -> Tensor:
        """Log q' of every step, (N,) float64, each given the steps before it and the observations
        of its run, or this reading of them.

        Steps without a slot or a proposal family, or beyond the limit of their site, are proposed
        by their prior.
        """
        proposed = self.proposed(batch, reading)
        if not proposed:
            return batch.log_prior + 0.0 * self.core.first_value.sum()
        parts = []
        for step in proposed:
            log_prior = batch.log_prior[step.group.rows]
            log_q = defended(step.slot.log_prob(step.seen, step.group), log_prior, epsilon)
            parts.append(log_q if step.far is None else torch.where(step.far, log_prior, log_q))
        order = torch.cat([step.group.rows for step in proposed])
        return batch.log_prior.index_copy(0, order, torch.cat(parts))

    def proposed(self, batch: Batch, reading: Reading | None = None) -> list[Proposed]:
        """The steps that the network proposes, by slot, with what their heads see. Arguments as
        those of `log_proposals`.
        """
        instances, beyond = coded(batch, self.limits)
        if reading is None:
            reading = self.reader(batch.observations, batch.count, batch.widest)
        heads_see = self._teacher_forced(batch, instances, reading)
        theirs = self.beyond or frozenset()
        found = [
            (group, slot, None if group.key.site in theirs else far)
            for group, far in zip(batch.steps, beyond, strict=True)
            if (slot := self.slot(group.key)) is not None and slot.head is not None
        ]
        if not found:
            return []
        # Gathered once and then split: gradients of parts gathered one by one would each be of the
        # size of the whole.
        order = torch.cat([group.rows for group, _, _ in found])
        seen = heads_see[order].split([len(group.rows) for group, _, _ in found])
        return [Proposed(*three, own) for three, own in zip(found, seen, strict=True)]

    def _teacher_forced(self, batch: Batch, instances: Tensor, reading: Reading) -> Tensor:
        """What the head of every step sees, (N, outputs), of which it is told these instances."""
        values, addresses, priors, families = self._embedded(batch)
        previous = batch.previous
        # The last row of each stands for the step before a first step.
        family, instance = (functional.pad(x, (0, 1)) for x in (families, instances))
        told = Told(
            values[previous],
            Identity(addresses[previous], family[previous], instance[previous]),
            Identity(addresses[:-1], families, instances),
            priors,
            batch.instances,
        )
        return self.core.unroll(told, reading, batch)

    def _embedded(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Values (N + 1, .), addresses (N + 1, .), priors (N, .) and families (N,) of all steps.

        The last row of the first two stands for the step before a first step.
        """
        rows, values, addresses, priors, families = [], [], [], [], []
        for group in batch.steps:
            slot = self.slot(group.key)
            count = len(group.rows)
            rows.append(group.rows)
            families.append(torch.full((count,), kind_number(group.key.family)))
            values.append(self.embed_values(slot, group.numbers, group.values))
            priors.append(self.embed_priors(slot, group.numbers))
            addresses.append(self.address_of(slot).expand(count, -1))
        order = torch.argsort(torch.cat(rows))
        return (
            torch.cat([torch.cat(values)[order], self.core.first_value[None]]),
            torch.cat([torch.cat(addresses)[order], self.core.first_address[None]]),
            torch.cat(priors)[order],
            torch.cat(families)[order],
        )

    # -- parts that training and inference share -------------------------------------------------

    def address_of(self, slot: Slot | None) -> Tensor:
        """(ADDRESS_WIDTH,)."""
        return self.core.unknown_address if slot is None else slot.address

    def embed_values(self, slot: Slot | None, numbers: Tensor, values: Tensor) -> Tensor:
        """(n, VALUE_WIDTH); zeros at an unknown address."""
        return (
            self.core.first_value.new_zeros(len(values), VALUE_WIDTH)
            if slot is None
            else slot.embed(numbers, values)
        )

    def embed_priors(self, slot: Slot | None, numbers: Tensor) -> Tensor:
        """(n, PRIOR_WIDTH); zeros at an unknown address."""
        if slot is not None:
            return slot.read_prior(numbers)
        return self.core.first_value.new_zeros(len(numbers), PRIOR_WIDTH)

    def start(self, reading: Reading) -> Memory:
        """The memory of a run that has made no choice yet: a row for each row of the reading."""
        rows = len(reading.summary)
        nothing = torch.zeros(rows, dtype=torch.int64)
        first = Identity(self.core.first_address.expand(rows, -1), nothing, nothing)
        return Memory(self.core.begin(reading), self.core.first_value.expand(rows, -1), first)

    def advance(self, reading: Reading, memory: Memory, waiting: Inputs) -> tuple[Tensor, Memory]:
        """One step of n runs that share one reading (of one run), or have the rows `reading.of`:
        what their heads see (n, outputs), their memory, in which the value of the choice they wait
        for is still missing.
        """
        told = Told(memory.value, memory.before, waiting.now, waiting.prior, waiting.number)
        seen, state = self.core.advance(reading, memory.state, told)
        return seen, Memory(state, memory.value, waiting.now)
