"""What an engine is, the engines by name, and `infer`, which runs one from its first step to its
posterior.

An engine is a handler of checkpoints with four verbs. Its state is a value that a step replaces,
never changes, so that an interrupted step loses nothing but itself:

    engine = engine_named("smc")
    state = engine.init(query, value, options_of("smc", particles=100))
    while not engine.is_done(state):
        state, info = engine.step(state, rng)
    posterior = engine.result(state)

An engine of a higher floor calls `register` when it is imported. This module knows no engine by
name, imports no numpy, and never looks into a program. Whoever writes an engine finds here what it
takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from anglipy.diagnostics import OptionError
from anglipy.inference.garbage import collecting_rarely
from anglipy.inference.options import (
    UNREMARKABLE,
    LockstepOptions,
    Options,
    check_types,
    nearest,
    whole_number,
)
from anglipy.inference.steps import StepInfo
from anglipy.names import nearest as closest
from anglipy.runtime.random_source import using_rng

if TYPE_CHECKING:
    from anglipy.inference.posterior import Posterior
    from anglipy.runtime.checkpoints import Checkpoint

__all__ = [
    "ENGINES",
    "UNREMARKABLE",
    "Engine",
    "LockstepOptions",
    "Options",
    "Startable",
    "StepInfo",
    "engine_named",
    "generator_of",
    "infer",
    "nearest",
    "options_of",
    "register",
    "whole_number",
]


class Startable(Protocol):
    """A compiled query, as far as an engine needs it."""

    name: str

    def start(self, value: Any = None) -> Checkpoint:
        """The first checkpoint of a run with this argument."""


class Engine(Protocol):
    """An inference algorithm. `S`, the type of its state, is its own affair."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    @property
    def options_type(self) -> type[Options]:
        """Its options."""

    def init(self, query: Startable, value: Any, options: Any) -> Any:
        """The state before the first step."""

    def step(self, state: Any, rng: Any) -> tuple[Any, StepInfo]:
        """The next state, and a report. The old state stays usable."""

    def is_done(self, state: Any) -> bool:
        """Whether there is nothing left to do."""

    def result(self, state: Any) -> Posterior:
        """The posterior of the draws so far. Raises InferenceError if there is none."""


_VERBS = ("init", "step", "is_done", "result")
ENGINES: dict[str, Engine] = {}
"""Every engine that has been imported, by name. Filled by `register` when an engine's module is
loaded."""


def register(engine: Engine) -> None:
    """Make an engine known by its name.

    Raises:
        OptionError: AQ303 for an object that lacks a part of `Engine`, or has another in its place.

    """
    name = getattr(engine, "name", None)
    kind = getattr(engine, "options_type", None)
    parts = {
        "name (a string)": isinstance(name, str),
        "options_type (a subclass of Options)": isinstance(kind, type)
        and issubclass(kind, Options),
        **{verb: callable(getattr(engine, verb, None)) for verb in _VERBS},
    }
    missing = [part for part, there in parts.items() if not there]
    if missing:
        raise OptionError(
            "AQ303",
            f"this is no engine, it lacks {', '.join(missing)}: {engine!r}",
            help="an engine has a name, its options_type, and init, step, is_done and result",
        )
    ENGINES[engine.name] = engine


def engine_named(algorithm: str, also: Collection[str] = ()) -> Engine:
    """The engine of this name. Raises OptionError AQ301 with the known names, and with `also`,
    those of engines that are not imported yet.
    """
    engine = ENGINES.get(algorithm)
    if engine is None:
        known = sorted({*ENGINES, *also})
        raise OptionError(
            "AQ301",
            f"there is no algorithm `{algorithm}`",
            help=f"{nearest(algorithm, known)}known: {', '.join(known)}",
        )
    return engine


