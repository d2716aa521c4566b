"""Parameters of functions: patterns, several arities, conditions before and after. Forms in, forms
out; `expand` expands what comes of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from anglipy.build import Build, Fresh, shape_error
from anglipy.destructure import is_pattern, plain_name, rest_value
from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, ListForm, MapForm, Symbol, VectorForm, walk

__all__ = ["many_arities", "parameters", "with_conditions"]


def parameters(params: VectorForm, fresh: Fresh) -> tuple[list[Symbol], list[Form]]:
    """Plain parameter names, and bindings [pattern name ...] for those that were patterns."""
    plain: list[Symbol] = []
    patterns: list[Form] = []
    seen_rest = False
    for index, item in enumerate(params.items):
        if isinstance(item, Symbol):
            if item.name == "&":
                if seen_rest or index != len(params.items) - 2:
                    raise ExpandError(
                        "AQ205",
                        "`&` must be followed by exactly one name, and nothing else",
                        item.span,
                        help="e.g. [x y & more]",
                    )
                seen_rest = True
            elif item.name != "_" and any(p.name == item.name for p in plain):
                raise ExpandError("AQ206", f"parameter `{item.name}` appears twice", item.span)
            plain.append(plain_name(item))
        elif is_pattern(item):
            name = Symbol(fresh("arg"), item.span)
            plain.append(name)
            patterns += [item, rest_value(item, name) if seen_rest else name]
        else:
            raise ExpandError("AQ207", "a parameter must be a name or a pattern", item.span)
    return plain, patterns


def with_conditions(body: Sequence[Form]) -> tuple[Form, ...]:
    """A body that begins with `{:pre [test...] :post [test...]}`: the tests are asserted before and
    after, where `%` is the value.
    """
    if len(body) < 2 or not isinstance(body[0], MapForm):
        return tuple(body)
    found = {
        key.name: value.items
        for key, value in body[0].pairs()
        if isinstance(key, Keyword) and isinstance(value, VectorForm)
    }
    if not found.keys() & {"pre", "post"}:
        return tuple(body)
    at = Build(body[0].span)
    before = [at.list(at.core("assert"), test) for test in found.get("pre", ())]
    after = [at.list(at.core("assert"), test) for test in found.get("post", ())]
    if not after:
        return (*before, *body[1:])
    value = at.symbol("%")
    whole = at.list(at.core("do"), *body[1:])
    return (*before, at.list(at.core("let"), at.vector(value, whole), *after, value))


def many_arities(
    form: ListForm, name: Symbol | None, clauses: tuple[Form, ...], fresh: Fresh
) -> tuple[Form, ...]:
    """`(fn ([x] ...) ([x y] ...))` as one variadic function that counts its arguments."""
    if len(clauses) == 1 and isinstance(clauses[0], ListForm) and clauses[0].items:
        return clauses[0].items
    build = Build(form.span)
    args, count = build.symbol(fresh("args")), build.symbol(fresh("count"))
    called = build.literal(name.name if name else "fn")
    body: Form = build.list(build.core("wrong-arity"), called, count)
    for clause in reversed(clauses):
        if not (
            isinstance(clause, ListForm)
            and clause.items
            and isinstance(clause.items[0], VectorForm)
        ):
            raise shape_error(form, "(fn ([parameter...] body...) ...)")
        params = clause.items[0].items
        variadic = any(isinstance(p, Symbol) and p.name == "&" for p in params)
        inner = Build(clause.span)
        test = inner.list(
            inner.core(">=" if variadic else "="),
            count,
            inner.literal(len(params) - 2 if variadic else len(params)),
        )
        body = inner.list("if", test, _arity(clause, clause.items[0], args, fresh), body)
    counted = build.vector(count, build.list(build.core("count"), args))
    return build.vector(build.symbol("&"), args), build.list("let*", counted, body)


def _arity(clause: ListForm, params: VectorForm, args: Symbol, fresh: Fresh) -> Form:
    """One version of a function: its parameters out of all arguments, then its body, to which a
    `recur` returns.
    """
    build, body = Build(clause.span), with_conditions(clause.items[1:])
    plain, patterns = parameters(params, fresh)
    if not any(isinstance(f, Symbol) and f.name == "recur" for form in body for f in walk(form)):
        return build.list(build.core("let"), build.vector(params, args), *body)
    again = [part for name in plain if name.name != "&" for part in (name, name)]
    turn = build.list(build.core("let"), build.vector(*patterns), *body)
    loop = build.list(build.core("loop"), build.vector(*again), turn)
    return build.list(
        build.core("let"), build.vector(VectorForm(tuple(plain), params.span), args), loop
    )
