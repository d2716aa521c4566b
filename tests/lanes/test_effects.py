"""Effects in lockstep are had as often as one particle after the other has them, also where a step
fails for some particles and a `try` lets the rest go on.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from anglipy.api import loads

PROGRAMS = {
    "before a failure": """
        (defquery main []
          (let [x (sample (uniform-discrete 0 4))]
            (try (note :begin x) (quot 6 x) (catch Exception e (note :failed x) -1))))""",
    "in a function": """
        (defn half [x] (note :half x) (quot 6 x))
        (defquery main []
          (let [x (sample (uniform-discrete 0 4))]
            (try (+ (half x) (half (- x 1))) (catch Exception e -1))))""",
    "for each element": """
        (defquery main []
          (let [x (sample (uniform-discrete 0 4))]
            (try (reduce (fn [a y] (note :element x y) (+ a (quot y (- x y)))) 0 [1 2 3])
                 (catch Exception e -1))))""",
    "passed to a function": """
        (defquery main []
          (let [x (sample (uniform-discrete 0 4))]
            (try (reduce + (map note [x (+ x 9)])) (quot 1 x) (catch Exception e -1))))""",
    "fails itself": """
        (defquery main []
          (let [x (sample (uniform-discrete 0 5))]
            (try (fragile x) (catch Exception e (note :rescued x) -1))))""",
    "fails itself, for numbers that all differ": """
        (defquery main []
          (let [x (sample (uniform-continuous 0 1))]
            (try (fragile x) (catch Exception e (note :rescued x) -1))))""",
    "where answers differ": """
        (defquery main []
          (let [x (sample (uniform-discrete 0 4))]
            (filter (fn [y] (note :asked x y) (> y x)) [0 1 2 3])))""",
    "in a finally": """
        (defquery main []
          (let [x (sample (uniform-discrete 0 3))]
            (catch :out
              (try (if (= x 0) (throw :out 0) (quot 3 (- x 1)))
                   (catch ArithmeticException e -1)
                   (finally (note :end x))))))""",
    "in a handler that fails": """
        (defquery main []
          (let [x (sample (uniform-discrete 0 4))]
            (try (try (quot 1 x) (catch Exception e (note :inner x) (quot 1 x)))
                 (catch Exception e (note :outer x) -1))))""",
}


class Noted:
    """Functions of Python that keep a record of their calls."""

    def __init__(self) -> None:
        self.calls: Counter[Any] = Counter()

    def note(self, *args: Any) -> Any:
        self.calls[args] += 1
        return args[-1]

    def fragile(self, x: Any) -> Any:
        self.calls[x] += 1
        if x in (1, 3) or (isinstance(x, float) and int(x * 1000) % 3 == 0):
            raise ValueError(x)
        return x


def calls(text: str, samples: int = 40, scalar: bool = False) -> tuple[Counter[Any], Any]:
    noted = Noted()
    program = loads(text, python={"note": noted.note, "fragile": noted.fragile})
    options = {"samples": samples, "seed": 5, "scalar": scalar}
    posterior = program.queries["main"].infer("importance", **options)
    return noted.calls, posterior.probabilities()


DRAW = re.compile(r"\(sample \(uniform-discrete 0 (\d)\)\)")


@pytest.mark.parametrize("name", PROGRAMS)
def test_effects_are_had_once(name: str) -> None:
    """Particles that draw the same take every step together, and a function is called once for all
    that give it the same. So lockstep makes the calls that one particle for each value drawn makes.
    """
    text = PROGRAMS[name]
    found, result = calls(text)
    assert result == calls(text, scalar=True)[1]
    drawn = DRAW.search(text)
    if drawn is None:
        assert set(found.values()) == {1}
        return
    expected: Counter[Any] = Counter()
    for value in range(int(drawn[1])):
        expected += calls(DRAW.sub(str(value), text), samples=1, scalar=True)[0]
    assert found == expected


PRINTED = """
(defn half [x] (println "half" x) (quot 6 x))
(defquery main []
  (let [x (sample (uniform-discrete 0 3))]
    (try (println "try" x)
         (+ (half x) (reduce + (map half [1 2])))
         (catch Exception e (println "failed" x) -1))))
"""


def test_what_is_printed_is_printed_once_for_every_particle(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = []
    for scalar in (True, False):
        loads(PRINTED).queries["main"].infer("importance", samples=9, seed=2, scalar=scalar)
        lines.append(Counter(capsys.readouterr().out.splitlines()))
    assert lines[0] == lines[1]
    assert lines[0]["failed 0"] == lines[0]["try 0"] == lines[0]["half 0"] > 0
