"""The network beside the program: an LSTM over the choices of a run, with one slot per address,
that attends to the data.

A step's input is the summary of the observations, the value and address of the step before, the
step's own address, family and instance, and the prior's numbers. The head of its slot sees the
LSTM's state, what the state attends to among the observation tokens, and the step's input once more
(a linear path past the saturating cell); it gives the parameters of the proposal. Instances of a
site share a slot and are told apart by their code, so an instance never seen in training still gets
a proposal.

Slots and observers are added when an address is first met (`grow`), in training only. Hochreiter
and Schmidhuber 1997 (LSTM); Le, Baydin and Wood 2017 (the design); Harvey et al. 2019 and Vaswani
et al. 2017 (attention).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from anglipy.ic.batches import Batch, ObserverKey, SlotKey
from anglipy.ic.layers import INSTANCE_WIDTH, InstanceCode, Shape
from anglipy.ic.proposals import FAMILIES, defended
from anglipy.ic.reader import FixedNumber, ObservationReader, Reading, fixed_numbers
from anglipy.ic.slots import ADDRESS_WIDTH, PRIOR_WIDTH, VALUE_WIDTH, Slot

__all__ = ["Core", "Inputs", "Memory", "Network", "Structure"]

FAMILY_WIDTH = 8


class Structure(NamedTuple):
    """What a network has grown: enough to build an empty one of the same form."""

    slots: tuple[tuple[SlotKey, int], ...]
    """Slots in the order in which they were added, and their categories (0 for other families)."""
    observers: tuple[ObserverKey, ...]
    fixed: tuple[FixedNumber, ...]


class Memory(NamedTuple):
    """Where the LSTM is in each of n runs."""

    hidden: Tensor
    """(n, hidden)."""
    cell: Tensor
    """(n, hidden)."""
    previous_value: Tensor
    """(n, VALUE_WIDTH): the embedded value of the step before."""
    previous_address: Tensor
    """(n, ADDRESS_WIDTH)."""


class Inputs(NamedTuple):
    """The inputs that say what each of n runs waits for."""

    address: Tensor
    """(n, ADDRESS_WIDTH)."""
    family: Tensor
    """(n,) int64."""
    instance: Tensor
    """(n,) int64."""
    prior: Tensor
    """(n, PRIOR_WIDTH)."""


class Core(nn.Module):
    """Inputs, LSTM and attention: what all addresses share."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.instances = InstanceCode()
        self.families = nn.Embedding(len(FAMILIES), FAMILY_WIDTH)
        self.first_value = nn.Parameter(torch.zeros(VALUE_WIDTH))
        self.first_address = nn.Parameter(torch.zeros(ADDRESS_WIDTH))
        self.unknown_address = nn.Parameter(torch.zeros(ADDRESS_WIDTH))
        inputs = (
            shape.width
            + VALUE_WIDTH
            + 2 * ADDRESS_WIDTH
            + FAMILY_WIDTH
            + INSTANCE_WIDTH
            + PRIOR_WIDTH
        )
        self.input = nn.Linear(inputs, shape.hidden)
        self.start = nn.Linear(shape.width, 2 * shape.hidden)
        self.lstm = nn.LSTM(shape.hidden, shape.hidden, batch_first=True)
        self.query = nn.Linear(2 * shape.hidden, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)

    @property
    def outputs(self) -> int:
        """Columns of what a head sees."""
        return 2 * self.shape.hidden + self.shape.width

    def start_state(self, summary: Tensor) -> tuple[Tensor, Tensor]:
        """The LSTM's state before the first step of runs with these summaries, both (n, hidden)."""
        hidden, cell = self.start(summary).chunk(2, 1)
        return hidden.tanh(), cell

    def inputs(
        self, summary: Tensor, previous_value: Tensor, previous_address: Tensor, waiting: Inputs
    ) -> Tensor:
        """The input of each of n steps, (n, hidden)."""
        return self.input(
            torch.cat(
                [
                    summary,
                    previous_value,
                    previous_address,
                    waiting.address,
                    self.families(waiting.family),
                    self.instances(waiting.instance),
                    waiting.prior,
                ],
                1,
            )
        )

    def states(
        self, summary: Tensor, padded: Tensor, segments: Sequence[tuple[int, int]]
    ) -> Tensor:
        """The LSTM's state after every step of B runs with inputs (B, T, hidden), those with more
        steps first: (B, T, hidden). Segments are (runs, steps): the runs that take so many steps
        further, after which the last of them end; zeros follow.
        """
        hidden, cell = (state[None].contiguous() for state in self.start_state(summary))
        found, time = [], 0
        for runs, steps in segments:
            here = padded[:runs, time : time + steps]
            states, (hidden, cell) = self.lstm(
                here, (hidden[:, :runs].contiguous(), cell[:, :runs].contiguous())
            )
            found.append(functional.pad(states, (0, 0, 0, 0, 0, len(padded) - runs)))
            time += steps
        return found[0] if len(found) == 1 else torch.cat(found, 1)

    def heads_see(self, states: Tensor, inputs: Tensor, reading: Reading) -> Tensor:
        """States and inputs (B, T, hidden) of runs with these observations -> (B, T, outputs)."""
        both = torch.cat([states, inputs], 2)
        times, heads = states.shape[1], self.shape.attention_heads
        # The products of queries and keys are the same whichever side the matrix of keys is
        # multiplied with; so for values. What is smaller is multiplied.
        few = times * heads < times + self.shape.width
        context = self._attended_by_few(both, reading) if few else self._attended(both, reading)
        return torch.cat([both, context], 2)

    def _attended(self, both: Tensor, reading: Reading) -> Tensor:
        """(B, T, width): what the states attend to."""
        heads = self.shape.attention_heads

        def split(x: Tensor) -> Tensor:
            return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)

        attended = functional.scaled_dot_product_attention(
            split(self.query(both)),
            split(self.key(reading.tokens)),
            split(self.value(reading.tokens)),
            attn_mask=reading.present[:, None, None, :],
        )
        return attended.transpose(1, 2).flatten(2)

    def _attended_by_few(self, both: Tensor, reading: Reading) -> Tensor:
        """The same with the heads as so many more queries of one head, whose keys and values are
        the tokens. The bias of the keys adds the same to all products of a query, which is nothing.
        """
        runs, times, _ = both.shape
        heads = self.shape.attention_heads
        queries = self.query(both).reshape(runs, times, heads, -1)
        per_head = self.key.weight.reshape(heads, queries.shape[3], -1)
        asking = torch.einsum("bthd,hdw->bthw", queries, per_head).flatten(1, 2)
        attended = functional.scaled_dot_product_attention(
            asking[:, None],
            reading.tokens[:, None],
            reading.tokens[:, None],
            attn_mask=reading.present[:, None, None, :],
            scale=queries.shape[3] ** -0.5,
        ).reshape(runs, times, heads, -1)
        values = self.value.weight.reshape(heads, queries.shape[3], -1)
        return torch.einsum("bthw,hdw->bthd", attended, values).flatten(2) + self.value.bias


