"""Compiled programs do what the reference interpreter says, checkpoint by checkpoint."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anglipy.api import loads
from anglipy.diagnostics import AnglipyError
from anglipy.runtime.checkpoints import Address, Result, Sample
from anglipy.runtime.convert import from_python
from anglipy.runtime.machine import resume
from tests.compiler.runs import Record, compiled, continued, failed, interpreted, query_of, shown
from tests.program_strategies import ARGUMENT, programs

seeds = st.integers(0, 3)


def examples(count: int) -> Any:
    return settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))


@examples(90)
@given(programs(), seeds)
def test_the_same_checkpoints_and_the_same_result(text: str, seed: int) -> None:
    assert interpreted(text, ARGUMENT, seed) == compiled(text, ARGUMENT, seed)


@examples(20)
@given(programs(), seeds)
def test_as_a_generator(text: str, seed: int) -> None:
    record, rng = Record(), np.random.default_rng(seed)
    answer = None
    try:
        run = loads(text).queries["main"](ARGUMENT)
        while True:
            checkpoint = run.send(answer)
            if isinstance(checkpoint, Sample):
                answer = record.sample(checkpoint.dist, rng)
            else:
                answer = checkpoint.value
                record.observe(checkpoint.dist, answer)
    except StopIteration as stop:
        record.result = shown(stop.value)
    except AnglipyError as error:
        record.result = failed(error)
    expected = interpreted(text, ARGUMENT, seed)
    expected.events = [event for event in expected.events if event[0] != "predict"]
    assert expected == record


@examples(40)
@given(programs(), seeds)
def test_every_checkpoint_may_be_resumed_again(text: str, seed: int) -> None:
    """Whatever was done with a checkpoint and with those after it, resuming it gives the same."""
    try:
        first = query_of(text).start(from_python(ARGUMENT))
    except AnglipyError:
        return
    seen = [first]
    rng = np.random.default_rng(seed)
    while not isinstance(seen[-1], Result) and len(seen) < 40:
        try:
            seen.append(resume(seen[-1], answered(seen[-1], rng)))
        except AnglipyError:
            break
    for checkpoint in reversed(seen):
        runs = [continued(checkpoint, Record(), np.random.default_rng(7)) for _ in range(2)]
        other = continued(checkpoint, Record(), np.random.default_rng(8))
        assert runs[0] == runs[1]
        assert runs[0] == continued(checkpoint, Record(), np.random.default_rng(7)), other
    assert continued(first, Record(), np.random.default_rng(seed)) == interpreted(
        text, ARGUMENT, seed
    )


def answered(checkpoint: Any, rng: np.random.Generator) -> Any:
    return checkpoint.dist.sample(rng) if isinstance(checkpoint, Sample) else checkpoint.value


@examples(30)
@given(programs(), seeds)
def test_addresses_are_unique_in_a_run(text: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    addresses: list[Address] = []
    try:
        checkpoint = query_of(text).start(from_python(ARGUMENT))
        while not isinstance(checkpoint, Result):
            addresses.append(checkpoint.address)
            checkpoint = resume(checkpoint, answered(checkpoint, rng))
    except AnglipyError:
        pass
    assert len(set(addresses)) == len(addresses)
    for site in {address.site for address in addresses}:
        instances = [address.instance for address in addresses if address.site == site]
        assert instances == list(range(1, len(instances) + 1))


def test_a_fork_in_the_middle_of_a_loop() -> None:
    text = """
    (defquery main [n]
      (loop [i 0 seen []]
        (if (< i n) (recur (inc i) (conj seen (sample (flip 0.5)))) seen)))
    """
    start = query_of(text).start(from_python([3]))
    trees = [start]
    for _ in range(3):
        trees = [resume(checkpoint, answer) for checkpoint in trees for answer in (True, False)]
    results = [tuple(end.value) for end in trees]
    assert len(set(results)) == 8


def test_a_memo_belongs_to_a_run() -> None:
    text = "(def f (mem (fn [x] (sample (uniform-continuous 0 1))))) (defquery main [] [(f 1) (f 1) (f 2)])"
    start = query_of(text).start(None)
    for base in (0.0, 10.0):
        second = resume(start, base)
        end = resume(second, base + 1)
        assert tuple(end.value) == (base, base, base + 1)


def test_a_memo_forks_with_the_run() -> None:
    text = """
    (defquery main []
      (let [f (mem (fn [x] (sample (uniform-continuous 0 1)))) a (f 1) b (f 2)] [a b (f 1) (f 2)]))
    """
    second = resume(query_of(text).start(None), 1.0)
    assert tuple(resume(second, 2.0).value) == (1.0, 2.0, 1.0, 2.0)
    assert tuple(resume(second, 3.0).value) == (1.0, 3.0, 1.0, 3.0)


def test_a_nested_query_closes_over_what_is_around_it() -> None:
    text = """
    (defquery main [a]
      (let [b (sample (normal a 1))]
        (query inner [c] (let [d (sample (normal (+ a b c) 1))] [a b c d]))))
    """
    inner = resume(query_of(text).start(from_python([1])), 10).value
    assert (inner.name, inner.params) == ("inner", "[c]")
    first = inner.start(from_python([100]))
    assert first.site.id == "main/inner/d/sample#1"
    assert first.dist.given == (111, 1)
    assert tuple(resume(first, 5).value) == (1, 10, 100, 5)
    assert tuple(resume(first, 6).value) == (1, 10, 100, 6)


def test_a_python_function_may_call_functions_of_the_program() -> None:
    text = """
    (require-python '[functools :as ft])
    (defn plus [a b] (+ a b))
    (defquery main [xs] (ft/reduce plus xs))
    """
    assert query_of(text).start(from_python([[1, 2, 3]])).value == 6
