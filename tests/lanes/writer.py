"""Random programs for lockstep: what the writer of random expressions writes, with draws of small
support everywhere, so that particles differ, part and come together again; seeded.
"""

from __future__ import annotations

import random

from tests.program_writer import Scope, Writer

__all__ = ["program_of"]


class LaneWriter(Writer):
    """Also writes numbers of both kinds (num) and values of any kind (any)."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.writers = {kind: list(found) for kind, found in _WRITERS.items()}

    def pick(self, items: list) -> object:
        return self.random.choice(items)

    def names(self, count: int) -> list[str]:
        return self.random.sample(_NAMES, count)

    def name(self) -> str:
        return str(self.pick(_NAMES))

    def number(self, low: int = -1, high: int = 4) -> int:
        return self.random.randint(low, high)

    def expression(self, kind: str, at: Scope) -> str:
        known = at.of_type(kind)
        if known and self.random.random() < 0.3:
            return str(self.pick(known))
        if at.depth <= 0:
            return str(self.pick(known)) if known else self.leaf(kind, at)
        writers = self.writers[kind] + (_ANY if self.random.random() < 0.5 else [])
        if kind == "int" and self.random.random() < RISK:
            writers = [LaneWriter.risky]
        return self.pick(writers)(self, kind, at.deeper)  # type: ignore[operator]

    def leaf(self, kind: str, at: Scope) -> str:
        if kind == "bool" and self.random.random() < 0.6:
            return f"(sample (flip {self.chance()}))"
        if kind in ("num", "any"):
            return self.one_of("0.5", "2", "-1", *((":a", "nil", '"s"') if kind == "any" else ()))
        if kind == "int" and self.random.random() < 0.4:
            return "(sample (uniform-discrete 0 2))"
        return super().leaf(kind, at)

    def chance(self) -> str:
        return self.one_of("0.25", "0.5", "0.75")

    # ---- draws and observations

    def random_int(self, kind: str, at: Scope) -> str:
        n = self.expression("int", at)
        return self.one_of(
            f"(sample (uniform-discrete 0 {self.number(2, 3)}))",
            f"(sample (uniform-discrete 0 (inc (mod {n} 3))))",
            f"(sample (discrete [1 (mod {n} 3) 2]))",
            f"(sample (nth [(flip 0.5) (discrete [1 2]) (discrete [1 1 1])] (inc (mod {n} 2))))",
            f"(sample (nth [(discrete [3 1]) (discrete [1 2])] (mod {n} 2)))",
            "(sample (categorical {1 1, 5 3}))",
        )

    def random_bool(self, kind: str, at: Scope) -> str:
        b = self.expression("bool", at)
        return self.one_of(
            f"(sample (flip {self.chance()}))",
            f"(sample (flip (if {b} 0.25 0.5)))",
            f"(sample (if {b} (flip 0.125) (flip 0.5)))",
        )

    def named_random_int(self, kind: str, at: Scope) -> str:
        name = self.one_of(":here", f'(str "i" (mod {self.expression("int", at)} 2))')
        return f"(sample {name} (discrete [1 3]))"

    def observed(self, kind: str, at: Scope) -> str:
        b, n = self.expression("bool", at), self.expression("int", at)
        return self.one_of(
            f"(do (observe (flip (if {b} 0.25 0.75)) {self.expression('bool', at)}) {n})",
            f"(observe (discrete [1 2 3]) (mod {n} 4))",
            f"(observe (normal {n} 2) 0.5)",
            f"(do (when {b} (observe (flip 0.25) {b})) {n})",
        )

    def effect(self, at: Scope) -> str:
        value, b = self.expression("any", at), self.expression("bool", at)
        return self.one_of(
            f"(predict :seen {value})",
            f"(when {b} (predict :some {value}))",
            f"(if {b} (observe (flip 0.25) true) (observe (flip 0.5) {b}))",
            self.expression("int", at),
        )

    # ---- control

    def loop(self, kind: str, at: Scope) -> str:
        i, acc = self.names(2)
        scope = at.bind((i, "int"), (acc, kind))
        start, turn, other = (self.expression(kind, s) for s in (at, scope, scope))
        b = self.expression("bool", scope)
        body = self.pick(
            [
                f"(if (< {i} {self.number(1, 3)}) (recur (inc {i}) {turn}) {acc})",
                f"(if (and (< {i} 2) {b}) (recur (inc {i}) {turn}) {acc})",
                f"(if (< {i} 2) (if {b} (recur (inc {i}) {turn}) (recur (+ 2 {i}) {other})) {acc})",
                f"(if {b} {other} (if (< {i} 2) (recur (inc {i}) {turn}) {turn}))",
                f"(let [r {turn}] (cond (> {i} 1) r {b} (recur (inc {i}) r) :else {other}))",
            ]
        )
        return f"(loop [{i} 0 {acc} {start}] {body})"

    def recursion(self, kind: str, at: Scope) -> str:
        f, n = self.names(2)
        scope = at.bind((f, "hidden"), (n, "int"))
        b = self.expression("bool", scope)
        stop, turn = self.expression(kind, scope), self.expression(kind, scope)
        body = self.pick(
            [
                f"(if (or (<= {n} 0) {b}) {stop} ({f} (dec {n})))",
                f"(if (<= {n} 0) {stop} (let [r ({f} (dec {n}))] (if {b} r {turn})))",
                f"(if (<= {n} 0) {stop} (if {b} ({f} (dec {n})) (do ({f} (- {n} 2)) {turn})))",
                f"(if (or (<= {n} 0) {b}) {stop} (do ({f} (- {n} 2)) ({f} (dec {n}))))",
            ]
        )
        return f"((fn {f} [{n}] {body}) {self.number(1, 3)})"

    def memoised(self, kind: str, at: Scope) -> str:
        f, x = self.names(2)
        body = self.expression("int", at.bind((x, "int")))
        scope = at.bind((f, "fn"))
        again = (
            f"(if (< {x} 1) {self.expression('int', at.bind((x, 'int')))} (inc ({f} (dec {x}))))"
        )
        fn = self.one_of(f"(fn [{x}] {body})", f"(fn {f} [{x}] {again})")
        uses = " ".join(f"({f} (mod {self.expression('int', scope)} 3))" for _ in range(3))
        return f"(let [{f} (mem {fn})] (+ {uses}))"

    def chosen_function(self, kind: str, at: Scope) -> str:
        b, f, g = (self.expression(k, at) for k in ("bool", "fn", "fn"))
        n = self.expression("int", at)
        return self.one_of(f"(if {b} {f} {g})", f"(nth [{f} inc {g}] (mod {n} 3))")

    def helped(self, kind: str, at: Scope) -> str:
        if not at.helper:
            return self.arithmetic(kind, at)
        return f"(helper {self.number(0, 2)} {self.expression('int', at)})"

    def risky(self, kind: str, at: Scope) -> str:
        """Fails for some values."""
        n, b, x = (self.expression(k, at) for k in ("int", "bool", "any"))
        return self.one_of(
            f"(nth [1 2] {n})",
            f"(quot 6 {n})",
            f"(/ {n} (mod {n} 2))",
            f"(get (assoc [1 2] {n} 5) 0)",
            f"(sample (uniform-discrete {n} 2))",
            f"(sample (discrete [{n} 1]))",
            f"((if {b} inc {n}) 1)",
            f"(inc {x})",
            f"(if (sample (if {b} (flip {n}) (flip 0.5))) 1 2)",
            f"(sample (get [{x} (discrete [1 2])] (mod {n} 2)))",
            f"(observe (discrete [1 2]) {x})",
            f"(reduce (fn [a] a) {n} [1 2])",
            f"(count {x})",
            f"(+ 4611686018427387904 (* {n} 4611686018427387904))",
        )

    def rescued(self, kind: str, at: Scope) -> str:
        """Something risky, and what to do about it."""
        risky, n = self.risky("int", at), self.expression("int", at)
        return self.one_of(
            f"(try {risky} (catch Exception e {n}))",
            f"(try (do {self.effect(at)} {risky}) (catch Exception e {n}))",
            f"(try (+ {n} (try {risky} (catch Exception e (nth [1] {n})))) (catch Exception e 5))",
        )

    # ---- data

    def indexed(self, kind: str, at: Scope) -> str:
        n, b = self.expression("int", at), self.expression("bool", at)
        x, y, z = (self.expression(kind, at) for _ in range(3))
        return self.one_of(
            f"(nth [{x} {y} {z}] (mod {n} 3))",
            f"(get {{0 {x} 1 {y}}} (mod {n} 3) {z})",
            f"(get {{:a {x} :b {y}}} (if {b} :a :b))",
            f"(:a (if {b} {{:a {x}}} {{:a {y} :b 1}}))",
            f"(case (mod {n} 3) 0 {x} 1 {y} {z})",
            f"(last (if {b} [{x} {y}] [{z}]))",
            f"(first (sort-by count [[{x}] [{y} {z}]]))" if kind == "vec" else x,
        )

    def collected(self, kind: str, at: Scope) -> str:
        v = self.expression("vec", at)
        return self.one_of(
            f"(count (set {v}))",
            f"(get (frequencies {v}) 1 0)",
            f"(count (str {v}))",
            f"(reduce max 0 (remove neg? {v}))",
            f"(count (filter odd? {v}))",
        )

    def sequence(self, kind: str, at: Scope) -> str:
        v, n, b = (self.expression(k, at) for k in ("vec", "int", "bool"))
        return self.one_of(
            f"(vec (sort {v}))",
            f"(vec (take (mod {n} 3) {v}))",
            f"(vec (drop 1 {v}))",
            f"(vec (distinct {v}))",
            f"(if {b} (conj {v} {n}) {v})",
            f"(vec (reverse {v}))",
            f"(vec (cons {n} {v}))",
            f"(vec (repeatedly (mod {n} 3) (fn [] {self.expression('int', at)})))",
            f"(vec (range (mod {n} 4)))",
            f"(assoc [1 2 3] (mod {n} 3) {self.expression('int', at)})",
            f"(subvec [1 2 3] 0 (mod {n} 3))",
            f"(vec (take 3 (if {b} (iterate inc {n}) (cons {n} (range)))))",
            f"(vec (take-while (fn [i] (< i 4)) (iterate (partial + 2) {n})))",
            f"(vec (vals (assoc (sorted-map 2 {n}) (mod {n} 3) 0)))",
            f"(vec (mapcat (fn [i] (if (odd? i) [i {n}] [i])) {v}))",
        )

    def mixed(self, kind: str, at: Scope) -> str:
        b, n, x = (self.expression(k, at) for k in ("bool", "int", "num"))
        return self.one_of(f"(if {b} {n} {x})", f"(+ {n} {x})", f"(* 0.5 {n})", f"(max {n} {x})")

    def anything(self, kind: str, at: Scope) -> str:
        b, one = self.expression("bool", at), self.expression("any", at)
        other = self.expression(str(self.pick(["int", "num", "vec", "map", "maybe", "bool"])), at)
        return self.one_of(
            f"(if {b} {one} {other})",
            f"[{one} {other}]",
            f"{{:k {one} :l {other}}}",
            f"(list {other} {one})",
            f"#{{{other}}}",
            f"(str {other})",
            other,
            f"(if (= {one} {other}) :same {one})",
        )


RISK = 0.02
"""How often something is written that fails for some values."""
_NAMES = ["x", "y", "z", "acc", "f", "g"]
_ANY = [
    Writer.let, Writer.choice, Writer.body, Writer.called, LaneWriter.indexed, LaneWriter.loop,
    LaneWriter.recursion,
]  # fmt: skip
_WRITERS = {
    "int": [
        LaneWriter.arithmetic, LaneWriter.small, LaneWriter.random_int, LaneWriter.random_int,
        LaneWriter.named_random_int, LaneWriter.observed, LaneWriter.of_function,
        LaneWriter.of_vector, LaneWriter.of_map, LaneWriter.of_maybe, LaneWriter.memoised,
        LaneWriter.helped, LaneWriter.collected, LaneWriter.rescued,
    ],
    "num": [LaneWriter.mixed],
    "any": [LaneWriter.anything],
    "bool": [
        LaneWriter.comparison, LaneWriter.logic, LaneWriter.random_bool, LaneWriter.random_bool,
        LaneWriter.quantified,
    ],
    "vec": [LaneWriter.vector, LaneWriter.mapped, LaneWriter.made, LaneWriter.sequence],
    "map": [LaneWriter.literal_map, LaneWriter.changed_map],
    "fn": [
        LaneWriter.function, LaneWriter.short_function, LaneWriter.combined_function,
        LaneWriter.chosen_function,
    ],
    "maybe": [LaneWriter.maybe],
}  # fmt: skip


def program_of(seed: int) -> str:
    """The text of a program with a query `main` of no argument."""
    writer = LaneWriter(seed)
    depth = writer.number(3, 5)
    inner = Scope((("n", "int"), ("x", "int")), depth - 2, helper=False)
    turn = writer.expression("int", inner)
    helper = f"(defm helper [n x]\n  (if (<= n 0) {turn} (+ x (helper (dec n) (inc x)))))"
    result = str(writer.pick(["int", "num", "any", "vec", "map", "bool", "maybe"]))
    body = writer.expression(result, Scope((), depth))
    return f"{helper}\n\n(defquery main []\n  {body})\n"
