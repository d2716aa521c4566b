"""Random programs full of exits: catch, throw, try, store, mem, branches and draws. Groups give
exactly the distribution of single particles.
"""

from __future__ import annotations

import random

import pytest

from anglipy.api import Session
from tests.lanes.enumeration import TooMany, assert_same

DEPTH, MOST_DRAWS = 5, 5


class Writer:
    """Writes expressions whose values are small integers."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.draws = 0

    def expression(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        kinds = ["number", "name", "draw", "draw"] if depth == 0 else ["draw", "if", "let", "sum", "catch", "throw",
                 "try", "raise", "store", "retrieve", "call", "loop", "divide", "map", "mem",
                 "observe", "finally", "ending", "recursion", "sorted", "later", "chosen"]  # fmt: skip
        kind = self.random.choice(kinds)
        if kind == "draw" and self.draws >= MOST_DRAWS:
            kind = "number"
        return str(getattr(self, kind)(depth - 1, names, tags))

    def number(self, *_: object) -> str:
        return str(self.random.randint(0, 3))

    def name(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        return self.random.choice(names) if names else self.number()

    def draw(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        self.draws += 1
        if self.random.random() < 0.5:
            return "(sample (uniform-discrete 0 3))"
        return f"(if (sample (flip {self.random.choice([0.25, 0.5])})) {self.number()} 1)"

    def test(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        return f"(< {self.expression(depth, names, tags)} {self.random.randint(1, 3)})"

    def two(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> tuple[str, str]:
        return self.expression(depth, names, tags), self.expression(depth, names, tags)

    def if_(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        then, otherwise = self.two(depth, names, tags)
        return f"(if {self.test(depth, names, tags)} {then} {otherwise})"

    def let(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        name = f"x{len(names)}"
        value = self.expression(depth, names, tags)
        return f"(let [{name} {value}] {self.expression(depth, (*names, name), tags)})"

    def sum(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        return f"(mod (+ {' '.join(self.two(depth, names, tags))}) 5)"

    def tag(self, tags: tuple[str, ...], names: tuple[str, ...]) -> str:
        if names and self.random.random() < 0.3:
            return self.random.choice(names)
        return self.random.choice([":a", ":b", "0"])

    def catch(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        tag = self.tag(tags, names)
        return f"(catch {tag} {self.expression(depth, names, (*tags, tag))})"

    def throw(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        tag = self.random.choice(tags)
        test = self.test(depth, names, tags)
        thrown, value = self.two(depth, names, tags)
        return f"(if {test} (throw {tag} {thrown}) {value})"

    def try_(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        kind = self.random.choice(["Exception", "ArithmeticException", "ExceptionInfo"])
        body, rescue = self.two(depth, names, tags)
        return f"(try {body} (catch {kind} e (mod (+ {rescue} (or (:n (ex-data e)) 0)) 5)))"

    def finally_(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        body = self.expression(depth, names, tags)
        return f"(try {body} (finally (predict :end {self.number()})))"

    def ending(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        body, last = self.two(depth, names, tags)
        return f"(try {body} (finally (predict :last {last})))"

    def recursion(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        end, more = self.two(depth, (*names, "n"), tags)
        call = f"(mod (+ (f (dec n)) {more}) 5)"
        return f"((fn f [n] (if (< n 1) {end} {call})) {self.random.randint(1, 3)})"

    def sorted(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        key = self.expression(depth, (*names, "z"), tags)
        return f"(first (sort-by (fn [z] {key}) [0 1 2]))"

    def later(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        tag = self.tag(tags, names)
        body = self.expression(depth, names, (*tags, tag))
        return f"(let [late (catch {tag} (fn [] {body}))] (if (fn? late) (late) late))"

    def chosen(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        tag, other = self.random.choice(tags), self.random.choice(tags)
        value = self.expression(depth, names, tags)
        return f"(throw (if {self.test(depth, names, tags)} {tag} {other}) {value})"

    def raise_(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        test, (thrown, value) = self.test(depth, names, tags), self.two(depth, names, tags)
        return f'(if {test} (throw (ex-info "raised" {{:n {thrown}}})) {value})'

    def divide(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        above, below = self.two(depth, names, tags)
        return f"(quot {above} {below})"

    def store(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        key, value = self.two(0, names, tags)[0], self.expression(depth, names, tags)
        return f"(do (store :k {key} {value}) {self.expression(depth, names, tags)})"

    def retrieve(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        return f"(or (retrieve :k {self.name(0, names, tags)}) 0)"

    def call(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        body = self.expression(depth, (*names, "p"), tags)
        given = self.two(depth, names, tags)
        return f"(let [f (fn [p] {body})] (mod (+ (f {given[0]}) (f {given[1]})) 5))"

    def loop(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        value = self.expression(depth, (*names, "i"), tags)
        return f"(loop [i 0 s 0] (if (< i 2) (recur (inc i) (mod (+ s {value}) 5)) s))"

    def map(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        body = self.expression(depth, (*names, "y"), tags)
        return f"(mod (reduce + (map (fn [y] {body}) [0 1])) 5)"

    def mem(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        body, given = self.expression(depth, (*names, "m"), tags), self.two(0, names, tags)
        return f"(let [g (mem (fn [m] {body}))] (mod (+ (g {given[0]}) (g {given[1]})) 5))"

    def observe(self, depth: int, names: tuple[str, ...], tags: tuple[str, ...]) -> str:
        return f"(do (observe (flip 0.25) {self.test(depth, names, tags)}) {self.number()})"


for _name in ("if", "try", "finally", "raise"):
    setattr(Writer, _name, getattr(Writer, f"{_name}_"))


def program(seed: int) -> str:
    body = Writer(seed).expression(DEPTH, (), (":a", ":b", "0"))
    caught = f"(catch :a (catch :b (catch 0 {body})))"
    return f"(defquery main [] (try {caught} (catch Throwable e (ex-message e))))"


@pytest.mark.parametrize("seed", range(120))
def test_groups_leave_as_particles_do(seed: int) -> None:
    session = Session()
    session.evaluate(program(seed), "exits.aq")
    try:
        assert_same(session.program.queries["main"].query, most=1_000)
    except TooMany:
        pytest.skip("too many runs")
