"""Patterns of `let`, `loop`, `fn` and queries to plain bindings (LANGUAGE.md section 7).

A vector pattern takes a sequence apart by position, a map pattern takes a map apart by key; what is
missing is nil. The result is a flat list of (name, expression) in evaluation order.
"""

from __future__ import annotations

from collections.abc import Iterator

from anglipy.build import Build, Fresh
from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, Literal, MapForm, Symbol, VectorForm

__all__ = ["bind_pattern", "is_pattern", "plain_name", "rest_value"]


def is_pattern(form: Form) -> bool:
    """Whether a binding target takes its value apart."""
    return isinstance(form, VectorForm | MapForm)


def rest_value(pattern: Form, rest: Form) -> Form:
    """What a pattern after `&` takes apart: the rest, or for `& {:keys [a]}` a map of it."""
    if not isinstance(pattern, MapForm):
        return rest
    build = Build(pattern.span)
    return build.list(build.core("apply"), build.core("hash-map"), rest)


def bind_pattern(pattern: Form, value: Form, fresh: Fresh) -> list[tuple[Symbol, Form]]:
    """Bindings that give the names of `pattern` their parts of `value`."""
    bound: list[tuple[Symbol, Form]] = []
    work: list[tuple[Form, Form]] = [(pattern, value)]
    while work:
        target, source = work.pop()
        match target:
            case VectorForm() | MapForm():
                whole = Symbol(
                    fresh("vec" if isinstance(target, VectorForm) else "map"), target.span
                )
                bound.append((whole, source))
                parts = _parts(target, whole)
                work.extend(reversed(list(parts)))
            case _:
                bound.append((plain_name(target), source))
    return bound


def plain_name(target: Form) -> Symbol:
    """A name that can be bound. Raises ExpandError AQ208 or AQ209."""
    if not isinstance(target, Symbol):
        raise ExpandError(
            "AQ209",
            "cannot bind a value to this: it is not a name or a pattern",
            target.span,
            help="bind a name, or take the value apart: [a b & more] or {:keys [a b]}",
        )
    if "/" in target.name and target.name != "/":
        raise ExpandError("AQ208", f"cannot bind the qualified name `{target.name}`", target.span)
    return target


def _parts(pattern: VectorForm | MapForm, whole: Symbol) -> Iterator[tuple[Form, Form]]:
    return _vector(pattern, whole) if isinstance(pattern, VectorForm) else _map(pattern, whole)


def _vector(pattern: VectorForm, whole: Symbol) -> Iterator[tuple[Form, Form]]:
    build = Build(pattern.span)
    items = list(pattern.items)
    position = 0
    while items:
        item = items.pop(0)
        if isinstance(item, Symbol) and item.name == "&":
            if not items:
                raise ExpandError("AQ205", "`&` must be followed by a name", item.span)
            rest = build.list(build.core("nthnext"), whole, build.literal(position))
            yield items[0], rest_value(items.pop(0), rest)
            if items and not isinstance(items[0], Keyword):
                message = "`&` must be followed by exactly one name, and nothing else"
                raise ExpandError("AQ205", message, items[0].span, help="e.g. [x y & more]")
        elif isinstance(item, Keyword) and item.name == "as":
            if not items:
                raise ExpandError("AQ205", "`:as` must be followed by a name", item.span)
            yield items.pop(0), whole
        else:
            at = Build(item.span)
            yield item, at.list(at.core("nth"), whole, at.literal(position), at.literal(None))
            position += 1


def _map(pattern: MapForm, whole: Symbol) -> Iterator[tuple[Form, Form]]:
    build = Build(pattern.span)
    defaults: dict[str, Form] = {}
    for key, value in pattern.pairs():
        if isinstance(key, Keyword) and key.name == "or" and isinstance(value, MapForm):
            defaults = {k.name: v for k, v in value.pairs() if isinstance(k, Symbol)}

    def lookup(name: Form, key: Form) -> tuple[Form, Form]:
        default = defaults.get(name.name) if isinstance(name, Symbol) else None
        extra = () if default is None else (default,)
        return name, build.list(build.core("get"), whole, key, *extra)

    for key, value in pattern.pairs():
        if isinstance(key, Keyword) and key.name == "as":
            yield value, whole
        elif isinstance(key, Keyword) and key.name in ("keys", "strs", "syms"):
            if not isinstance(value, VectorForm):
                raise ExpandError("AQ210", f"`:{key.name}` needs a vector of names", value.span)
            for name in value.items:
                if not isinstance(name, Symbol | Keyword):
                    raise ExpandError("AQ210", f"`:{key.name}` needs names", name.span)
                local = Symbol(name.name.rpartition("/")[2], name.span)
                yield lookup(local, _key(key.name, name))
        elif not (isinstance(key, Keyword) and key.name == "or"):
            yield lookup(key, value)


def _key(kind: str, name: Symbol | Keyword) -> Form:
    build = Build(name.span)
    if kind == "keys":
        return build.keyword(name.name)
    if kind == "strs":
        return Literal(name.name, name.span)
    return build.list("quote", build.symbol(name.name))
