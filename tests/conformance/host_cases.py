"""Cases of (expression, printed value) and the ways in which each is evaluated.

A case is one line, `EXPRESSION => VALUE`. It is evaluated

    host     at the top level
    query    inside a query, one particle at a time and in lockstep
    varying  inside a query, where every constant of the expression is a value that differs between
             the particles (see `rewriting`)

A line that begins with `host:` is evaluated at the top level only: what is endless, or changes
something outside; with `fixed:` not in the way `varying`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from anglipy.api import Session
from anglipy.runtime.printing import pr_str
from tests.conformance.rewriting import varied
from tests.conformance.running import Run, check_value, check_varying

HERE = Path(__file__).parent
REQUIRED = """
(require '[clojure.string :as str] '[clojure.set :as set] '[clojure.walk :as walk]
         '[clojure.core.matrix :as m] '[clojure.core.matrix.linear :as lin])
"""


@dataclass(frozen=True)
class HostCase:
    """One line."""

    expression: str
    value: str
    ways: tuple[str, ...]


def parsed(text: str) -> list[HostCase]:
    """The cases of a text, one a line; lines that begin with `;` are headings."""
    found = []
    for line in text.strip().splitlines():
        if not line.strip() or line.startswith(";"):
            continue
        expression, arrow, value = line.rpartition(" => ")
        assert arrow, line
        ways: tuple[str, ...] = ("host", "query", "varying")
        for mark, kept in (("host:", ways[:1]), ("fixed:", ways[:2])):
            if expression.startswith(mark):
                expression, ways = expression.removeprefix(mark), kept
        found.append(HostCase(expression.strip(), value.strip(), ways))
    return found


def parameters(text: str) -> list[Any]:
    """What pytest is to call a test with: (case, way)."""
    return [
        pytest.param(case, way, id=f"{case.expression[:60]}-{way}")
        for case in parsed(text)
        for way in case.ways
        if way != "varying" or varied(case.expression) != case.expression
    ]


def session_with(text: str) -> Session:
    """A session with the namespaces that the cases use, after these forms."""
    session = Session(HERE)
    session.evaluate(REQUIRED, "required.aq")
    session.evaluate(text, "case.aq")
    return session


def check(case: HostCase, way: str) -> None:
    """The case has its value, in this way."""
    if way == "host":
        found = session_with("").evaluate(case.expression, "case.aq")[-1]
        assert pr_str(found) == case.value
        return
    body = varied(case.expression) if way == "varying" else case.expression
    session = session_with(f"(defquery main [] {body}\n)")
    query = session.program.queries["main"].query
    if way == "varying":
        check_varying(query, case.value)
    else:
        check_value(query, Run(case.value, "[]"))


def checking(text: str) -> Callable[[HostCase, str], None]:
    """A test of all cases of a text in all their ways."""

    @pytest.mark.parametrize(("case", "way"), parameters(text))
    def test_case(case: HostCase, way: str) -> None:
        check(case, way)

    return test_case
