"""A writer of random expressions: every construct of the language, well typed, always ending.

Names are drawn from a small pool, so that shadowing is the rule; the pool holds
names of built-in functions and macros, words that mean something in Python, and names that become
the same Python name. A built-in function whose name is taken is called by its qualified name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

__all__ = ["Scope", "Writer"]

_NAMES = [
    "x", "y", "acc", "f", "value", "state", "frame", "k", "class", "lambda", "None",
    "def", "first", "list", "map", "count", "inc", "get", "x'", "a-b", "a_b",
    "->x", "let", "when", "case", "fn", "loop", "print", "sample",
]  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """Locals with their types, the depth left, and what may not stand here."""

    locals: tuple[tuple[str, str], ...]
    depth: int
    lambdas: bool = True
    """Whether `#(...)` may be written: it does not nest."""
    helper: bool = True
    """Whether the function `helper` may be called: it would not end inside itself."""

    def bind(self, *pairs: tuple[str, str]) -> Scope:
        names = {name for name, _ in pairs}
        kept = tuple(pair for pair in self.locals if pair[0] not in names)
        return replace(self, locals=(*kept, *pairs))

    def __getitem__(self, name: str) -> str:
        """How to write a built-in name where a local may have taken it."""
        return f"clojure.core/{name}" if name in dict(self.locals) else name

    def of_type(self, kind: str) -> list[str]:
        return [name for name, found in self.locals if found == kind]

    @property
    def deeper(self) -> Scope:
        return replace(self, depth=self.depth - 1)


class Writer:
    """Writes expressions of the types int, bool, vec, map, fn (int -> int), maybe (int or nil)."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.draw = draw

    # ---- choices

    def pick(self, items: list) -> Any:
        return self.draw(st.sampled_from(items))

    def one_of(self, *texts: str) -> str:
        return str(self.pick(list(texts)))

    def name(self) -> str:
        return str(self.pick(_NAMES))

    def names(self, count: int) -> list[str]:
        return self.draw(
            st.lists(st.sampled_from(_NAMES), min_size=count, max_size=count, unique=True)
        )

    def number(self, low: int = -3, high: int = 9) -> int:
        return self.draw(st.integers(low, high))

    def expression(self, kind: str, at: Scope) -> str:
        known = at.of_type(kind)
        if known and self.number(0, 3) == 0:
            return str(self.pick(known))
        if at.depth <= 0:
            return str(self.pick(known)) if known else self.leaf(kind, at)
        writers = [*_WRITERS[kind], *_ANY]
        return self.pick(writers)(self, kind, at.deeper)

    def leaf(self, kind: str, at: Scope) -> str:
        n = self.number()
        return {
            "int": str(n),
            "bool": str(self.pick(["true", "false"])),
            "vec": f"[{n} {n + 1} {n}]",
            "map": f"{{:a {n}}}",
            "fn": f"({at['fn']} [x] ({at.bind(('x', 'int'))['+']} x {n}))",
            "maybe": str(self.pick(["nil", str(n)])),
        }[kind]

    def effect(self, at: Scope) -> str:
        value = self.expression("int", at)
        return self.one_of(
            f"({at['observe']} ({at['normal']} {value} 2) 1.5)",
            f"({at['predict']} :seen {value})",
            f"({at['predict']} {value})",
            value,
        )

    # ---- for every type

    def let(self, kind: str, at: Scope) -> str:
        bindings, scope = [], at
        for _ in range(self.number(1, 2)):
            name, held = self.name(), str(self.pick(["int", "int", "vec", "map", "fn", "bool"]))
            bindings.append(f"{name} {self.expression(held, scope)}")
            scope = scope.bind((name, held))
        return f"({at['let']} [{' '.join(bindings)}] {self.expression(kind, scope)})"

    def take_apart(self, kind: str, at: Scope) -> str:
        a, b, c, d = self.names(4)
        pattern, value, bound = self.pick(
            [
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
        return f"({at['let']} [{pattern} {whole}] {self.expression(kind, scope)})"

    def choice(self, kind: str, at: Scope) -> str:
        test, one, two = (self.expression(k, at) for k in ("bool", kind, kind))
        return self.one_of(
            f"(if {test} {one} {two})",
            f"({at['if-not']} {test} {one} {two})",
            f"({at['cond']} {test} {one} {self.expression('bool', at)} {two} :else {one})",
            f"({at['case']} {self.expression('int', at)} 0 {one} (1 2 3) {two} {one})",
        )

    def body(self, kind: str, at: Scope) -> str:
        return f"(do {self.effect(at)} {self.expression(kind, at)})"

    def called(self, kind: str, at: Scope) -> str:
        """A function called where it is written: its body has any type."""
        a, b = self.names(2)
        first, second = self.expression("int", at), self.expression("int", at)
        of_both = self.expression(kind, at.bind((a, "int"), (b, "int")))
        of_rest = self.expression(kind, at.bind((a, "int"), (b, "maybe")))
        of_one = self.expression(kind, at.bind((b, "int")))
        fn = at["fn"]
        return self.one_of(
            f"(({fn} [{a} {b}] {of_both}) {first} {second})",
            f"(({fn} [{a} & [{b}]] {of_rest}) {first})",
            f"(({fn} ([{b}] {of_one}) ([{a} {b}] {of_both})) {first})",
        )

    # ---- integers

    def arithmetic(self, kind: str, at: Scope) -> str:
        op = at[str(self.pick(["+", "-", "*", "max", "min"]))]
        values = [self.expression("int", at) for _ in range(self.number(1, 3))]
        return f"({op} {' '.join(values)})"

    def small(self, kind: str, at: Scope) -> str:
        value = self.expression("int", at)
        return self.one_of(
            f"({at['mod']} {value} 5)",
            f"({at['inc']} {value})",
            f"({at['->']} {value} ({at['-']} 1) {at['inc']})",
            f"({at['->>']} {value} ({at['-']} 1) ({at['+']} 2))",
        )

    def random_int(self, kind: str, at: Scope) -> str:
        return f"({at['sample']} ({at['uniform-discrete']} 0 {self.number(2, 5)}))"

    def named_random_int(self, kind: str, at: Scope) -> str:
        id_ = self.pick([":named", '"text"', f'({at["str"]} "i" {self.expression("int", at)})'])
        dist = f"({at['uniform-discrete']} {self.expression('int', at)} 1000000)"
        return f"({at['sample']} {id_} {dist})"

    def observed(self, kind: str, at: Scope) -> str:
        mean = self.expression("int", at)
        return f"({at['observe']} ({at['normal']} {mean} 2) {self.expression('int', at)})"

    def of_function(self, kind: str, at: Scope) -> str:
        return f"({self.expression('fn', at)} {self.expression('int', at)})"

    def of_vector(self, kind: str, at: Scope) -> str:
        v, n = self.expression("vec", at), self.expression("int", at)
        acc, x = self.names(2)
        step = self.expression("int", at.bind((acc, "int"), (x, "int")))
        return self.one_of(
            f"({at['count']} {v})",
            f"({at['get']} {v} 1 {n})",
            f"({at['nth']} {v} 0 {n})",
            f"({at['apply']} {at['+']} {v})",
            f"({at['reduce']} {at['+']} {n} {v})",
            f"({at['reduce']} ({at['fn']} [{acc} {x}] {step}) {n} {v})",
        )

    def of_map(self, kind: str, at: Scope) -> str:
        m, n = self.expression("map", at), self.expression("int", at)
        return self.one_of(
            f"(:a {m} {n})",
            f"({at['get']} {m} :b {n})",
            f"({m} :a {n})",
            f"({at['or']} (:b {m}) {n})",
        )

    def of_maybe(self, kind: str, at: Scope) -> str:
        maybe, n, name = self.expression("maybe", at), self.expression("int", at), self.name()
        body = self.expression("int", at.bind((name, "int")))
        return self.one_of(
            f"({at['or']} {maybe} {n})",
            f"({at['if-let']} [{name} {maybe}] {body} {n})",
        )

    def loop(self, kind: str, at: Scope) -> str:
        i, acc = self.names(2)
        scope = at.bind((i, "int"), (acc, "int"))
        turns, start = self.number(0, 4), self.expression("int", at.bind((i, "int")))
        turn = self.expression("int", scope)
        test, i_next = f"({scope['<']} {i} {turns})", f"({scope['inc']} {i})"
        tail = f"(if {test} (recur {i_next} {turn}) {acc})"
        under_let = self.name()
        inner = scope.bind((under_let, "int"))
        nested = (
            f"({scope['let']} [{under_let} {turn}] (if ({inner['<']} {i} {turns})"
            f" (recur ({inner['inc']} {i}) {under_let}) {acc}))"
        )
        if under_let in (i, acc):
            nested = tail
        plus = scope["+"]
        body = self.pick(
            [tail, nested, f"(if {test} ({plus} {turn} (recur {i_next} {acc})) {acc})"]
        )
        return f"({at['loop']} [{i} 0 {acc} {start}] {body})"

    def recursion(self, kind: str, at: Scope) -> str:
        f, n = self.names(2)
        scope = at.bind((f, "hidden"), (n, "int"))
        again = f"({f} ({scope['dec']} {n}))"
        turn, stop = self.expression("int", scope), self.expression("int", scope)
        step = self.pick([f"({scope['+']} {turn} {again})", again])
        body = f"(if ({scope['<=']} {n} 0) {stop} {step})"
        return f"(({at['fn']} {f} [{n}] {body}) {self.number(0, 4)})"

    def memoised(self, kind: str, at: Scope) -> str:
        f, x = self.names(2)
        inner, scope = at.bind((x, "int")), at.bind((f, "fn"))
        body = self.expression("int", inner)
        uses = " ".join(f"({f} {self.expression('int', scope)})" for _ in range(3))
        named = at.bind((f, "hidden"), (x, "int"))
        again = (
            f"({named['if']} ({named['<']} {x} 1) {self.expression('int', named)}"
            f" ({named['+']} 1 ({f} ({named['quot']} {x} 2))))"
        )
        fn = self.pick([f"({at['fn']} [{x}] {body})", f"({at['fn']} {f} [{x}] {again})"])
        return f"({at['let']} [{f} ({at['mem']} {fn})] ({scope['+']} {uses}))"

    def helped(self, kind: str, at: Scope) -> str:
        if not at.helper:
            return self.arithmetic(kind, at)
        return f"(helper {self.number(0, 3)} {self.expression('int', at)})"

    # ---- booleans

    def comparison(self, kind: str, at: Scope) -> str:
        op = at[str(self.pick(["<", "<=", ">", "=", "not="]))]
        return f"({op} {self.expression('int', at)} {self.expression('int', at)})"

    def logic(self, kind: str, at: Scope) -> str:
        one, two = self.expression("bool", at), self.expression("bool", at)
        head = str(self.pick(["and", "or"]))
        return self.one_of(f"({at[head]} {one} {two})", f"({at['not']} {one})")

    def random_bool(self, kind: str, at: Scope) -> str:
        return f"({at['sample']} ({at['flip']} 0.5))"

    def quantified(self, kind: str, at: Scope) -> str:
        x, v = self.name(), self.expression("vec", at)
        p = f"({at['fn']} [{x}] {self.expression('bool', at.bind((x, 'int')))})"
        return self.one_of(
            f"({at['every?']} {p} {v})",
            f"({at['not-any?']} {p} {v})",
            f"({at['boolean']} ({at['some']} {p} {v}))",
            f"({at['empty?']} {v})",
        )

    # ---- vectors

    def vector(self, kind: str, at: Scope) -> str:
        return f"[{' '.join(self.expression('int', at) for _ in range(self.number(0, 3)))}]"

    def mapped(self, kind: str, at: Scope) -> str:
        x, f, v = self.name(), self.expression("fn", at), self.expression("vec", at)
        scope = at.bind((x, "int"))
        p = f"({at['fn']} [{x}] {self.expression('bool', scope)})"
        body, test = self.expression("int", scope), self.expression("bool", scope)
        return self.one_of(
            f"({at['mapv']} {f} {v})",
            f"({at['vec']} ({at['map']} {at['+']} {v} ({at['map']} {f} {v})))",
            f"({at['filterv']} {p} {v})",
            f"({at['vec']} ({at['remove']} {p} {v}))",
            f"({at['vec']} ({at['take-while']} {p} {v}))",
            f"({at['vec']} ({at['for']} [{x} {v} :when {test}] {body}))",
            f"({at['vec']} ({at['sort-by']} {f} {v}))",
            f"(({at['juxt']} {f} {at['inc']}) {self.expression('int', at)})",
        )

    def made(self, kind: str, at: Scope) -> str:
        n, v, x = self.number(0, 3), self.expression("vec", at), self.expression("int", at)
        return self.one_of(
            f"({at['vec']} ({at['range']} {n}))",
            f"({at['conj']} {v} {x})",
            f"({at['vec']} ({at['repeatedly']} {n} ({at['fn']} [] {x})))",
            f"({at['into']} {v} {v})",
        )

    # ---- maps, functions, maybes

    def literal_map(self, kind: str, at: Scope) -> str:
        return f"{{:a {self.expression('int', at)} :b {self.expression('int', at)}}}"

    def changed_map(self, kind: str, at: Scope) -> str:
        m, x = self.expression("map", at), self.expression("int", at)
        f = self.expression("fn", at)
        return self.one_of(
            f"({at['assoc']} {m} :b {x})",
            f"({at['update']} ({at['assoc']} {m} :a {x}) :a {f})",
        )

    def function(self, kind: str, at: Scope) -> str:
        x = self.name()
        return f"({at['fn']} [{x}] {self.expression('int', at.bind((x, 'int')))})"

    def short_function(self, kind: str, at: Scope) -> str:
        if not at.lambdas or "fn" in dict(at.locals):
            return self.function(kind, at)
        inner = replace(at.bind(("%", "int")), lambdas=False)
        return f"#({at['+']} % {self.expression('int', inner)})"

    def combined_function(self, kind: str, at: Scope) -> str:
        f, g, n = (self.expression(k, at) for k in ("fn", "fn", "int"))
        return self.one_of(
            f"({at['comp']} {f} {g})",
            f"({at['partial']} {at['+']} {n})",
            f"({at['constantly']} {n})",
            at["dec"],
        )

    def maybe(self, kind: str, at: Scope) -> str:
        return self.one_of(
            f"({at['when']} {self.expression('bool', at)} {self.expression('int', at)})",
            f"({at['first']} {self.expression('vec', at)})",
            f"(:b {self.expression('map', at)})",
            f"({at['and']} {self.expression('maybe', at)} {self.expression('int', at)})",
        )


_ANY = [Writer.let, Writer.take_apart, Writer.choice, Writer.body, Writer.called]
_WRITERS = {
    "int": [
        Writer.arithmetic, Writer.small, Writer.random_int, Writer.named_random_int,
        Writer.observed, Writer.of_function, Writer.of_vector, Writer.of_map, Writer.of_maybe,
        Writer.loop, Writer.recursion, Writer.memoised, Writer.helped,
    ],
    "bool": [Writer.comparison, Writer.logic, Writer.random_bool, Writer.quantified],
    "vec": [Writer.vector, Writer.mapped, Writer.made],
    "map": [Writer.literal_map, Writer.changed_map],
    "fn": [Writer.function, Writer.short_function, Writer.combined_function],
    "maybe": [Writer.maybe],
}  # fmt: skip
