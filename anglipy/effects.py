"""The special forms of probabilistic programs: `sample`, `observe`, `predict`, `mem`, `query`; and
those that belong to the top level.
"""

from __future__ import annotations

from anglipy.analyzer import Analyzer, Analyzing
from anglipy.diagnostics import ExpandError, ResolveError, Span
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
from anglipy.levels import call_node
from anglipy.printer import print_form
from anglipy.runtime.vectors import Vector
from anglipy.scopes import Context, LocalInfo, SiteInfo
from anglipy.syntax import Const, Fn, Observe, Predict, Query, Sample

__all__ = ["binding", "definition", "mem", "observe", "predict", "query", "sample"]


def _site(to: Analyzer, kind: str, id_form: Form | None, at: Context, span: Span) -> str | None:
    """The id of a site, unless it is computed at run time."""
    if id_form is None:
        prefix = f"{at.path}/{kind}" if at.path else kind
        to.counts[prefix] = to.counts.get(prefix, 0) + 1
        site = f"{prefix}#{to.counts[prefix]}"
    elif isinstance(id_form, Literal) and isinstance(id_form.value, str):
        site = id_form.value
    elif isinstance(id_form, Keyword):
        site = f":{id_form.name}"
    else:
        return None
    to.sites.append(SiteInfo(site, kind, span))
    return site


def sample(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(sample id? distribution)`."""
    if not at.can_sample:
        return to.fail(_outside("sample", form.span), form.span)
    id_form = form.items[1] if len(form.items) == 3 else None
    site = _site(to, "sample", id_form, at, form.span)
    _check_distribution(to, "sample", form.items[-1], at)
    nodes = yield to.items(form.items[1:], at)
    return Sample(site, nodes[0] if site is None else None, nodes[-1], form.span)


def observe(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(observe id? distribution value)`."""
    if not at.can_sample:
        return to.fail(_outside("observe", form.span), form.span)
    id_form = form.items[1] if len(form.items) == 4 else None
    site = _site(to, "observe", id_form, at, form.span)
    _check_distribution(to, "observe", form.items[-2], at)
    nodes = yield to.items(form.items[1:], at)
    return Observe(site, nodes[0] if site is None else None, nodes[-2], nodes[-1], form.span)


_NO_DISTRIBUTIONS = frozenset(
    ["+", "-", "*", "/", "inc", "dec", "max", "min", "mod", "quot", "rem", "sqrt", "exp", "log",
     "abs", "pow", "str", "vector", "list", "hash-map", "hash-set", "count", "range", "=", "<", ">",
     "<=", ">=", "==", "not", "not=", "rand", "rand-int", "sample*", "observe*", "fn*",
     "query*", "quote"]
)  # fmt: skip
"""Heads of forms whose values are never distributions."""


def _check_distribution(to: Analyzer, what: str, form: Form, at: Context) -> None:
    """Note an error if what is drawn from or observed is seen to be no distribution."""
    literal = isinstance(form, Literal | Keyword | VectorForm | MapForm | SetForm)
    if not literal:
        head = form.items[0] if isinstance(form, ListForm) and form.items else None
        if not isinstance(head, Symbol) or head.name in at.names:
            return
        binding = to.env.lookup(head.name)
        if head.name not in _NO_DISTRIBUTIONS or (binding and binding.kind != "primitive"):
            return
    message = f"`{what}` needs a distribution, got {print_form(form)}"
    to.errors.append(ExpandError("AQ224", message, form.span, help="e.g. (normal 0 1)"))


def predict(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(predict label value)`."""
    label, value = yield to.items(form.items[1:], at)
    return Predict(label, value, form.span)


def mem(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(mem (fn name ...))` recurs through the memo: inside, the name is what `mem` makes."""
    fn_form, span, at = form.items[1], form.span, at.inner()
    if not _is_named_function(fn_form):
        fn = yield to.node.call(to, fn_form, at)
        return call_node(to.built_in("mem", span), (fn,), span, direct=True)
    head, name, params, body = fn_form.items  # type: ignore[union-attr]
    own, label = to.fresh(name.name), to.fresh(name.name)  # type: ignore[union-attr]
    unnamed = ListForm((head, params, body), fn_form.span)
    fn = yield to.node.call(to, unnamed, at.bind(name.name, LocalInfo(own)))  # type: ignore[union-attr]
    of_own = Fn(None, "mem", label, (own,), None, fn, span, direct=True)
    return call_node(to.built_in("mem-recursive", span), (of_own,), span, direct=True)


def definition(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """A definition where none may stand."""
    yield from ()
    return to.fail(_not_nested(form), form.span)


def query(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """`(query* name [value] body)`."""
    name, params, body_form = form.items[1:]
    assert isinstance(name, Symbol)
    assert isinstance(params, VectorForm)
    defining = at.path == name.name
    path = at.path if defining or not at.path else f"{at.path}/{name.name}"
    path = path or name.name
    shown = params.items[0].name  # type: ignore[union-attr]
    label = to.fresh(f"{name.name}-code" if defining else name.name)
    python = to.fresh(shown)
    inner = Context(at.names, path, can_sample=True).bind(shown, LocalInfo(python))
    body = yield to.node.call(to, body_form, inner)
    text = "" if params.meta is None else params.meta.items[1].value  # type: ignore[union-attr]
    return Query(name.name, label, python, body, form.span, str(text))


def binding(to: Analyzer, form: ListForm, at: Context) -> Analyzing:
    """Global names with other values while a part of the code runs."""
    names, values, thunk = form.items[1:]
    found: list[str] = []
    for name in names.items:  # type: ignore[union-attr]
        binding = to.env.lookup(name.name) if isinstance(name, Symbol) else None
        if binding is None or not isinstance(name, Symbol) or name.name in at.names:
            message = f"`{print_form(name)}` is no variable of the program"
            return to.fail(ResolveError("AQ220", message, name.span), name.span)
        to.references.add(binding.name)
        found.append(binding.python)
    args = yield to.items((values, thunk), at)
    given = (Const(Vector(found), names.span), *args)
    return call_node(to.built_in("bind-globals", form.span), given, form.span, direct=True)


def _not_nested(form: ListForm) -> ExpandError:
    return ExpandError(
        "AQ229",
        "a definition stands outside of queries",
        form.span,
        help="(let [name value] ...) binds a name here",
    )


def _outside(what: str, span: Span) -> ExpandError:
    return ExpandError(
        "AQ225",
        f"`{what}` has a meaning only inside a query or a function",
        span,
        help=f"(defquery q [y] ({what} ...))",
    )


def _is_named_function(form: Form) -> bool:
    """Whether a core form is `(fn* name [...] body)`."""
    return (
        isinstance(form, ListForm)
        and len(form.items) == 4
        and form.items[0] == Symbol("fn*", form.span)
    )
