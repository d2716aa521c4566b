"""Kinds of values that a program defines: distributions, random processes, protocols, records and
functions with methods.

All of them become ordinary functions and values: a method of a protocol is a function that looks up
what to call, so it may sample like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anglipy.build import Build, quiet, shape_error
from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, ListForm, Literal, MapForm, Symbol, VectorForm
from anglipy.macros.definitions import definition
from anglipy.macros.registry import Builder, macro

__all__: list[str] = []


def _methods(b: Builder, forms: Sequence[Form]) -> Iterator[tuple[Symbol | None, list[ListForm]]]:
    """The methods of each protocol named; those before the first name belong to None."""
    protocol: Symbol | None = None
    found: list[ListForm] = []
    for form in forms:
        if isinstance(form, Symbol):
            yield protocol, found
            protocol, found = form, []
        elif isinstance(form, ListForm) and form.items and isinstance(form.items[0], Symbol):
            found.append(form)
        else:
            raise shape_error(b.form, b.usage)
    yield protocol, found


def _function(method: ListForm, fields: Sequence[Symbol] = ()) -> Form:
    """The function of `(name [this ...] body...)`; fields of `this` are variables in it."""
    at = Build(method.span)
    if len(method.items) < 2 or not isinstance(method.items[1], VectorForm):
        message = "a method has parameters, the first of which is the value itself"
        raise ExpandError("AQ203", message, method.span, help="(name [this x] body...)")
    params, body = method.items[1], method.items[2:]
    if not fields or not params.items:
        return at.list(at.core("fn"), params, *body)
    this = at.symbol("this|0")
    # Parameters hide fields of the same name.
    taken = {item.name for item in params.items if isinstance(item, Symbol)}
    first = params.items[0]
    bound: list[Form] = [quiet(first) if isinstance(first, Symbol) else first, this]
    for field in fields:
        if field.name not in taken:
            bound += [quiet(field), at.list(at.core("get"), this, at.keyword(field.name))]
    inner = VectorForm((this, *params.items[1:]), params.span)
    return at.list(at.core("fn"), inner, at.list(at.core("let"), at.vector(*bound), *body))


def _table(b: Builder, methods: Sequence[ListForm], fields: Sequence[Symbol] = ()) -> Form:
    """A map from the names of methods to functions; methods of one name are arities of it."""
    named: dict[str, list[ListForm]] = {}
    for method in methods:
        head = method.items[0]
        assert isinstance(head, Symbol)
        named.setdefault(head.name, []).append(method)
    items: list[Form] = []
    for name, versions in named.items():
        if len(versions) == 1 and not isinstance(versions[0].items[1], ListForm):
            function = _function(versions[0], fields)
        else:
            function = _arities(versions, fields)
        items += [b.literal(name), function]
    return MapForm(tuple(items), b.span)


def _arities(versions: Sequence[ListForm], fields: Sequence[Symbol]) -> Form:
    at = Build(versions[0].span)
    clauses: list[Form] = []
    for version in versions:
        head, rest = version.items[0], version.items[1:]
        parts = rest if isinstance(rest[0], ListForm) else (ListForm(rest, version.span),)
        for part in parts:
            assert isinstance(part, ListForm)
            made = _function(ListForm((head, *part.items), part.span), fields)
            assert isinstance(made, ListForm)
            clauses.append(ListForm(made.items[1:], part.span))
    return at.list(at.core("fn"), *clauses)


# ---- distributions and processes

_DEFDIST = (
    "(defdist name doc? [parameter...] [name value ...]? (sample* [this] ...) "
    "(observe* [this value] ...))"
)


def _head(
    b: Builder, name: Form, rest: tuple[Form, ...]
) -> tuple[tuple[Form, ...], VectorForm, VectorForm, tuple[Form, ...]]:
    """(doc, parameters, bindings, the rest) of `defdist` and `defproc`."""
    doc, rest = definition(b, name, rest)
    if not rest or not isinstance(rest[0], VectorForm):
        raise shape_error(b.form, b.usage)
    params, rest = rest[0], rest[1:]
    bindings = b.vector()
    if rest and isinstance(rest[0], VectorForm):
        bindings, rest = rest[0], rest[1:]
    b.pairs(bindings)
    return doc, params, bindings, rest


def _record(b: Builder, forms: Sequence[Form]) -> MapForm:
    names = [item for item in forms if isinstance(item, Symbol) and item.name != "&"]
    return MapForm(tuple(part for s in names for part in (b.keyword(s.name), s)), b.span)


def _own(b: Builder, methods: Sequence[ListForm], names: tuple[str, str]) -> list[Form]:
    """The functions of the two methods that every value of a kind has; nil for a missing one."""
    found = {m.items[0].name.rpartition("/")[2]: m for m in methods}  # type: ignore[union-attr]
    return [_function(found[name]) if name in found else b.literal(None) for name in names]


def _extensions(
    b: Builder, name: str, groups: Sequence[tuple[Symbol | None, list[ListForm]]], fields: Form
) -> list[Form]:
    """What a `defdist` or `defproc` says of other protocols."""
    assert isinstance(fields, MapForm)
    names = [item for item in fields.items[1::2] if isinstance(item, Symbol)]
    return [
        b.call("extend-protocol!", protocol, b.literal(name), _table(b, methods, names))
        for protocol, methods in groups
        if protocol is not None and methods and not _is_built_in(protocol)
    ]


_BUILT_IN = frozenset(["distribution", "multivariate-distribution", "random-process", "Object"])


def _is_built_in(protocol: Symbol) -> bool:
    return protocol.name.rpartition("/")[2].rpartition(".")[2] in _BUILT_IN


@macro("defdist", _DEFDIST, 2)
def _defdist(b: Builder, name: Form, *rest: Form) -> Form:
    doc, params, bindings, rest = _head(b, name, rest)
    assert isinstance(name, Symbol)
    groups = list(_methods(b, rest))
    all_methods = [method for _, methods in groups for method in methods]
    record = _record(b, (*params.items, *bindings.items[::2]))
    own = _own(b, all_methods, ("sample*", "observe*"))
    given = b.literal(len(_record(b, params.items).items) // 2)
    made = b.call("user-distribution", b.literal(name.name), record, *own, given)
    constructor = b.list("fn", name, params, b.list("let", bindings, made))
    defined = b.list("def", name, *doc, constructor)
    extensions = _extensions(b, name.name, groups, record)
    return b.list("do", defined, *extensions) if extensions else defined


@macro(
    "defproc",
    "(defproc name doc? [parameter...] [state value ...]? (produce [this] ...) "
    "(absorb [this value] ...))",
    2,
)
def _defproc(b: Builder, name: Form, *rest: Form) -> Form:
    doc, params, bindings, rest = _head(b, name, rest)
    assert isinstance(name, Symbol)
    groups = list(_methods(b, rest))
    all_methods = [method for _, methods in groups for method in methods]
    states = bindings.items[::2]
    record = _record(b, (*params.items, *states))
    own = _own(b, all_methods, ("produce", "absorb"))
    made: Form = b.call("user-process", b.literal(name.name), record, *own)
    if not states:
        constructor = b.list("fn", name, params, made)
    else:
        given = [p for p in params.items if not (isinstance(p, Symbol) and p.name == "&")]
        again = b.list("let", bindings, b.list(name, *given, *states))
        whole = VectorForm((*given, *states), params.span)
        constructor = b.list(
            "fn", name, ListForm((params, again), b.span), ListForm((whole, made), b.span)
        )
    defined = b.list("def", name, *doc, constructor)
    extensions = _extensions(b, name.name, groups, record)
    return b.list("do", defined, *extensions) if extensions else defined


# ---- protocols


@macro("defprotocol", "(defprotocol Name doc? (method [this parameter...]) ...)", 1)
def _defprotocol(b: Builder, name: Form, *rest: Form) -> Form:
    if not isinstance(name, Symbol):
        raise shape_error(b.form, b.usage)
    defined: list[Form] = [b.list("def", name, b.call("make-protocol", b.literal(name.name)))]
    signatures = [form for form in rest if not isinstance(form, Literal | Keyword | MapForm)]
    for _, methods in _methods(b, signatures):
        for method in methods:
            at = Build(method.span)
            shapes = [item for item in method.items[1:] if isinstance(item, VectorForm)]
            clauses = [_dispatch(at, name, method.items[0], len(s.items)) for s in shapes]
            function = at.list(at.core("fn"), method.items[0], *clauses)
            defined.append(at.list(at.core("def"), method.items[0], function))
    return b.list("do", *defined, name)


def _dispatch(at: Build, protocol: Symbol, method: Form, count: int) -> Form:
    """`([this a...] ((the method for this) this a...))`."""
    assert isinstance(method, Symbol)
    params = [at.symbol(f"p|{place}") for place in range(count)]
    if not params:
        raise ExpandError("AQ203", "a method takes at least the value itself", at.span)
    found = at.list(at.core("protocol-method"), protocol, at.literal(method.name), params[0])
    return ListForm((at.vector(*params), at.list(found, *params)), at.span)


def _define_record(name: str) -> None:
    usage = f"({name} Name [field...] Protocol (method [this] ...) ...)"

    def expand_record(b: Builder, target: Form, fields: Form, *rest: Form) -> Form:
        if not isinstance(target, Symbol) or not isinstance(fields, VectorForm):
            raise shape_error(b.form, usage)
        names = [field for field in fields.items if isinstance(field, Symbol)]
        label = b.literal(target.name)
        made, mapped = b.symbol(f"->{target.name}"), b.symbol(f"map->{target.name}")
        forms: list[Form] = [
            b.list("def", made, b.list("fn", made, fields,
                                       b.call("make-record", label, _record(b, names)))),
            b.list("def", mapped, b.list("fn", mapped, b.vector(b.symbol("fields")),
                                         b.call("make-record", label, b.symbol("fields")))),
        ]  # fmt: skip
        forms += [
            b.call("extend-protocol!", protocol, label, _table(b, methods, names))
            for protocol, methods in _methods(b, rest)
            if protocol is not None and methods and not _is_built_in(protocol)
        ]
        return b.list("do", *forms, b.list("def", target, b.call("class-named", label)))

    macro(name, usage, 2)(expand_record)


for _name in ("defrecord", "deftype"):
    _define_record(_name)


@macro("reify", "(reify Protocol (method [this] ...) ...)", 1)
def _reify(b: Builder, *rest: Form) -> Form:
    groups = list(_methods(b, rest))
    every = [method for _, methods in groups for method in methods]
    kinds = {p.name.rpartition("/")[2].rpartition(".")[2] for p, _ in groups if p is not None}
    label = b.literal("reify")
    if "distribution" in kinds:
        own = _own(b, every, ("sample*", "observe*"))
        return b.call("user-distribution", label, MapForm((), b.span), *own)
    if "random-process" in kinds:
        own = _own(b, every, ("produce", "absorb"))
        return b.call("user-process", label, MapForm((), b.span), *own)
    return b.call("make-reified", _table(b, every))


@macro("extend-type", "(extend-type Type Protocol (method [this] ...) ...)", 1)
def _extend_type(b: Builder, kind: Form, *rest: Form) -> Form:
    label = _type_name(b, kind)
    forms = [
        b.call("extend-protocol!", protocol, label, _table(b, methods))
        for protocol, methods in _methods(b, rest)
        if protocol is not None
    ]
    return b.list("do", *forms, b.literal(None))


@macro("extend-protocol", "(extend-protocol Protocol Type (method [this] ...) ...)", 1)
def _extend_protocol(b: Builder, protocol: Form, *rest: Form) -> Form:
    forms: list[Form] = []
    kind: Form | None = None
    methods: list[ListForm] = []
    for form in (*rest, None):
        if isinstance(form, ListForm):
            methods.append(form)
            continue
        if kind is not None:
            table = _table(b, methods)
            forms.append(b.call("extend-protocol!", protocol, _type_name(b, kind), table))
        kind, methods = form, []
    return b.list("do", *forms, b.literal(None))


def _type_name(b: Builder, kind: Form) -> Literal:
    if isinstance(kind, Literal) and kind.value is None:
        return b.literal("nil")
    if not isinstance(kind, Symbol):
        raise shape_error(b.form, b.usage)
    return b.literal(kind.name)


@macro("instance?", "(instance? Type value)", 2, 2)
def _instance(b: Builder, kind: Form, value: Form) -> Form:
    named = isinstance(kind, Symbol) and kind.name.rpartition(".")[2][:1].isupper()
    return b.call("instance-of?", _type_name(b, kind) if named else kind, value)


# ---- multimethods


@macro("defmulti", "(defmulti name doc? dispatch-function :default value? :hierarchy place?)", 2)
def _defmulti(b: Builder, name: Form, *rest: Form) -> Form:
    doc, rest = definition(b, name, rest)
    assert isinstance(name, Symbol)
    pairs = zip(rest[1::2], rest[2::2], strict=False)
    options = {key.name: value for key, value in pairs if isinstance(key, Keyword)}
    default = options.get("default", b.keyword("default"))
    hierarchy = options.get("hierarchy", b.call("global-hierarchy"))
    table, dispatch, args = map(b.temporary, ("methods", "dispatch", "args"))
    found = b.call("method-of", table, b.call("apply", dispatch, args))
    function = b.list("fn", name, b.vector(b.symbol("&"), args), b.call("apply", found, args))
    made = b.call("make-methods", b.literal(name.name), default, hierarchy)
    bound = b.list("let", b.vector(table, made, dispatch, rest[0]), function)
    return b.list("def", name, *doc, bound)


@macro("defmethod", "(defmethod name value [parameter...] body...)", 3)
def _defmethod(b: Builder, name: Form, value: Form, *rest: Form) -> Form:
    if not isinstance(name, Symbol):
        raise shape_error(b.form, b.usage)
    short = Symbol(name.name.rpartition("/")[2] or name.name, name.span)
    label = () if isinstance(rest[0], Symbol) else (short,)
    return b.call("add-method!", name, value, b.list("fn", *label, *rest))
