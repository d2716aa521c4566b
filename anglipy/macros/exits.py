"""Leaving early and coming back: `catch` and `throw`, `try`, and what is evaluated later or
elsewhere: `lazy-seq`, `delay`, `binding`, `letfn`.
"""

from __future__ import annotations

from anglipy.build import Build, shape_error
from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, ListForm, Symbol, VectorForm, walk
from anglipy.macros.registry import Builder, macro

__all__: list[str] = []


@macro("catch", "(catch tag body...)", 1)
def _catch(b: Builder, tag: Form, *body: Form) -> Form:
    return b.call("catching", tag, b.list("thunk*", b.list("do", *body)))


@macro("throw", "(throw tag value) to a `catch`, or (throw exception) to a `try`", 1, 2)
def _throw(b: Builder, first: Form, *value: Form) -> Form:
    return b.call("throwing", first, *value) if value else b.call("throw-exception", first)


# ---- try

_TRY = "(try body... (catch Class name body...) ... (finally body...))"


@macro("try", _TRY)
def _try(b: Builder, *forms: Form) -> Form:
    body = [form for form in forms if _clause(form) not in ("catch", "finally")]
    clauses = [form for form in forms if _clause(form) == "catch"]
    last = [form for form in forms if _clause(form) == "finally"]
    if len(last) > 1 or [*body, *clauses, *last] != list(forms):
        raise shape_error(b.form, _TRY)
    value: Form = b.list("do", *body)
    if clauses:
        value = b.call("trying", b.list("thunk*", value), _rescue(b, clauses))
    return _finally(b, value, last[0]) if last else value


def _clause(form: Form) -> str:
    """Which clause of a `try` a form is: "catch", "finally" or "". A `catch` of a tag that is no
    name, or without a name for an exception, is a form of its own.
    """
    head = form.items[0] if isinstance(form, ListForm) and form.items else None
    if not isinstance(form, ListForm) or not isinstance(head, Symbol):
        return ""
    name = head.name.removeprefix("clojure.core/")
    if name != "catch":
        return name
    kind, error = form.items[1:3] if len(form.items) > 2 else (None, None)
    named = isinstance(kind, Symbol) or (isinstance(kind, Keyword) and kind.name == "default")
    return "catch" if named and isinstance(error, Symbol) else ""


def _rescue(b: Builder, clauses: list[Form]) -> Form:
    """The function that gets an exception: the first clause that fits, or it goes on its way."""
    error = b.temporary("error")
    result: Form = b.call("throw-exception", error)
    for clause in reversed(clauses):
        assert isinstance(clause, ListForm)
        at = Build(clause.span)
        kind, name = clause.items[1:3]
        assert isinstance(kind, Symbol | Keyword)
        handler = at.list(at.core("let"), at.vector(name, error), *clause.items[3:])
        test = at.list(at.core("exception-is?"), at.literal(kind.name), error)
        result = at.list("if", test, handler, result)
    return b.list("fn", b.vector(error), result)


def _finally(b: Builder, value: Form, last: Form) -> Form:
    """The body at the end is done after the value, or on the way of an exception or a `throw`."""
    assert isinstance(last, ListForm)
    at = Build(last.span)
    end, error, result = b.temporary("finally"), b.temporary("error"), b.temporary("result")
    done = at.list(end)
    rescue = b.list("fn", b.vector(error), done, b.call("leaving-again", error))
    tried = b.call("finishing", b.list("thunk*", value), rescue)
    later = at.list(at.core("thunk*"), at.list(at.core("do"), *last.items[1:]))
    return b.list("let", b.vector(end, later, result, tried), done, result)


@macro("with-open", "(with-open [name resource ...] body...)", 1)
def _with_open(b: Builder, bindings: Form, *body: Form) -> Form:
    result: Form = b.list("do", *body)
    for name, value in reversed(b.pairs(bindings)):
        closing = b.list(b.symbol("finally"), b.call("call-method", b.literal("close"), name))
        result = b.list("let", b.vector(name, value), b.list("try", result, closing))
    return result


# ---- later


@macro("lazy-seq", "(lazy-seq body...)")
def _lazy_seq(b: Builder, *body: Form) -> Form:
    return b.call("lazy-sequence", b.list("fn", b.vector(), *body))


