"""The network beside a program that runs: proposals for groups of particles, wave by wave.

Runs that have made the same choices so far have the same history, and the network cannot tell them
apart: it takes one step per history, not per particle. Before the first choice there is one; after
choices among finitely many things there are as many as differ; after a choice from a continuum each
particle has its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from anglipy.ic.batches import slot_key
from anglipy.ic.cores import Identity
from anglipy.ic.network import Inputs, Memory, Network
from anglipy.ic.proposals import kind_number, propose
from anglipy.ic.reader import Reading
from anglipy.ic.rejections import (
    ACCEPTED,
    Found,
    Turns,
    accepted,
    answered,
    impure,
    log_factor,
    prior_turns,
    turn_of,
)
from anglipy.ic.running import Runs, Waiting
from anglipy.ic.slots import Slot
from anglipy.ic.tapes import draw_prior
from anglipy.inference.lockstep import log_weights_of, weighed
from anglipy.runtime.checkpoints import Observe, Result, Sample
from anglipy.runtime.lanes.groups import Index
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Lane

__all__ = ["Beside", "Within"]


class _Step(NamedTuple):
    """Particles that wait at one slot, and the network's step for them."""

    part: Waiting
    slot: Slot | None
    rows: Index
    """The memory rows of the histories that wait, (r,)."""
    of: Index | None
    """Which of these each particle has; None: particle i has the i-th."""
    instances: Index
    """(r,)."""
    numbers: Tensor
    """Of the priors, (1, .) or (r, .)."""
    first: Index | None = None
    """A particle with each history, (r,); None: the particles are the histories."""
    is_beyond: bool = False
    """Whether training did not show the network so many visits to the site."""


