"""How probable the rest of a path is for a particle: what ancestor sampling weighs particles by.

For a particle after an observe, the log probability of making the remaining choices of a path and
of what is observed on the way,

    log p(x'_(t+1..T), y_(t+1..T) | x_(1..t)).

The particle must ask for the choices at the same sites, in the same order, between the same
observes; otherwise the rest does not fit, and its probability is zero. What counts is the order
after the observe and not how often a site was visited before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from anglipy.diagnostics import UserError
from anglipy.inference.lockstep import log_weights_of, weighed
from anglipy.inference.log_space import FloatArray, IntArray
from anglipy.inference.pmcmc.paths import Choice, Path
from anglipy.inference.runs import log_prob_of, resume_observed, resume_with
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.lanes.distributions import score
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Lane, row, rows, rows_at

__all__ = ["Rest", "log_future", "log_futures", "rest_of"]

Rest: TypeAlias = Sequence[Choice | None]
"""The choices that are left, in order; None for an observe."""


def rest_of(path: Path, block: int) -> Rest:
    """What is left of a path from a block on, which begins after an observe."""
    rest: list[Choice | None] = []
    for place, choices in enumerate(path[block:]):
        rest += ([None] if place else []) + list(choices)
    return rest


def log_future(checkpoint: Checkpoint, rest: Rest, strict: bool) -> float:
    """The log probability for one particle. `strict`: the rest is its own, so that an error in a
    density is one of the program, and does not mean that the value does not fit.
    """
    log_prob, place = 0.0, 0
    while not isinstance(checkpoint, Result):
        token = rest[place] if place < len(rest) else None
        if isinstance(checkpoint, Observe):
            if place == len(rest) or token is not None:
                return -math.inf
            log_prob += log_prob_of(checkpoint)
            if log_prob == -math.inf:
                return log_prob
            checkpoint = resume_observed(checkpoint)
        else:
            if token is None or token.site != checkpoint.site.id:
                return -math.inf
            log_prob += _log_prob(checkpoint, token.value, strict)
            if log_prob == -math.inf:
                return log_prob
            checkpoint = resume_with(checkpoint, token.value)
        place += 1
    return log_prob if place == len(rest) else -math.inf


def _log_prob(sample: Sample, value: Any, strict: bool) -> float:
    try:
        return log_prob_of(sample, value)
    except UserError:
        if strict:
            raise
        return -math.inf


def log_futures(stops: Sequence[Any], count: int, rest: Rest, own: int, lanes: int) -> FloatArray:
    """The log probabilities by slot, shape (count,), -inf for slots that are empty. `own` is the
    slot of the particle whose rest it is.
    """
    return _Futures(count, rest, own, lanes).run(stops)


class _Futures:
    """Groups on their way through the rest. `State.extra` is (slots, how much of the rest is done);
    both may be lanes, and so may what is left.
    """

    def __init__(self, count: int, rest: Rest, own: int, lanes: int) -> None:
        self.rest, self.own = rest, own
        self.machine = Machine(lanes)
        self.found: FloatArray = np.full(count, -math.inf)
        self.sites = np.array([None if token is None else token.site for token in rest], object)

    def run(self, stops: Sequence[Any]) -> FloatArray:
        machine = self.machine
        machine.total = len(self.found)
        for stop in stops:
            state: State = stop.state
            machine.origins.append((state.group, int(rows_at(state.extra, state.group)[0])))
            state = state.weighted(0.0, (state.extra, 0))
            self._at(machine.adopted(stop._replace(state=state)))
        while (point := machine.next()) is not None:
            self._at(point)
        return self.found

    def _at(self, point: Any) -> None:
        """Go on from a checkpoint, with those whom the rest fits."""
        if isinstance(point, Result):
            self._fitting(point, len(self.rest))
            return
        wanted = None if isinstance(point, Observe) else point.site.id
        state = self._matching(point.state, wanted)
        if state is not None:
            point = point._replace(state=state)
            after = weighed(self.machine, point, []) if wanted is None else self._weighed(point)
        if state is None or after is None:
            self.machine.park(point)
            return
        answer = point.value if wanted is None else self._values(after)
        slots, done = after.extra
        with using(after.group):
            done = done + 1 if done.__class__ is int else _next(done, after)
        self.machine.resume(point, after.weighted(after.log_weight, (slots, done)), answer)

    def _fitting(self, result: Result, length: int) -> None:
        """Note what those weigh who have come to the end with nothing left."""
        state: State = result.state  # type: ignore[assignment]
        fits = _done(state) == length
        slots = rows_at(state.extra[0], state.group)
        self.found[slots[fits]] = log_weights_of(state)[fits]
        self.machine.park(result)

    def _matching(self, state: State, wanted: str | None) -> State | None:
        """The particles for which a choice at this site, or an observe, comes next."""
        done = state.extra[1]
        if done.__class__ is int:
            return state if done < len(self.rest) and self.sites[done] == wanted else None
        at = _done(state)
        fits = at < len(self.rest)
        fits[fits] = self.sites[at[fits]] == wanted
        return _kept(state, fits)

    def _values(self, state: State) -> Any:
        """The choices that come next."""
        done = state.extra[1]
        if done.__class__ is int:
            return self.rest[done].value  # type: ignore[union-attr]
        places, codes = np.unique(_done(state), return_inverse=True)
        with using(state.group):
            return from_rows([self.rest[place].value for place in places.tolist()], codes)

    def _weighed(self, sample: Sample) -> State | None:
        """After the choice that comes next, those for whom it is possible."""
        state: State = sample.state  # type: ignore[assignment]
        value = self._values(state)
        with using(state.group):
            try:
                log_probs = score(sample.dist, value)
            except UserError:
                log_probs = self._one_by_one(sample, value)
        log_probs = np.broadcast_to(log_probs, (state.group.n,))
        if not (log_probs < math.inf).all():
            self._raise_for(sample, value, int(np.argmin(log_probs < math.inf)))
        log_weights = log_weights_of(state) + log_probs
        state = state.weighted(Lane(log_weights, state.group.stamp))
        return _kept(state, log_weights > -math.inf)

    def _one_by_one(self, sample: Sample, value: Any) -> Any:
        """Where the value does not fit the distribution of some particle."""
        state: State = sample.state  # type: ignore[assignment]
        slots = rows_at(state.extra[0], state.group)
        each = zip(rows(sample.dist), rows(value), slots.tolist(), strict=True)
        return np.array(
            [_log_prob(sample._replace(dist=d), v, slot == self.own) for d, v, slot in each]
        )

    def _raise_for(self, sample: Sample, value: Any, place: int) -> None:
        with using(sample.state.group):  # type: ignore[attr-defined]
            one = sample._replace(
                dist=row(sample.dist, place), instance=row(sample.instance, place)
            )
            log_prob_of(one, row(value, place))


def _done(state: State) -> IntArray:
    """How much of the rest each particle has done, shape (n,)."""
    done = state.extra[1]
    found: IntArray = (
        np.full(state.group.n, done) if done.__class__ is int else rows_at(done, state.group)
    )
    return found


def _next(done: Any, state: State) -> Lane:
    return Lane(rows_at(done, state.group) + 1, state.group.stamp)


def _kept(state: State, fits: Any) -> State | None:
    """The particles that fit; None if none does."""
    if fits.all():
        return state
    kept = np.flatnonzero(fits)
    if len(kept) == 0:
        return None
    return state.within(state.group.child(kept), state.scope)
