"""The macros of the language: surface forms that are short for others.

Each is declared by its shape, from which errors of arity follow:

    @macro("when", "(when test body...)", 1)
    def when(b, test, *body): ...

`b` builds forms with the span of the call. A macro gives a form that is expanded again, so it may
use other macros, and samples inside it work: macros are gone before the program is transformed.
Functions a macro calls are written `b.core("first")`, which means the built-in one even where the
user has bound `first`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anglipy.build import Build, Fresh, shape_error
from anglipy.diagnostics import ExpandError
from anglipy.forms import Form, Keyword, ListForm, Literal, MapForm, Symbol, VectorForm

__all__ = ["MACROS", "Macro"]


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: its shape as shown to users, and what makes its expansion."""

    name: str
    usage: str
    low: int
    high: int | None
    function: Callable[..., Form]

    def expand(self, form: ListForm, fresh: Fresh) -> Form:
        """The form this call is short for."""
        count = len(form.items) - 1
        if count < self.low or (self.high is not None and count > self.high):
            raise shape_error(form, self.usage)
        return self.function(_Builder(form, fresh, self.usage), *form.items[1:])


class _Builder(Build):
    """A builder that also knows the call and gives fresh names."""

    def __init__(self, form: ListForm, fresh: Fresh, usage: str) -> None:
        super().__init__(form.span)
        self.form, self.usage = form, usage
        self._fresh = fresh

    def list(self, head: str | Form, *items: Form) -> ListForm:
        """A list form; a head given as text is the language's own, whatever the user bound."""
        return super().list(self.core(head) if isinstance(head, str) else head, *items)

    def temporary(self, hint: str) -> Symbol:
        return self.symbol(self._fresh(hint))

    def call(self, name: str, *items: Form) -> ListForm:
        """A call of a built-in function."""
        return self.list(self.core(name), *items)

    def pairs(self, bindings: Form) -> Sequence[tuple[Form, Form]]:
        if not isinstance(bindings, VectorForm) or len(bindings.items) % 2:
            raise ExpandError(
                "AQ204", "bindings are a vector of names and values", bindings.span, help=self.usage
            )
        return list(zip(bindings.items[::2], bindings.items[1::2], strict=True))

    def pair(self, bindings: Form) -> tuple[Form, Form]:
        """The only binding of a form that takes one."""
        pairs = self.pairs(bindings)
        if len(pairs) != 1:
            raise ExpandError("AQ204", "one name and its value are bound here", bindings.span,
                              help=self.usage)  # fmt: skip
        return pairs[0]


MACROS: dict[str, Macro] = {}


def macro(
    name: str, usage: str, low: int = 0, high: int | None = None
) -> Callable[[Callable[..., Form]], Callable[..., Form]]:
    """Register a macro taking from `low` to `high` forms (None: any number)."""

    def register(function: Callable[..., Form]) -> Callable[..., Form]:
        MACROS[name] = Macro(name, usage, low, high, function)
        return function

    return register


# ---- conditions


@macro("when", "(when test body...)", 1)
def _when(b: _Builder, test: Form, *body: Form) -> Form:
    return b.list("if", test, b.list("do", *body))


@macro("when-not", "(when-not test body...)", 1)
def _when_not(b: _Builder, test: Form, *body: Form) -> Form:
    return b.list("if", test, b.literal(None), b.list("do", *body))


@macro("if-not", "(if-not test then else?)", 2, 3)
def _if_not(b: _Builder, test: Form, then: Form, *otherwise: Form) -> Form:
    return b.list("if", test, otherwise[0] if otherwise else b.literal(None), then)


def _if_binding(name: str, test: Callable[[_Builder, Symbol], Form]) -> None:
    def expand_if(b: _Builder, bindings: Form, then: Form, *otherwise: Form) -> Form:
        pattern, value = b.pair(bindings)
        held = b.temporary("test")
        bound = b.list("let", b.vector(pattern, held), then)
        chosen = b.list("if", test(b, held), bound, *otherwise)
        return b.list("let", b.vector(held, value), chosen)

    def expand_when(b: _Builder, bindings: Form, *body: Form) -> Form:
        return expand_if(b, bindings, b.list("do", *body))

    macro(f"if-{name}", f"(if-{name} [name test] then else?)", 2, 3)(expand_if)
    macro(f"when-{name}", f"(when-{name} [name test] body...)", 1)(expand_when)