@macro("lazy-cat", "(lazy-cat sequence...)")
def _lazy_cat(b: Builder, *parts: Form) -> Form:
    return b.call("concat", *(b.list("lazy-seq", part) for part in parts))


@macro("delay", "(delay body...)")
def _delay(b: Builder, *body: Form) -> Form:
    return b.call("delayed", b.list("fn", b.vector(), *body))


@macro("future", "(future body...)")
def _future(b: Builder, *body: Form) -> Form:
    """There is one thread, so it is computed at once."""
    return b.call("delivered", b.list("do", *body))


def _in_place(name: str) -> None:
    """A form that asks for threads or transactions, of which there is one: its body."""

    def expand_body(b: Builder, *body: Form) -> Form:
        return b.list("do", *body)

    macro(name, f"({name} body...)")(expand_body)


for _name in ("dosync", "io!", "do*"):
    _in_place(_name)


@macro("binding", "(binding [name value ...] body...)", 1)
def _binding(b: Builder, bindings: Form, *body: Form) -> Form:
    pairs = b.pairs(bindings)
    names = b.vector(*(name for name, _ in pairs))
    values = b.vector(*(value for _, value in pairs))
    return b.list("binding*", names, values, b.list("thunk*", b.list("do", *body)))


@macro("with-redefs", "(with-redefs [name value ...] body...)", 1)
def _with_redefs(b: Builder, bindings: Form, *body: Form) -> Form:
    return b.list("binding", bindings, *body)


@macro("with-local-vars", "(with-local-vars [name value ...] body...)", 1)
def _with_local_vars(b: Builder, bindings: Form, *body: Form) -> Form:
    pairs = [(name, b.call("local-variable", value)) for name, value in b.pairs(bindings)]
    return b.list("let", b.vector(*(part for pair in pairs for part in pair)), *body)


# ---- local functions that know each other

_LETFN = "(letfn [(name [parameter...] body...) ...] body...)"


@macro("letfn", _LETFN, 1)
def _letfn(b: Builder, functions: Form, *body: Form) -> Form:
    """Each function finds the others in a table, which is a function of their numbers."""
    if not isinstance(functions, VectorForm):
        raise shape_error(b.form, _LETFN)
    for function in functions.items:
        named = isinstance(function, ListForm) and len(function.items) > 1
        if not named or not isinstance(function.items[0], Symbol):  # type: ignore[union-attr]
            raise ExpandError("AQ203", "a local function has a name and parameters",
                              function.span, help=_LETFN)  # fmt: skip
    table, number = b.temporary("letfn"), b.temporary("number")
    places: dict[str, Form] = {}
    for place, function in enumerate(functions.items):
        name = function.items[0]  # type: ignore[union-attr]
        places[name.name] = b.list(table, b.literal(place))  # type: ignore[union-attr]
    chosen: Form = b.literal(None)
    for place, function in reversed(list(enumerate(functions.items))):
        assert isinstance(function, ListForm)
        test = b.call("=", number, b.literal(place))
        chosen = b.list("if", test, _knowing(function, places), chosen)
    found = b.list("fn", table, b.vector(number), chosen)
    bound = [part for name, call in places.items() for part in (b.symbol(name), call)]
    return b.list("let", b.vector(table, found, *bound), *body)


def _knowing(function: ListForm, places: dict[str, Form]) -> Form:
    """A function of `letfn` in which the others have their names."""
    name, *rest = function.items
    assert isinstance(name, Symbol)
    at = Build(function.span)

    def clause(params: Form, body: tuple[Form, ...]) -> tuple[Form, ...]:
        hidden = {form.name for form in walk(params) if isinstance(form, Symbol)}
        used = {form.name for part in body for form in walk(part) if isinstance(form, Symbol)}
        others = [other for other in places if other in used - hidden - {name.name}]
        if not others:
            return (params, *body)
        bound = [part for other in others for part in (at.symbol(other), places[other])]
        return params, at.list(at.core("let"), at.vector(*bound), *body)

    if isinstance(rest[0], VectorForm):
        return at.list(at.core("fn"), name, *clause(rest[0], tuple(rest[1:])))
    clauses = [
        ListForm(clause(part.items[0], part.items[1:]), part.span)
        if isinstance(part, ListForm) and part.items
        else part
        for part in rest
    ]
    return at.list(at.core("fn"), name, *clauses)
