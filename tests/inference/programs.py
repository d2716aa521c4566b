"""Small programs made by hand, without the compiler: continuations as frames of Python closures.

`sample` and `observe` take what to do next as a function of the value; `done` ends the run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anglipy.runtime.checkpoints import Checkpoint, Frame, Observe, Sample, Site
from anglipy.runtime.distributions import CONSTRUCTORS
from anglipy.runtime.machine import Query
from anglipy.runtime.state import State

Body = Callable[[State, Frame], Any]


def dist(name: str, *parameters: Any) -> Any:
    return CONSTRUCTORS[name](*parameters)


def query(name: str, body: Callable[[Any], Body]) -> Query:
    return Query(name, (_enter, body))


def sample(site: str | Site, distribution: Any, then: Callable[[Any], Body]) -> Body:
    place = site if isinstance(site, Site) else Site(site)

    def step(state: State, k: Frame) -> Checkpoint:
        instance = state.visits.get(place.id, 0) + 1
        visited = state.visited(place.id, instance)
        return Sample(place, instance, distribution, visited, (_bind, then, k))

    return step


def observe(site: str | Site, distribution: Any, value: Any, then: Callable[[], Body]) -> Body:
    place = site if isinstance(site, Site) else Site(site)

    def step(state: State, k: Frame) -> Checkpoint:
        instance = state.visits.get(place.id, 0) + 1
        visited = state.visited(place.id, instance)
        return Observe(place, instance, distribution, value, visited, (_bind, lambda _: then(), k))

    return step


def predict(label: Any, value: Any, then: Callable[[], Body]) -> Body:
    return lambda state, k: then()(state.predicted(label, value), k)


def done(value: Any) -> Body:
    return lambda state, k: (k[0], k, state, value)


def _enter(frame: Frame, state: State, value: Any) -> Any:
    k, argument = value
    return frame[1](argument)(state, k)


def _bind(frame: Frame, state: State, value: Any) -> Any:
    return frame[1](value)(state, frame[2])


# --- discrete programs whose runs can be counted ---


def coin(_: Any) -> Body:
    """One latent, one observe."""
    return sample(
        "coin/bias",
        dist("flip", 0.3),
        lambda biased: observe(
            "coin/toss", dist("flip", 0.9 if biased else 0.2), True, lambda: done(int(biased))
        ),
    )


def hidden_markov(length: int, states: int = 2) -> Callable[[Any], Body]:
    """A chain of hidden states with an observe each; the result is the last state."""
    emit = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.3, 0.3, 0.4]]
    move = [[5, 1, 2], [2, 5, 3], [1, 2, 4]]

    def at(time: int, before: int) -> Body:
        if time == length:
            return done(before)
        return sample(
            "hmm/state",
            dist("discrete", move[before][:states]),
            lambda state: observe(
                "hmm/emission",
                dist("discrete", emit[state]),
                (2 * time + 1) % 3,
                lambda: at(time + 1, state),
            ),
        )

    return lambda _: at(0, 0)


def branching(_: Any) -> Body:
    """Branches with two, one and no latents, and observes at different sites, two in each."""

    def second(value: int, chance: float) -> Body:
        return observe("branch/end", dist("flip", chance), True, lambda: done(value))

    def many() -> Body:
        return sample(
            "branch/a",
            dist("uniform-discrete", 0, 3),
            lambda a: observe(
                "branch/left",
                dist("discrete", [1 + a, 2, 1]),
                0,
                lambda: sample("branch/b", dist("flip", 0.4), lambda b: second(a + 3 * b, 0.25)),
            ),
        )

    def few() -> Body:
        return observe("branch/right", dist("flip", 0.05), True, lambda: second(9, 0.8))

    return sample("branch/way", dist("flip", 0.6), lambda way: many() if way else few())


def dead_ends(_: Any) -> Body:
    """Observes that are impossible for some choices, so that particles die at either of two."""
    return sample(
        "dead/x",
        dist("discrete", [1, 2, 1]),
        lambda x: observe(
            "dead/first",
            dist("discrete", [[1, 0], [1, 1], [1, 3]][x]),
            1,
            lambda: sample(
                "dead/y",
                dist("flip", 0.5),
                lambda y: observe(
                    "dead/second",
                    dist("discrete", [1, 2] if y else [1, 0]),
                    1,
                    lambda: done(x + 10 * y),
                ),
            ),
        ),
    )


def afterwards(_: Any) -> Body:
    """Samples after the last observe, in some runs only."""

    def rest(x: bool) -> Body:
        return (
            sample("after/y", dist("uniform-discrete", 0, 3), lambda y: done(y)) if x else done(7)
        )

    return sample(
        "after/x",
        dist("flip", 0.25),
        lambda x: observe("after/o", dist("flip", 0.6 if x else 0.1), True, lambda: rest(x)),
    )


def no_observe(_: Any) -> Body:
    """Nothing is observed."""
    return sample("free/x", dist("discrete", [1, 2, 3]), done)


def only_observes(_: Any) -> Body:
    """Nothing is random."""
    return observe(
        "fixed/a",
        dist("flip", 0.25),
        True,
        lambda: observe("fixed/b", dist("flip", 0.5), False, lambda: done(1)),
    )


def uneven(_: Any) -> Body:
    """Different numbers of observes: for engines that do not go in step."""
    return sample(
        "uneven/x",
        dist("flip", 0.5),
        lambda x: observe("uneven/o", dist("flip", 0.3), True, lambda: done(1)) if x else done(0),
    )


IN_STEP = {
    "coin": query("coin", coin),
    "hmm": query("hmm", hidden_markov(2)),
    "branching": query("branching", branching),
    "dead ends": query("dead", dead_ends),
    "afterwards": query("after", afterwards),
    "no observe": query("free", no_observe),
    "only observes": query("fixed", only_observes),
}
"""Programs with the same number of observes in every run."""

ALL = {**IN_STEP, "uneven": query("uneven", uneven), "hmm 3": query("hmm", hidden_markov(3, 3))}