_if_binding("let", lambda b, held: held)
_if_binding("some", lambda b, held: b.call("some?", held))


@macro("when-first", "(when-first [name sequence] body...)", 1)
def _when_first(b: _Builder, bindings: Form, *body: Form) -> Form:
    pattern, value = b.pair(bindings)
    held = b.temporary("seq")
    inner = b.list("let", b.vector(pattern, b.call("first", held)), *body)
    return b.list("when-let", b.vector(held, b.call("seq", value)), inner)


@macro("cond", "(cond test value ... :else value)")
def _cond(b: _Builder, *clauses: Form) -> Form:
    if len(clauses) % 2:
        raise ExpandError(
            "AQ211",
            "`cond` needs a value for every test",
            clauses[-1].span,
            help="(cond test value ... :else value)",
        )
    result: Form = b.literal(None)
    for test, value in reversed(list(zip(clauses[::2], clauses[1::2], strict=True))):
        at = Build(test.span)
        always = isinstance(test, Keyword)
        result = value if always else at.list("if", test, value, result)
    return result


@macro("condp", "(condp predicate value test result ... default?)", 2)
def _condp(b: _Builder, predicate: Form, value: Form, *clauses: Form) -> Form:
    held, test = b.temporary("value"), b.temporary("predicate")
    pairs = list(zip(clauses[::2], clauses[1::2], strict=False))
    result: Form = clauses[-1] if len(clauses) % 2 else b.call("no-matching-clause", held)
    for constant, chosen in reversed(pairs):
        result = b.list("if", b.list(test, constant, held), chosen, result)
    return b.list("let", b.vector(test, predicate, held, value), result)


@macro("case", "(case value constant result (c1 c2) result ... default?)", 1)
def _case(b: _Builder, value: Form, *clauses: Form) -> Form:
    held = b.temporary("case")
    result: Form = clauses[-1] if len(clauses) % 2 else b.call("no-matching-clause", held)
    for constant, chosen in reversed(list(zip(clauses[::2], clauses[1::2], strict=False))):
        group = constant.items if isinstance(constant, ListForm) else (constant,)
        at = Build(constant.span)
        tests = [at.list(at.core("="), held, at.list("quote", item)) for item in group]
        test: Form = tests[0] if len(tests) == 1 else at.list("or", *tests)
        result = at.list("if", test, chosen, result)
    return b.list("let", b.vector(held, value), result)


@macro("and", "(and expression...)")
def _and(b: _Builder, *items: Form) -> Form:
    if len(items) < 2:
        return items[0] if items else b.literal(True)
    held = b.temporary("and")
    return b.list(
        "let", b.vector(held, items[0]), b.list("if", held, b.list("and", *items[1:]), held)
    )


@macro("or", "(or expression...)")
def _or(b: _Builder, *items: Form) -> Form:
    if len(items) < 2:
        return items[0] if items else b.literal(None)
    held = b.temporary("or")
    return b.list(
        "let", b.vector(held, items[0]), b.list("if", held, held, b.list("or", *items[1:]))
    )


# ---- threading


def _threaded(step: Form, value: Form, last: bool) -> Form:
    if not isinstance(step, ListForm):
        return ListForm((step, value), step.span)
    if not step.items:
        raise ExpandError("AQ203", "cannot thread a value through an empty list", step.span)
    head = step.items[0]
    if last or (isinstance(head, Symbol) and head.name in ("quote", "fn")):
        items = (*step.items, value) if last else None
        return ListForm(items, step.span) if items else ListForm((step, value), step.span)
    return ListForm((head, value, *step.items[1:]), step.span)


@macro("->", "(-> value step...)", 1)
def _thread_first(b: _Builder, value: Form, *steps: Form) -> Form:
    for step in steps:
        value = _threaded(step, value, last=False)
    return value


@macro("->>", "(->> value step...)", 1)
def _thread_last(b: _Builder, value: Form, *steps: Form) -> Form:
    for step in steps:
        value = _threaded(step, value, last=True)
    return value


@macro("as->", "(as-> value name step...)", 2)
def _thread_as(b: _Builder, value: Form, name: Form, *steps: Form) -> Form:
    bindings = [item for step in (value, *steps) for item in (name, step)]
    return b.list("let", b.vector(*bindings), name)


