"""An inference that its caller drives, one step of the engine at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from anglipy.inference.engine import Startable, StepInfo, engine_named, generator_of, options_of
from anglipy.inference.garbage import collecting_rarely
from anglipy.runtime.random_source import using_rng
from anglipy.tracebacks import theirs_only

if TYPE_CHECKING:
    from anglipy.inference.posterior import Posterior

__all__ = ["Steps"]


class Steps:
    """What `infer` does, to be iterated over: each turn takes a step and gives its report.

    With the same seed the posterior at the end is that of `infer`. `state` is the engine's, a value
    that no later step changes.
    """

    def __init__(
        self,
        query: Startable,
        value: Any,
        algorithm: str,
        seed: int | None,
        options: Mapping[str, Any],
    ) -> None:
        self.engine = engine_named(algorithm)
        self._query, self._rng = query, generator_of(None, seed)
        self._reports: list[StepInfo] = []
        began = time.perf_counter()
        with using_rng(self._rng):
            self.state = self.engine.init(query, value, options_of(algorithm, **options))
        self._seconds = time.perf_counter() - began

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.engine.is_done(self.state)

    @theirs_only
    def step(self) -> StepInfo:
        """Take one step. Raises what `infer` raises; the state is then that before the step."""
        began = time.perf_counter()
        with using_rng(self._rng), collecting_rarely():
            self.state, info = self.engine.step(self.state, self._rng)
        self._seconds += time.perf_counter() - began
        if info.ess is not None:
            self._reports.append(info)
        return info

    def __iter__(self) -> Iterator[StepInfo]:
        while not self.is_done:
            yield self.step()

    def posterior(self) -> Posterior:
        """The posterior of the draws so far. Raises InferenceError AQ507 if there is none."""
        return replace(
            self.engine.result(self.state),
            query=self._query.name,
            seconds=self._seconds,
            stopped=not self.is_done,
            steps=tuple(self._reports),
        )
