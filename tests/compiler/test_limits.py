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


LETS = [
    (nested_lets, with_sample, N // 2),
    (one_let, with_sample, N // 2),
    (one_let, with_call, 0),
    (one_let, plain, 0),
    pytest.param(nested_lets, with_call, 0, marks=pytest.mark.nightly),
    pytest.param(nested_lets, plain, 0, marks=pytest.mark.nightly),
]


@pytest.mark.parametrize(("program", "value", "checkpoints"), LETS)
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


NESTS = {
    # name: (before, innermost, after, whether the value is the depth or else 7, whether it draws)
    "calls": ("(+ 1 ", "0", ")", True, False),
    "calls, second": ("(+ ", "0", " 1)", True, False),
    "samples": (f"(+ {DRAW} ", "0", ")", True, True),
    "samples after": ("(+ ", "0", f" {DRAW})", True, True),
    "unknown calls": ("((first [inc]) ", "0", ")", True, False),
    "ifs": ("(if true ", "7", " nil)", False, False),
    "ifs, else": ("(if false nil ", "7", ")", False, False),
    "ifs, test": ("(if ", "7", " 7 nil)", False, False),
    "random ifs": ("(if (sample (flip 0.5)) ", "7", " nil)", False, True),
    "dos": ("(do 1 ", "7", ")", False, False),
    "lets": ("(let [x ", "7", "] x)", False, False),
    "ands": ("(and 1 ", "7", ")", False, False),
    "observes": ("(observe (normal 0 1) ", "7", ")", False, True),
    "whens": ("(when (< 0 1) ", "7", ")", False, False),
}


DEPTHS = [1_000, pytest.param(10_000, marks=pytest.mark.nightly)]
"""The nightly run goes to the depth that is promised; the other is beyond every limit of Python."""


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", NESTS)
def test_nested_brackets(name: str, depth: int) -> None:
    opening, inner, closing, grows, draws = NESTS[name]
    text = f"(defquery q [] {opening * depth}{inner}{closing * depth})"
    assert run(text) == (depth if grows else 7, depth if draws else 0)


def test_10000_nested_calls_and_choices() -> None:
    text = f"(defquery q [] {'(+ 1 ' * 5_000}{'(if true ' * 5_000}0{')' * 10_000})"
    assert run(text) == (5_000, 0)


def test_10000_nested_lists_as_data() -> None:
    value, _ = run(f"(defquery q [] '{'(' * 10_000}x{')' * 10_000})")
    for _ in range(10_000):
        (value,) = value
    assert value.name == "x"


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("inner", ["1", "(inc 0)", DRAW])
def test_nested_vectors(inner: str, depth: int) -> None:
    value, _ = run(f"(defquery q [] {'[' * depth}{inner}{']' * depth})")
    for _ in range(depth):
        (value,) = value
    assert value == 1


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
    draws = " ".join(f"(= {DRAW} {n + 2}) {n}" for n in range(1000))
    assert run(f"(defquery q [] (cond {draws} :else :none))")[1] == 1000


@pytest.mark.parametrize("item", ["{n}", "(inc {n})", "(if (< 0 x) {n} (let [y 1] y))"])
def test_a_literal_vector_of_10000(item: str) -> None:
    count = 10_000 if "let" not in item else 2_000
    items = " ".join(item.replace("{n}", str(n)) for n in range(count))
    value, _ = run(f"(defquery q [x] [{items}])", [1])
    assert len(value) == count


def test_a_call_with_2000_arguments_that_draw() -> None:
    assert run(f"(defquery q [] (+ {' '.join([DRAW] * 2000)}))") == (2000, 2000)


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
    few, many = (emitted_nodes(GROWING[name](n), tmp_path) for n in (200, 800))
    assert many < 4.5 * few


def test_code_with_many_waiting_values_stays_small(tmp_path: Any) -> None:
    """Values that wait are captured in packs, so their number squared counts only in part."""
    few, many = (
        emitted_nodes(f"(defquery q [] [{f'(if {DRAW} 1 2) ' * n}])", tmp_path) for n in (100, 400)
    )
    assert many < 7 * few


def test_chains_of_choices_grow_linearly(tmp_path: Any) -> None:
    def chain(n: int) -> str:
        return f"(defquery q [] (let [{' '.join(f'x{i} (if {DRAW} 1 (if {DRAW} 2 3))' for i in range(n))}] x0))"

    few, many = (emitted_nodes(chain(n), tmp_path) for n in (50, 200))
    assert many < 4.5 * few
