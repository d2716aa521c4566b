"""What may stand at the top level only: definitions of names, namespaces, groups of forms.

`toplevel(form, scope)` gives the core forms that one form of a file stands for, in order: `(def
...)`, `(declare* name...)`, `(require* "namespace" "alias"|nil)`, `(require-python* "module"
"alias"|nil name...)` or an expression to be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator

from anglipy.build import Build, shape_error
from anglipy.diagnostics import ExpandError
from anglipy.expand import Scope, expand
from anglipy.forms import Form, Keyword, ListForm, Symbol, VectorForm

__all__ = ["toplevel"]


def toplevel(form: Form, scope: Scope) -> Iterator[Form]:
    """The core forms of one top-level form."""
    work = [(form, scope)]
    while work:
        item, inner = work.pop()
        head = _head(item)
        if head == "do":
            work.extend((part, inner) for part in reversed(_items(item)[1:]))
        elif head == "with-primitive-procedures":
            scope_inside, body = _with_primitive_procedures(item, inner)
            work.extend((part, scope_inside) for part in reversed(body))
        elif head == "ns":
            yield from _ns(item)
        elif head in ("require", "use"):
            for spec in _items(item)[1:]:
                yield from _require(spec)
        elif head == "require-python":
            for spec in _items(item)[1:]:
                yield _require_python(spec)
        elif head == "declare":
            yield _declare(item)
        elif head in ("import", "in-ns", "set!", "refer", "gen-class"):
            continue
        else:
            yield expand(item, inner)


def _items(form: Form) -> tuple[Form, ...]:
    assert isinstance(form, ListForm)
    return form.items


def _head(form: Form) -> str:
    if isinstance(form, ListForm) and form.items and isinstance(form.items[0], Symbol):
        return form.items[0].name
    return ""


def _with_primitive_procedures(form: Form, scope: Scope) -> tuple[Scope, tuple[Form, ...]]:
    assert isinstance(form, ListForm)
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
    for clause in form.items[2:]:
        head = clause.items[0] if isinstance(clause, ListForm) and clause.items else None
        if isinstance(head, Keyword) and head.name in ("require", "use"):
            for spec in _items(clause)[1:]:
                yield from _require(spec)
        elif isinstance(head, Keyword) and head.name == "require-python":
            for spec in _items(clause)[1:]:
                yield _require_python(spec)


def _unquoted(spec: Form) -> Form:
    if _head(spec) == "quote" and len(_items(spec)) == 2:
        return _items(spec)[1]
    return spec


def _require(spec: Form) -> Iterator[Form]:
    """`[clojure.string :as str :refer [join]]`, `clojure.string`, or a prefix list `(a b [c :as
    d])`.
    """
    spec = _unquoted(spec)
    build = Build(spec.span)
    if isinstance(spec, ListForm) and spec.items and isinstance(spec.items[0], Symbol):
        prefix = spec.items[0].name
        for part in spec.items[1:]:
            inner = part.items if isinstance(part, VectorForm) else (part,)
            if inner and isinstance(inner[0], Symbol):
                full = Symbol(f"{prefix}.{inner[0].name}", inner[0].span)
                yield from _require(VectorForm((full, *inner[1:]), part.span))
        return
    name, options = _spec(spec)
    referred = _referred(options)
    alias = options.get("as")
    yield build.list("require*", build.literal(name), alias or build.literal(None), *referred)


def _require_python(spec: Form) -> Form:
    """`[module :as alias :refer [name ...]]` or `module`."""
    spec = _unquoted(spec)
    name, options = _spec(spec)
    build = Build(spec.span)
    alias = options.get("as") or build.literal(None)
    return build.list("require-python*", build.literal(name), alias, *_referred(options))


def _spec(spec: Form) -> tuple[str, dict[str, Form]]:
    items = spec.items if isinstance(spec, VectorForm) else (spec,)
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


def _referred(options: dict[str, Form]) -> list[Form]:
    names = options.get("refer", options.get("only"))
    if names is None or isinstance(names, Keyword):
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