class Network(nn.Module):
    """The whole network. `structure` and `shape` say how to build an empty one of the same form."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.core = Core(shape)
        self.reader = ObservationReader(shape.width)
        self.slots = nn.ModuleList()
        self.index: dict[SlotKey, int] = {}

    @classmethod
    def of_structure(cls, shape: Shape, structure: Structure) -> Network:
        """A network of this form, with parameters as `torch` initialises them."""
        network = cls(shape)
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

    def log_proposals(self, batch: Batch, epsilon: float) -> Tensor:
        """Log q' of every step, (N,) float64, each given the steps before it and the observations
        of its run.

        Steps without a slot or a proposal family are proposed by their prior.
        """
        heads_see = self._teacher_forced(batch)
        rows, parts = [], []
        for group in batch.steps:
            slot = self.slot(group.key)
            if slot is not None and slot.head is not None:
                raw = slot.head(heads_see[group.rows]).double()
                log_q = slot.family.log_prob(raw, group.numbers, group.values)
                parts.append(defended(log_q, batch.log_prior[group.rows], epsilon))
                rows.append(group.rows)
        if not rows:
            return batch.log_prior + 0.0 * heads_see.sum()
        return batch.log_prior.index_copy(0, torch.cat(rows), torch.cat(parts))

    def _teacher_forced(self, batch: Batch) -> Tensor:
        """What the head of every step sees, (N, outputs)."""
        reading = self.reader(batch.observations, batch.count, batch.widest)
        values, addresses, priors, families = self._embedded(batch)
        inputs = self.core.inputs(
            reading.summary[batch.trace_of],
            values[batch.previous],
            addresses[batch.previous],
            Inputs(addresses[:-1], families, batch.instances, priors),
        )
        flat = batch.trace_of * batch.longest + batch.time_of
        if len(flat) == batch.count * batch.longest:
            padded = inputs[torch.argsort(flat)]
        else:
            padded = inputs.new_zeros(batch.count * batch.longest, inputs.shape[1])
            padded = padded.index_copy(0, flat, inputs)
        padded = padded.reshape(batch.count, batch.longest, -1)
        if len(batch.segments) == 1:
            states = self.core.states(reading.summary, padded, batch.segments)
        else:
            order = batch.by_length
            states = self.core.states(reading.summary[order], padded[order], batch.segments)
            states = states[torch.argsort(order)]
        return self.core.heads_see(states, padded, reading).flatten(0, 1)[flat]

    def _embedded(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Values (N + 1, .), addresses (N + 1, .), priors (N, .) and families (N,) of all steps.

        The last row of the first two stands for the step before a first step.
        """
        rows, values, addresses, priors, families = [], [], [], [], []
        for group in batch.steps:
            slot = self.slot(group.key)
            count = len(group.rows)
            rows.append(group.rows)
            families.append(torch.full((count,), FAMILY_NUMBERS[group.key.family]))
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
            torch.zeros(len(values), VALUE_WIDTH) if slot is None else slot.embed(numbers, values)
        )

    def embed_priors(self, slot: Slot | None, numbers: Tensor) -> Tensor:
        """(n, PRIOR_WIDTH); zeros at an unknown address."""
        return torch.zeros(len(numbers), PRIOR_WIDTH) if slot is None else slot.read_prior(numbers)

    def start(self, reading: Reading) -> Memory:
        """The memory of a run of this reading that has made no choice yet: one row."""
        hidden, cell = self.core.start_state(reading.summary)
        return Memory(hidden, cell, self.core.first_value[None], self.core.first_address[None])

    def advance(self, reading: Reading, memory: Memory, waiting: Inputs) -> tuple[Tensor, Memory]:
        """One step of n runs that share one reading (of one run): what their heads see (n,
        outputs), their memory.
        """
        runs = len(memory.hidden)
        inputs = self.core.inputs(
            reading.summary.expand(runs, -1),
            memory.previous_value,
            memory.previous_address,
            waiting,
        )
        states, (hidden, cell) = self.core.lstm(
            inputs[:, None], (memory.hidden[None].contiguous(), memory.cell[None].contiguous())
        )
        seen = self.core.heads_see(states.transpose(0, 1), inputs[None], reading)[0]
        return seen, memory._replace(hidden=hidden[0], cell=cell[0])


FAMILY_NUMBERS = {name: number for number, name in enumerate(FAMILIES)}
"""The row of each family in the family embedding; the order of `FAMILIES` is part of the artifact's
format.
"""
