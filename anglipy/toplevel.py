"""What may stand at the top level only: definitions of names, namespaces, groups of forms.

`toplevel(form, scope)` gives the core forms that one form of a file stands for, in order: `(def
...)`, `(declare* name...)`, `(require* "namespace" "alias"|nil)`, `(require-python* "module"
"alias"|nil name...)`, `(namespace* "name")`, `(defmacro* name function)` or an expression to be
evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator

from anglipy.build import Build, shape_error
from anglipy.diagnostics import ExpandError, Span
from anglipy.expand import SPECIAL, expand, expand_once, renamed
from anglipy.forms import Form, Keyword, ListForm, Literal, MapForm, Symbol, VectorForm
from anglipy.macros.scheme import definition_of
from anglipy.surroundings import Scope

__all__ = ["toplevel"]


def toplevel(form: Form, scope: Scope) -> Iterator[Form]:
    """The core forms of one top-level form."""
    work = [(form, scope)]
    while work:
        item, inner = work.pop()
        head = _head(item).removeprefix("clojure.core/")
        if head == "do" and len(_items(item)) > 1:
            work.extend((part, inner) for part in reversed(_items(item)[1:]))
        elif head == "with-primitive-procedures":
            assert isinstance(item, ListForm)
            scope_inside, body = renamed(item, inner)
            work.extend((part, scope_inside) for part in reversed(body))
        elif head == "defmacro":
            yield _defmacro(item, inner)
        elif head in ("ns", "ns+"):
            yield from _ns(item)
        elif head in ("require", "use"):
            for spec in _items(item)[1:]:
                yield from _require(spec, using=head == "use")
        elif head == "require-python":
            for spec in _items(item)[1:]:
                yield _require_python(spec)
        elif head == "declare":
            yield _declare(item)
        elif head in ("refer", "refer-clojure", "alias") and len(_items(item)) > 1:
            yield from _referring(item)
        elif head in ("import", "in-ns", "set!", "gen-class") or _is_done(head, item, scope):
            continue
        elif definition_of(item) is not None:
            yield expand(_definition(item), inner)
        else:
            shorter = _shorter(item, inner)
            if shorter is None:
                yield expand(item, inner if head == "def" else inner.inside("form"))
            else:
                work.append((shorter, inner))


def _is_done(head: str, form: Form, scope: Scope) -> bool:
    """Whether it is a `defonce` of a name that has its value."""
    name = _items(form)[1] if head == "defonce" and len(_items(form)) > 1 else None
    return isinstance(name, Symbol) and scope.program is not None and scope.program.has(name.name)


def _shorter(form: Form, scope: Scope) -> Form | None:
    """What a call of a macro is short for; None for other forms."""
    head = _head(form)
    if not head or head.removeprefix("clojure.core/") in SPECIAL:
        return None
    assert isinstance(form, ListForm)
    return expand_once(form, scope)


def _definition(form: Form) -> Form:
    """`(define name value)` as `(def name value)`."""
    found = definition_of(form)
    assert found is not None
    return Build(form.span).list("def", *found)


def _defmacro(form: Form, scope: Scope) -> Form:
    """`(defmacro* name function)`: the function takes the call, the environment, and what stands
    after the macro's name.
    """
    assert isinstance(form, ListForm)
    build, usage = Build(form.span), "(defmacro name doc? [parameter...] body...)"
    rest = form.items[2:]
    while rest and isinstance(rest[0], Literal | MapForm):
        rest = rest[1:]
    if len(form.items) < 3 or not isinstance(form.items[1], Symbol) or not rest:
        raise shape_error(form, usage)
    clauses = rest if isinstance(rest[0], ListForm) else (ListForm(rest, form.span),)
    taking: list[Form] = []
    for clause in clauses:
        if not (
            isinstance(clause, ListForm)
            and clause.items
            and isinstance(clause.items[0], VectorForm)
        ):
            raise shape_error(form, usage)
        params = clause.items[0]
        given = build.vector(build.symbol("&form"), build.symbol("&env"), *params.items)
        taking.append(ListForm((given, *clause.items[1:]), clause.span))
    function = expand(build.list(build.core("fn"), *taking), scope)
    return build.list("defmacro*", form.items[1], function)


def _items(form: Form) -> tuple[Form, ...]:
    assert isinstance(form, ListForm)
    return form.items


def _head(form: Form) -> str:
    if isinstance(form, ListForm) and form.items and isinstance(form.items[0], Symbol):
        return form.items[0].name
    return ""


def _declare(form: Form) -> Form:
    assert isinstance(form, ListForm)
    build = Build(form.span)
    if len(form.items) > 1 and isinstance(form.items[1], Keyword):
        return build.list("declare*")
    for name in form.items[1:]:
        if not isinstance(name, Symbol):
            raise shape_error(form, "(declare name ...)")
    return build.list("declare*", *form.items[1:])


def _ns(form: Form) -> Iterator[Form]:
    assert isinstance(form, ListForm)
    if len(form.items) < 2 or not isinstance(form.items[1], Symbol):
        raise shape_error(form, "(ns name clause...)")
    build = Build(form.span)
    yield build.list("namespace*", build.literal(form.items[1].name))
    for clause in form.items[2:]:
        head = clause.items[0] if isinstance(clause, ListForm) and clause.items else None
        if isinstance(head, Keyword) and head.name in ("require", "use"):
            for spec in _items(clause)[1:]:
                yield from _require(spec, using=head.name == "use")
        elif isinstance(head, Keyword) and head.name == "require-python":
            for spec in _items(clause)[1:]:
                yield _require_python(spec)


def _unquoted(spec: Form) -> Form:
    if _head(spec) == "quote" and len(_items(spec)) == 2:
        return _items(spec)[1]
    return spec


def _referring(form: Form) -> Iterator[Form]:
    """`(refer 'namespace option...)` and `(alias 'name 'namespace)`."""
    items = tuple(map(_unquoted, _items(form)))
    head = _head(form)
    if head == "alias" and len(items) == 3:
        alias = Keyword("as", form.span)
        yield from _require(VectorForm((items[2], alias, items[1]), form.span))
    elif head == "refer":
        yield from _require(VectorForm(items[1:], form.span), using=True)


def _require(spec: Form, using: bool = False) -> Iterator[Form]:
    """`[clojure.string :as str :refer [join]]`, `clojure.string`, or a prefix list `(a b [c :as
    d])`. With `using`, all names are referred to unless `:only` some are.
    """
    spec = _unquoted(spec)
    build = Build(spec.span)
    if isinstance(spec, Keyword):
        return  # (require 'a.b :reload)
    if _is_prefix(spec):
        prefix = spec.items[0].name  # type: ignore[union-attr]
        for part in spec.items[1:]:  # type: ignore[union-attr]
            inner = part.items if isinstance(part, VectorForm) else (part,)
            if inner and isinstance(inner[0], Symbol):
                full = Symbol(f"{prefix}.{inner[0].name}", inner[0].span)
                yield from _require(VectorForm((full, *inner[1:]), part.span), using)
        return
    name, options = _spec(spec)
    referred = _referred(options, spec.span if using else None)
    alias = options.get("as", options.get("as-alias"))
    yield build.list("require*", build.literal(name), alias or build.literal(None), *referred)


def _is_prefix(spec: Form) -> bool:
    """Whether a list or vector is a prefix and names that begin with it."""
    if not isinstance(spec, ListForm | VectorForm) or len(spec.items) < 2:
        return False
    return isinstance(spec.items[0], Symbol) and not isinstance(spec.items[1], Keyword)


def _require_python(spec: Form) -> Form:
    """`[module :as alias :refer [name ...]]` or `module`."""
    spec = _unquoted(spec)
    name, options = _spec(spec)
    build = Build(spec.span)
    alias = options.get("as") or build.literal(None)
    return build.list("require-python*", build.literal(name), alias, *_referred(options))


def _spec(spec: Form) -> tuple[str, dict[str, Form]]:
    items = spec.items if isinstance(spec, VectorForm | ListForm) else (spec,)
    if not items or not isinstance(items[0], Symbol):
        raise ExpandError(
            "AQ214",
            "expected a namespace, or a vector that begins with one",
            spec.span,
            help="e.g. [clojure.string :as str]",
        )
    options = {}
    for key, value in zip(items[1::2], items[2::2], strict=False):
        if isinstance(key, Keyword):
            options[key.name] = value
    if "as" in options:
        _name(options["as"], "an alias is a name", "[clojure.string :as str]")
    return items[0].name, options


def _referred(options: dict[str, Form], using: Span | None = None) -> list[Form]:
    """The names to refer to; `:all` and those excluded, for all. `using` is where `use` says so."""
    names = options.get("refer", options.get("only"))
    everywhere = names.span if isinstance(names, Keyword) else using
    if everywhere is not None and (names is None or isinstance(names, Keyword)):
        excluded = options.get("exclude")
        found = excluded.items if isinstance(excluded, VectorForm | ListForm) else ()
        return [Keyword("all", everywhere), *found]
    if names is None:
        return []
    listed = names.items if isinstance(names, VectorForm | ListForm) else (names,)
    return [
        _name(name, "what is referred is given by names", "[clojure.string :refer [join]]")
        for name in listed
    ]


def _name(form: Form, message: str, example: str) -> Symbol:
    if not isinstance(form, Symbol):
        raise ExpandError("AQ214", message, form.span, help=f"e.g. {example}")
    return form
