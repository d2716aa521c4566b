"""What every core has, and the protocol that the network follows.

    unroll(told, reading, batch)     training: all steps of a batch, each given those before it
    begin(reading)                   inference: the state of a run that has made no choice, for each
                                     row of the reading
    advance(reading, state, told)    inference: one step of n runs that share a reading, or, if
                                     `reading.of` says so, several

`unroll` and `advance` give what the head of each step sees, (., outputs), and agree: a run walked
step by step is told, and sees, what it is told and sees as part of a batch. States are tuples whose
rows `states.selected` and `states.joined` handle.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from anglipy.ic.batches import Batch
from anglipy.ic.cores.looking import Looking
from anglipy.ic.cores.states import State
from anglipy.ic.layers import INSTANCE_WIDTH, InstanceCode, Shape
from anglipy.ic.proposals import KINDS
from anglipy.ic.reader import Reading
from anglipy.ic.slots import ADDRESS_WIDTH, PRIOR_WIDTH, VALUE_WIDTH

__all__ = [
    "FAMILY_WIDTH",
    "IDENTITY_WIDTH",
    "Core",
    "Identity",
    "Told",
    "numbered",
    "padded",
    "places",
]

FAMILY_WIDTH = 8
IDENTITY_WIDTH = ADDRESS_WIDTH + FAMILY_WIDTH + INSTANCE_WIDTH


class Identity(NamedTuple):
    """Which choice each of n steps is."""

    address: Tensor
    """(n, ADDRESS_WIDTH)."""
    family: Tensor
    """(n,) int64."""
    instance: Tensor
    """(n,) int64; 0 for one beyond those that are known, and for the step before a first one."""


class Told(NamedTuple):
    """What a core is told of n steps."""

    value: Tensor
    """(n, VALUE_WIDTH): the embedded value of the step before."""
    before: Identity
    """The step before."""
    now: Identity
    """The step itself."""
    prior: Tensor
    """(n, PRIOR_WIDTH): the prior of the step itself."""
    number: Tensor
    """(n,) int64: the instance of the step itself, which `now` says only if it is known."""


class Core(Looking):
    """The base: vectors for families and instances, the step before a first one, and attention of a
    state and an input to the observations. `inputs`: columns of the input that heads see, `hidden`
    if none are given.
    """

    def __init__(self, shape: Shape, inputs: int | None = None) -> None:
        super().__init__(shape.hidden + (inputs or shape.hidden), shape)
        self.instances = InstanceCode()
        self.families = nn.Embedding(len(KINDS), FAMILY_WIDTH)
        self.first_value = nn.Parameter(torch.zeros(VALUE_WIDTH))
        self.first_address = nn.Parameter(torch.zeros(ADDRESS_WIDTH))
        self.unknown_address = nn.Parameter(torch.zeros(ADDRESS_WIDTH))

    @property
    def outputs(self) -> int:
        """Columns of what a head sees."""
        return self.query.in_features + self.shape.width

    def unroll(self, told: Told, reading: Reading, batch: Batch) -> Tensor:
        """What the heads of all N steps of a batch see, (N, outputs)."""
        raise TypeError("a core of no kind")

    def begin(self, reading: Reading) -> State:
        """The state of a run that has made no choice yet, a row for each row of the reading."""
        raise TypeError("a core of no kind")

    def advance(self, reading: Reading, state: State, told: Told) -> tuple[Tensor, State]:
        """One step of n runs that share one reading (of one run), or have the rows `reading.of`:
        what their heads see (n, outputs), their state.
        """
        raise TypeError("a core of no kind")

    # -- parts -------------------------------------------------------------------------------

    def identified(self, who: Identity) -> Tensor:
        """(n, IDENTITY_WIDTH)."""
        parts = [who.address, self.families(who.family), self.instances(who.instance)]
        return torch.cat(parts, 1)

    def full_inputs(self, summary: Tensor, told: Told) -> Tensor:
        """Everything a step is told, side by side: (n, `inputs_width(shape)`)."""
        return torch.cat(
            [summary, told.value, told.before.address, self.identified(told.now), told.prior], 1
        )

    def heads_see(
        self, states: Tensor, inputs: Tensor, reading: Reading, numbers: Tensor
    ) -> Tensor:
        """States and inputs (B, T, .) of steps with these instances (B, T), of runs with these
        observations -> (B, T, outputs).
        """
        both = torch.cat([states, inputs], 2)
        return torch.cat([both, self.look(both, reading, numbers)], 2)


def inputs_width(shape: Shape) -> int:
    """Columns of `Core.full_inputs`."""
    return shape.width + VALUE_WIDTH + ADDRESS_WIDTH + IDENTITY_WIDTH + PRIOR_WIDTH


def places(batch: Batch) -> Tensor:
    """Where each step of a batch is in a table of runs by steps, read row by row: (N,)."""
    return batch.trace_of * batch.longest + batch.time_of


def padded(batch: Batch, steps: Tensor, at: Tensor) -> Tensor:
    """The steps (N, width) of a batch in a table of runs by steps, (B, T, width); zeros where a run
    has ended. `at` is `places(batch)`.
    """
    if len(at) == batch.count * batch.longest:
        table = steps[torch.argsort(at)]
    else:
        table = steps.new_zeros(batch.count * batch.longest, steps.shape[1])
        table = table.index_copy(0, at, steps)
    return table.reshape(batch.count, batch.longest, -1)


def numbered(batch: Batch, at: Tensor) -> Tensor:
    """The instances of the steps of a batch in such a table, (B, T) int64. `at` is
    `places(batch)`.
    """
    table = at.new_zeros(batch.count * batch.longest).index_copy(0, at, batch.instances)
    return table.reshape(batch.count, batch.longest)
