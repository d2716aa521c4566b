"""Errors of programs: their codes, and the exact place they point to.

In these programs the characters between `<<` and `>>` are what the error must point to.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anglipy.api import Session, check, load, loads
from anglipy.diagnostics import AnglipyError, ErrorGroup, Span
from anglipy.runtime.checkpoints import Result, Sample
from anglipy.runtime.convert import from_python
from anglipy.runtime.machine import resume


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The program without marks, and the marked places."""
    places = []
    while "<<" in text:
        start = text.index("<<")
        text = text.replace("<<", "", 1)
        end = text.index(">>")
        text = text.replace(">>", "", 1)
        places.append((start, end))
    return text, places


def run(text: str, argument: Any = None) -> Any:
    """Load a program and run its query `q`."""
    program = loads(text, "model.aq")
    rng = np.random.default_rng(1)
    checkpoint = program.queries["q"].query.start(argument) if "q" in program.queries else None
    while isinstance(checkpoint, tuple) and not isinstance(checkpoint, Result):
        answer = checkpoint.dist.sample(rng) if isinstance(checkpoint, Sample) else checkpoint.value
        checkpoint = resume(checkpoint, answer)
    return checkpoint


def place(span: Span | None) -> tuple[int, int] | None:
    return None if span is None else (span.start, span.end)


STATIC = {
    "unbound name": ("AQ220", "(defquery q [] (let [mean 1] (+ 1 <<maen>>)))"),
    "unbound function": ("AQ220", "(defquery q [] (<<nomal>> 0 1))"),
    "arity of a built-in": ("AQ222", "(defquery q [] (let [x <<(inc 1 2)>>] x))"),
    "arity of a distribution": ("AQ222", "(defquery q [] (sample <<(normal 1)>>))"),
    "arity of a definition": ("AQ222", "(defn f [x y] x) (defquery q [] <<(f 1)>>)"),
    "arity of a local": ("AQ222", "(defquery q [] (let [f (fn [x & ys] x)] <<(f)>>))"),
    "arity of itself": ("AQ222", "(defm f [n] (if (< n 1) 0 <<(f)>>))"),
    "arity of a keyword": ("AQ222", "(defquery q [m] <<(:a m 1 2)>>)"),
    "recur arity": ("AQ222", "(defquery q [] (loop [i 0 j 1] (if (< i 3) <<(recur (inc i))>> j)))"),
    "recur outside": ("AQ223", "(defquery q [] (let [x 1] <<(recur x)>>))"),
    "sample of a literal": ("AQ224", "(defquery q [] (sample <<3>>))"),
    "sample of a vector": ("AQ224", "(defquery q [x] (sample <<[x 1]>>))"),
    "observe of a keyword": ("AQ224", "(defquery q [x] (observe <<:a>> x))"),
    "sample at the top level": ("AQ225", "(def x <<(sample (normal 0 1))>>)"),
    "observe at the top level": ("AQ225", "<<(observe (normal 0 1) 1)>>"),
    "observe without a value": ("AQ203", "(defquery q [mu] <<(observe (normal mu 1))>>)"),
    "a number called": ("AQ221", "(defquery q [] <<(1 2)>>)"),
    "a string called": ("AQ221", '(defquery q [] <<("f" 2)>>)'),
    "if without branches": ("AQ203", "(defquery q [] <<(if true)>>)"),
    "let without a value": ("AQ204", "(defquery q [] (let [x 1 <<y>>] x))"),
    "let with a name too many": ("AQ204", "(defquery q [] (let [x 1 y <<z>> (inc x) w 2] x))"),
    "a parameter twice": ("AQ206", "(defn f [x <<x>>] x)"),
    "inside a macro": ("AQ220", "(defquery q [] (-> 1 (+ <<undefined-name>>)))"),
    "inside for": ("AQ220", "(defquery q [] (for [x [1] :when <<wrong?>>] x))"),
    "a missing module": ("AQ226", "(require-python '<<[no.such.module :as m]>>)"),
    "a missing function": ("AQ227", "(require-python '[math :refer [<<add-up>>]])"),
    "a missing namespace": ("AQ226", "(require '<<[my.models :as m]>>)"),
    "a definition inside": ("AQ229", "(defquery q [] <<(def x 1)>>)"),
}

