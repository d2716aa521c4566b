"""What `check` finds without running a program: warnings, and errors inside macros."""

from __future__ import annotations

from pathlib import Path

import pytest

from anglipy.api import check, survey
from anglipy.cli import main
from anglipy.diagnostics import Diagnostic, Source


def found(text: str) -> list[Diagnostic]:
    return survey(Source("case.aq", text.replace("<<", "").replace(">>", "")), Path()).diagnostics


CASES = {
    "an unused name": ("AQ240", "(defquery q [] (let [<<a>> 1 b 2] b))"),
    "an unused part of a pattern": ("AQ240", "(defn f [p] (let [[a <<b>>] p] a))"),
    "an unused name of a loop": ("AQ240", "(defn f [xs] (for [<<x>> xs] 1))"),
    "an unused name of a loop's pattern": ("AQ240", "(defn f [p] (loop [[a <<b>>] p] (recur a)))"),
    "an unused name in a macro's argument": (
        "AQ240",
        "(defmacro m [x] `(do ~x))\n(defn f [] (m (let [<<a>> 1] 2)))",
    ),
    "a second definition": ("AQ241", "(def a 1)\n(def <<a>> 2)"),
    "a second definition in a group": ("AQ241", "(defn f [] 1)\n(do (defm <<f>> [] 2))"),
    "a number drawn from": ("AQ224", "(defquery q [] (sample <<(+ 1 2)>>))"),
    "a function drawn from": ("AQ224", "(defquery q [] (sample <<(fn [] 1)>>))"),
    "a quoted list observed": ("AQ224", "(defquery q [] (observe <<'(normal 0 1)>> 1))"),
    "swapped arguments": ("AQ224", "(defquery q [y] (observe <<3>> (normal 0 1)))"),
    "a draw at the top level": ("AQ225", "<<(sample (flip 0.5))>>"),
    "an unknown name in a macro's argument": (
        "AQ220",
        "(defmacro m [x] `(inc ~x))\n(defn f [] (m <<nothing>>))",
    ),
    "an unknown name that a macro made": (
        "AQ220",
        "(defmacro m [] 'nothing)\n(defn f [] <<(m)>>)",
    ),
    "too many arguments that a macro made": (
        "AQ222",
        "(defmacro m [x] `(inc ~x ~x))\n(defn f [y] <<(m y)>>)",
    ),
    "too few arguments for a macro": ("AQ222", "(defmacro m [x y] x)\n<<(m 1)>>"),
    "too few arguments for a function where it stands": (
        "AQ222",
        "(defn f [] <<(#(+ %1 %2) 1)>>)",
    ),
    "a scale below zero": ("AQ242", "(defquery q [] (sample <<(normal 0 -1)>>))"),
    "a probability above one": ("AQ242", "(defn f [y] (observe <<(flip 1.5)>> y))"),
    "a constant of case twice": ("AQ215", "(defn f [x] (case x 1 :a (2 <<1>>) :b))"),
    "a class there is not": ("AQ220", "(defn f [] (<<java.util.Date.>>))"),
    "a macro that fails": ("AQ230", "(defmacro m [x] (first x))\n<<(m 1)>>"),
    "the arity of a function further on": ("AQ222", "(defn f [x] x)\n(defn g [] <<(f 1 2)>>)"),
    "rejection by a loop": (
        "AQ243",
        "(defquery q [] (loop [] (let [x (sample (normal 0 1))] (if (> x 1) x <<(recur)>>))))",
    ),
    "rejection by a loop that is given its draw": (
        "AQ243",
        "(defquery q [] (loop [x (sample (flip 0.5)) n 1] (if x n <<(recur (sample (flip 0.5)) n)>>)))",
    ),
    "rejection by a function": (
        "AQ243",
        "(defm f [a] (let [x (sample (normal 0 1))] (if (> x a) x <<(f a)>>)))",
    ),
    "rejection by a function of many draws": (
        "AQ243",
        "(defn d [] (sample (flip 0.5)))\n"
        "(defm f [] (let [xs (repeatedly 3 d) y (d) z (sample (flip 0.5))] (when-not (= y z (first xs)) <<(recur)>>)))",
    ),
    "a number called": (
        "AQ244",
        "(defquery q [count xs] (observe (binomial count 0.5) <<(count xs)>>))",
    ),
    "a text called": ("AQ244", '(defn f [x] (let [name "coin"] <<(name x)>>))'),
    "a number of times called": ("AQ244", "(defn f [count g] [(take count g) <<(count g)>>])"),
    "a sequence called": ("AQ244", "(defn f [list] [(first list) <<(list 1 2)>>])"),
    "a count called": ("AQ244", "(defn f [xs] (let [min (count xs)] <<(min 1 2)>>))"),
    "a draw called": (
        "AQ244",
        "(defquery q [xs] (let [rate (sample (gamma 1 1)) count (sample (poisson rate))] <<(count xs)>>))",
    ),
    "a number observed and called": (
        "AQ244",
        "(defquery q [count xs] (observe (binomial <<(count xs)>> 0.5) count))",
    ),
    "the arity of a recur": ("AQ222", "(defn f [x] (if x <<(recur)>> 1))"),
}


