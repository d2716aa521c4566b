"""Many chains in lockstep: all of them make each move together, as one group of particles.

Every chain has its own choices and accepts or refuses by itself; the moves are those of `moves`, so
that the chains are independent of each other, but for what `almh` learns from all of them. A move
runs the whole program once for all chains (`replay`), where a single chain runs only what is behind
the choice that it changes; with more than a few chains that is far less work for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from anglipy.inference.draws import Draws
from anglipy.inference.lockstep import GroupValues
from anglipy.inference.log_space import FloatArray
from anglipy.inference.mcmc.columns import Columns, Mixer, Piece, joined, mixed_columns
from anglipy.inference.mcmc.group_kernels import proposed
from anglipy.inference.mcmc.moves import REGENERATED, Rules, Uniformly
from anglipy.inference.mcmc.replay import Program, Replay, comes_back
from anglipy.runtime.checkpoints import Observe
from anglipy.runtime.equality import equal
from anglipy.runtime.lanes.groups import QUIET, Group, root, using
from anglipy.runtime.lanes.predicts import predicts_of
from anglipy.runtime.lanes.values import Lane, rows, rows_at
from anglipy.runtime.machine import Query
from anglipy.runtime.state import INITIAL

__all__ = ["Flock", "GroupWalk", "flocks_of"]

_NOTHING: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Flock:
    """The chains of one group between two moves."""

    program: Program
    columns: Columns
    log_likelihood: FloatArray
    """Shape (chains,); -inf for a chain whose run the observes make impossible."""
    value: Any
    """The results, of the root; of no meaning for impossible runs."""
    predicts: tuple[Any, ...]
    """`State.predicts` of each chain; () if nothing was predicted by any."""
    death: tuple[Observe | None, ...]
    """For each chain the observe that makes its run impossible."""
    pending: tuple[tuple[Any, Any, Group], ...] = ()
    """What chains predict that have not been asked whether they accept: (chains, predicts of a
    group, the group)."""

    def moved(self, rules: Rules, rng: Any) -> tuple[Flock, Rules, Any]:
        """After a move of every chain; the rules, which may have learned; who accepted, a boolean
        for each.
        """
        picked, totals = _picked(self.columns, rules.picking, self.program.root.n, rng)
        reuse = rng.random(len(picked)) >= REGENERATED
        replay = _replay(self.program, self.columns, picked, reuse, rules, rng)
        new = _after(self.program, replay)
        with np.errstate(all="ignore"):
            log_ratio = self._log_ratio(replay, new, rules, totals)
        accepted = (self.log_likelihood == -np.inf) | (
            rng.random(len(picked)) < np.exp(np.minimum(log_ratio, 0.0))
        )
        after = self._mixed(new, accepted)
        if not isinstance(rules.picking, Uniformly):
            with QUIET, using(self.program.root):
                different = accepted & self._differs(after, accepted)
            rules = _learned(rules, self.columns, picked, different)
        return after, rules, accepted

    def _log_ratio(self, replay: Replay, new: Flock, rules: Rules, totals: FloatArray) -> Any:
        """Of the move of each chain, shape (chains,); see `moves`."""
        possible = (self.log_likelihood > -np.inf) & (new.log_likelihood > -np.inf)
        change = rules.power * (new.log_likelihood - self.log_likelihood)
        picks = np.log(totals) - np.log(_totals(new.columns, rules.picking, len(totals)))
        picks[totals == 0.0] = 0.0
        found = np.where(possible, replay.log_ratio + change + picks, -np.inf)
        lost = {key: mask & (found > -np.inf) for key, mask in replay.lost.items()}
        if any(mask.any() for mask in lost.values()):
            found[comes_back(self.program, self.columns, new.columns, lost)] = -np.inf
        return found

    def _mixed(self, new: Flock, accepted: Any) -> Flock:
        """The new state of the chains that accept, with the old one of the others."""
        mixer = Mixer(self.program.root, accepted)
        with QUIET, using(self.program.root):
            value = mixer.mixed(new.value, self.value)
            columns = mixed_columns(mixer, new.columns, self.columns)
        return Flock(
            self.program,
            columns,
            np.where(accepted, new.log_likelihood, self.log_likelihood),
            value,
            self._predicts(new, accepted),
            _either(accepted, new.death, self.death),
        )

    def _predicts(self, new: Flock, accepted: Any) -> tuple[Any, ...]:
        """What the chains predict: single ones are only made for those that accept."""
        if not new.pending and not self.predicts:
            return ()
        found = list(self.predicts or (_NOTHING,) * len(accepted))
        for place in np.nonzero(accepted)[0].tolist():
            found[place] = _NOTHING
        for chains, predicts, group in new.pending:
            own = np.nonzero(accepted[chains])[0]
            if len(own):
                made = predicts_of(predicts, group, own)
                for place, node in zip(chains[own].tolist(), made, strict=True):
                    found[place] = node
        return tuple(found) if any(found) else ()

    def settled(self) -> Flock:
        """These chains, all of which accept to be what they are."""
        everyone = np.ones(self.program.root.n, dtype=bool)
        return replace(self, predicts=self._predicts(self, everyone), pending=())

    def _differs(self, new: Flock, accepted: Any) -> Any:
        """Of the chains that accepted, which have another result, or predict something else."""
        places = np.nonzero(accepted)[0]
        found = np.zeros(len(accepted), dtype=bool)
        one, other = new.value, self.value
        if one.__class__ is Lane and other.__class__ is Lane:
            group = self.program.root
            found = rows_at(one, group) != rows_at(other, group)
        elif len(places):
            pairs = zip(rows(one, places), rows(other, places), strict=True)
            found[places] = [not equal(a, b) for a, b in pairs]
        if new.predicts or self.predicts:
            for place in places.tolist():
                a, b = (_predicted(flock.predicts, place) for flock in (new, self))
                found[place] |= not equal(a, b)
        return found | (new.log_likelihood == -np.inf) | (self.log_likelihood == -np.inf)

    def noted(self, draws: Draws, rules: Rules, log_weights: FloatArray | None) -> Draws:
        """The draws with the present states; see `chain.Walk`."""
        possible = self.log_likelihood > -np.inf
        if log_weights is not None:
            possible &= log_weights > -np.inf
        places, group = np.nonzero(possible)[0], self.program.root
        died = [(observe, 1) for observe in self.death if observe and log_weights is None]
        if len(places) == 0:
            return draws.and_also((), (), (), died)
        whole = len(places) == group.n
        values = GroupValues(self.value, group if whole else group.child(places))
        predicts: Sequence[Any] = [rules.announced(_NOTHING)] * len(places)
        if self.predicts:
            predicts = [rules.announced(self.predicts[place]) for place in places.tolist()]
        if log_weights is not None:
            return draws.and_also(values, log_weights[places], predicts, died)
        families = self.program.first + places
        return draws.and_also(values, np.zeros(len(places)), predicts, died, families)


def _predicted(predicts: tuple[Any, ...], place: int) -> Any:
    return INITIAL._replace(predicts=predicts[place]).predict_list() if predicts else []


def _either(accepted: Any, new: tuple[Any, ...], old: tuple[Any, ...]) -> tuple[Any, ...]:
    """For each chain the new one or the old one."""
    if new is old or not (new or old):
        return new
    nobody = (_NOTHING,) * len(accepted)
    pairs = zip(accepted.tolist(), new or nobody, old or nobody, strict=True)
    return tuple([a if own else b for own, a, b in pairs])


def _weights(columns: Columns, picking: Any) -> FloatArray:
    """How likely each column is picked, up to a factor, where a chain has it."""
    return np.array([picking.weight(key) for key in columns])


def _totals(columns: Columns, picking: Any, n: int) -> FloatArray:
    """For each chain the sum of the weights of its choices."""
    totals = np.zeros(n)
    for weight, column in zip(_weights(columns, picking).tolist(), columns.values(), strict=True):
        totals += weight * column.present
    return totals


def _picked(columns: Columns, picking: Any, n: int, rng: Any) -> tuple[Any, FloatArray]:
    """For each chain which of its choices is changed, -1 if it has none; and the sum of the weights
    of its choices.
    """
    if not columns:
        return np.full(n, -1), np.zeros(n)
    present = np.array([column.present for column in columns.values()])
    below = np.cumsum(_weights(columns, picking)[:, None] * present, axis=0)
    totals = below[-1]
    with np.errstate(all="ignore"):
        shares = np.where(totals > 0.0, below / totals, 0.0)
    hit = (rng.random(n) < shares) & present
    return np.where(totals > 0.0, np.argmax(hit, axis=0), -1), totals


def _learned(rules: Rules, columns: Columns, picked: Any, different: Any) -> Rules:
    """The rules after these moves."""
    picking = rules.picking
    moves = np.bincount(picked[picked >= 0], minlength=len(columns)).tolist()
    useful = np.bincount(picked[(picked >= 0) & different], minlength=len(columns)).tolist()
    for key, count, own in zip(columns, moves, useful, strict=True):
        if count:
            picking = picking.learned(key, own, count)
    return replace(rules, picking=picking)


def _replay(
    program: Program, columns: Columns, picked: Any, reuse: Any, rules: Rules, rng: Any
) -> Replay:
    """A run of all chains."""

    def propose(dist: Any, column: Any, group: Any, chains: Any) -> Any:
        return proposed(rules.proposing, dist, column, group, chains, rng)

    replay = Replay(program, columns, picked, reuse, rng, propose)
    replay.run()
    return replay


def _after(program: Program, replay: Replay) -> Flock:
    """What the chains would be after a run."""
    pieces, pending = [], []
    for result in replay.results:
        state: Any = result.state
        places = program.places(state.group)
        pieces.append(Piece(places, result.value, state.group))
        if state.predicts != ():
            pending.append((places, state.predicts, state.group))
    observes = [*replay.deaths, None]
    with QUIET, using(program.root):
        return Flock(
            program,
            replay.new_columns(),
            replay.log_likelihood,
            joined(program.root, pieces) if pieces else None,
            (),
            tuple([observes[number] for number in replay.died_at.tolist()]),
            tuple(pending),
        )


@dataclass(frozen=True, slots=True)
class GroupWalk:
    """Chains in groups of not too many; see `chain.Walk`."""

    programs: tuple[Program, ...]
    rules: Rules
    flocks: tuple[Flock, ...] = ()

    def moved(self, rng: Any) -> tuple[GroupWalk, int]:
        """After a move of every chain."""
        if not self.flocks:
            first = []
            for program in self.programs:
                n = program.root.n
                nothing, whatever = np.full(n, -1), np.ones(n, dtype=bool)
                replay = _replay(program, {}, nothing, whatever, self.rules, rng)
                first.append(_after(program, replay).settled())
            return replace(self, flocks=tuple(first)), 0
        flocks, rules, count = [], self.rules, 0
        for flock in self.flocks:
            after, rules, accepted = flock.moved(rules, rng)
            flocks.append(after)
            count += int(accepted.sum())
        return replace(self, flocks=tuple(flocks), rules=rules), count

    def noted(
        self, draws: Draws, walks: Sequence[GroupWalk], log_weights: FloatArray | None = None
    ) -> Draws:
        """See `chain.Walk`."""
        for walk in walks:
            for flock in walk.flocks:
                draws = flock.noted(draws, walk.rules, log_weights)
        return draws

    def log_likelihoods(self) -> FloatArray:
        """Of the runs, shape (chains,); -inf for impossible ones."""
        return np.concatenate([flock.log_likelihood for flock in self.flocks])

    def deaths(self) -> list[Observe]:
        """The observes that make runs impossible, one for each such run."""
        return [death for flock in self.flocks for death in flock.death if death is not None]


def flocks_of(query: Query, value: Any, chains: int, lanes: int) -> tuple[Program, ...]:
    """The chains in groups of `lanes` at most."""
    firsts = range(0, chains, lanes)
    return tuple(
        Program(query, value, root(min(lanes, chains - first)), first, chains) for first in firsts
    )