RUNNING = {
    "a built-in": ("AQ430", "(defquery q [] (let [x nil] (* 2 <<(+ x 1)>>)))"),
    "the innermost of nested calls": ("AQ430", "(defquery q [] (+ 1 (* 2 <<(inc nil)>>)))"),
    "the outer of nested calls": ("AQ430", "(defquery q [] <<(+ (str 1) (* 2 (inc 1)))>>)"),
    "after a draw": ("AQ430", "(defquery q [] (let [x (sample (normal 0 1))] <<(+ x :a)>>))"),
    "between draws": (
        "AQ430",
        "(defquery q [] (+ (sample (normal 0 1)) <<(inc nil)>> (sample (normal 0 1))))",
    ),
    "in a closure": ("AQ430", "(defquery q [] (map (fn [x] <<(+ x nil)>>) [1]))"),
    "in a drawing closure": (
        "AQ430",
        "(defquery q [] (map (fn [x] <<(+ (sample (normal 0 1)) nil)>>) [1]))",
    ),
    "in a function": ("AQ430", "(defm f [x] (let [y 2] <<(* x y)>>)) (defquery q [] (f :a))"),
    "in a test": ("AQ430", "(defquery q [] (if <<(< 1 nil)>> 1 2))"),
    "in a loop": ("AQ430", "(defquery q [] (loop [i 0] (if (< i 3) (recur <<(+ i nil)>>) i)))"),
    "in a loop that draws": (
        "AQ430",
        "(defquery q [] (loop [i 0] (if (sample (flip 0.5)) i (recur <<(+ i nil)>>))))",
    ),
    "in the library, plain": ("AQ430", "(defquery q [] (str <<(reduce + [1 nil])>>))"),
    "in the library, stepwise": (
        "AQ440",
        "(defquery q [] (let [f (fn [x] (sample (normal x 1)))] [<<(map f 5)>>]))",
    ),
    "in the library, last": (
        "AQ440",
        "(defquery q [] (let [f (fn [x] (sample (normal x 1)))] <<(map f 5)>>))",
    ),
    "a parameter of a distribution": ("AQ410", "(defquery q [] (sample <<(normal 0 -1)>>))"),
    "not a distribution": ("AQ401", "(defquery q [x] <<(sample (first x))>>)"),
    "not a distribution observed": ("AQ401", "(defquery q [x] <<(observe (first x) 2)>>)"),
    "not a function": ("AQ403", "(defquery q [] (let [f (inc 1)] <<(f 2)>>))"),
    "nil is not a function": ("AQ403", "(defquery q [f] (+ 1 <<(f 2)>>))"),
    "arity, unknown function": (
        "AQ405",
        "(defquery q [] (let [f (first [(fn [x] x)])] (inc <<(f 1 2)>>)))",
    ),
    "arity, drawing function": (
        "AQ405",
        "(defquery q [] (let [f (first [(fn [x] (sample (normal x 1)))])] (inc <<(f 1 2)>>)))",
    ),
    "no clause": ("AQ408", "(defquery q [] <<(case 3 1 :a)>>)"),
    "an assertion": ("AQ409", "(defquery q [] <<(assert (= 1 2))>>)"),
    "declared only": ("AQ406", "(declare f) (defquery q [] (inc (<<f>> 1)))"),
    "a missing index": ("AQ441", "(defquery q [xs] (let [xs [1]] <<(nth xs 3)>>))"),
    "Python raises": (
        "AQ404",
        "(require-python '[math :as pm]) (defquery q [] (+ 1 <<(pm/sqrt -1)>>))",
    ),
    "Python raises in map": (
        "AQ404",
        "(require-python '[math :as pm]) (defquery q [] (vec <<(map pm/sqrt [-1])>>))",
    ),
    "a draw in a plain call": (
        "AQ402",
        "(defn f [] <<(sample (normal 0 1))>>) (def x (f)) (defquery q [] x)",
    ),
    "at the top level": ("AQ430", "(def x (+ 1 <<(inc nil)>>))"),
    "after letters of two bytes": ("AQ430", '(defquery q [] (let [s "\u00e4\u00f6"] [s <<(inc s)>>]))'),
    "over several lines": ("AQ430", "(defquery q []\n  (let [x 1]\n    <<(+ x\n       nil)>>))"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*STATIC, *RUNNING])
def test_an_error_points_to_its_place(name: str) -> None:
    code, source = (STATIC | RUNNING)[name]
    text, [expected] = marked(source)
    with pytest.raises(AnglipyError) as caught:
        run(text)
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == code
    span = diagnostic.span
    assert span is not None
    assert text[slice(*expected)] == span.source.text[span.start : span.end]
    assert expected == place(span)
    assert span.source.name == "model.aq"