class Beside:
    """A block of runs with their network. `ended` and `died` are what became of them; `unknown` are
    the sites without a slot. With `cases`, (n,), run i has the data in row `cases[i]` of the
    reading; without, the reading has one row, for all.

    `at_observe`, `chosen`, `inside`, `accepted` and `looped` are for others than importance
    sampling to override.
    """

    def __init__(
        self,
        network: Network,
        reading: Reading,
        epsilon: float,
        runs: Runs,
        rng: Any,
        cases: Index | None = None,
    ) -> None:
        self.network, self.reading, self.epsilon = network, reading, epsilon
        self.runs, self.rng, self.cases = runs, rng, cases
        self.memory = network.start(reading)
        self.history = np.zeros(runs.n, dtype=np.intp) if cases is None else cases.copy()
        """The memory row of each run."""
        self.live = np.ones(runs.n, dtype=bool)
        self.ended: list[Result] = []
        self.died: list[tuple[Observe, int]] = []
        self.unknown: set[str] = set()

    def run(self, waiting: Sequence[Sample] = ()) -> None:
        """All runs to their ends, those at these samples among them."""
        samples = [*waiting, *self._to_next_samples()]
        while samples:
            self._propose(samples)
            samples = self._to_next_samples()

    def chosen(self, part: Waiting, value: Any, drawn: Any, log_weights: Any) -> None:
        """Told of every choice: `value` of the program, `drawn` as the family takes it, log prior -
        log q', (n,) or a float.
        """

    def inside(self, turns: Turns, numbers: Index) -> Within:
        """The network beside one turn of a rejection loop of these runs."""
        return Within(self, turns, numbers)

    def accepted(self, inner: Within, turns: Index, numbers: Index) -> None:
        """Told which turns of `inner` are those that count, and of which runs they are."""

    def looped(self, numbers: Index, log_weights: Any) -> None:
        """Told what a rejection loop adds to the log weights of these runs, (n,)."""

    def at_observe(self, point: Observe) -> None:
        """Weigh the particles of a group and let those that live go on."""
        machine = self.runs.machine
        before = len(self.died)
        state = weighed(machine, point, self.died)
        if len(self.died) > before:
            self.live[self.runs.numbers(point.state)] = False  # type: ignore[arg-type]
        if state is None:
            machine.park(point)
            return
        if len(self.died) > before:
            self.live[self.runs.numbers(state)] = True
        machine.resume(point, state, point.value)

    def _to_next_samples(self) -> list[Sample]:
        """Weigh observes until every group waits for a choice, or for others, or has ended."""
        machine, samples = self.runs.machine, []
        while (point := machine.next()) is not None:
            if isinstance(point, Sample):
                samples.append(point)
                continue
            if isinstance(point, Result):
                self.ended.append(point)
                self.live[self.runs.numbers(point.state)] = False  # type: ignore[arg-type]
                machine.park(point)
                continue
            if point.value is None and self.network.may_miss:
                machine.resume(point, point.state, None)
                continue
            self.at_observe(point)
        return samples

    def _propose(self, samples: list[Sample]) -> None:
        """One step of the network for all that wait, then draws, weights and answers. Rejection
        loops are run to the turn that is accepted first.
        """
        samples = [sample for sample in samples if not self._looped(sample)]
        if not samples:
            return
        waiting = [
            [apart for part in self.runs.waiting(sample) for apart in self._apart(part)]
            for sample in samples
        ]
        steps = [self._step(part) for parts in waiting for part in parts]
        rows = np.concatenate([step.rows for step in steps])
        inputs = self._inputs(steps)
        reading = self.reading
        if self.cases is not None:
            cases = np.concatenate([self._cases_of(step) for step in steps])
            reading = reading._replace(of=torch.from_numpy(cases))
        seen, memory = self.network.advance(reading, _taken(self.memory, rows), inputs)
        histories = _Histories(self, memory)
        place, start = iter(steps), 0
        for sample, parts in zip(samples, waiting, strict=True):
            state: Any = sample.state
            values, log_weights = [], np.zeros(state.group.n)
            for part in parts:
                step = next(place)
                end = start + len(step.rows)
                value, drawn, added = self._answer(sample, step, seen[start:end])
                self.chosen(part, value, drawn, added)
                histories.add(step, start, drawn)
                values.append(value)
                log_weights[_positions(part, state)] = added
                start = end
            weighted = Lane(log_weights_of(state) + log_weights, state.group.stamp)
            answer = self.runs.answer(sample, parts, values)
            self.runs.machine.resume(sample, state.weighted(weighted), answer)
        self.memory, self.history = histories.kept()

    def _looped(self, sample: Sample) -> bool:
        """Whether a rejection loop begins here; then it is run, and its particles go on."""
        turn = turn_of(self.runs, sample)
        if turn is None:
            return False
        state: Any = sample.state
        loop = _Loop(self, self.runs.numbers(state))
        by_network = accepted(self.runs, sample, turn, ACCEPTED, loop.play, loop.keep)
        by_prior = accepted(self.runs, sample, turn, ACCEPTED, prior_turns(self.rng))
        answer, after = answered(sample, loop.found)
        added = log_factor(by_network, by_prior)
        for each in loop.found:
            added[each.places] += each.log_weight
        self.looped(loop.numbers, added)
        weighted = Lane(log_weights_of(state) + added, state.group.stamp)
        self.memory, self.history = loop.remembered()
        self.runs.machine.resume(sample, after.weighted(weighted), answer)
        return True

    def _apart(self, part: Waiting) -> list[Waiting]:
        """Particles up to the limit of their site, and those beyond."""
        limit = self.network.limits.get(part.site)
        far = np.zeros(0, dtype=bool) if limit is None else part.instances > limit
        if not far.any() or far.all():
            return [part]
        return [part.at(np.flatnonzero(mask)) for mask in (~far, far)]

    def _step(self, part: Waiting) -> _Step:
        """The histories of a part, each once."""
        slot = self.network.slot(slot_key(part.site, part.prior))
        rows, numbers, instances = self.history[part.runs], part.prior.numbers, part.instances
        limit = self.network.limits.get(part.site)
        far = limit is not None and bool(instances[0] > limit)
        found = _distinct(rows, instances, numbers, self.memory.rows)
        if found is None:
            return _Step(
                part, slot, rows, None, instances, torch.from_numpy(numbers), is_beyond=far
            )
        first, of = found
        kept = torch.from_numpy(numbers if len(numbers) == 1 else numbers[first])
        return _Step(part, slot, rows[first], of, instances[first], kept, first, far)

    def _cases_of(self, step: _Step) -> Index:
        """The row of the reading that each history of a step has."""
        assert self.cases is not None
        runs = step.part.runs if step.first is None else step.part.runs[step.first]
        return self.cases[runs]

    def _inputs(self, steps: list[_Step]) -> Inputs:
        """What the network is told of the histories that wait."""
        network = self.network
        addresses, families, priors, known = [], [], [], []
        for step in steps:
            count = len(step.rows)
            addresses.append(network.address_of(step.slot).expand(count, -1))
            priors.append(network.embed_priors(step.slot, step.numbers).expand(count, -1))
            families.append(torch.full((count,), kind_number(step.part.prior.family)))
            known.append(np.zeros_like(step.instances) if step.is_beyond else step.instances)
        instances, number = (
            torch.from_numpy(np.concatenate(x)) for x in (known, [s.instances for s in steps])
        )
        now = Identity(torch.cat(addresses), torch.cat(families), instances)
        return Inputs(now, torch.cat(priors), number)

    def _answer(self, sample: Sample, step: _Step, seen: Tensor) -> tuple[Any, Any, Any]:
        """Draw for the particles of a step: the value, the same as the family takes it, and the log
        weights.
        """
        slot, part = step.slot, step.part
        left = step.is_beyond and part.site not in (self.network.beyond or ())
        if slot is None or slot.head is None or left:
            if slot is None:
                self.unknown.add(part.site)
            elif slot.head is not None:
                self.unknown.add(f"{part.site} beyond instance {self.network.limits[part.site]}")
            value, drawn, _ = draw_prior(self.runs, sample, part, self.rng)
            return value, drawn, 0.0
        raw = slot.head(seen).double()
        return propose(raw, step.of, part, self.epsilon, self.rng, slot.family)


