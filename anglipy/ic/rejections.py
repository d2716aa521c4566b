"""Rejection loops that a program marks with `(repeat-until draw accept?)`: only the accepted turn
counts.

Such a loop draws x ~ p until a(x), so that x has the density p(x) a(x) / Z, Z = P_p(a). To any
other engine it is that loop. A network that proposed every turn, and were weighed by every turn,
would have weights of a variance that grows with the number of turns (Naderiparizi, Scibior, Munk,
Ghadiri, Baydin, Gram-Hansen, Schroeder de Witt, Zinkov, Torr, Rainforth, Teh and Wood 2022,
"Amortized rejection sampling in universal probabilistic programming", theorem 1). Here

* in training only the choices of the accepted turn are written down; they are draws from p a / Z;
* in inference every turn starts anew from where the loop began, with the network's memory of then,
  so that turns are independent and alike. The accepted x then has the density q(x) a(x) / Q,
  Q = P_q(a), and its exact weight would be

      p(x) / q(x) * Q / Z.

  Q and Z are not known, and unbiased estimates, independent of x, take the place of Q and of 1 / Z,
  which leaves the mean of every weight times a function of x as it is (op. cit., theorem 2):

      Q:      turns by q go on until r have been accepted, of which x is the first. With N turns in
              all, (r - 1) / (N - 1), r > 1 (Haldane 1945, "On a method of estimating
              frequencies"). Accepted values are independent of how many turns they took.
      1 / Z:  turns by p until s have been accepted: M / s with M turns in all, E[M] = s / Z.

  What x is found by is thus weighed by the choices of the turn that found it, and by a factor that
  is exactly one where nothing is ever rejected. Each particle has estimates of its own: shared ones
  would be closer, but their errors would be those of the whole evidence, and unseen by its standard
  error, which takes weights for independent.

Loops that are not marked are never taken for such: every turn of theirs is proposed and weighed,
which is right, if less efficient. What looks like one may fail to be one (a counter, an accumulated
score, what a turn remembers), and then weights that ignored turns would be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from anglipy.diagnostics import ArtifactError, UserError
from anglipy.ic.layouts import Floats
from anglipy.ic.running import Runs
from anglipy.inference.lockstep import drawn, log_weights_of
from anglipy.runtime.checkpoints import Checkpoint, Observe, Result, Sample
from anglipy.runtime.equality import equal
from anglipy.runtime.lanes.functions import LaneClosure
from anglipy.runtime.lanes.groups import Group, Index, using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.merging import Merger
from anglipy.runtime.lanes.state import State
from anglipy.runtime.lanes.values import Choice, Lane, has_lanes, rows_at, truth
from anglipy.runtime.machine import FINISH
from anglipy.runtime.vectors import Vector

__all__ = [
    "ACCEPTED",
    "Found",
    "Turns",
    "accepted",
    "answered",
    "log_factor",
    "prior_turns",
    "turn_of",
]

SITE = "anglipy/repeat-until"
"""The site of the mark: a sample of `(dirac nil)`, tagged with one turn of the loop."""
MOST_TURNS = 100_000
"""Of one loop, beyond which it counts as endless."""
ACCEPTED = 12
"""Turns of each particle that are accepted, by the network and by the prior, for the estimates: r
and s. The factor's relative variance is below (1 - Q) / (r - 2) + (1 - Z) / s.
"""

Play = Callable[["Turns"], list[Result]]
"""Runs one turn of some particles to its end."""


class Turns(Runs):
    """One turn of the loop for some particles, as runs of their own. `places`: which particles of
    the loop's group they are.
    """

    def __init__(self, turn: LaneClosure, state: State, group: Group, places: Index) -> None:
        self.n, self.origin, self.places = group.n, group, places
        self.machine = Machine()
        self.machine.outer = group
        self.machine.scope.active = 1
        begin = state.within(group, self.machine.scope)
        begin.log_weight, begin.handlers = 0.0, ()
        self.machine.sites = state.sites
        frame = (FINISH, *turn.arguments(()))
        self.machine.ready.append((turn.code, turn, begin, frame))


class Found(NamedTuple):
    """Accepted values: of which particles of the loop's group, and how they were come by."""

    places: Index
    turns: Index
    """Their numbers among the runs of the turn."""
    group: Group
    value: Any
    log_weight: Floats
    visits: Any


def turn_of(runs: Runs, sample: Checkpoint) -> LaneClosure | None:
    """One turn of the loop that begins at this sample, for groups; None if none does, or it is not
    one function for all.
    """
    if not isinstance(sample, Sample) or sample.site.id != SITE or runs.origin is None:
        return None
    turn = getattr(sample.dist, "tag", None)
    return turn if isinstance(turn, LaneClosure) else None