@pytest.mark.parametrize(("code", "text"), CASES.values(), ids=CASES.keys())
def test_a_check_finds(code: str, text: str) -> None:
    (diagnostic,) = found(text)
    assert diagnostic.code == code
    assert diagnostic.span is not None
    start = text.index("<<")
    length = text.index(">>") - start - 2
    assert (diagnostic.span.start, diagnostic.span.end) == (start, start + length)


FINE = {
    "a name for the effect": "(defquery q [] (let [_ (observe (flip 0.5) true) _x 1] 2))",
    "names that macros make": "(defmacro m [x] `(let [a# ~x] 1))\n(defn f [] (m 2))",
    "names of forms": "(defn f [x] (doto (if-let [y x] y) (= 1)) (dotimes [i 2] 1) (case x 1 2 3))",
    "parameters": "(defn f [x y] x)",
    "patterns of a loop": "(defn f [p] (loop [x 1 [a & b] p {:keys [c]} a] (if b (recur a b c) x)))",
    "a name used by a function inside": "(defn f [] (let [a 1] (fn [] a)))",
    "records and methods": "(defprotocol P (g [this x]))\n(defrecord R [a b] P (g [this x] b))",
    "a helper of a macro": "(defn h [x] (list 'inc x))\n(defmacro m [x] (h x))\n(def a (m 1))",
    "defonce": "(defonce a 1)\n(defonce a 2)",
    "a geometric counter": "(defquery q [] (loop [i 0] (if (sample (flip 0.5)) i (recur (inc i)))))",
    "a geometric function": "(defm f [] (if (sample (flip 0.5)) 0 (inc (f))))",
    "a collection that grows": "(defquery q [] (loop [xs []] (if (sample (flip 0.5)) xs (recur (conj xs (sample (normal 0 1)))))))",
    "a random walk": "(defquery q [] (loop [x 0] (let [y (sample (normal x 1))] (if (> y 3) y (recur y)))))",
    "a loop inside that depends on the turn before": "(defquery q [] (loop [x 0] (let [y (loop [z x] (if (> z 3) z (recur (sample (normal z 1)))))] (if (sample (flip 0.5)) y (recur y)))))",
    "two ways to go on": "(defquery q [] (loop [x 1] (if (> x 0) (recur (sample (normal 0 1))) (if (< x -2) x (recur (sample (normal -1 1)))))))",
    "a loop that observes": "(defquery q [y] (loop [] (let [x (sample (normal 0 1))] (observe (normal x 1) y) (if (> x 0) x (recur)))))",
    "a loop of a function that observes": "(defn d [y] (observe (flip 0.5) y) (sample (flip 0.5)))\n(defquery q [y] (loop [] (let [x (d y) z (sample (flip 0.5))] (if x z (recur)))))",
    "a loop that counts in the store": "(defquery q [] (loop [] (if (sample (flip 0.5)) (retrieve :n) (do (store :n (inc (or (retrieve :n) 0))) (recur)))))",
    "a loop that prints": "(defquery q [] (while (sample (flip 0.5)) (println 1)))",
    "a loop without end": "(defquery q [] (loop [] (sample (flip 0.5)) (recur)))",
    "a loop that draws nothing": "(defn f [x] (loop [y x] (if (> y 1) y (recur 2))))",
    "repeat-until": "(defquery q [] (repeat-until (fn [] (sample (normal 0 1))) (fn [x] (> x 0))))",
    "a function that hides one": "(defn f [comp key xs] [(comp xs 1) (map key xs) (key xs) (sort-by key xs)])",
    "a map that hides a function": "(defn f [map list] [(map :a) (first list) (list 0)])",
    "a function of its own in a let": "(defn f [x] (let [count (fn [y] (inc y))] (count x)))",
    "a number of a name of its own": "(defn f [x] (let [x 1] x))",
    "a number that hides a function and is not called": "(defn f [count] (+ count 1))",
    "declared first": "(declare f)\n(defn g [] (f 1))\n(defn f [x] x)",
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE.keys())
def test_a_check_leaves_alone(text: str) -> None:
    assert found(text) == []


