"""Nothing in a program is limited by Python's stack or nesting (DESIGN.md, section 2)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Any

import pytest

from anglipy.api import loads
from anglipy.runtime.checkpoints import Result, Sample
from anglipy.runtime.machine import resume


@pytest.fixture(autouse=True)
def _default_recursion_limit() -> Any:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


def run(text: str, argument: Any = None) -> tuple[Any, int]:
    """The result of query `q`, every sample answered with 1, and the number of checkpoints."""
    checkpoint = loads(text).queries["q"].query.start(argument)
    count = 0
    while not isinstance(checkpoint, Result):
        count += 1
        checkpoint = resume(checkpoint, 1 if isinstance(checkpoint, Sample) else checkpoint.value)
    return checkpoint.value, count


N = 5_000
DRAW = "(sample (uniform-discrete 0 3))"


def nested_lets(value: Callable[[int], str], count: int = N) -> str:
    lets = "".join(f"(let [x{i + 1} {value(i)}] " for i in range(count))
    return f"(defquery q [x0] {lets} x{count}{')' * count})"


def one_let(value: Callable[[int], str], count: int = N) -> str:
    bindings = "\n".join(f"x{i + 1} {value(i)}" for i in range(count))
    return f"(defquery q [x0] (let [{bindings}] x{count}))"


def plain(i: int) -> str:
    return f"(+ x{i} 1)"


def with_sample(i: int) -> str:
    return f"(+ x{i} {DRAW})" if i % 2 else plain(i)


def with_call(i: int) -> str:
    return f"((first [inc]) x{i})"


@pytest.mark.parametrize("program", [nested_lets, one_let])
@pytest.mark.parametrize(
    ("value", "checkpoints"), [(plain, 0), (with_sample, N // 2), (with_call, 0)]
)
def test_5000_lets_in_a_row(program: Any, value: Any, checkpoints: int) -> None:
    assert run(program(value), [0]) == (N, checkpoints)


def test_lets_that_shadow_one_name() -> None:
    bindings = " ".join(f"x (+ x {DRAW})" for _ in range(2000))
    assert run(f"(defquery q [x] (let [{bindings}] x))", [0]) == (2000, 2000)


def test_2000_observes_in_a_row() -> None:
    body = "\n".join("(observe (normal mu 1) 0.5)" for _ in range(2000))
    assert run(f"(defquery q [] (let [mu {DRAW}] {body} mu))") == (1, 2001)


LOOPS = {
    "simple": "(loop [i 0] (if (< i n) (recur (inc i)) i))",
    "function": "((fn [i] (if (< i n) (recur (inc i)) i)) 0)",
    "unknown call": "(let [f (first [inc])] (loop [i 0] (if (< i n) (recur (f i)) i)))",
    "closure call": "(let [f (first [(fn [g x] (g x))])] (loop [i 0] (if (< i n) (recur (f inc i)) i)))",
    "dotimes": "(let [a (atom 0)] (dotimes [i n] (swap! a inc)) (deref a))",
    "tail calls": "(let [f (fn f [i] (if (< i n) (f (inc i)) i))] (f 0))",
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_of_a_million_turns(name: str) -> None:
    turns = 200_000 if name in ("closure call", "tail calls") else 1_000_000
    assert run(f"(defquery q [n] {LOOPS[name]})", [turns]) == (turns, 0)


def test_mutual_tail_calls() -> None:
    text = """
    (declare ping)
    (defm pong [n] (if (= n 0) :done (ping (dec n))))
    (defm ping [n] (if (= n 0) :done (pong (dec n))))
    (defquery q [n] (count (str (ping n))))
    """
    assert run(text, [200_001]) == (5, 0)


RECURSIONS = {
    "plain": "(defm f [n] (if (= n 0) 0 (inc (f (dec n)))))",
    "arguments": "(defm f [n] (if (= n 0) 0 (+ 1 (f (dec n)))))",
    "closure": "(def f (fn f [n] (if (= n 0) 0 (+ (f (dec n)) 1))))",
    "recur": "(defm f [n] (loop [i n] (if (= i 0) 0 (+ 1 (recur (dec i))))))",
    "sampling": f"(defm f [n] (if (= n 0) 0 (+ {DRAW} (f (dec n)))))",
    "mem": "(def f (mem (fn f [n] (if (= n 0) 0 (inc (f (dec n)))))))",
    "apply": "(defm f [n] (if (= n 0) 0 (inc (apply f [(dec n)]))))",
    "higher order": "(defm f [n] (if (= n 0) 0 (inc (first (map f [(dec n)])))))",
}


@pytest.mark.parametrize("name", RECURSIONS)
def test_recursion_100000_deep(name: str) -> None:
    depth = 100_000 if name != "higher order" else 10_000
    result, checkpoints = run(f"{RECURSIONS[name]} (defquery q [n] (f n))", [depth])
    assert result == depth
    assert checkpoints == (depth if name == "sampling" else 0)


DEEP = 10_000
NESTS = {
    "calls": ("(+ 1 ", "0", ")", DEEP, 0),
    "calls, second": ("(+ ", "0", " 1)", DEEP, 0),
    "samples after": ("(+ ", "0", f" {DRAW})", DEEP, DEEP),
    "unknown calls": ("((first [inc]) ", "0", ")", DEEP, 0),
    "ifs": ("(if true ", "7", " nil)", 7, 0),
    "ifs, else": ("(if false nil ", "7", ")", 7, 0),
    "ifs, test": ("(if ", "7", " 7 nil)", 7, 0),
    "random ifs": ("(if (sample (flip 0.5)) ", "7", " nil)", 7, DEEP),
    "dos": ("(do 1 ", "7", ")", 7, 0),
    "lets": ("(let [x ", "7", "] x)", 7, 0),
    "ands": ("(and 1 ", "7", ")", 7, 0),
    "observes": ("(observe (normal 0 1) ", "7", ")", 7, DEEP),
    "whens": ("(when (< 0 1) ", "7", ")", 7, 0),
}


@pytest.mark.parametrize("name", NESTS)
def test_10000_nested_brackets(name: str) -> None:
    opening, inner, closing, value, checkpoints = NESTS[name]
    text = f"(defquery q [] {opening * DEEP}{inner}{closing * DEEP})"
    assert run(text) == (value, checkpoints)


def test_10000_nested_vectors() -> None:
    for inner in ("7", "(inc 6)", DRAW):
        value, _ = run(f"(defquery q [] {'[' * DEEP}{inner}{']' * DEEP})")
        for _ in range(DEEP):
            (value,) = value
        assert value in (7, 1)


def test_10000_nested_quoted_lists() -> None:
    value, _ = run(f"(defquery q [] '{'(' * DEEP}x{')' * DEEP})")
    for _ in range(DEEP):
        (value,) = value
    assert value.name == "x"


def test_nested_functions_and_loops() -> None:
    depth = 500
    functions = "(fn [x] " * depth + "x" + ")" * depth
    value, _ = run(
        f"(defquery q [] (loop [f {functions} n {depth}] (if (< 1 n) (recur (f n) (dec n)) (f :x))))"
    )
    assert value.name == "x"
    loops = "".join(f"(loop [i{n} 0] (if (< i{n} 1) (recur (inc i{n})) " for n in range(depth))
    assert run(f"(defquery q [] {loops} 7 {'))' * depth})") == (7, 0)


def test_nested_loops_with_draws() -> None:
    depth = 300
    loops = "".join(f"(loop [i{n} 0] (if (< i{n} {DRAW}) (recur (inc i{n})) " for n in range(depth))
    assert run(f"(defquery q [] {loops} 7 {'))' * depth})") == (7, 2 * depth)


def test_cond_with_2000_clauses() -> None:
    clauses = " ".join(f"(= x {n}) {n * n}" for n in range(2000))
    assert run(f"(defquery q [x] (cond {clauses}))", [1999]) == (1999 * 1999, 0)
    assert run(
        f"(defquery q [x] (case x {' '.join(f'{n} {n}' for n in range(2000))}))", [1999]
    ) == (1999, 0)
    draws = " ".join(f"(= {DRAW} {n + 2}) {n}" for n in range(2000))
    assert run(f"(defquery q [] (cond {draws} :else :none))")[1] == 2000


@pytest.mark.parametrize("item", ["{n}", "(inc {n})", "(if (< 0 x) {n} (let [y 1] y))"])
def test_a_literal_vector_of_10000(item: str) -> None:
    items = " ".join(item.replace("{n}", str(n)) for n in range(10_000))
    value, _ = run(f"(defquery q [x] [{items}])", [1])
    assert len(value) == 10_000


def test_many_values_that_wait_for_a_draw() -> None:
    """Each continuation holds all values that wait, so this one costs the square of their number."""
    assert run(f"(defquery q [] (+ {' '.join([DRAW] * 300)}))") == (300, 300)
    assert run(f"(defquery q [] {f'(+ {DRAW} ' * 300}0{')' * 300})") == (300, 300)


GROWING: dict[str, Callable[[int], str]] = {
    "lets": lambda n: nested_lets(with_sample, n),
    "let": lambda n: one_let(plain, n),
    "observes": lambda n: "(defquery q [x] " + "(observe (normal x 1) 2) " * n + "x)",
    "nested": lambda n: "(defquery q [x] " + "(+ 1 " * n + "x" + ")" * n + ")",
    "cond": lambda n: (
        "(defquery q [x] (cond " + " ".join(f"(= x {i}) {i}" for i in range(n)) + "))"
    ),
    "random ifs": lambda n: "(defquery q [] " + f"(if {DRAW} 1 2) " * n + ")",
}


def emitted_nodes(text: str, tmp_path: Any) -> int:
    from anglipy.api import emit

    path = tmp_path / "grown.aq"
    path.write_text(text, encoding="utf-8")
    return sum(1 for _ in ast.walk(ast.parse(emit(path))))


@pytest.mark.parametrize("name", GROWING)
def test_emitted_code_grows_linearly(name: str, tmp_path: Any) -> None:
    few, many = (emitted_nodes(GROWING[name](n), tmp_path) for n in (300, 1200))
    assert many < 4.5 * few


def test_chains_of_choices_grow_linearly(tmp_path: Any) -> None:
    def chain(n: int) -> str:
        return f"(defquery q [] (let [{' '.join(f'x{i} (if {DRAW} 1 (if {DRAW} 2 3))' for i in range(n))}] x0))"

    few, many = (emitted_nodes(chain(n), tmp_path) for n in (50, 200))
    assert many < 4.5 * few
