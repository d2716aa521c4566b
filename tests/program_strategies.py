"""Random programs, as text: every construct of the language, well typed, always ending.

`programs()` gives programs whose query `main` takes `[p q]`, an integer and a vector of integers
(see `ARGUMENT`). Names are drawn from a small pool, so that shadowing is the rule; the pool holds
names of built-in functions and macros, words that mean something in Python, and names that become
the same Python name. A built-in function whose name is taken is called by its qualified name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

__all__ = ["ARGUMENT", "programs"]

ARGUMENT = [3, [4, 1, 1, 6]]

_NAMES = [
    "x",
    "y",
    "acc",
    "f",
    "value",
    "state",
    "frame",
    "k",
    "class",
    "lambda",
    "None",
    "def",
    "first",
    "list",
    "map",
    "count",
    "inc",
    "get",
    "x'",
    "a-b",
    "a_b",
    "->x",
    "let",
    "when",
    "case",
    "fn",
    "loop",
    "print",
    "sample",
]


@dataclass(frozen=True)
class _Scope:
    """Locals with their types, the depth left, and what may not stand here."""

    locals: tuple[tuple[str, str], ...]
    depth: int
    lambdas: bool = True
    """Whether `#(...)` may be written: it does not nest."""
    helper: bool = True
    """Whether the function `helper` may be called: it would not end inside itself."""

    def bind(self, *pairs: tuple[str, str]) -> _Scope:
        names = {name for name, _ in pairs}
        kept = tuple(pair for pair in self.locals if pair[0] not in names)
        return replace(self, locals=(*kept, *pairs))

    def of_type(self, kind: str) -> list[str]:
        return [name for name, found in self.locals if found == kind]

    @property
    def deeper(self) -> _Scope:
        return replace(self, depth=self.depth - 1)


class _Writer:
    """Writes expressions of the types int, bool, vec, map, fn (int -> int), maybe (int or nil)."""

    def __init__(self, draw: Callable[..., object]) -> None:
        self.draw = draw

    # ---- choices

    def pick(self, items: list) -> object:
        return self.draw(st.sampled_from(items))

    def name(self) -> str:
        return str(self.pick(_NAMES))

    def names(self, count: int) -> list[str]:
        return self.draw(
            st.lists(st.sampled_from(_NAMES), min_size=count, max_size=count, unique=True)
        )  # type: ignore

    def number(self, low: int = -3, high: int = 9) -> int:
        return self.draw(st.integers(low, high))  # type: ignore

    def expression(self, kind: str, at: _Scope) -> str:
        known = at.of_type(kind)
        if known and self.number(0, 3) == 0:
            return str(self.pick(known))
        if at.depth <= 0:
            return str(self.pick(known)) if known else self.leaf(kind, at)
        writers = [*_WRITERS[kind], *_ANY]
        return self.pick(writers)(self, kind, at.deeper)  # type: ignore[operator]

    def leaf(self, kind: str, at: _Scope) -> str:
        n = self.number()
        return {
            "int": str(n),
            "bool": str(self.pick(["true", "false"])),
            "vec": f"[{n} {n + 1} {n}]",
            "map": f"{{:a {n}}}",
            "fn": f"({call(at, 'fn')} [x] ({call(at.bind(('x', 'int')), '+')} x {n}))",
            "maybe": str(self.pick(["nil", str(n)])),
        }[kind]

    def effect(self, at: _Scope) -> str:
        value = self.expression("int", at)
        return str(
            self.pick(
                [
                    f"({call(at, 'observe')} ({call(at, 'normal')} {value} 2) 1.5)",
                    f"({call(at, 'predict')} :seen {value})",
                    f"({call(at, 'predict')} {value})",
                    value,
                ]
            )
        )

    # ---- for every type

    def let(self, kind: str, at: _Scope) -> str:
        bindings, scope = [], at
        for _ in range(self.number(1, 2)):
            name, held = self.name(), str(self.pick(["int", "int", "vec", "map", "fn", "bool"]))
            bindings.append(f"{name} {self.expression(held, scope)}")
            scope = scope.bind((name, held))
        return f"({call(at, 'let')} [{' '.join(bindings)}] {self.expression(kind, scope)})"

    def take_apart(self, kind: str, at: _Scope) -> str:
        a, b, c, d = self.names(4)
        pattern, value, bound = self.pick(
            [  # type: ignore[misc]
                (f"[{a} {b} & {c}]", "vec", ((a, "maybe"), (b, "maybe"))),
                (f"[{a} :as {b}]", "vec", ((a, "maybe"), (b, "vec"))),
                (f"{{{a} :a {b} :b :as {c}}}", "map", ((a, "maybe"), (b, "maybe"), (c, "map"))),
                (f"{{{a} :a {b} :b :or {{{b} 7}}}}", "map", ((a, "maybe"), (b, "int"))),
                (f"[[{a} {b}] {{{c} :a}} {d}]", "nested", ((a, "maybe"), (c, "maybe"), (d, "int"))),
            ]
        )
        if value == "nested":
            parts = (self.expression(k, at) for k in ("vec", "map", "int"))
            whole = f"[{' '.join(parts)}]"
        else:
            whole = self.expression(value, at)
        used = tuple(bound)
        hidden = tuple(
            (n, "hidden") for n in (a, b, c, d) if n in pattern.replace("]", " ").split()
        )
        scope = at.bind(*hidden).bind(*used)
        return f"({call(at, 'let')} [{pattern} {whole}] {self.expression(kind, scope)})"

    def choice(self, kind: str, at: _Scope) -> str:
        test, one, two = (self.expression(k, at) for k in ("bool", kind, kind))
        return str(
            self.pick(
                [
                    f"(if {test} {one} {two})",
                    f"({call(at, 'if-not')} {test} {one} {two})",
                    f"({call(at, 'cond')} {test} {one} {self.expression('bool', at)} {two} :else {one})",
                    f"({call(at, 'case')} {self.expression('int', at)} 0 {one} (1 2 3) {two} {one})",
                ]
            )
        )

    def body(self, kind: str, at: _Scope) -> str:
        return f"(do {self.effect(at)} {self.expression(kind, at)})"

    def called(self, kind: str, at: _Scope) -> str:
        """A function called where it is written: its body has any type."""
        a, b = self.names(2)
        body = self.expression(kind, at.bind((a, "int"), (b, "int")))
        first, second = self.expression("int", at), self.expression("int", at)
        fn = call(at, "fn")
        return str(
            self.pick(
                [
                    f"(({fn} [{a} {b}] {body}) {first} {second})",
                    f"(({fn} [{a} & [{b}]] {self.expression(kind, at.bind((a, 'int'), (b, 'maybe')))}) {first})",
                    f"(({fn} ([{b}] {self.expression(kind, at.bind((b, 'int')))}) ([{a} {b}] {body})) {first})",
                ]
            )
        )

    # ---- integers

    def arithmetic(self, kind: str, at: _Scope) -> str:
        op = call(at, str(self.pick(["+", "-", "*", "max", "min"])))
        values = [self.expression("int", at) for _ in range(self.number(1, 3))]
        return f"({op} {' '.join(values)})"

    def small(self, kind: str, at: _Scope) -> str:
        value = self.expression("int", at)
        return str(
            self.pick(
                [
                    f"({call(at, 'mod')} {value} 5)",
                    f"({call(at, 'inc')} {value})",
                    f"({call(at, '->')} {value} ({call(at, '-')} 1) {call(at, 'inc')})",
                    f"({call(at, '->>')} {value} ({call(at, '-')} 1) ({call(at, '+')} 2))",
                ]
            )
        )

    def random_int(self, kind: str, at: _Scope) -> str:
        return f"({call(at, 'sample')} ({call(at, 'uniform-discrete')} 0 {self.number(2, 5)}))"

    def named_random_int(self, kind: str, at: _Scope) -> str:
        id_ = self.pick(
            [":named", '"text"', f'({call(at, "str")} "i" {self.expression("int", at)})']
        )
        dist = f"({call(at, 'uniform-discrete')} {self.expression('int', at)} 1000000)"
        return f"({call(at, 'sample')} {id_} {dist})"

    def observed(self, kind: str, at: _Scope) -> str:
        mean = self.expression("int", at)
        return (
            f"({call(at, 'observe')} ({call(at, 'normal')} {mean} 2) {self.expression('int', at)})"
        )

    def of_function(self, kind: str, at: _Scope) -> str:
        return f"({self.expression('fn', at)} {self.expression('int', at)})"

    def of_vector(self, kind: str, at: _Scope) -> str:
        v, n = self.expression("vec", at), self.expression("int", at)
        acc, x = self.names(2)
        step = self.expression("int", at.bind((acc, "int"), (x, "int")))
        return str(
            self.pick(
                [
                    f"({call(at, 'count')} {v})",
                    f"({call(at, 'get')} {v} 1 {n})",
                    f"({call(at, 'nth')} {v} 0 {n})",
                    f"({call(at, 'apply')} {call(at, '+')} {v})",
                    f"({call(at, 'reduce')} {call(at, '+')} {n} {v})",
                    f"({call(at, 'reduce')} ({call(at, 'fn')} [{acc} {x}] {step}) {n} {v})",
                ]
            )
        )

    def of_map(self, kind: str, at: _Scope) -> str:
        m, n = self.expression("map", at), self.expression("int", at)
        return str(
            self.pick(
                [
                    f"(:a {m} {n})",
                    f"({call(at, 'get')} {m} :b {n})",
                    f"({m} :a {n})",
                    f"({call(at, 'or')} (:b {m}) {n})",
                ]
            )
        )

    def of_maybe(self, kind: str, at: _Scope) -> str:
        maybe, n, name = self.expression("maybe", at), self.expression("int", at), self.name()
        body = self.expression("int", at.bind((name, "int")))
        return str(
            self.pick(
                [
                    f"({call(at, 'or')} {maybe} {n})",
                    f"({call(at, 'if-let')} [{name} {maybe}] {body} {n})",
                ]
            )
        )

    def loop(self, kind: str, at: _Scope) -> str:
        i, acc = self.names(2)
        scope = at.bind((i, "int"), (acc, "int"))
        turns, start = self.number(0, 4), self.expression("int", at.bind((i, "int")))
        turn = self.expression("int", scope)
        test, i_next = f"({call(scope, '<')} {i} {turns})", f"({call(scope, 'inc')} {i})"
        tail = f"(if {test} (recur {i_next} {turn}) {acc})"
        under_let = self.name()
        inner = scope.bind((under_let, "int"))
        nested = (
            f"({call(scope, 'let')} [{under_let} {turn}] (if ({call(inner, '<')} {i} {turns})"
            f" (recur ({call(inner, 'inc')} {i}) {under_let}) {acc}))"
        )
        if under_let in (i, acc):
            nested = tail
        plus = call(scope, "+")
        body = self.pick(
            [tail, nested, f"(if {test} ({plus} {turn} (recur {i_next} {acc})) {acc})"]
        )
        return f"({call(at, 'loop')} [{i} 0 {acc} {start}] {body})"

    def recursion(self, kind: str, at: _Scope) -> str:
        f, n = self.names(2)
        scope = at.bind((f, "hidden"), (n, "int"))
        again = f"({f} ({call(scope, 'dec')} {n}))"
        turn, stop = self.expression("int", scope), self.expression("int", scope)
        step = self.pick([f"({call(scope, '+')} {turn} {again})", again])
        body = f"(if ({call(scope, '<=')} {n} 0) {stop} {step})"
        return f"(({call(at, 'fn')} {f} [{n}] {body}) {self.number(0, 4)})"

    def memoised(self, kind: str, at: _Scope) -> str:
        f, x = self.names(2)
        inner, scope = at.bind((x, "int")), at.bind((f, "fn"))
        body = self.expression("int", inner)
        uses = " ".join(f"({f} {self.expression('int', scope)})" for _ in range(3))
        named = at.bind((f, "hidden"), (x, "int"))
        again = (
            f"({call(named, 'if')} ({call(named, '<')} {x} 1) {self.expression('int', named)}"
            f" ({call(named, '+')} 1 ({f} ({call(named, 'quot')} {x} 2))))"
        )
        fn = self.pick(
            [f"({call(at, 'fn')} [{x}] {body})", f"({call(at, 'fn')} {f} [{x}] {again})"]
        )
        return f"({call(at, 'let')} [{f} ({call(at, 'mem')} {fn})] ({call(scope, '+')} {uses}))"

    def helped(self, kind: str, at: _Scope) -> str:
        if not at.helper:
            return self.arithmetic(kind, at)
        return f"(helper {self.number(0, 3)} {self.expression('int', at)})"

    # ---- booleans

    def comparison(self, kind: str, at: _Scope) -> str:
        op = call(at, str(self.pick(["<", "<=", ">", "=", "not="])))
        return f"({op} {self.expression('int', at)} {self.expression('int', at)})"

    def logic(self, kind: str, at: _Scope) -> str:
        one, two = self.expression("bool", at), self.expression("bool", at)
        head = str(self.pick(["and", "or"]))
        return str(self.pick([f"({call(at, head)} {one} {two})", f"({call(at, 'not')} {one})"]))

    def random_bool(self, kind: str, at: _Scope) -> str:
        return f"({call(at, 'sample')} ({call(at, 'flip')} 0.5))"

    def quantified(self, kind: str, at: _Scope) -> str:
        x, v = self.name(), self.expression("vec", at)
        p = f"({call(at, 'fn')} [{x}] {self.expression('bool', at.bind((x, 'int')))})"
        return str(
            self.pick(
                [
                    f"({call(at, 'every?')} {p} {v})",
                    f"({call(at, 'not-any?')} {p} {v})",
                    f"({call(at, 'boolean')} ({call(at, 'some')} {p} {v}))",
                    f"({call(at, 'empty?')} {v})",
                ]
            )
        )

    # ---- vectors

    def vector(self, kind: str, at: _Scope) -> str:
        return f"[{' '.join(self.expression('int', at) for _ in range(self.number(0, 3)))}]"

    def mapped(self, kind: str, at: _Scope) -> str:
        x, f, v = self.name(), self.expression("fn", at), self.expression("vec", at)
        scope = at.bind((x, "int"))
        p = f"({call(at, 'fn')} [{x}] {self.expression('bool', scope)})"
        body, test = self.expression("int", scope), self.expression("bool", scope)
        return str(
            self.pick(
                [
                    f"({call(at, 'mapv')} {f} {v})",
                    f"({call(at, 'vec')} ({call(at, 'map')} {call(at, '+')} {v} ({call(at, 'map')} {f} {v})))",
                    f"({call(at, 'filterv')} {p} {v})",
                    f"({call(at, 'vec')} ({call(at, 'remove')} {p} {v}))",
                    f"({call(at, 'vec')} ({call(at, 'take-while')} {p} {v}))",
                    f"({call(at, 'vec')} ({call(at, 'for')} [{x} {v} :when {test}] {body}))",
                    f"({call(at, 'vec')} ({call(at, 'sort-by')} {f} {v}))",
                    f"(({call(at, 'juxt')} {f} {call(at, 'inc')}) {self.expression('int', at)})",
                ]
            )
        )

    def made(self, kind: str, at: _Scope) -> str:
        n, v, x = self.number(0, 3), self.expression("vec", at), self.expression("int", at)
        return str(
            self.pick(
                [
                    f"({call(at, 'vec')} ({call(at, 'range')} {n}))",
                    f"({call(at, 'conj')} {v} {x})",
                    f"({call(at, 'vec')} ({call(at, 'repeatedly')} {n} ({call(at, 'fn')} [] {x})))",
                    f"({call(at, 'into')} {v} {v})",
                ]
            )
        )

    # ---- maps, functions, maybes

    def literal_map(self, kind: str, at: _Scope) -> str:
        return f"{{:a {self.expression('int', at)} :b {self.expression('int', at)}}}"

    def changed_map(self, kind: str, at: _Scope) -> str:
        m, x = self.expression("map", at), self.expression("int", at)
        f = self.expression("fn", at)
        return str(
            self.pick(
                [
                    f"({call(at, 'assoc')} {m} :b {x})",
                    f"({call(at, 'update')} ({call(at, 'assoc')} {m} :a {x}) :a {f})",
                ]
            )
        )

    def function(self, kind: str, at: _Scope) -> str:
        x = self.name()
        return f"({call(at, 'fn')} [{x}] {self.expression('int', at.bind((x, 'int')))})"

    def short_function(self, kind: str, at: _Scope) -> str:
        if not at.lambdas or "fn" in dict(at.locals):
            return self.function(kind, at)
        inner = replace(at.bind(("%", "int")), lambdas=False)
        return f"#({call(at, '+')} % {self.expression('int', inner)})"

    def combined_function(self, kind: str, at: _Scope) -> str:
        f, g, n = (self.expression(k, at) for k in ("fn", "fn", "int"))
        return str(
            self.pick(
                [
                    f"({call(at, 'comp')} {f} {g})",
                    f"({call(at, 'partial')} {call(at, '+')} {n})",
                    f"({call(at, 'constantly')} {n})",
                    call(at, "dec"),
                ]
            )
        )

    def maybe(self, kind: str, at: _Scope) -> str:
        return str(
            self.pick(
                [
                    f"({call(at, 'when')} {self.expression('bool', at)} {self.expression('int', at)})",
                    f"({call(at, 'first')} {self.expression('vec', at)})",
                    f"(:b {self.expression('map', at)})",
                    f"({call(at, 'and')} {self.expression('maybe', at)} {self.expression('int', at)})",
                ]
            )
        )


def call(at: _Scope, name: str) -> str:
    """How to name a built-in where a local may have taken its name."""
    taken = any(name == local for local, _ in at.locals)
    return f"clojure.core/{name}" if taken else name


_ANY = [_Writer.let, _Writer.take_apart, _Writer.choice, _Writer.body, _Writer.called]
_WRITERS = {
    "int": [
        _Writer.arithmetic, _Writer.small, _Writer.random_int, _Writer.named_random_int,
        _Writer.observed, _Writer.of_function, _Writer.of_vector, _Writer.of_map, _Writer.of_maybe,
        _Writer.loop, _Writer.recursion, _Writer.memoised, _Writer.helped,
    ],
    "bool": [_Writer.comparison, _Writer.logic, _Writer.random_bool, _Writer.quantified],
    "vec": [_Writer.vector, _Writer.mapped, _Writer.made],
    "map": [_Writer.literal_map, _Writer.changed_map],
    "fn": [_Writer.function, _Writer.short_function, _Writer.combined_function],
    "maybe": [_Writer.maybe],
}  # fmt: skip


@st.composite
def programs(draw: Callable[..., object], depth: int = 5) -> str:
    """The text of a program with a query `main` of `[p q]`."""
    writer = _Writer(draw)
    inner = _Scope((("n", "int"), ("x", "int")), depth - 3, helper=False)
    turn = writer.expression("int", inner)
    again = "(+ x (helper (dec n) (inc x)))"
    helper = f"(defm helper [n x]\n  (if (<= n 0) {turn} {again}))"
    result = writer.pick(["int", "vec", "map", "bool", "maybe"])
    body = writer.expression(str(result), _Scope((("p", "int"), ("q", "vec")), depth))
    return f"{helper}\n\n(defquery main [p q]\n  {body})\n"