def exit_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return left.value.code


def test_warnings_do_not_fail_unless_strict(tmp_path: Path) -> None:
    path = tmp_path / "a.aq"
    path.write_text("(defquery q [] (let [a 1] 2))\n")
    assert [d.severity for d in check(path)] == ["warning"]
    assert exit_code("check", str(path)) == 0
    assert exit_code("check", str(path), "--strict") == 1


def test_notes_never_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.aq"
    path.write_text("(defm f [a]\n  (let [x (sample (normal 0 1))]\n    (if (> x a) x (f a))))\n")
    assert [d.severity for d in check(path)] == ["note"]
    assert exit_code("check", str(path), "--strict") == 0
    shown = capsys.readouterr().out
    assert "note[AQ243]" in shown
    assert ":3:" in shown
    assert "repeat-until" in shown


def test_nothing_is_run_but_macros(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.aq"
    path.write_text('(println "ran")\n(defmacro m [] (println "macro") 1)\n(def a (m))\n')
    assert check(path) == []
    assert capsys.readouterr().out == "macro\n"


def test_a_form_is_suggested() -> None:
    (error,) = found("(defquery q [] (sampel (flip 0.5)))")
    assert error.help == "did you mean `sample`?"


def test_errors_in_what_a_macro_made_name_it() -> None:
    """Names are as in the macro: without the namespace, and `v#` as it is written."""
    made = "(defmacro m [x] `(let [v# ~x] (smaple vv#)))\n(defquery q [] (m 1))"
    messages = [(error.message, error.help, error.notes) for error in found(made)]
    note = ("in what the macro `m` stands for here",)
    assert ("`smaple` is not defined", "did you mean `sample`?", note) in messages
    assert ("`vv#` is not defined", "did you mean `v#`?", note) in messages


def test_longer_names_are_suggested() -> None:
    (error,) = found("(defquery q [] (sample (uniform 0 1)))")
    assert error.help == "did you mean `uniform-continuous` or `uniform-discrete`?"


SUGGESTED = {
    "a query, by its beginning": ("(defquery thermometers [] 1)\n(doquery :smc thermo)", "thermometers"),
    "a query, not data of nearly its name": (
        "(def coins [1])\n(defquery coin [] 1)\n(doquery :smc coinz)", "coin"),
    "a form of the language": ("(defqury q [x] x)", "defquery"),
    "a form that binds": ("(defn f [x] (lett [y x] y))", "let"),
    "what is built in and closer": ("(defn samples [x] x)\n(defn f [] (smaple (flip 0.5)))", "sample"),
}  # fmt: skip


@pytest.mark.parametrize("name", SUGGESTED)
def test_what_was_meant_is_suggested_and_nothing_else_is_wrong(name: str) -> None:
    text, meant = SUGGESTED[name]
    errors = [one for one in found(text) if one.severity == "error"]
    assert [error.help for error in errors] == [f"did you mean `{meant}`?"]


def test_where_no_query_is_near_all_are_named() -> None:
    (error,) = found("(defquery a [] 1)\n(defquery b [] 1)\n(doquery :smc measurements)")
    assert error.help == "queries there are: `a`, `b`"
    (error,) = found("(doquery :smc measurements)")
    assert error.help == "(defquery name [y] ...)"


def test_mistakes_inside_a_misspelt_form_that_binds_nothing_are_told() -> None:
    messages = [error.message for error in found("(defquery q [] (sampel (norml 0 1)))")]
    assert messages == ["`sampel` is not defined", "`norml` is not defined"]


def test_a_python_module_that_does_not_exist_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "model.aq"
    (tmp_path / "beside_it.py").write_text("raise SystemExit  # is not run", encoding="utf-8")
    path.write_text(
        "(require-python '[math :as pm] '[beside-it :as b] '[no-such-thing :as n])\n"
        "(defquery q [] (n/f (b/f (pm/sqrt 4))))\n",
        encoding="utf-8",
    )
    (found,) = check(path)
    assert (found.code, found.severity) == ("AQ226", "warning")
    assert found.message == "there is no Python module `no-such-thing`"
