"""The Scheme-like notation of early Anglican programs.

`begin`, `lambda`, `defun`, `define` and `assume`, parentheses around the bindings of `let` and the
clauses of `cond` and `case`, and the directives `[assume x e]`, `[observe d v]`, `[predict e]` of
`anglican` and `defanglican`. All of it becomes the notation of today.
"""

from __future__ import annotations

from collections.abc import Sequence

from anglipy.build import Build, shape_error
from anglipy.forms import Form, ListForm, Literal, Symbol, VectorForm
from anglipy.macros.registry import Builder, macro

__all__ = ["clauses_of", "definition_of", "vector_of_bindings", "with_definitions"]


def _head(form: Form) -> str:
    if not isinstance(form, ListForm | VectorForm) or not form.items:
        return ""
    head = form.items[0]
    return head.name if isinstance(head, Symbol) else ""


def vector_of_bindings(form: ListForm) -> VectorForm | None:
    """`((x 1) (y 2))` as `[x 1 y 2]`; None if it is no such list."""
    bound: list[Form] = []
    for pair in form.items:
        if not isinstance(pair, ListForm | VectorForm) or len(pair.items) != 2:
            return None
        bound += pair.items
    return VectorForm(tuple(bound), form.span)


def clauses_of(clauses: Sequence[Form]) -> list[tuple[Form | None, tuple[Form, ...]]] | None:
    """The clauses `(test body...)` of a `cond` or `case`, in which `else` tests as None. None for
    today's notation: tests and values in turn.

    An even number of lists without an `else` may be either. They are clauses if all of them would
    call what cannot be a function, or what a call gives, as in `((= x 1) :one)`.
    """
    lists = [form for form in clauses if isinstance(form, ListForm) and form.items]
    if not lists or len(lists) != len(clauses):
        return None
    if _head(lists[-1]) != "else" and len(lists) % 2 == 0 and not all(map(_is_clause, lists)):
        return None
    return [(None if _head(form) == "else" else form.items[0], form.items[1:]) for form in lists]


def _is_clause(form: ListForm) -> bool:
    return len(form.items) > 1 and isinstance(form.items[0], ListForm | Literal)


# ---- definitions inside a body


def definition_of(form: Form) -> tuple[Form, Form] | None:
    """(name, value) of `(define name value)`, `(assume name value)`, `(define (f x) body...)`,
    `[assume name value]`; None for any other form.
    """
    if _head(form) not in ("define", "assume") or len(form.items) < 3:  # type: ignore[union-attr]
        return None
    if isinstance(form, VectorForm) and _head(form) == "define":
        return None
    target, rest = form.items[1], form.items[2:]  # type: ignore[union-attr]
    at = Build(form.span)
    if isinstance(target, ListForm) and target.items:
        params = VectorForm(target.items[1:], target.span)
        return target.items[0], at.list(at.core("fn"), target.items[0], params, *rest)
    value = rest[0]
    if _head(value) == "lambda" and isinstance(target, Symbol):
        assert isinstance(value, ListForm)
        value = at.list(at.core("fn"), target, *_lambda_parts(value))
    return target, value


def with_definitions(body: Sequence[Form]) -> list[Form]:
    """A body in which each definition has become a binding around what comes after it."""
    done: list[Form] = []
    for place, form in enumerate(body):
        found = definition_of(form)
        if found is not None:
            name, value = found
            at = Build(form.span)
            rest = with_definitions(body[place + 1 :])
            done.append(at.list(at.core("let"), at.vector(name, value), *(rest or [name])))
            return done
        done.append(form)
    return done


# ---- forms


@macro("begin", "(begin expression...)")
def _begin(b: Builder, *body: Form) -> Form:
    return b.list("do", *body)


def _is_dot(form: Form) -> bool:
    """Whether it is the dot before the name of all other arguments."""
    return isinstance(form, Symbol) and form.name == "."


def _lambda_parts(form: ListForm) -> tuple[Form, ...]:
    """The parameters as a vector, and the body."""
    if len(form.items) < 2:
        raise shape_error(form, "(lambda (parameter...) body...)")
    params = form.items[1]
    at = Build(params.span)
    if isinstance(params, ListForm):
        names = (at.symbol("&") if _is_dot(item) else item for item in params.items)
        return (VectorForm(tuple(names), params.span), *form.items[2:])
    if isinstance(params, Symbol):
        return (at.vector(at.symbol("&"), params), *form.items[2:])
    return form.items[1:]


@macro("lambda", "(lambda (parameter...) body...)", 1)
def _lambda(b: Builder, *rest: Form) -> Form:
    return b.list("fn", *_lambda_parts(b.form))


@macro("cps-fn", "(cps-fn name? (parameter...) body...)", 1)
def _cps_fn(b: Builder, *rest: Form) -> Form:
    if len(rest) > 1 and isinstance(rest[0], Symbol) and isinstance(rest[1], ListForm | VectorForm):
        return b.list("fn", rest[0], *_lambda_parts(ListForm(b.form.items[1:], b.span)))
    return b.list("fn", *_lambda_parts(b.form))


def _define_function(name: str) -> None:
    usage = f"({name} name (parameter...) body...)"

    def expand_function(b: Builder, target: Form, *rest: Form) -> Form:
        if not isinstance(target, Symbol):
            raise shape_error(b.form, usage)
        parts = _lambda_parts(ListForm(b.form.items[1:], b.span))
        return b.list("def", target, b.list("fn", target, *parts))

    macro(name, usage, 2)(expand_function)


for _name in ("defun", "def-cps-fn"):
    _define_function(_name)


# ---- queries of directives


@macro("anglican", "(anglican name? value? directive...)")
def _anglican(b: Builder, *rest: Form) -> Form:
    head: tuple[Form, ...] = ()
    while rest and isinstance(rest[0], Symbol) and len(rest) > 1:
        head, rest = (*head, rest[0]), rest[1:]
    name = head[:1] if len(head) == 2 else ()
    param = head[-1:] or (b.symbol("$value"),)
    return b.list("query", *name, *param, *_body(b, rest))


@macro("defanglican", "(defanglican name value? directive...)", 1)
def _defanglican(b: Builder, name: Form, *rest: Form) -> Form:
    if not isinstance(name, Symbol):
        raise shape_error(b.form, b.usage)
    param: Form = b.symbol("$value")
    if len(rest) > 1 and isinstance(rest[0], Symbol):
        param, rest = rest[0], rest[1:]
    return b.list("def", name, b.list("query", name, param, *_body(b, rest)))


def _body(b: Builder, directives: Sequence[Form]) -> tuple[Form, ...]:
    """Directives in brackets as forms; never empty."""
    body: list[Form] = []
    for form in directives:
        if isinstance(form, VectorForm) and _head(form) in ("observe", "predict", "assume"):
            form = ListForm(form.items, form.span)
        if _head(form) not in ("import", "export"):
            body.append(form)
    return tuple(body) or (b.literal(None),)
