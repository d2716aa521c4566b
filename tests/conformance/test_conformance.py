"""The language, case by case, at the top level, one particle at a time and in lockstep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anglipy.api import Session
from anglipy.diagnostics import AnglipyError, ErrorGroup
from anglipy.runtime.machine import Query
from anglipy.runtime.printing import pr_str
from tests.conformance.cases import IN_LOCKSTEP, Case, cases
from tests.conformance.rewriting import PARTICLES
from tests.conformance.running import Run, alone, check_value, check_varying, together
from tests.lanes.enumeration import assert_same

HERE = Path(__file__).parent
SEVERAL = 6
"""Particles of the cases that draw."""
CASES = cases()
ALL = [pytest.param(case, way, id=f"{case.place}-{way}") for case in CASES for way in case.ways()]


def query_of(case: Case, way: str) -> Query:
    """The case as a query."""
    session = Session(HERE)
    session.evaluate(case.program(way), "case.aq")
    return session.program.queries["main"].query


@pytest.mark.parametrize(("case", "way"), ALL)
def test_case(case: Case, way: str) -> None:
    if "varying" in way:
        check_varying(query_of(case, way), case.notes["=>"])
    elif way == "same":
        assert_same(query_of(case, way))
    elif way == "each":
        query = query_of(case, way)
        assert together(query, range(SEVERAL)) == [alone(query, i) for i in range(SEVERAL)]
    elif "error:" in case.notes:
        check_error(case, way)
    elif way == "top":
        assert pr_str(Session(HERE).evaluate(case.text, "case.aq")[-1]) == case.notes["=>"]
    else:
        expected = Run(case.notes["=>"], case.notes.get("predicts:", "[]"))
        check_value(query_of(case, way), expected)


def check_error(case: Case, way: str) -> None:
    """The error shows when the program is compiled, or else on both paths when it runs."""
    if way == "top":
        wanted(case, lambda: Session(HERE).evaluate(case.text, "case.aq"))
        return
    try:
        query = query_of(case, way)
    except AnglipyError as error:
        assert_wanted(case, error)
        return
    wanted(case, lambda: alone(query))
    for count in (1, PARTICLES):
        wanted(case, lambda: together(query, range(count)))  # noqa: B023


def wanted(case: Case, run: Any) -> None:
    """What is run fails as the case says."""
    with pytest.raises(AnglipyError) as caught:
        run()
    assert_wanted(case, caught.value)


def assert_wanted(case: Case, caught: AnglipyError) -> None:
    error = caught.errors[0] if isinstance(caught, ErrorGroup) else caught
    assert error.diagnostic.code == case.notes["error:"], str(error)
    assert error.diagnostic.span is not None


def test_there_are_many_cases() -> None:
    """The acceptance of the language: 400 cases, each on the scalar path and in lockstep."""
    both = [case for case in CASES if set(case.ways()) & set(IN_LOCKSTEP)]
    assert len(both) >= 900
    assert len(ALL) >= 2_500