def _conditional_threading(name: str, last: bool) -> None:
    def expand_cond(b: _Builder, value: Form, *clauses: Form) -> Form:
        held = b.temporary("value")
        bindings = [held, value]
        for test, step in zip(clauses[::2], clauses[1::2], strict=False):
            bindings += [held, b.list("if", test, _threaded(step, held, last), held)]
        return b.list("let", b.vector(*bindings), held)

    macro(name, f"({name} value test step ...)", 1)(expand_cond)


def _nil_threading(name: str, last: bool) -> None:
    def expand_some(b: _Builder, value: Form, *steps: Form) -> Form:
        held = b.temporary("value")
        bindings = [held, value]
        for step in steps:
            chosen = b.list(
                "if", b.call("nil?", held), b.literal(None), _threaded(step, held, last)
            )
            bindings += [held, chosen]
        return b.list("let", b.vector(*bindings), held)

    macro(name, f"({name} value step...)", 1)(expand_some)


_conditional_threading("cond->", last=False)
_conditional_threading("cond->>", last=True)
_nil_threading("some->", last=False)
_nil_threading("some->>", last=True)


@macro("doto", "(doto value step...)", 1)
def _doto(b: _Builder, value: Form, *steps: Form) -> Form:
    held = b.temporary("value")
    calls = [_threaded(step, held, last=False) for step in steps]
    return b.list("let", b.vector(held, value), *calls, held)


# ---- loops over sequences

_FOR = "(for [name sequence :when test :let [...] ...] body)"


@macro("for", _FOR, 2, 2)
def _for(b: _Builder, bindings: Form, body: Form) -> Form:
    found = b.temporary("found")
    collected = _levels(b, b.pairs(bindings), found, b.call("conj", found, body))
    return b.call("sequence", b.list("let", b.vector(found, b.vector()), collected))


@macro("doseq", "(doseq [name sequence ...] body...)", 1)
def _doseq(b: _Builder, bindings: Form, *body: Form) -> Form:
    done = b.temporary("done")
    step = b.list("do", *body, b.literal(None))
    return b.list("let", b.vector(done, b.literal(None)), _levels(b, b.pairs(bindings), done, step))


def _levels(
    b: _Builder, pairs: Sequence[tuple[Form, Form]], carried: Symbol, innermost: Form
) -> Form:
    """Nested loops that carry one value: each turn computes its next value from `carried`."""
    if not pairs:
        return innermost
    (pattern, source), rest = pairs[0], pairs[1:]
    if isinstance(pattern, Keyword):
        raise ExpandError(
            "AQ212",
            f"`:{pattern.name}` must come after a name and its sequence",
            pattern.span,
            help=b.usage,
        )
    count = next((i for i, (key, _) in enumerate(rest) if not isinstance(key, Keyword)), len(rest))
    modifiers, inner = rest[:count], rest[count:]
    seq = b.temporary("seq")
    skip = b.list("recur", b.call("next", seq), carried)
    turn: Form = b.list("recur", b.call("next", seq), _levels(b, inner, carried, innermost))
    for key, value in reversed(modifiers):
        assert isinstance(key, Keyword)
        if key.name == "let":
            turn = b.list("let", value, turn)
        elif key.name in ("when", "while"):
            turn = b.list("if", value, turn, skip if key.name == "when" else carried)
        else:
            raise ExpandError("AQ212", f"`:{key.name}` means nothing here", key.span, help=b.usage)
    bound = b.list("let", b.vector(pattern, b.call("first", seq)), turn)
    start = b.vector(seq, b.call("seq", source), carried, carried)
    return b.list("loop", start, b.list("if", seq, bound, carried))


@macro("dotimes", "(dotimes [name count] body...)", 1)
def _dotimes(b: _Builder, bindings: Form, *body: Form) -> Form:
    name, count = b.pair(bindings)
    limit = b.temporary("limit")
    turn = b.list("do", *body, b.list("recur", b.call("inc", name)))
    loop = b.list(
        "loop", b.vector(name, b.literal(0)), b.list("when", b.call("<", name, limit), turn)
    )
    return b.list("let", b.vector(limit, count), loop)


@macro("while", "(while test body...)", 1)
def _while(b: _Builder, test: Form, *body: Form) -> Form:
    turn = b.list("when", test, *body, b.list("recur"))
    return b.list("loop", b.vector(), turn)


