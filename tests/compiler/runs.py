"""Runs of one program, compiled and interpreted, as records that can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from anglipy.api import loads
from anglipy.diagnostics import AnglipyError
from anglipy.runtime.checkpoints import Result, Sample
from anglipy.runtime.convert import from_python
from anglipy.runtime.distributions.base import Distribution
from anglipy.runtime.locate import explain
from anglipy.runtime.machine import resume
from anglipy.runtime.printing import pr_str
from tests.oracles import Interpreter

__all__ = ["Record", "compiled", "continued", "interpreted", "query_of"]


@dataclass
class Record:
    """What a run did, as text: events in order, and its result or the message of its error."""

    events: list[tuple[str, ...]] = field(default_factory=list)
    result: str = ""

    def sample(self, dist: Distribution, rng: np.random.Generator) -> Any:
        value = dist.sample(rng)
        self.events.append(("sample", pr_str(dist), pr_str(value)))
        return value

    def observe(self, dist: Distribution, value: Any) -> None:
        self.events.append(("observe", pr_str(dist), pr_str(value)))

    def predicts(self, pairs: list[tuple[Any, Any]]) -> None:
        self.events.extend(("predict", pr_str(label), pr_str(value)) for label, value in pairs)


def shown(value: Any) -> str:
    """The value as text; functions and queries by what they are only."""
    return "a function" if callable(value) and not hasattr(value, "__iter__") else pr_str(value)


def failed(error: Exception) -> str:
    """An error without its place: where it happened is not for the interpreter to know."""
    diagnostic = explain(error).diagnostic
    return f"{diagnostic.code} {diagnostic.message}"


class _Recorder:
    """The handler of an interpreted run."""

    def __init__(self, record: Record, rng: np.random.Generator) -> None:
        self.record, self.rng = record, rng
        self.predicts: list[tuple[Any, Any]] = []

    def sample(self, dist: Distribution) -> Any:
        return self.record.sample(dist, self.rng)

    def observe(self, dist: Distribution, value: Any) -> Any:
        self.record.observe(dist, value)
        return value

    def predict(self, label: Any, value: Any) -> None:
        self.predicts.append((label, value))


def interpreted(text: str, argument: Any, seed: int = 0, query: str = "main") -> Record:
    """A run of the reference interpreter."""
    record = Record()
    handler = _Recorder(record, np.random.default_rng(seed))
    interpreter = Interpreter(handler)
    try:
        interpreter.load(text)
        record.result = shown(interpreter.run(query, from_python(argument), handler))
        record.predicts(handler.predicts)
    except Exception as error:  # any error of the program, to be compared
        record.result = failed(error)
    return record


def query_of(text: str, query: str = "main") -> Any:
    """The compiled query of a program."""
    return loads(text).queries[query].query


def continued(checkpoint: Any, record: Record, rng: np.random.Generator) -> Record:
    """The rest of a compiled run, forked from a checkpoint by `resume`."""
    try:
        while not isinstance(checkpoint, Result):
            if isinstance(checkpoint, Sample):
                answer = record.sample(checkpoint.dist, rng)
            else:
                answer = checkpoint.value
                record.observe(checkpoint.dist, answer)
            checkpoint = resume(checkpoint, answer)
        record.result = shown(checkpoint.value)
        record.predicts(checkpoint.state.predict_list())
    except AnglipyError as error:
        record.result = failed(error)
    return record


def compiled(text: str, argument: Any, seed: int = 0, query: str = "main") -> Record:
    """A run of the compiled program."""
    try:
        start = query_of(text, query).start(from_python(argument))
    except AnglipyError as error:
        return Record(result=failed(error))
    return continued(start, Record(), np.random.default_rng(seed))