class _Loop:
    """A rejection loop of the runs `numbers`: its turns, each from the memory that the loop began
    with, and the memory after those that were accepted.
    """

    def __init__(self, beside: Beside, numbers: Index) -> None:
        self.beside, self.numbers = beside, numbers
        self.found: list[Found] = []
        self.memories: list[tuple[Memory, Index]] = []
        self.inner: Within | None = None

    def play(self, turns: Turns) -> list[Result]:
        """One turn by the network."""
        self.inner = inner = self.beside.inside(turns, self.numbers[turns.places])
        inner.run()
        self.beside.unknown |= inner.unknown
        return inner.ended

    def keep(self, first: Sequence[Found]) -> None:
        """The memory of those that were accepted first."""
        assert self.inner is not None
        for each in first:
            self.found.append(each)
            rows, numbers = self.inner.history[each.turns], self.numbers[each.places]
            self.memories.append((_taken(self.inner.memory, rows), numbers))
            self.beside.accepted(self.inner, each.turns, numbers)

    def remembered(self) -> tuple[Memory, Index]:
        """The memory of all runs, and who has which row."""
        memory, history = self.beside.memory, self.beside.history.copy()
        for more, numbers in self.memories:
            history[numbers] = memory.rows + np.arange(len(numbers))
            memory = memory.join(more)
        used, row_of = np.unique(history, return_inverse=True)
        return _taken(memory, used), row_of.reshape(-1)


class Within(Beside):
    """One turn of a rejection loop beside the network."""

    def __init__(self, outer: Beside, turns: Turns, numbers: Index) -> None:
        self.network, self.reading, self.epsilon = outer.network, outer.reading, outer.epsilon
        self.runs, self.rng = turns, outer.rng
        self.cases = None if outer.cases is None else outer.cases[numbers]
        rows, of = np.unique(outer.history[numbers], return_inverse=True)
        self.memory, self.history = _taken(outer.memory, rows), of.reshape(-1)
        self.live = np.ones(turns.n, dtype=bool)
        self.ended, self.died, self.unknown = [], [], set()

    def at_observe(self, point: Observe) -> None:
        """A turn chooses, and nothing else."""
        raise impure(point, "observes something")


class _Histories:
    """The memory after a wave, put together step by step."""

    def __init__(self, beside: Beside, memory: Memory) -> None:
        self.beside, self.memory = beside, memory
        self.history = beside.history.copy()
        self.skipped = beside.live.copy()
        self.rows: list[Index] = []
        self.values: list[Tensor] = []
        self.count = 0

    def add(self, step: _Step, start: int, drawn: Any) -> None:
        """Runs that took the rows from `start` on, and what they drew."""
        part, network = step.part, self.beside.network
        before = np.arange(len(step.rows)) if step.of is None else step.of
        first, after = None, np.arange(len(part.runs))
        if step.of is not None and part.prior.family == "categorical":
            size = part.prior.size
            _, first, after = np.unique(
                before * size + drawn, return_index=True, return_inverse=True
            )
        chosen = slice(None) if first is None else first
        before, drawn = before[chosen], torch.from_numpy(np.ascontiguousarray(drawn[chosen]))
        numbers = step.numbers if len(step.numbers) == 1 else step.numbers[torch.from_numpy(before)]
        numbers = numbers.expand(len(before), -1)
        self.rows.append(start + before)
        self.values.append(network.embed_values(step.slot, numbers, drawn.double()))
        self.history[part.runs] = self.count + after.reshape(-1)
        self.skipped[part.runs] = False
        self.count += len(before)

    def kept(self) -> tuple[Memory, Index]:
        """The new memory, with the rows of runs that took no part in the wave; and who has which
        row.
        """
        new = _taken(self.memory, np.concatenate(self.rows))._replace(value=torch.cat(self.values))
        skipped = np.flatnonzero(self.skipped)
        if len(skipped):
            old, which = np.unique(self.beside.history[skipped], return_inverse=True)
            self.history[skipped] = self.count + which.reshape(-1)
            left = _taken(self.beside.memory, old)
            new = new.join(left)
        return new, self.history


def _positions(part: Waiting, state: State) -> Any:
    """Where the particles of a part are in the group of their sample."""
    if part.group is state.group:
        return slice(None)
    return part.group.positions(state.group.stamp)


def _taken(memory: Memory, rows: Index) -> Memory:
    """Some rows of a memory, all if they are all and in order."""
    if len(rows) == memory.rows and (rows == np.arange(len(rows))).all():
        return memory
    return memory.select(torch.from_numpy(rows))


def _distinct(
    rows: Index, instances: Index, numbers: Any, histories: int
) -> tuple[Index, Index] | None:
    """Particles that stand for all with the same history, instance and prior, and for each particle
    which of them it is like; None if all differ, or nearly so.
    """
    if 2 * histories > len(rows):
        return None
    if len(numbers) == 1:
        codes = rows * (int(instances.max()) + 1) + instances
        _, first, of = np.unique(codes, return_index=True, return_inverse=True)
    else:
        table = np.column_stack([rows, instances, numbers])
        _, first, of = np.unique(table, axis=0, return_index=True, return_inverse=True)
    return None if 2 * len(first) > len(rows) else (first, of.reshape(-1))