def accepted(
    runs: Runs,
    sample: Sample,
    turn: LaneClosure,
    wanted: int,
    play: Play,
    found: Callable[[Sequence[Found]], None] | None = None,
) -> Index:
    """Play turns until so many of each particle have been accepted; the number of turns that they
    took, (n,). `found` is told of those that were accepted first.

    Raises ArtifactError AQ608 for a loop without end, AQ616 for a turn that does more than choose.
    """
    state: State = sample.state  # type: ignore[assignment]
    n = state.group.n
    counts, taken = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    while len(pending := np.flatnonzero(counts < wanted)):
        group = state.group if len(pending) == n else state.group.child(pending)
        turns = Turns(turn, state, group, pending)
        try:
            ended = play(turns)
        except UserError as error:
            if not hasattr(error, "lane"):
                raise
            runs.machine.failed(error, state.within(group, state.scope))
        ends = [_accepted_of(turns, result, pending) for result in ended]
        for result in ended:
            _check(sample, state, result)
        if found is not None:
            found([first for end in ends if (first := _of(end, counts == 0)) is not None])
        taken[pending] += 1
        for end in ends:
            counts[end.places] += 1
        if taken.max() > MOST_TURNS:
            raise ArtifactError(
                "AQ608",
                f"a rejection loop took more than {MOST_TURNS} turns",
                sample.site.span,
                help="a program is trained on complete runs; make sure that it ends",
            )
    return taken


def _accepted_of(turns: Turns, result: Result, pending: Index) -> Found:
    """Those of a group that ended its turn who were accepted."""
    state: State = result.state  # type: ignore[assignment]
    with using(state.group):
        flag, value = result.value.items
        flags = truth(flag) if flag.__class__ in (Lane, Choice) else bool(flag)
    numbers = turns.numbers(state)
    found = Found(
        pending[numbers], numbers, state.group, value, log_weights_of(state), state.visits
    )
    return _some(found, np.flatnonzero(np.broadcast_to(flags, state.group.n)))


def _of(found: Found, mask: Any) -> Found | None:
    """Those of the particles that the mask, by place, names; None if there are none."""
    chosen = np.flatnonzero(mask[found.places])
    return _some(found, chosen) if len(chosen) else None


def _some(found: Found, chosen: Index) -> Found:
    if len(chosen) == found.group.n:
        return found
    return found._replace(
        places=found.places[chosen],
        turns=found.turns[chosen],
        group=found.group.child(chosen),
        log_weight=found.log_weight[chosen],
    )


def _check(sample: Sample, before: State, result: Result) -> None:
    """A turn may choose, and nothing else that lasts."""
    after: State = result.state  # type: ignore[assignment]
    kept = after.store is before.store or (
        not has_lanes(after.store) and not has_lanes(before.store)
        and equal(after.store, before.store)
    )  # fmt: skip
    if not kept or len(after.memo) != len(before.memo) or after.predicts != before.predicts:
        raise impure(sample, "stores, remembers (mem) or predicts something")


def impure(sample: Sample | Observe, what: str) -> ArtifactError:
    """The error for a turn that does more than choose."""
    return ArtifactError(
        "AQ616",
        f"a turn of `repeat-until` {what}, which the turns that were rejected would have done, too",
        sample.site.span,
        help="let the turn give what is to be kept as part of its value, or write a loop",
    )


def answered(sample: Sample, found: Sequence[Found]) -> tuple[Any, State]:
    """The answer to the mark, and the state that the program goes on with: accepted turns are
    visits to their sites, rejected ones are none.
    """
    state: State = sample.state  # type: ignore[assignment]
    group = state.group
    merger = Merger(group, [(each.places, each.group) for each in found])
    value = merger.merge([each.value for each in found])
    made = state.within(group, state.scope)
    visits = state.visits
    for site in sorted({site for each in found for site in each.visits}):
        counts = np.zeros(group.n, dtype=np.int64)
        for each in found:
            here = each.visits.get(site, 0)
            counts[each.places] = rows_at(here, each.group) if here.__class__ is Lane else here
        visits = visits.set(site, Lane(counts, group.stamp))
    made.visits = visits
    return Vector([value]), made


# ---- the weight of the accepted turn


def prior_turns(rng: Any) -> Play:
    """Turns by the prior; a loop in a loop is its plain self."""

    def play(turns: Turns) -> list[Result]:
        ended: list[Result] = []
        while (point := turns.machine.next()) is not None:
            if isinstance(point, Result):
                ended.append(point)
                turns.machine.park(point)
            elif isinstance(point, Sample):
                answer = drawn(turns.machine, point, rng)
                turns.machine.resume(point, point.state, answer)
            else:
                raise impure(point, "observes something")
        return ended

    return play


def log_factor(by_network: Index, by_prior: Index) -> Floats:
    """Log of the estimates of Q and of 1 / Z, (n,), from the numbers of turns until ACCEPTED of
    them were accepted, (n,) each.
    """
    found: Floats = np.log((ACCEPTED - 1.0) / (by_network - 1.0)) + np.log(by_prior / ACCEPTED)
    return found
