"""Special forms and macros, case by case, on one particle and on groups.

Every file in `forms` holds forms and what comes of the last one, as the files beside this one do:

    ;; => VALUE        the value as it prints
    ;; error: CODE     the code of the error
    ;; same            the last form draws; groups give exactly the distribution of single particles
    ;; only: WAY       run it in this way only

The ways are `top` (at the top level, if it draws nothing), `query` (inside a query, one particle),
`lanes` (the same as groups of one and of three particles).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from anglipy.api import Session
from anglipy.diagnostics import AnglipyError, ErrorGroup, Source
from anglipy.forms import Symbol, walk
from anglipy.inference.lockstep import for_groups, weighed
from anglipy.reader import read
from anglipy.runtime.checkpoints import Result, Sample
from anglipy.runtime.lanes.gathering import from_rows
from anglipy.runtime.lanes.groups import using
from anglipy.runtime.lanes.machine import Machine
from anglipy.runtime.lanes.values import rows
from anglipy.runtime.machine import Query, resume
from anglipy.runtime.printing import pr_str
from tests.lanes.enumeration import assert_same

FORMS = Path(__file__).parent / "forms"
NOTE = re.compile(r";; (=>|error:|only:|same) ?(.*)")
RUN_TIME = {"sample", "observe", "predict", "store", "retrieve", "crp", "XRP", "OBSERVE", "DPmem"}
"""Names that have a meaning only while a query runs."""


@dataclass(frozen=True)
class Case:
    """Some forms, and what is expected of the last."""

    place: str
    text: str
    note: str
    expected: str
    only: str | None

    @property
    def parts(self) -> tuple[str, str]:
        """The forms before the last, and the last."""
        span = read(Source("case", self.text))[-1].span
        return self.text[: span.start], self.text[span.start : span.end]

    def ways(self) -> list[str]:
        if self.only is not None:
            return [self.only]
        if self.note == "same":
            return ["same"]
        (form,) = read(Source("case", self.parts[1]))
        drawn = any(isinstance(f, Symbol) and f.name in RUN_TIME for f in walk(form))
        return ["query", "lanes"] if drawn else ["top", "query", "lanes"]


def cases() -> list[Case]:
    found = []
    for path in sorted(FORMS.glob("*.aq")):
        lines: list[str] = []
        notes: dict[str, str] = {}
        start = 1
        for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
            match = NOTE.fullmatch(line)
            if match:
                notes[match[1]] = match[2]
            elif notes:
                only = notes.pop("only:", None)
                ((note, expected),) = notes.items()
                text = "\n".join(lines)
                found.append(Case(f"{path.stem}:{start}", text, note, expected, only))
                lines, notes, start = [], {}, number + 1
            elif not line.startswith(";;") and (line or lines):
                lines.append(line)
            elif not lines:
                start = number + 1
        assert not lines, (path, lines)
    return found


def query_of(case: Case) -> Query:
    before, last = case.parts
    session = Session(FORMS)
    session.evaluate(f"{before}\n(defquery main [] {last}\n)", "case.aq")
    return session.program.queries["main"].query


def alone(query: Query) -> str:
    """The value of a run of one particle."""
    rng = np.random.default_rng(1)
    checkpoint = query.start(None)
    while not isinstance(checkpoint, Result):
        answer = checkpoint.dist.sample(rng) if isinstance(checkpoint, Sample) else checkpoint.value
        checkpoint = resume(checkpoint, answer)
    return pr_str(checkpoint.value)


def together(query: Query, n: int) -> list[str]:
    """The values of n particles that run in lockstep."""
    rng = np.random.default_rng(1)
    grouped = for_groups(query)
    assert grouped is not None
    machine = Machine()
    machine.start(grouped.frame, None, n)
    found: list[str] = []
    died: list[object] = []
    while (stop := machine.next()) is not None:
        state = stop.state
        with using(state.group):  # type: ignore[attr-defined]
            if isinstance(stop, Result):
                found += map(pr_str, rows(stop.value))
            elif isinstance(stop, Sample):
                answer = from_rows([dist.sample(rng) for dist in rows(stop.dist)])
        if isinstance(stop, Result):
            machine.park(stop)
        elif isinstance(stop, Sample):
            machine.resume(stop, state, answer)
        else:
            state = weighed(machine, stop, died)
            assert state is not None
            machine.resume(stop, state, stop.value)
    return found


def values(case: Case, way: str) -> set[str]:
    if way == "top":
        return {pr_str(Session(FORMS).evaluate(case.text, "case.aq")[-1])}
    query = query_of(case)
    return {alone(query)} if way == "query" else {*together(query, 1), *together(query, 3)}


ALL = [pytest.param(case, way, id=f"{case.place}-{way}") for case in cases() for way in case.ways()]


@pytest.mark.parametrize(("case", "way"), ALL)
def test_form(case: Case, way: str) -> None:
    if case.note == "same":
        assert_same(query_of(case))
    elif case.note == "error:":
        with pytest.raises(AnglipyError) as caught:
            values(case, way)
        error = caught.value.errors[0] if isinstance(caught.value, ErrorGroup) else caught.value
        assert error.diagnostic.code == case.expected, str(error)
        assert error.diagnostic.span is not None
    else:
        assert values(case, way) == {case.expected}


def test_there_are_many_cases() -> None:
    assert len(cases()) >= 200