# ---- odds and ends


@macro("comment", "(comment form...)")
def _comment(b: _Builder, *ignored: Form) -> Form:
    return b.literal(None)


@macro("assert", "(assert test message?)", 1, 2)
def _assert(b: _Builder, test: Form, *message: Form) -> Form:
    said = message[0] if message else b.literal("assertion failed")
    return b.list(
        "if", test, b.literal(None), b.call("assertion-failed", said, b.list("quote", test))
    )


@macro("time", "(time expression)", 1, 1)
def _time(b: _Builder, expression: Form) -> Form:
    start, value = b.temporary("start"), b.temporary("value")
    bindings = b.vector(start, b.call("current-seconds"), value, expression)
    return b.list("let", bindings, b.call("print-elapsed", start), value)


# ---- definitions


def _definition(
    b: _Builder, name: Form, rest: tuple[Form, ...]
) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    """(the doc string as a tuple, the parameters and body) of a defn-like form."""
    if not isinstance(name, Symbol):
        raise shape_error(b.form, b.usage)
    doc: tuple[Form, ...] = ()
    if len(rest) > 1 and isinstance(rest[0], Literal) and isinstance(rest[0].value, str):
        doc, rest = rest[:1], rest[1:]
    if len(rest) > 1 and isinstance(rest[0], MapForm):
        rest = rest[1:]
    return doc, rest


def _define(name: str) -> None:
    usage = f"({name} name doc? [parameter...] body...)"

    def expand_define(b: _Builder, target: Form, *rest: Form) -> Form:
        doc, body = _definition(b, target, rest)
        if not body or not isinstance(body[0], VectorForm | ListForm):
            raise shape_error(b.form, usage)
        return b.list("def", target, *doc, b.list("fn", target, *body))

    macro(name, usage, 2)(expand_define)


for _name in ("defn", "defn-", "defm"):
    _define(_name)


@macro("fm", "(fm name? [parameter...] body...)", 1)
def _fm(b: _Builder, *rest: Form) -> Form:
    return b.list("fn", *rest)


@macro("defquery", "(defquery name doc? parameters? body...)", 1)
def _defquery(b: _Builder, name: Form, *rest: Form) -> Form:
    doc, body = _definition(b, name, rest)
    if not body or not isinstance(body[0], Symbol | VectorForm):
        body = (b.symbol("$value"), *body)
    query = b.list("query", name, *body, *(() if len(body) > 1 else (b.literal(None),)))
    return b.list("def", name, *doc, query)


@macro("defonce", "(defonce name value)", 2, 2)
def _defonce(b: _Builder, name: Form, value: Form) -> Form:
    return b.list("def", name, value)


@macro(
    "defdist",
    "(defdist name doc? [parameter...] [name value ...]? (sample* [this] ...) "
    "(observe* [this value] ...))",
    2,
)
def _defdist(b: _Builder, name: Form, *rest: Form) -> Form:
    doc, rest = _definition(b, name, rest)
    if not rest or not isinstance(rest[0], VectorForm):
        raise shape_error(b.form, b.usage)
    params, rest = rest[0], rest[1:]
    bindings = b.vector()
    if rest and isinstance(rest[0], VectorForm):
        bindings, rest = rest[0], rest[1:]
    methods: dict[str, Form] = {}
    for method in rest:
        if isinstance(method, Symbol):
            continue
        if not (
            isinstance(method, ListForm)
            and len(method.items) >= 2
            and isinstance(method.items[0], Symbol)
        ):
            raise shape_error(b.form, b.usage)
        at = Build(method.span)
        methods[method.items[0].name] = at.list("fn", *method.items[1:])
    assert isinstance(name, Symbol)
    bound = (*params.items, *bindings.items[::2])
    fields = [item for item in bound if isinstance(item, Symbol) and item.name != "&"]
    record = MapForm(tuple(f for s in fields for f in (b.keyword(s.name), s)), b.span)
    nothing = b.literal(None)
    made = b.call(
        "user-distribution",
        b.literal(name.name),
        record,
        methods.get("sample*", nothing),
        methods.get("observe*", nothing),
    )
    return b.list("def", name, *doc, b.list("fn", name, params, b.list("let", bindings, made)))
