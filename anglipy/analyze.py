"""Core forms to the core tree: scopes, arities, levels and site ids.

Every name is resolved to a local, a global or an error with the nearest spelling. Errors are
collected, so that one pass over a form reports all of them. Site ids are lexical,
`query/binder/fn/sample#1`: they are made of names and order and so survive comments, blank lines
and reformatting.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any

from anglipy.datum import datum
from anglipy.diagnostics import (
    AnglipyError,
    ArityError,
    ErrorGroup,
    ExpandError,
    ResolveError,
    Span,
)
from anglipy.expand import RESERVED
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
from anglipy.levels import (
    all_direct,
    call_node,
    combined,
    is_direct,
    known_function,
    locals_in,
    loop_node,
    sequence_level,
)
from anglipy.macros import MACROS
from anglipy.names import Names, nearest
from anglipy.printer import print_form
from anglipy.scopes import Context, Globals, LocalInfo, SiteInfo
from anglipy.stackless import run_stackless, stackless
from anglipy.syntax import (
    COMPOUND,
    LOOPING,
    SIMPLE,
    Const,
    Do,
    Fn,
    Global,
    If,
    Let,
    Local,
    Loop,
    LoopTarget,
    Node,
    Observe,
    Predict,
    Query,
    Recur,
    Sample,
)

__all__ = ["Analysis", "analyze", "counted"]

Analyzing = Generator[Any, Any, Node]


@dataclass(slots=True)
class Analysis:
    """The tree of one top-level form, and what was found on the way."""

    node: Node
    sites: list[SiteInfo]
    references: set[str]


def analyze(form: Form, env: Globals, names: Names, path: str = "") -> Analysis:
    """Analyse one expression. `path` is the name being defined: the first part of its site ids.

    Raises ErrorGroup with every error found.
    """
    analyzer = _Analyzer(env, names)
    node = run_stackless(analyzer.node.call(analyzer, form, Context(path=path)))
    if analyzer.errors:
        raise ErrorGroup(analyzer.errors)
    return Analysis(node, analyzer.sites, analyzer.references)


class _Analyzer:
    def __init__(self, env: Globals, names: Names) -> None:
        self.env, self.fresh = env, names
        self.errors: list[AnglipyError] = []
        self.sites: list[SiteInfo] = []
        self.references: set[str] = set()
        self._counts: dict[str, int] = {}
        self._selves: set[str] = set()

    def fail(self, error: AnglipyError, span: Span) -> Node:
        self.errors.append(error)
        return Const(None, span)

    @stackless
    def node(self, form: Form, at: Context) -> Analyzing:
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
            special = _FORMS.get(head.name.removeprefix("clojure.core/"))
            if special is not None:
                return (yield special(self, form, at))
        return (yield self.call(form, at))

    # ---- names

    def symbol(self, form: Symbol, at: Context) -> Node:
        info = at.names.get(form.name)
        if info is not None:
            if info.is_self:
                self._selves.add(info.python)
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
        if form.name in _FORMS or form.name in MACROS:
            message = f"`{form.name}` is a form of the language, not a value"
            return ResolveError("AQ220", message, form.span, help=f"(fn [x] ({form.name} x))")
        near = nearest(form.name, [*at.names, *self.env.all_names()])
        hint = f"did you mean `{near}`?" if near else None
        if hint is None and "/" in form.name:
            hint = "require the namespace first, e.g. (require '[clojure.string :as str])"
        return ResolveError("AQ220", f"`{form.name}` is not defined", form.span, help=hint)

    # ---- calls and literals

    def items(self, forms: Iterable[Form], at: Context) -> Generator[Any, Any, tuple[Node, ...]]:
        nodes = []
        inner = at.inner()
        for form in forms:
            nodes.append((yield self.node.call(self, form, inner)))
        return tuple(nodes)

    def collection(self, form: VectorForm | SetForm | MapForm, at: Context) -> Analyzing:
        if _is_constant(form):
            return Const(datum(form), form.span)
        nodes = yield self.items(form.items, at)
        maker = {VectorForm: "vector", SetForm: "hash-set", MapForm: "hash-map"}[type(form)]
        return call_node(self.built_in(maker, form.span), nodes, form.span, direct=True)

    def built_in(self, name: str, span: Span) -> Global:
        binding = self.env.lookup(f"clojure.core/{name}")
        assert binding is not None, name
        return Global(binding, span)

    def call(self, form: ListForm, at: Context) -> Analyzing:
        head, count = form.items[0], len(form.items) - 1
        if isinstance(head, Keyword):
            return (yield self.keyword_call(form, at))
        if isinstance(head, Symbol) and head.name not in at.names:
            binding = self.env.lookup(head.name)
            if binding is not None:
                self.references.add(binding.name)
                self.check_arity(head.name, binding.low, binding.high, count, form.span)
                args = yield self.items(form.items[1:], at)
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

    def keyword_call(self, form: ListForm, at: Context) -> Analyzing:
        self.check_arity(print_form(form.items[0]), 1, 2, len(form.items) - 1, form.span)
        nodes = yield self.items(form.items, at)
        key, args = nodes[0], nodes[1:]
        return call_node(
            self.built_in("get", form.span), (*args[:1], key, *args[1:]), form.span, direct=True
        )

    def check_arity(self, name: str, low: int, high: int | None, count: int, span: Span) -> None:
        if count < low or (high is not None and count > high):
            name = name.removeprefix("clojure.core/")
            message = f"`{name}` takes {counted(low, high)}, got {count}"
            self.errors.append(ArityError("AQ222", message, span))

    # ---- special forms

    def quote(self, form: ListForm, at: Context) -> Analyzing:
        yield from ()
        return Const(datum(form.items[1]), form.span)

    def if_(self, form: ListForm, at: Context) -> Analyzing:
        test = yield self.node.call(self, form.items[1], at.inner())
        then = yield self.node.call(self, form.items[2], at)
        otherwise: Node = Const(None, form.span)
        if len(form.items) == 4:
            otherwise = yield self.node.call(self, form.items[3], at)
        level, depth = combined((test, then, otherwise), 1)
        return If(test, then, otherwise, form.span, level, depth)

    def do(self, form: ListForm, at: Context) -> Analyzing:
        if len(form.items) == 1:
            return Const(None, form.span)
        effects = yield self.items(form.items[1:-1], at)
        result = yield self.node.call(self, form.items[-1], at)
        for effect in reversed(effects):
            result = Do(effect, result, form.span, *sequence_level(effect, result))
        return result

    def let(self, form: ListForm, at: Context) -> Analyzing:
        bindings = form.items[1].items  # type: ignore[union-attr]
        bound: list[tuple[str, Node, Span]] = []
        for name, value in zip(bindings[::2], bindings[1::2], strict=True):
            assert isinstance(name, Symbol)
            node = yield self.node.call(self, value, at.within(name.name))
            info = LocalInfo(self.fresh(name.name), *known_function(node))
            bound.append((info.python, node, name.span))
            at = at.bind(name.name, info)
        result = yield self.node.call(self, form.items[2], at)
        for python, node, span in reversed(bound):
            result = Let(python, node, result, span, *sequence_level(node, result))
        return result

    def fn(self, form: ListForm, at: Context) -> Analyzing:
        rest = form.items[1:]
        name = rest[0].name if isinstance(rest[0], Symbol) else None
        params_form, body_form = rest[-2], rest[-1]
        symbols = [s.name for s in params_form.items]  # type: ignore[union-attr]
        variadic = "&" in symbols
        plain = [s for s in symbols if s != "&"]
        low = len(plain) - variadic
        defining = name is not None and at.path.rpartition("/")[2] == name
        path = at.path if defining else (f"{at.path}/{name or 'fn'}" if at.path else name or "fn")
        label = self.fresh(f"{name}-code" if defining else path.rpartition("/")[2])
        inner = Context(at.names, path, LoopTarget(label, len(plain)), tail=True, can_sample=True)
        own = None
        if name is not None:
            own = self.fresh(name)
            info = LocalInfo(own, low=low, high=None if variadic else low, is_self=True)
            inner = inner.bind(name, info)
        params = [self.fresh(p) for p in plain]
        for shown, python in zip(plain, params, strict=True):
            inner = inner.bind(shown, LocalInfo(python))
        body = yield self.node.call(self, body_form, inner)
        target = inner.target
        assert target is not None
        if target.used:
            body = self.loop_of_fn(target, params, body, form.span)
        direct = body.level == SIMPLE and own not in self._selves
        self_name = own if own in self._selves else None
        rest_name = params.pop() if variadic else None
        return Fn(self_name, name or "fn", label, tuple(params), rest_name, body, form.span, direct)

    def loop_of_fn(self, target: LoopTarget, params: list[str], body: Node, span: Span) -> Node:
        """A function that recurs to itself is a loop over its parameters."""
        outer = tuple(self.fresh(p) for p in params)
        inits = tuple(Local(p, span) for p in outer)
        loop = loop_node(target, tuple(params), inits, body, span)
        params[:] = outer
        return loop

    def loop(self, form: ListForm, at: Context) -> Analyzing:
        bindings = form.items[1].items  # type: ignore[union-attr]
        names, inits = [], []
        scope = at
        for name, value in zip(bindings[::2], bindings[1::2], strict=True):
            inits.append((yield self.node.call(self, value, scope.within(name.name))))
            python = self.fresh(name.name)
            names.append(python)
            scope = scope.bind(name.name, LocalInfo(python))
        target = LoopTarget(self.fresh("loop"), len(names))
        path = f"{at.path}/loop" if at.path else "loop"
        inner = replace(scope, target=target, tail=True, path=path)
        body = yield self.node.call(self, form.items[2], inner)
        return self.sequential(loop_node(target, tuple(names), tuple(inits), body, form.span))

    def sequential(self, loop: Loop) -> Node:
        """A later start value may use an earlier loop variable, as in Clojure."""
        used = {n.name for init in loop.inits for n in locals_in(init)}
        if not used & set(loop.names):
            return loop
        turns = tuple(self.fresh(name) for name in loop.names)
        body = loop.body
        for name, turn in zip(loop.names, turns, strict=True):
            body = Let(name, Local(turn, loop.span), body, loop.span, body.level, body.depth + 1)
        start = tuple(Local(name, loop.span) for name in loop.names)
        result: Node = loop_node(loop.target, turns, start, body, loop.span)
        for name, init in reversed(list(zip(loop.names, loop.inits, strict=True))):
            result = Let(name, init, result, loop.span, *sequence_level(init, result))
        return result

    def recur(self, form: ListForm, at: Context) -> Analyzing:
        args = yield self.items(form.items[1:], at)
        target = at.target
        if target is None:
            error = ExpandError(
                "AQ223",
                "`recur` outside a loop or function",
                form.span,
                help="(loop [i 0] (if (< i 10) (recur (inc i)) i))",
            )
            return self.fail(error, form.span)
        if len(args) != target.count:
            message = f"`recur` needs {counted(target.count, target.count)} here, got {len(args)}"
            return self.fail(ArityError("AQ222", message, form.span), form.span)
        target.used = True
        if not at.tail:
            target.tail_only = False
        level = COMPOUND if not at.tail else max([LOOPING, *(a.level for a in args)])
        return Recur(target, args, form.span, level, max([0, *(a.depth for a in args)]))

    def site(self, kind: str, id_form: Form | None, at: Context, span: Span) -> str | None:
        """The id of a site, unless it is computed at run time."""
        if id_form is None:
            prefix = f"{at.path}/{kind}" if at.path else kind
            self._counts[prefix] = self._counts.get(prefix, 0) + 1
            site = f"{prefix}#{self._counts[prefix]}"
        elif isinstance(id_form, Literal) and isinstance(id_form.value, str):
            site = id_form.value
        elif isinstance(id_form, Keyword):
            site = f":{id_form.name}"
        else:
            return None
        self.sites.append(SiteInfo(site, kind, span))
        return site

    def sample(self, form: ListForm, at: Context) -> Analyzing:
        if not at.can_sample:
            return self.fail(_outside("sample", form.span), form.span)
        id_form = form.items[1] if len(form.items) == 3 else None
        site = self.site("sample", id_form, at, form.span)
        self.literal_distribution("sample", form.items[-1])
        nodes = yield self.items(form.items[1:], at)
        return Sample(site, nodes[0] if site is None else None, nodes[-1], form.span)

    def observe(self, form: ListForm, at: Context) -> Analyzing:
        if not at.can_sample:
            return self.fail(_outside("observe", form.span), form.span)
        id_form = form.items[1] if len(form.items) == 4 else None
        site = self.site("observe", id_form, at, form.span)
        self.literal_distribution("observe", form.items[-2])
        nodes = yield self.items(form.items[1:], at)
        return Observe(site, nodes[0] if site is None else None, nodes[-2], nodes[-1], form.span)

    def literal_distribution(self, what: str, form: Form) -> None:
        if isinstance(form, Literal | Keyword | VectorForm | MapForm | SetForm):
            message = f"`{what}` needs a distribution, got {print_form(form)}"
            self.errors.append(ExpandError("AQ224", message, form.span, help="e.g. (normal 0 1)"))

    def predict(self, form: ListForm, at: Context) -> Analyzing:
        label, value = yield self.items(form.items[1:], at)
        return Predict(label, value, form.span)

    def mem(self, form: ListForm, at: Context) -> Analyzing:
        """`(mem (fn name ...))` recurs through the memo: inside, the name is what `mem` makes."""
        fn_form, span, at = form.items[1], form.span, at.inner()
        if not _is_named_function(fn_form):
            fn = yield self.node.call(self, fn_form, at)
            return call_node(self.built_in("mem", span), (fn,), span, direct=True)
        head, name, params, body = fn_form.items  # type: ignore[union-attr]
        own, label = self.fresh(name.name), self.fresh(name.name)  # type: ignore[union-attr]
        unnamed = ListForm((head, params, body), fn_form.span)
        fn = yield self.node.call(self, unnamed, at.bind(name.name, LocalInfo(own)))  # type: ignore[union-attr]
        of_own = Fn(None, "mem", label, (own,), None, fn, span, direct=True)
        return call_node(self.built_in("mem-recursive", span), (of_own,), span, direct=True)

    def definition(self, form: ListForm, at: Context) -> Analyzing:
        yield from ()
        return self.fail(_not_nested(form), form.span)

    def query(self, form: ListForm, at: Context) -> Analyzing:
        name, params, body_form = form.items[1:]
        assert isinstance(name, Symbol)
        assert isinstance(params, VectorForm)
        defining = at.path == name.name
        path = at.path if defining or not at.path else f"{at.path}/{name.name}"
        path = path or name.name
        shown = params.items[0].name  # type: ignore[union-attr]
        label = self.fresh(f"{name.name}-code" if defining else name.name)
        python = self.fresh(shown)
        inner = Context(at.names, path, can_sample=True).bind(shown, LocalInfo(python))
        body = yield self.node.call(self, body_form, inner)
        text = "" if params.meta is None else params.meta.items[1].value  # type: ignore[union-attr]
        return Query(name.name, label, python, body, form.span, str(text))


def _not_nested(form: ListForm) -> ExpandError:
    return ExpandError(
        "AQ229",
        "a definition stands at the top level, not inside another form",
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


def _is_constant(form: Form) -> bool:
    return all(not isinstance(item, Symbol | ListForm) for item in walk(form))


def counted(low: int, high: int | None) -> str:
    """A number of arguments in words: `2 arguments`, `1 to 3 arguments`, `at least 1 argument`."""
    if high is None:
        return f"at least {low} argument{'s' * (low != 1)}"
    if low == high:
        return f"{low} argument{'s' * (low != 1)}" if low else "no arguments"
    return f"{low} to {high} arguments" if high - low > 1 else f"{low} or {high} arguments"


_FORMS = {
    "quote": _Analyzer.quote,
    "if": _Analyzer.if_,
    "do": _Analyzer.do,
    "let*": _Analyzer.let,
    "loop*": _Analyzer.loop,
    "fn*": _Analyzer.fn,
    "query*": _Analyzer.query,
    "recur": _Analyzer.recur,
    "sample": _Analyzer.sample,
    "observe": _Analyzer.observe,
    "predict": _Analyzer.predict,
    "mem": _Analyzer.mem,
    "def": _Analyzer.definition,
}