def options_of(algorithm: str, **given: Any) -> Options:
    """The options of an engine; those left out have their defaults.

    Raises:
        OptionError: AQ302 for an option that the engine does not have, AQ303 for a bad value.

    """
    kind = engine_named(algorithm).options_type
    known = kind.names()
    for name in given:
        if name not in known:
            raise OptionError(
                "AQ302",
                f"the algorithm `{algorithm}` has no option `{name}`",
                help=f"{_meant(name, known)}known: {', '.join(known)}{_elsewhere(name, known)}",
            )
    options = kind.of(given)
    check_types(options)
    return options


_LIKEWISE = {"particles": "samples", "samples": "particles"}
"""How many runs are made, as some engines and as others call it."""


def _meant(name: str, known: Collection[str]) -> str:
    """Which of the engine's options was meant, as the beginning of a help."""
    likewise = _LIKEWISE.get(name)
    return f"did you mean `{likewise}`? " if likewise in known else nearest(name, known)


def _elsewhere(name: str, known: Collection[str]) -> str:
    """Which engines have an option of this name, or of one like it that this engine lacks."""
    options = {n: e.options_type.names() for n, e in ENGINES.items()}
    every = sorted({option for names in options.values() for option in names})
    meant = name if name in every else closest(name, every)
    if meant is None or meant in known:
        return ""
    others = sorted(n for n, names in options.items() if meant in names)
    what = "it" if meant == name else f"`{meant}`"
    return f"; {', '.join(others)} {'have' if others[1:] else 'has'} {what}"


def infer(
    query: Startable,
    value: Any = None,
    algorithm: str = "importance",
    *,
    rng: Any = None,
    seed: int | None = None,
    on_progress: Callable[[StepInfo], object] | None = None,
    stop: Callable[[], bool] | None = None,
    keep_partial: bool = False,
    **given: Any,
) -> Posterior:
    """Run an engine on a query to its end.

    Args:
        query: a compiled query.
        value: its one argument (a vector where the query has several parameters).
        algorithm: a name in `ENGINES`.
        rng: a numpy Generator or a test double. Give this or `seed`, or neither.
        seed: for a new numpy Generator; the same seed gives the same posterior.
        on_progress: called after every step.
        stop: asked between steps; when it says True, the posterior of the draws so far is returned.
        keep_partial: on Ctrl-C return the posterior of the draws so far, if there are any, instead
        of raising.
        given: options of the engine.

    Raises:
        OptionError: AQ301, AQ302, AQ303.
        InferenceError: the engine cannot go on.
        ProgramError: a value was wrong while the program ran.

    """
    engine = engine_named(algorithm)
    options = options_of(algorithm, **given)
    generator = generator_of(rng, seed)
    began = time.perf_counter()
    run = _Run(engine)
    try:
        with using_rng(generator), collecting_rarely():
            run.state = engine.init(query, value, options)
            run.go(generator, on_progress, stop)
    except KeyboardInterrupt:
        if not keep_partial or run.draws == 0:
            raise
    return replace(
        engine.result(run.state),
        query=query.name,
        seconds=time.perf_counter() - began,
        stopped=not engine.is_done(run.state),
        steps=tuple(run.steps),
    )


@dataclass(slots=True)
class _Run:
    """An engine at work: where it is, and what it reported."""

    engine: Engine
    state: Any = None
    draws: int = 0
    steps: list[StepInfo] = field(default_factory=list)

    def go(
        self,
        rng: Any,
        on_progress: Callable[[StepInfo], object] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        """Step by step to the end, or until it is to stop."""
        while not self.engine.is_done(self.state) and not (stop is not None and stop()):
            self.state, info = self.engine.step(self.state, rng)
            self.draws = info.draws
            if info.ess is not None:
                self.steps.append(info)
            if on_progress is not None:
                on_progress(info)


def generator_of(rng: Any, seed: int | None) -> Any:
    """The source of randomness that `infer` was told to use."""
    if rng is not None:
        if seed is not None:
            raise OptionError("AQ303", "give a seed or an rng, not both")
        return rng
    import numpy as np

    if seed is not None:
        seed = whole_number("seed", seed, least=0)
    return np.random.default_rng(seed)
