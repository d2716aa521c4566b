"""What all parts of the analyser share: names, calls, literals, and the errors that are found.

The special forms are functions of an `Analyzer`, in `binders` and `effects`; `analyze` puts them
together.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

from anglipy.datum import datum
from anglipy.diagnostics import (
    AnglipyError,
    ArityError,
    Diagnostic,
    ExpandError,
    ResolveError,
    Span,
)
from anglipy.expand import SPECIAL
from anglipy.forms import (
    Form,
    Keyword,
    ListForm,
    Literal,
    MapForm,
    SetForm,
    Symbol,
    VectorForm,
    walk,
)
from anglipy.levels import all_direct, call_node, is_direct, known_function
from anglipy.macros import MACROS
from anglipy.names import Names, as_written, counted, meant
from anglipy.printer import print_form
from anglipy.scopes import Context, Globals, SiteInfo
from anglipy.stackless import stackless
from anglipy.surroundings import RESERVED
from anglipy.syntax import Binding, Const, Fn, Global, Local, Node

__all__ = ["Analyzer", "Analyzing", "Special"]

Analyzing = Generator[Any, Any, Node]
Special: TypeAlias = "Callable[[Analyzer, ListForm, Context], Analyzing]"


class Analyzer:
    """The analysis of one top-level form."""

    def __init__(self, env: Globals, names: Names, forms: Mapping[str, Special]) -> None:
        self.env, self.fresh, self.forms = env, names, forms
        self.errors: list[AnglipyError] = []
        self.warnings: list[Diagnostic] = []
        self.sites: list[SiteInfo] = []
        self.references: set[str] = set()
        self.counts: dict[str, int] = {}
        """Sites without a name so far, by the path they are in."""
        self.selves: set[str] = set()
        """Names by which functions refer to themselves."""
        self.used: set[str] = set()
        """Local variables that something refers to."""
        self.queries: set[Span] = set()
        """Where the name of a query is expected."""

    def fail(self, error: AnglipyError, span: Span) -> Node:
        """Note an error, and put nil in its place."""
        self.errors.append(error)
        return Const(None, span)

    @stackless
    def node(self, form: Form, at: Context) -> Analyzing:
        """The core tree of a core form."""
        match form:
            case Literal() | Keyword():
                return Const(datum(form), form.span)
            case Symbol():
                return self.symbol(form, at)
            case VectorForm() | SetForm() | MapForm():
                return (yield self.collection(form, at))
            case ListForm(items=()):
                return Const(datum(form), form.span)
        head = form.items[0]
        if isinstance(head, Symbol) and (head.name in RESERVED or head.name not in at.names):
            special = self.forms.get(head.name.removeprefix("clojure.core/"))
            if special is not None:
                return (yield special(self, form, at))
        return (yield self.call(form, at))

    def symbol(self, form: Symbol, at: Context) -> Node:
        """A name: a local, a global, or an error."""
        info = at.names.get(form.name)
        if info is not None:
            self.used.add(info.python)
            if info.is_self:
                self.selves.add(info.python)
            return Local(info.python, form.span, info.direct)
        binding = self.env.lookup(form.name)
        if binding is None:
            return self.fail(self.unbound(form, at), form.span)
        self.references.add(binding.name)
        if binding.stochastic is not None:
            # As a value a higher-order function must take any function it may meet.
            binding = binding.stochastic
        return Global(binding, form.span)

    def unbound(self, form: Symbol, at: Context) -> ResolveError:
        """The error of a name that means nothing."""
        if form.name in self.forms or form.name in MACROS or self.env.is_macro(form.name):
            message = f"`{form.name}` is a form of the language, not a value"
            return ResolveError("AQ220", message, form.span, help=f"(fn [x] ({form.name} x))")
        name = as_written(self.env.unqualified(form.name))
        if name.startswith("->") and name[2:3].isupper():
            message = f"there is no class and no record `{name[2:]}`"
            help = f"(defrecord {name[2:]} [field...]) defines one; of Java's classes few are here"
            return ResolveError("AQ220", message, form.span, help=help)
        near = self.suggestion(name, form.span, at)
        hint = f"did you mean `{near}`?" if near else None
        if hint is None and form.span in self.queries:
            queries = ", ".join(f"`{known}`" for known in self.env.own_names(only_queries=True))
            hint = f"queries there are: {queries}" if queries else "(defquery name [y] ...)"
        if hint is None and "/" in name:
            hint = "require the namespace first, e.g. (require '[clojure.string :as str])"
        return ResolveError("AQ220", f"`{name}` is not defined", form.span, help=hint)

    def suggestion(self, name: str, span: Span, at: Context) -> str | None:
        """What a name that means nothing may have been meant to be."""
        if span in self.queries:
            near = meant(name, self.env.own_names(only_queries=True), ())
            if near is not None:
                return near
        own = [*map(as_written, at.names), *self.env.own_names()]
        near = meant(name, own, [*_forms(), *self.env.all_names()])
        if near is None and len(name) > 3:
            longer = sorted({n for n in self.env.all_names() if n.startswith(f"{name}-")})
            near = "` or `".join(longer) if len(longer) < 4 else None
        return near or None

    def items(self, forms: Iterable[Form], at: Context) -> Generator[Any, Any, tuple[Node, ...]]:
        """The trees of several forms, none of which is in tail position."""
        nodes = []
        inner = at.inner()
        for form in forms:
            nodes.append((yield self.node.call(self, form, inner)))
        return tuple(nodes)

    def collection(self, form: VectorForm | SetForm | MapForm, at: Context) -> Analyzing:
        """A literal of a collection."""
        if _is_constant(form):
            return Const(datum(form), form.span)
        nodes = yield self.items(form.items, at)
        maker = {VectorForm: "vector", SetForm: "hash-set", MapForm: "hash-map"}[type(form)]
        return call_node(self.built_in(maker, form.span), nodes, form.span, direct=True)

    def built_in(self, name: str, span: Span) -> Global:
        """A built-in function, whatever the program calls so."""
        binding = self.env.lookup(f"clojure.core/{name}")
        assert binding is not None, name
        return Global(binding, span)

    def call(self, form: ListForm, at: Context) -> Analyzing:
        """A call."""
        head, count = form.items[0], len(form.items) - 1
        if isinstance(head, Keyword):
            return (yield self.keyword_call(form, at))
        if isinstance(head, Symbol) and head.name not in at.names:
            binding = self.env.lookup(head.name)
            if binding is None and self.suggestion(head.name, head.span, at) in _binding_forms():
                return (yield self.misspelt(form, at))
            if binding is not None:
                if binding.name in _TAKING_QUERIES:
                    self.queries.update(item.span for item in form.items[1:3])
                self.references.add(binding.name)
                self.check_arity(head.name, binding.low, binding.high, count, form.span)
                args = yield self.items(form.items[1:], at)
                self.check_parameters(binding, args, form.span)
                if binding.stochastic is not None and not all_direct(args, binding):
                    return call_node(
                        Global(binding.stochastic, head.span), args, form.span, direct=False
                    )
                if count == 2 and binding.binary is not None:
                    binding = binding.binary
                return call_node(Global(binding, head.span), args, form.span, binding.is_direct)
        nodes = yield self.items(form.items, at)
        fn, args = nodes[0], nodes[1:]
        if isinstance(head, Symbol) and head.name in at.names:
            info = at.names[head.name]
            self.check_arity(head.name, info.low, info.high, count, form.span)
        elif isinstance(fn, Fn):
            _, low, high = known_function(fn)
            self.check_arity("the function", low, high, count, form.span)
        elif isinstance(head, Literal):
            shown = print_form(head)
            error = ExpandError(
                "AQ221",
                f"{shown} is not a function, so it cannot be called",
                form.span,
                help="quote a list that is meant as data: '(1 2 3)",
            )
            return self.fail(error, form.span)
        return call_node(fn, args, form.span, direct=is_direct(fn))

    def misspelt(self, form: ListForm, at: Context) -> Analyzing:
        """A form with a mistake in its name: what seems wrong inside may well be right."""
        count = len(self.errors)
        nodes = yield self.items(form.items, at)
        del self.errors[count + 1 :]
        return call_node(nodes[0], nodes[1:], form.span, direct=False)

    def keyword_call(self, form: ListForm, at: Context) -> Analyzing:
        """`(:key map default?)`."""
        self.check_arity(print_form(form.items[0]), 1, 2, len(form.items) - 1, form.span)
        nodes = yield self.items(form.items, at)
        key, args = nodes[0], nodes[1:]
        return call_node(
            self.built_in("get", form.span), (*args[:1], key, *args[1:]), form.span, direct=True
        )

    def check_parameters(self, binding: Binding, args: tuple[Node, ...], span: Span) -> None:
        """Warn of a distribution that never can have the parameters it is given."""
        if all(isinstance(arg, Const) for arg in args):
            error = self.env.refusal(binding, [arg.value for arg in args])  # type: ignore[union-attr]
            if error is not None:
                wrong = error.diagnostic
                warning = Diagnostic("AQ242", wrong.message, span, wrong.help, severity="warning")
                self.warnings.append(warning)

    def check_arity(self, name: str, low: int, high: int | None, count: int, span: Span) -> None:
        """Note an error if a known function takes another number of arguments."""
        if count < low or (high is not None and count > high):
            name = self.env.unqualified(name.removeprefix("clojure.core/"))
            name = name if " " in name else f"`{name}`"
            message = f"{name} takes {counted(low, high)}, got {count}"
            self.errors.append(ArityError("AQ222", message, span))


_TAKING_QUERIES = frozenset(["infer", "doquery", "conditional", "compile-inference"])
"""Functions of which the first or second argument is a query."""


@cache
def _forms() -> frozenset[str]:
    """The forms of the language that programs write."""
    return frozenset(name for name in (*SPECIAL, *MACROS) if not name.endswith("*"))


@cache
def _binding_forms() -> frozenset[str]:
    """Those of which not every part is evaluated where it stands."""
    return _forms() - {"if", "do", "recur", "sample", "observe", "predict", "mem", "and", "or",
                       "when", "when-not", "if-not", "cond", "->", "->>"}  # fmt: skip


def _is_constant(form: Form) -> bool:
    return all(not isinstance(item, Symbol | ListForm) for item in walk(form))
