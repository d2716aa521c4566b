"""One run of many chains in lockstep, each replaying its own choices but for what it changes.

What `traces` does for one chain. A run starts at the beginning of the program: up to the choice
that a chain changes it gives the chain's own values back without asking for their probabilities;
from there on it reuses them where they still have one. What is drawn, is drawn for those chains
only that need it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from anglipy.diagnostics import UserError
from anglipy.inference.lockstep import log_weights_of, weighed
from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.mcmc.columns import Column, Columns, Piece, joined
from anglipy.inference.mcmc.traces import Key
from anglipy.runtime.checkpoints import Observe, Result, Sample
from anglipy.runtime.lanes.distributions import draw, lanes_of, score
from anglipy.runtime.lanes.groups import QUIET, Group, using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.values import Lane, has_lanes, rows, rows_at
from anglipy.runtime.locate import explain
from anglipy.runtime.machine import Query

__all__ = ["Program", "Replay", "chances", "comes_back", "in_parts"]


@dataclass(frozen=True, slots=True)
class Program:
    """What the chains run."""

    query: Query
    value: Any
    root: Group
    first: int
    """The number of the first of these chains."""
    total: int
    """All chains there are."""

    def machine(self, group: Group) -> Machine:
        """A machine at the start of the program, for some or all of the chains."""
        machine = Machine()
        machine.start(self.query.frame, self.value, group.n, group=group)
        machine.origins, machine.total = [(self.root, self.first)], self.total
        return machine

    def places(self, group: Group) -> IntArray:
        """Which chains the lanes of a group are."""
        return group.positions(self.root.stamp)


@dataclass(eq=False)
class Replay:
    """A run in which chains change one choice each. After `run` it holds what they found."""

    program: Program
    columns: Columns
    """What the chains have before."""
    picked: IntArray
    """For each chain the place of its choice among the columns; -1: it changes nothing."""
    reuse: Any
    """For each chain whether it reuses choices behind the one that it changes."""
    rng: Any
    propose: Callable[[Any, Column, Group, IntArray], tuple[Any, FloatArray, FloatArray]]
    """(values, log probabilities, what counts of them in the ratio) for the chains of a group that
    change this choice; asked with the distribution, the column, the group, its chains."""

    def __post_init__(self) -> None:
        n = self.program.root.n
        self.passed = np.zeros(n, dtype=bool)
        self.log_ratio = np.zeros(n)
        self.log_likelihood = np.full(n, -np.inf)
        self.lost: dict[Key, Any] = {}
        """By address the chains whose value there has no probability any more."""
        self.results: list[Result] = []
        self.deaths: list[Observe] = []
        self.died_at = np.full(n, -1)
        """For each chain which of the deaths is its own; -1 for none."""
        self._pieces: dict[Key, list[Piece]] = {}
        self._number = {key: number for number, key in enumerate(self.columns)}

    def run(self) -> None:
        """Run to the end."""
        machine = self.program.machine(self.program.root)
        with QUIET:
            while (stop := machine.next()) is not None:
                if isinstance(stop, Sample):
                    machine.resume(stop, stop.state, self._answered(machine, stop))  # type: ignore[arg-type]
                elif isinstance(stop, Observe):
                    self._observed(machine, stop)
                else:
                    self._ended(stop)
                    machine.park(stop)

    def new_columns(self) -> Columns:
        """What the chains would have after this run."""
        root, found = self.program.root, {}
        for key, pieces in self._pieces.items():
            present, log_prob = np.zeros(root.n, dtype=bool), np.full(root.n, -np.inf)
            for piece in pieces:
                present[piece.places] = True
                log_prob[piece.places] = piece.log_prob
            before = self.columns.get(key)
            kept = before is not None and all(piece.value is before.value for piece in pieces)
            value = before.value if kept and before is not None else joined(root, pieces)
            found[key] = Column(value, present, log_prob)
        return found

    def _observed(self, machine: Machine, stop: Observe) -> None:
        died: list[tuple[Observe, int]] = []
        state = weighed(machine, stop, died)
        if died:
            before = self.program.places(stop.state.group)  # type: ignore[attr-defined]
            self.died_at[before] = len(self.deaths)
            self.deaths.append(died[0][0])
            if state is not None:
                self.died_at[self.program.places(state.group)] = -1
        if state is None:
            machine.park(stop)
        else:
            machine.resume(stop, state, stop.value)

    def _ended(self, result: Result) -> None:
        state: Any = result.state
        self.log_likelihood[self.program.places(state.group)] = log_weights_of(state)
        self.results.append(result)

    def _answered(self, machine: Machine, sample: Sample) -> Any:
        """The values of a choice, for the group that makes it."""
        state: Any = sample.state
        try:
            return in_parts(
                state.group,
                sample.instance,
                lambda instance, group: self._at((sample.site.id, instance), sample.dist, group),
            )
        except Exception as error:
            machine.failed(error, state)

    def _at(self, key: Key, dist: Any, group: Group) -> Any:
        """The values at one address, for the running group."""
        places, column = self.program.places(group), self.columns.get(key)
        if column is None:
            value, log_prob = self._drawn(dist, group.n)
        else:
            value, log_prob = self._chosen(key, column, dist, group, places)
        self._pieces.setdefault(key, []).append(Piece(places, value, group, log_prob))
        return value

    def _chosen(
        self, key: Key, column: Column, dist: Any, group: Group, places: IntArray
    ) -> tuple[Any, FloatArray]:
        """The same where chains may have had a value before."""
        present, passed = column.present[places], self.passed[places]
        changing = present & (self.picked[places] == self._number[key])
        kept = present & ~changing & (~passed | self.reuse[places])
        log_prob = np.where(kept, column.log_prob[places], -np.inf)
        again = kept & passed
        if again.any():
            kept &= self._scored(key, column, dist, group, places, again, log_prob)
        answers = []
        if kept.any():
            answers.append((np.nonzero(kept)[0], lambda _: column.value))
        if changing.any():
            where = np.nonzero(changing)[0]
            answers.append((where, lambda sub: self._changed(column, dist, sub, where, log_prob)))
            self.passed[places[where]] = True
        rest = np.nonzero(~kept & ~changing)[0]
        if len(rest):
            answers.append((rest, lambda sub: self._new(dist, sub, rest, log_prob)))
        return merged(group, answers), log_prob

    def _scored(
        self,
        key: Key,
        column: Column,
        dist: Any,
        group: Group,
        places: IntArray,
        again: Any,
        log_prob: FloatArray,
    ) -> Any:
        """Which lanes can keep their values, as far as they were to be scored `again`; the ratio
        and `log_prob` are brought up to date.
        """
        where = np.nonzero(again)[0]
        sub = group if len(where) == group.n else group.subset(where)
        with using(sub), lanes_of(where):
            found = chances(dist, column.value, sub.n)
        before = log_prob[where]
        log_prob[where] = found
        possible = found > -np.inf
        chains = places[where]
        # Where the old distribution could not tell the probability, the way back draws anew.
        change = np.where(before > -np.inf, found - before, -np.inf)
        self.log_ratio[chains[possible]] += change[possible]
        if not possible.all():
            lost = self.lost.setdefault(key, np.zeros(self.program.root.n, dtype=bool))
            lost[chains[~possible]] = True
        good = np.ones(group.n, dtype=bool)
        good[where] = possible
        return good

    def _changed(
        self, column: Column, dist: Any, group: Group, where: IntArray, log_prob: FloatArray
    ) -> Any:
        chains = self.program.places(group)
        value, log_prob[where], change = self.propose(dist, column, group, chains)
        self.log_ratio[chains] += change
        return value

    def _new(self, dist: Any, group: Group, where: IntArray, log_prob: FloatArray) -> Any:
        value, log_prob[where] = self._drawn(dist, group.n)
        return value

    def _drawn(self, dist: Any, n: int) -> tuple[Any, FloatArray]:
        value = draw(dist, self.rng, n)
        return value, chances(dist, value, n)


def merged(group: Group, answers: list[tuple[IntArray, Callable[[Group], Any]]]) -> Any:
    """The value of a group from those that functions give for parts of it."""
    if len(answers) == 1:
        return answers[0][1](group)
    parts, values = [], []
    for where, answer in answers:
        sub = group.subset(where)
        with using(sub), lanes_of(where):
            values.append(answer(sub))
        parts.append((where, sub))
    return Merger(group, parts).merge(values)


def in_parts(group: Group, instance: Any, answer: Callable[[int, Group], Any]) -> Any:
    """The value of a group whose particles may be at different visits of a site."""
    with using(group):
        if instance.__class__ is not Lane:
            return answer(instance, group)
        numbers = rows_at(instance, group)
        return merged(
            group,
            [
                (np.nonzero(numbers == number)[0], lambda sub, own=number: answer(own, sub))  # type: ignore[misc]
                for number in np.unique(numbers).tolist()
            ],
        )


def chances(dist: Any, value: Any, n: int) -> FloatArray:
    """Log probabilities of the values of the running group, shape (n,); -inf also where the
    distribution cannot tell them.
    """
    try:
        found = np.array(np.broadcast_to(score(dist, value), (n,)), dtype=np.float64)
    except Exception as error:
        if not isinstance(explain(error), UserError):
            raise
        found = np.array([_chance(*each) for each in zip(*_rows(dist, value, n), strict=True)])
    found[~(found < np.inf)] = -np.inf
    return found


def _rows(dist: Any, value: Any, n: int) -> tuple[list[Any], list[Any]]:
    return rows(dist) if has_lanes(dist) else [dist] * n, rows(value)


def _chance(dist: Any, value: Any) -> float:
    try:
        return float(dist.log_prob(value))
    except Exception as error:
        if not isinstance(explain(error), UserError):
            raise
        return -np.inf


def comes_back(program: Program, old: Columns, new: Columns, lost: dict[Key, Any]) -> Any:
    """For each chain whether a value that it drew in the place of a lost one would be reused by the
    move back: shape (chains,). The old run is run again, up to its last lost value, to ask its
    distributions.
    """
    found = np.zeros(program.root.n, dtype=bool)
    concerned = np.nonzero(np.logical_or.reduce(list(lost.values())))[0]
    machine = program.machine(program.root.subset(concerned))

    def again(key: Key, dist: Any, group: Group) -> Any:
        mask = lost.get(key)
        if mask is not None and mask[program.places(group)].any():
            where = np.nonzero(mask[program.places(group)])[0]
            sub = group.subset(where)
            with using(sub), lanes_of(where):
                possible = chances(dist, new[key].value, sub.n) > -np.inf
            found[program.places(sub)] |= possible
        return old[key].value

    with QUIET:
        while (stop := machine.next()) is not None:
            if isinstance(stop, Sample):
                state: Any = stop.state
                site, dist = stop.site.id, stop.dist
                value = in_parts(
                    state.group,
                    stop.instance,
                    lambda own, group, site=site, dist=dist: again((site, own), dist, group),  # type: ignore[misc]
                )
                machine.resume(stop, state, value)
            elif isinstance(stop, Observe):
                machine.resume(stop, stop.state, stop.value)  # type: ignore[arg-type]
            else:
                machine.park(stop)
    return found