@pytest.mark.parametrize("name", STATIC)
def test_check_finds_what_loading_finds(name: str, tmp_path: Path) -> None:
    code, source = STATIC[name]
    text, [expected] = marked(source)
    path = tmp_path / "model.aq"
    path.write_text(text, encoding="utf-8")
    if code in ("AQ226", "AQ227") and "require-python" in text:
        return  # `check` runs nothing, so it imports no module
    found = check(path)
    assert [(code, expected)] == [(d.code, place(d.span)) for d in found]


def test_check_reports_every_error_in_order(tmp_path: Path) -> None:
    text, places = marked("""
        (defquery one [x]
          (let [a (+ x <<undefined>>)]
            <<(inc)>>
            (observe (normal a 1))))
        (defquery two [] (sample <<3>>) (sample <<:k>>) <<(recur)>>)
        (defn three [x] (four x))
        (defn four [x] (<<five>> x))
        (def x <<(sample (flip 0.5))>>)
    """)
    path = tmp_path / "model.aq"
    path.write_text(text, encoding="utf-8")
    found = check(path)
    spans = [place(d.span) for d in found]
    assert spans == sorted(spans)
    wrong_shape = [d for d in found if d.code == "AQ203"]
    assert len(wrong_shape) == 1, "a form of the wrong shape hides what is around it"
    assert set(places[2:]) <= set(spans)


def test_all_errors_of_a_form_at_once() -> None:
    with pytest.raises(ErrorGroup) as caught:
        loads("(defquery q [] (+ alfa (betta 1 2)) (inc 1 2) (loop [i 0] (recur 1 2)))")
    assert [d.code for d in caught.value.diagnostics] == ["AQ220", "AQ220", "AQ222", "AQ222"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("nomal", "normal"),
        ("unifrom-continuous", "uniform-continuous"),
        ("observations", "observation"),
    ],
)
def test_a_misspelt_name_gets_a_suggestion(wrong: str, right: str) -> None:
    with pytest.raises(AnglipyError) as caught:
        loads(f"(def observation 1) (defquery q [] ({wrong} 1))")
    assert caught.value.diagnostics[0].help == f"did you mean `{right}`?"


def test_a_misspelt_local_gets_a_suggestion() -> None:
    with pytest.raises(AnglipyError) as caught:
        loads("(defquery q [temperature] (inc temprature))")
    assert caught.value.diagnostics[0].help == "did you mean `temperature`?"


def test_an_arity_error_says_what_is_taken() -> None:
    def message(call: str) -> str:
        with pytest.raises(AnglipyError) as caught:
            loads(f"(defn f [x y] x) (defn g [x & more] x) (defquery q [] {call})")
        return caught.value.diagnostics[0].message

    assert message("(f 1)") == "`f` takes 2 arguments, got 1"
    assert message("(g)") == "`g` takes at least 1 argument, got 0"
    assert message("(normal 1)") == "`normal` takes 2 arguments, got 1"
    assert message("(nth [1])") == "`nth` takes 2 or 3 arguments, got 1"


TRACED = """(defn ratio [a b]
  (/ a b))

(defquery q [n]
  (let [x (sample (uniform-discrete 0 1))]
    (ratio n
           x)))
"""


def test_a_traceback_shows_the_lines_of_the_program(tmp_path: Path) -> None:
    path = tmp_path / "traced.aq"
    path.write_text(TRACED, encoding="utf-8")
    try:
        next(load(path).q([1])).dist.sample(np.random.default_rng(0))
        resume(load(path).q.query.start(None), 0)
    except AnglipyError as error:
        text = "".join(traceback.format_exception(error))
    assert f'File "{path}", line 2, in ratio' in text
    assert "(/ a b))" in text
    assert f'File "{path}", line 6' in text
    assert "(ratio n" in text


def test_a_traceback_shows_the_text_of_a_session() -> None:
    session = Session()
    session.evaluate("(defn twice [x]\n  (* 2 x))", "<repl 1>")
    with pytest.raises(AnglipyError) as caught:
        session.evaluate("(twice :a)", "<repl 2>")
    assert str(caught.value.diagnostic.span) == "<repl 1>:2:3"
    text = "".join(traceback.format_exception(caught.value))
    assert "(* 2 x))" in text
    assert "(twice :a)" in text


