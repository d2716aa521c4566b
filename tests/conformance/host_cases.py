"""Cases of (expression, printed value) and the ways in which each is evaluated.

A case is one line, `EXPRESSION => VALUE`. It is evaluated

    host     at the top level
    query    inside a query that runs one particle at a time
    lanes    inside a query whose particles run in lockstep
    varying  in lockstep, where every number and string of the expression is a value that might differ
             between particles (it is made with a draw that is always zero)

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
from anglipy.diagnostics import Source
from anglipy.forms import Collection, Form, ListForm, Literal, Symbol, VectorForm
from anglipy.printer import print_form
from anglipy.reader import read
from anglipy.runtime.printing import pr_str

HERE = Path(__file__).parent
BINDING = ("let", "loop", "for", "doseq", "dotimes", "fn", "fn*", "if-let", "when-let")
QUOTING = ("quote", "case", "comment")
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
        ways: tuple[str, ...] = ("host", "query", "lanes", "varying")
        for mark, kept in (("host:", ways[:1]), ("fixed:", ways[:3])):
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
        if way != "varying" or varying(case.expression) != print_form(form_of(case.expression))
    ]


def form_of(text: str) -> Form:
    (form,) = read(Source("case", text))
    return form


def varying(text: str) -> str:
    """The expression with numbers and strings that might differ between particles."""
    return print_form(_varied(form_of(text)))


def _varied(form: Form) -> Form:
    if isinstance(form, Literal):
        zero = Symbol("zero", form.span)
        if type(form.value) in (int, float):
            return ListForm((Symbol("clojure.core/+", form.span), form, zero), form.span)
        if isinstance(form.value, str):
            only = VectorForm((form,), form.span)
            return ListForm((Symbol("clojure.core/nth", form.span), only, zero), form.span)
        return form
    if not isinstance(form, Collection):
        return form
    head = form.items[0] if form.items and isinstance(form, ListForm) else None
    if isinstance(head, Symbol) and head.name in QUOTING:
        return form
    if isinstance(head, Symbol) and head.name in BINDING:
        return _varied_binding(form)
    return type(form)(tuple(map(_varied, form.items)), form.span)


def _varied_binding(form: Form) -> Form:
    """A form that binds names: patterns stay as they are."""
    assert isinstance(form, ListForm)
    items = list(form.items)
    at = next(i for i, item in enumerate(items) if isinstance(item, VectorForm))
    bindings = items[at]
    assert isinstance(bindings, VectorForm)
    changed = tuple(
        _varied(item) if place % 2 and "fn" not in str(getattr(items[0], "name", "")) else item
        for place, item in enumerate(bindings.items)
    )
    items[at] = VectorForm(changed, bindings.span)
    items[at + 1 :] = map(_varied, items[at + 1 :])
    return ListForm(tuple(items), form.span)


def evaluated(expression: str, way: str) -> list[str]:
    """The value as it prints; in lockstep that of every particle."""
    session = Session(HERE)
    session.evaluate(REQUIRED, "required.aq")
    if way == "host":
        return [pr_str(session.evaluate(expression, "case.aq")[-1])]
    body = varying(expression) if way == "varying" else expression
    if way == "varying":
        body = f"(let [zero (sample (uniform-discrete 0 1))] {body})"
    session.evaluate(f"(defquery main [] {body}\n)", "case.aq")
    model = session.program.queries["main"]
    posterior = model.infer("importance", samples=1 if way == "query" else 3, seed=1,
                            scalar=way == "query")  # fmt: skip
    return [pr_str(value) for value in posterior.values]


def checking(text: str) -> Callable[[HostCase, str], None]:
    """A test of all cases of a text in all their ways."""

    @pytest.mark.parametrize(("case", "way"), parameters(text))
    def test_case(case: HostCase, way: str) -> None:
        assert set(evaluated(case.expression, way)) == {case.value}

    return test_case
