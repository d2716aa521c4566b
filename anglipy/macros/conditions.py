"""Choices: `when`, `cond`, `case`, `if-let`, `and`, `or` and their kin."""

from __future__ import annotations

from collections.abc import Callable

from anglipy.build import Build
from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, ListForm, Symbol
from anglipy.macros.registry import Builder, macro
from anglipy.macros.scheme import clauses_of
from anglipy.printer import print_form

__all__: list[str] = []


@macro("when", "(when test body...)", 1)
def _when(b: Builder, test: Form, *body: Form) -> Form:
    return b.list("if", test, b.list("do", *body))


@macro("when-not", "(when-not test body...)", 1)
def _when_not(b: Builder, test: Form, *body: Form) -> Form:
    return b.list("if", test, b.literal(None), b.list("do", *body))


@macro("if-not", "(if-not test then else?)", 2, 3)
def _if_not(b: Builder, test: Form, then: Form, *otherwise: Form) -> Form:
    return b.list("if", test, otherwise[0] if otherwise else b.literal(None), then)


def _if_binding(name: str, test: Callable[[Builder, Symbol], Form]) -> None:
    def expand_if(b: Builder, bindings: Form, then: Form, *otherwise: Form) -> Form:
        pattern, value = b.pair(bindings)
        held = b.temporary("test")
        bound = b.list("let", b.vector(pattern, held), then)
        chosen = b.list("if", test(b, held), bound, *otherwise)
        return b.list("let", b.vector(held, value), chosen)

    def expand_when(b: Builder, bindings: Form, *body: Form) -> Form:
        return expand_if(b, bindings, b.list("do", *body))

    macro(f"if-{name}", f"(if-{name} [name test] then else?)", 2, 3)(expand_if)
    macro(f"when-{name}", f"(when-{name} [name test] body...)", 1)(expand_when)


_if_binding("let", lambda b, held: held)
_if_binding("some", lambda b, held: b.call("some?", held))


@macro("when-first", "(when-first [name sequence] body...)", 1)
def _when_first(b: Builder, bindings: Form, *body: Form) -> Form:
    pattern, value = b.pair(bindings)
    held = b.temporary("seq")
    inner = b.list("let", b.vector(pattern, b.call("first", held)), *body)
    return b.list("when-let", b.vector(held, b.call("seq", value)), inner)


@macro("cond", "(cond test value ... :else value)")
def _cond(b: Builder, *clauses: Form) -> Form:
    listed = clauses_of(clauses)
    if listed is not None:
        return _chain(b, listed, lambda test: test, b.literal(None))
    if len(clauses) % 2:
        raise ExpandError(
            "AQ211",
            "`cond` needs a value for every test",
            clauses[-1].span,
            help="(cond test value ... :else value)",
        )
    result: Form = b.literal(None)
    for test, value in reversed(list(zip(clauses[::2], clauses[1::2], strict=True))):
        at = Build(test.span)
        always = isinstance(test, Keyword)
        result = value if always else at.list("if", test, value, result)
    return result


def _chain(
    b: Builder,
    clauses: list[tuple[Form | None, tuple[Form, ...]]],
    test_of: Callable[[Form], Form],
    otherwise: Form,
) -> Form:
    """Clauses in parentheses, one after the other."""
    for test, body in reversed(clauses):
        value = b.list("do", *body)
        otherwise = value if test is None else b.list("if", test_of(test), value, otherwise)
    return otherwise


@macro("condp", "(condp predicate value test result ... default?)", 2)
def _condp(b: Builder, predicate: Form, value: Form, *clauses: Form) -> Form:
    held, test = b.temporary("value"), b.temporary("predicate")
    pairs = list(zip(clauses[::2], clauses[1::2], strict=False))
    result: Form = clauses[-1] if len(clauses) % 2 else b.call("no-matching-clause", held)
    for constant, chosen in reversed(pairs):
        result = b.list("if", b.list(test, constant, held), chosen, result)
    return b.list("let", b.vector(test, predicate, held, value), result)


@macro("case", "(case value constant result (c1 c2) result ... default?)", 1)
def _case(b: Builder, value: Form, *clauses: Form) -> Form:
    held = b.temporary("case")
    listed = clauses_of(clauses)
    if listed is not None:
        chosen = _chain(b, listed, lambda c: _is_one(held, c), b.call("no-matching-clause", held))
        return b.list("let", b.vector(held, value), chosen)
    result: Form = clauses[-1] if len(clauses) % 2 else b.call("no-matching-clause", held)
    pairs = list(zip(clauses[::2], clauses[1::2], strict=False))
    _check_different([constant for test, _ in pairs for constant in _constants(test)])
    for constant, chosen in reversed(pairs):
        at = Build(constant.span)
        result = at.list("if", _is_one(held, constant), chosen, result)
    return b.list("let", b.vector(held, value), result)


def _constants(test: Form) -> tuple[Form, ...]:
    """The constants of a clause of `case`: one, or a list of them."""
    return test.items if isinstance(test, ListForm) else (test,)


def _check_different(constants: list[Form]) -> None:
    """Raises ExpandError AQ215 if a constant has a result already."""
    seen: list[Form] = []
    for constant in constants:
        if constant in seen:
            message = f"the constant {print_form(constant)} of `case` has a result already"
            first = seen[seen.index(constant)].span
            raise ExpandError("AQ215", message, constant.span, notes=(f"it is given at {first}",))
        seen.append(constant)


def _is_one(held: Form, constant: Form) -> Form:
    """Whether a value is a constant of a `case`, or one of a list of them."""
    group = _constants(constant)
    at = Build(constant.span)
    tests = [at.list(at.core("="), held, at.list("quote", item)) for item in group]
    return tests[0] if len(tests) == 1 else at.list(at.core("or"), *tests)


@macro("and", "(and expression...)")
def _and(b: Builder, *items: Form) -> Form:
    if len(items) < 2:
        return items[0] if items else b.literal(True)
    held = b.temporary("and")
    return b.list(
        "let", b.vector(held, items[0]), b.list("if", held, b.list("and", *items[1:]), held)
    )


@macro("or", "(or expression...)")
def _or(b: Builder, *items: Form) -> Form:
    if len(items) < 2:
        return items[0] if items else b.literal(None)
    held = b.temporary("or")
    return b.list(
        "let", b.vector(held, items[0]), b.list("if", held, held, b.list("or", *items[1:]))
    )