def test_an_error_of_a_python_file_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def fail(x):\n    return {}[x]\n", encoding="utf-8")
    path = tmp_path / "model.aq"
    path.write_text(
        "(require-python '[helper :refer [fail]])\n(defquery q [] (fail 3))\n", encoding="utf-8"
    )
    with pytest.raises(AnglipyError) as caught:
        load(path).q.query.start(None)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == "AQ404"
    assert str(diagnostic.span) == f"{path}:2:16"
    assert diagnostic.notes == (f"raised in Python, at {tmp_path / 'helper.py'}:2",)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("(link)", "`link` was called without 2 arguments that it needs: `a` and `b`"),
        ("(link 1 2 3 4)", "`link` takes 2 or 3 arguments, got 4"),
        ("(one 1 2)", "`one` takes 1 argument, got 2"),
    ],
)
def test_the_arguments_of_a_python_function_are_counted(call: str, said: str) -> None:
    import anglipy

    functions = {"link": lambda a, b, c=0: a, "one": lambda a: a}
    for name, function in functions.items():
        function.__name__ = function.__qualname__ = name
    query = anglipy.query(f"(defquery q [] {call})", python=functions)
    with pytest.raises(anglipy.AnglipyError) as caught:
        query.infer(samples=2, seed=1)
    assert (caught.value.diagnostic.code, caught.value.diagnostic.message) == ("AQ405", said)


def test_a_python_module_that_fails_is_an_error_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import no_such_package\n", encoding="utf-8")
    path = tmp_path / "model.aq"
    path.write_text("(require-python 'broken)\n", encoding="utf-8")
    with pytest.raises(AnglipyError) as caught:
        load(path)
    assert caught.value.diagnostic.code == "AQ228"
    assert "no_such_package" in caught.value.diagnostic.message


def test_another_file_is_found_and_its_errors_point_into_it(tmp_path: Path) -> None:
    (tmp_path / "shapes.aq").write_text(
        "(defm area [w h] (* w h))\n(defn bad [x] (inc x))\n", encoding="utf-8"
    )
    path = tmp_path / "model.aq"
    path.write_text(
        "(require '[shapes :as s :refer [bad]])\n(defquery q [w] (if w (bad nil) (s/area 2 3)))\n",
        encoding="utf-8",
    )
    program = load(path)
    assert program.q.query.start(from_python([False])).value == 6
    with pytest.raises(AnglipyError) as caught:
        program.q.query.start(from_python([True]))
    assert str(caught.value.diagnostic.span) == f"{tmp_path / 'shapes.aq'}:2:15"


def test_a_session_goes_on_after_errors() -> None:
    session = Session()
    for text in (
        "(def x (+ 1 nil))",
        "(undefined)",
        "(def x",
        "(inc 1 2)",
        "(sample (normal 0 1))",
    ):
        with pytest.raises(AnglipyError):
            session.evaluate(text, "<repl>")
    assert session.evaluate("(def y 2) (+ y 1)", "<repl>")[-1] == 3
    with pytest.raises(AnglipyError) as caught:
        session.evaluate("(str x)", "<repl>")
    assert caught.value.diagnostic.message == "`x` is declared but not defined yet"


def test_a_redefinition_that_fails_keeps_the_old_one() -> None:
    session = Session()
    session.evaluate("(defn f [x] 1)", "<repl 1>")
    with pytest.raises(AnglipyError):
        session.evaluate("(defn f [x] (undefined x))", "<repl 2>")
    assert session.evaluate("(f 0)", "<repl 3>") == [1]


def test_functions_see_the_latest_definition() -> None:
    session = Session()
    session.evaluate("(defn f [x] 1) (defn g [x] (f x)) (defm h [x] (map f [x]))", "<repl 1>")
    session.evaluate("(defm f [x] (if x 2 (sample (normal 0 1))))", "<repl 2>")
    assert session.evaluate("(f true)", "<repl 3>") == [2]
    assert session.evaluate("(g true)", "<repl 3>") == [2]


def test_a_function_of_a_text_that_is_there_no_more() -> None:
    """A file that was longer when it was loaded: what it defined still says what is wrong."""
    session = Session()
    session.evaluate('(defn f []\n  nil\n  (throw (Exception. "no")))', "model.aq")
    with pytest.raises(AnglipyError, match="no"):
        session.evaluate("(f)", "model.aq")
