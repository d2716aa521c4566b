"""Surface forms to core forms.

Takes forms as read; gives forms in which only these heads are special:

    (quote x) (if c t e) (do e...) (let* [x e ...] body) (loop* [x e ...] body) (recur e...)
    (fn* name? [x ... & rest?] body) (query* name [x] body) (sample d) (sample id d) (observe d v)
    (observe id d v) (predict label e) (mem f)   and, at top level, (def name doc? e)
    (declare* x...) (require* ...) (require-python* ...)

Everything else is a call or a literal. What the core forms do is in `analyze`. Spans of the user's
forms are kept; what an expansion adds carries the span of the form it came from. A name bound
locally hides a macro or a form of that name, but for those that all others are made of (RESERVED);
what an expansion adds says `clojure.core/let`, which nothing hides. Expanding a core form gives it
back (the pass is idempotent). Macros live in `macros`, patterns in `destructure`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from anglipy.build import Build, quiet, shape_error, without_value
from anglipy.destructure import bind_pattern, is_pattern, plain_name
from anglipy.diagnostics import ExpandError, Span
from anglipy.forms import (
    Form,
    Keyword,
    ListForm,
    Literal,
    MapForm,
    SetForm,
    Symbol,
    VectorForm,
)
from anglipy.macros import MACROS
from anglipy.macros.scheme import vector_of_bindings, with_definitions
from anglipy.macros.sundries import java_form
from anglipy.parameters import many_arities, parameters, with_conditions
from anglipy.printer import print_form
from anglipy.quoting import syntax_quote
from anglipy.stackless import stackless
from anglipy.surroundings import Scope

__all__ = ["SPECIAL", "expand", "expand_once", "renamed", "sequence"]

Expanding = Generator[Any, Any, Form]


@stackless
def expand(form: Form, scope: Scope) -> Expanding:
    """The core form of a surface form; no depth is too deep."""
    while True:
        match form:
            case Literal() | Keyword():
                return form
            case Symbol():
                target = scope.names.get(form.name)
                return form if target is None else Symbol(target, form.span)
            case VectorForm() | SetForm() | MapForm():
                items = []
                for item in form.items:
                    items.append((yield expand.call(item, scope)))
                return type(form)(tuple(items), form.span)
            case ListForm(items=()):
                return form
        head = form.items[0]
        if isinstance(head, Symbol) and not scope.hides(head.name):
            name = head.name.removeprefix("clojure.core/").removeprefix("anglican.emit/")
            if name in SPECIAL:
                return (yield SPECIAL[name](form, scope))
            shorter = expand_once(form, scope)
            if shorter is not None:
                form = shorter
                continue
        items = []
        for item in form.items:
            items.append((yield expand.call(item, scope)))
        return ListForm(tuple(items), form.span)


def expand_once(form: ListForm, scope: Scope) -> Form | None:
    """What a call of a macro is short for; None if it is no such call."""
    head = form.items[0]
    if not isinstance(head, Symbol) or scope.hides(head.name):
        return None
    if scope.program is not None:
        own = scope.program.macro(head.name)
        if own is not None:
            return own(form)
    name = head.name.removeprefix("clojure.core/").removeprefix("anglican.emit/")
    if name in MACROS:
        return MACROS[name].expand(form, scope.fresh)
    return java_form(form, head)


def sequence(body: Iterable[Form], span: Span) -> Form:
    """A body of several forms as one; a `(declare :primitive ...)` says nothing we need."""
    forms = _statements(body)
    if len(forms) == 1:
        return forms[0]
    build = Build(span)
    return build.list("do", *forms) if forms else build.literal(None)


def _statements(body: Iterable[Form]) -> list[Form]:
    return with_definitions([form for form in body if not _is_declaration(form)])


def _is_declaration(form: Form) -> bool:
    return (
        isinstance(form, ListForm)
        and len(form.items) > 1
        and isinstance(form.items[0], Symbol)
        and form.items[0].name == "declare"
        and isinstance(form.items[1], Keyword)
    )


def _quote(form: ListForm, scope: Scope) -> Expanding:
    if len(form.items) != 2:
        raise shape_error(form, "(quote form)")
    yield from ()
    return form


def _plain(usage: str, low: int, high: int | None) -> Any:
    """A core form all of whose arguments are expressions."""

    def expander(form: ListForm, scope: Scope) -> Expanding:
        count = len(form.items) - 1
        if count < low or (high is not None and count > high):
            raise shape_error(form, usage)
        items: list[Form] = [_core_head(form, scope)]
        for item in form.items[1:]:
            items.append((yield expand.call(item, scope)))
        return ListForm(tuple(items), form.span)

    return expander


def _core_head(form: ListForm, scope: Scope) -> Form:
    """The head without its namespace, unless a local hides it then."""
    head = form.items[0]
    assert isinstance(head, Symbol)
    short = head.name.rpartition("/")[2]
    return Symbol(f"clojure.core/{short}" if scope.hides(short) else short, head.span)


def _do(form: ListForm, scope: Scope) -> Expanding:
    core: list[Form] = []
    for statement in _statements(form.items[1:]):
        core.append((yield expand.call(statement, scope)))
    return sequence(core, form.span)


def _bindings(form: ListForm, usage: str) -> list[tuple[Form, Form]]:
    if len(form.items) < 2 or not isinstance(form.items[1], VectorForm):
        raise shape_error(form, usage)
    items = form.items[1].items
    if len(items) % 2:
        raise ExpandError(
            "AQ204",
            f"the bindings of `{_head(form)}` need a value for every name",
            without_value(items).span,
            help=usage,
        )
    return list(zip(items[::2], items[1::2], strict=True))


def _head(form: ListForm) -> str:
    head = form.items[0]
    return head.name.rstrip("*") if isinstance(head, Symbol) else "form"


def _let(form: ListForm, scope: Scope) -> Expanding:
    build = Build(form.span)
    if len(form.items) > 1 and isinstance(form.items[1], ListForm):
        bindings = vector_of_bindings(form.items[1])
        if bindings is not None:
            form = ListForm((form.items[0], bindings, *form.items[2:]), form.span)
    bound: list[Form] = []
    for pattern, value in _bindings(form, "(let [name value ...] body...)"):
        value = yield expand.call(value, scope)
        for name, part in bind_pattern(pattern, value, scope.fresh):
            core = part if part is value else (yield expand.call(part, scope))
            bound += [name, core]
            scope = scope.bind(name.name)
    body = yield expand.call(sequence(form.items[2:], form.span), scope)
    return build.list("let*", VectorForm(tuple(bound), form.items[1].span), body) if bound else body


def _loop(form: ListForm, scope: Scope) -> Expanding:
    build = Build(form.span)
    pairs = _bindings(form, "(loop [name start ...] body...)")
    if any(is_pattern(pattern) for pattern, _ in pairs):
        outer: list[Form] = []
        names: list[Form] = []
        again: list[Form] = []
        for pattern, value in pairs:
            name = build.symbol(scope.fresh("loop"))
            outer += [name, value]
            for part, found in bind_pattern(pattern, name, scope.fresh):
                outer += [quiet(part), found]  # For later start values, if any of them asks.
            names += [name, name]
            again += [pattern, name]
        inner = build.list(build.core("let"), build.vector(*again), *form.items[2:])
        loop = build.list("loop*", build.vector(*names), inner)
        return (yield expand.call(build.list("let*", build.vector(*outer), loop), scope))
    bound: list[Form] = []
    for target, value in pairs:
        symbol = plain_name(target)
        bound += [symbol, (yield expand.call(value, scope))]
        scope = scope.bind(symbol.name)
    body = yield expand.call(sequence(form.items[2:], form.span), scope)
    return build.list("loop*", VectorForm(tuple(bound), form.items[1].span), body)


_FN_USAGE = "(fn name? [parameter...] body...)"


def _fn(form: ListForm, scope: Scope) -> Expanding:
    rest = form.items[1:]
    name: Symbol | None = None
    if rest and isinstance(rest[0], Symbol):
        name, rest = rest[0], rest[1:]
    if rest and isinstance(rest[0], Literal) and isinstance(rest[0].value, str) and len(rest) > 1:
        rest = rest[1:]
    if not rest or not isinstance(rest[0], VectorForm | ListForm):
        raise shape_error(form, _FN_USAGE)
    if isinstance(rest[0], ListForm):
        rest = many_arities(form, name, rest, scope.fresh)
    params, body = rest[0], sequence(with_conditions(rest[1:]), form.span)
    assert isinstance(params, VectorForm)
    if name is not None:
        scope = scope.bind(name.name)
    plain, patterns = parameters(params, scope.fresh)
    if patterns:
        build = Build(form.span)
        body = build.list(build.core("let"), Build(params.span).vector(*patterns), body)
    scope = scope.bind(*(p.name for p in plain if p.name != "&"))
    core = yield expand.call(body, scope)
    build = Build(form.span)
    named = () if name is None else (name,)
    return build.list("fn*", *named, VectorForm(tuple(plain), params.span), core)


def _query(form: ListForm, scope: Scope) -> Expanding:
    """`(query name? param? body...)`; its core form `(query* name [value] body)` keeps the
    parameters as metadata.
    """
    build = Build(form.span)
    rest = form.items[1:]
    name: Form = build.symbol("query")
    if len(rest) >= 3 and isinstance(rest[0], Symbol) and isinstance(rest[1], Symbol | VectorForm):
        name, rest = rest[0], rest[1:]
    core_head = isinstance(form.items[0], Symbol) and form.items[0].name == "query*"
    if core_head and len(rest) == 2 and isinstance(rest[0], VectorForm) and len(rest[0].items) == 1:
        bound = plain_name(rest[0].items[0])
        body = yield expand.call(rest[1], scope.inside("query").bind(bound.name))
        return build.list("query*", name, rest[0], body)
    pattern: Symbol | VectorForm | None = None
    if rest and isinstance(rest[0], Symbol | VectorForm):
        pattern, rest = rest[0], rest[1:]
    body = sequence(rest, form.span)
    if isinstance(pattern, Symbol):
        value = pattern
    else:
        value = build.symbol(scope.fresh("value"))
        if pattern is not None:
            body = build.list(build.core("let"), Build(pattern.span).vector(pattern, value), body)
    core = yield expand.call(body, scope.inside("query").bind(value.name))
    shown = "" if pattern is None or value.name == "$value" else print_form(pattern)
    meta = MapForm((build.keyword("params"), build.literal(shown)), form.span)
    return build.list("query*", name, VectorForm((value,), form.span, meta), core)


def _predict(form: ListForm, scope: Scope) -> Expanding:
    """A predict without a label is labelled with its expression as the user wrote it."""
    if len(form.items) == 2:
        quoted = Build(form.items[1].span).list("quote", form.items[1])
        form = ListForm((form.items[0], quoted, form.items[1]), form.span)
    return (yield from _plain("(predict value) or (predict label value)", 1, 2)(form, scope))


def _def(form: ListForm, scope: Scope) -> Expanding:
    """`(def name doc? value?)`."""
    usage = "(def name value)"
    if not 2 <= len(form.items) <= 4 or not isinstance(form.items[1], Symbol):
        raise shape_error(form, usage)
    if len(form.items) == 4 and not (
        isinstance(form.items[2], Literal) and isinstance(form.items[2].value, str)
    ):
        raise shape_error(form, usage)
    value: Form = Literal(None, form.span)
    if len(form.items) > 2:
        value = yield expand.call(form.items[-1], scope.inside("form"))
    if scope.place == "form":
        return _defined_inside(form.items[1], value, scope)
    doc = form.items[2:3] if len(form.items) == 4 else ()
    return ListForm((_core_head(form, scope), form.items[1], *doc, value), form.span)


def _defined_inside(name: Symbol, value: Form, scope: Scope) -> Form:
    """A definition in a `let` or a function: the name has its value once this has run."""
    if scope.program is not None:
        scope.program.declare(name.name)
    build = Build(name.span)
    quoted = build.list("quote", name)
    return build.list(build.core("intern"), build.literal(None), quoted, value)


def _syntax_quote(form: ListForm, scope: Scope) -> Expanding:
    if len(form.items) != 2:
        raise shape_error(form, "`form")
    qualified = str if scope.program is None else scope.program.qualified
    built = syntax_quote(form.items[1], qualified, scope.fresh)
    return (yield expand.call(built, scope))


def _unquote(form: ListForm, scope: Scope) -> Expanding:
    yield from ()
    raise ExpandError("AQ231", "`~` has a meaning only inside a syntax-quote", form.span,
                      help="`(f ~x)")  # fmt: skip


def renamed(form: ListForm, scope: Scope) -> tuple[Scope, tuple[Form, ...]]:
    """The scope inside a `with-primitive-procedures`, and its body."""
    if len(form.items) < 2 or not isinstance(form.items[1], VectorForm):
        raise shape_error(form, "(with-primitive-procedures [name ...] form...)")
    renames = {}
    for name in form.items[1].items:
        if not isinstance(name, Symbol):
            raise ExpandError("AQ213", "a procedure is given by its name", name.span)
        short = name.name.rpartition("/")[2] or name.name
        if short != name.name:
            renames[short] = name.name
    return scope.rename(renames), form.items[2:]


def _with_primitive_procedures(form: ListForm, scope: Scope) -> Expanding:
    inner, body = renamed(form, scope)
    return (yield expand.call(sequence(body, form.span), inner))


def _declare(form: ListForm, scope: Scope) -> Expanding:
    """Inside a body a declaration says nothing we need."""
    yield from ()
    return Literal(None, form.span)


def _binding(form: ListForm, scope: Scope) -> Expanding:
    """`(binding* [name ...] [value ...] thunk)`."""
    _, names, values, thunk = form.items
    made: list[Form] = []
    for part in (values, thunk):
        made.append((yield expand.call(part, scope)))
    return Build(form.span).list("binding*", names, *made)


def _var(form: ListForm, scope: Scope) -> Expanding:
    """`(var-of "name" (thunk* name))`: the second argument says that the program uses the name."""
    if len(form.items) != 2 or not isinstance(form.items[1], Symbol):
        raise shape_error(form, "(var name)")
    name, build = form.items[1], Build(form.span)
    used = build.list(build.core("thunk*"), name)
    return (
        yield expand.call(build.list(build.core("var-of"), build.literal(name.name), used), scope)
    )


SPECIAL = {
    "quote": _quote,
    "if": _plain("(if test then else?)", 2, 3),
    "do": _do,
    "let": _let,
    "let*": _let,
    "loop": _loop,
    "loop*": _loop,
    "fn": _fn,
    "fn*": _fn,
    "recur": _plain("(recur value...)", 0, None),
    "query": _query,
    "query*": _query,
    "sample": _plain("(sample distribution) or (sample id distribution)", 1, 2),
    "observe": _plain("(observe distribution value), e.g. (observe (normal mu 1) y)", 2, 3),
    "predict": _predict,
    "mem": _plain("(mem function)", 1, 1),
    "def": _def,
    "thunk*": _plain("(thunk* body)", 1, 1),
    "binding*": _binding,
    "declare": _declare,
    "syntax-quote": _syntax_quote,
    "unquote": _unquote,
    "unquote-splicing": _unquote,
    "var": _var,
    "with-primitive-procedures": _with_primitive_procedures,
}
"""How the special forms are expanded, by their heads."""
