"""What a wrong program is told: the place, the words, and never a mistake of ours."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Any

import pytest

from anglipy.api import Session, check, load, loads
from anglipy.diagnostics import AnglipyError, Diagnostic, InternalError, Span, UserError
from anglipy.runtime.printing import pr_str


def diagnostic_of(text: str, argument: Any = None) -> Diagnostic:
    """What is said when query `q` of a program is run once, or before."""
    with pytest.raises(UserError) as caught:
        loads(text, "t.aq").queries["q"].infer("importance", argument, samples=1, seed=1)
    return caught.value.diagnostics[0]


def text_of(span: Span | None) -> str:
    """The characters of a span, in one line."""
    assert span is not None
    return re.sub(r"\s+", " ", span.source.text[span.start : span.end])


# ---- places of run-time errors

PLACES = {
    "direct": ("(defquery q [] (let [y 1]\n  (+ y (first 5))))", "AQ440", "(first 5)"),
    "argument": ("(defquery q [] (+ 1 (* 2 (nth [1] 7))))", "AQ441", "(nth [1] 7)"),
    "closure": ("(defquery q [] (let [f (fn [z] (/ z 0))] (inc (f 1))))", "AQ432", "(/ z 0)"),
    "drawing closure": (
        "(defquery q [] (let [f (fn [z] (sample (flip 0.5)) (/ z 0))] (inc (f 1))))",
        "AQ432", "(/ z 0)",
    ),
    "recursion": (
        '(defm f [n] (if (= n 0) (subs "abc" 9) (inc (f (dec n)))))\n(defquery q [] (f 3))',
        "AQ441", '(subs "abc" 9)',
    ),
    "after a sample": (
        "(defquery q [] (let [x (sample (flip 0.5))] (+ x 1)))", "AQ430", "(+ x 1)",
    ),
    "loop": ("(defquery q [] (loop [i 3] (recur (dec (nth [0 1 2 3] i)))))", "AQ441",
             "(nth [0 1 2 3] i)"),
    "macro": ("(defquery q [] (-> 5 inc (nth 3)))", "AQ440", "(nth 3)"),
    "condition": ('(defquery q [] (if (< 1 "a") 1 2))', "AQ430", '(< 1 "a")'),
    "for": ("(defquery q [] (for [i [0 9]] (nth [1] i)))", "AQ441", "(nth [1] i)"),
    "mem": ("(defquery q [] (let [m (mem (fn [a] (/ a 0)))] (inc (m 1))))", "AQ432", "(/ a 0)"),
    "distribution": ("(defquery q [] (observe (normal 0 (- 1 1)) 3))", "AQ410",
                     "(normal 0 (- 1 1))"),
    "no distribution": ("(defquery q [] (sample (inc 1)))", "AQ401", "(sample (inc 1))"),
    "not a function": ("(defquery q [x] (inc (x 1)))", "AQ403", "(x 1)"),
    "arity of a value": ("(defquery q [] ((first [(fn [a] a)]) 1 2))", "AQ405",
                         "((first [(fn [a] a)]) 1 2)"),
    "apply, called last": ("(defquery q [] (apply (fn [a] (sample (flip 0.5))) []))", "AQ405",
                           "(apply (fn [a] (sample (flip 0.5))) [])"),
    "primitive HOF": ('(defquery q [] [(reduce + [1 "a"])])', "AQ430", '(reduce + [1 "a"])'),
    "user function in a HOF": ("(defquery q [] (map (fn [z] (nth z 7)) [[1]]))", "AQ441",
                               "(nth z 7)"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_the_innermost_form_of_the_user_is_named(name: str) -> None:
    text, code, place = PLACES[name]
    diagnostic = diagnostic_of(text, [7])
    assert diagnostic.span is not None
    assert diagnostic.span.source.name == "t.aq"
    assert (diagnostic.code, text_of(diagnostic.span)) == (code, place)


LIBRARY = {
    "its value is used": "(defquery q [] [(map (first [5]) [1 2])])",
    "called last": "(defquery q [] (map (first [5]) [1 2]))",
    "called last in a function": "(defm f [] (map (first [5]) [1 2]))\n(defquery q [] (inc (f)))",
    "called by another": "(defquery q [] (map (fn [xs] (map (first [5]) xs)) [[1 2] [3 4]]))",
    "after a draw": "(defquery q [] (sample (flip 0.5)) (map (first [5]) [1 2]))",
}


@pytest.mark.parametrize("name", LIBRARY)
def test_an_error_inside_the_library_names_the_call_of_the_user(name: str) -> None:
    diagnostic = diagnostic_of(LIBRARY[name])
    assert diagnostic.code == "AQ403"
    assert text_of(diagnostic.span).startswith("(map (first [5])")
    assert any(re.match(r"inside the library, at stdlib/core\.aq:\d+:\d+$", note)
               for note in diagnostic.notes)  # fmt: skip


def test_library_functions_that_end_in_apply_name_the_call_too() -> None:
    assert text_of(diagnostic_of("(defquery q [] (update-in {} [] 5))").span) == (
        "(update-in {} [] 5)"
    )


def test_an_error_in_python_names_the_call_and_the_python_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("helper.py").write_text("def broken(x):\n    y = {}\n    return y[x]\n")
    text = "(require-python '[helper :refer [broken]])\n(defquery q [] (inc (broken 5)))"
    diagnostic = diagnostic_of(text)
    assert (diagnostic.code, text_of(diagnostic.span)) == ("AQ404", "(broken 5)")
    assert diagnostic.message == "KeyError: 5"
    assert diagnostic.notes[0] == f"raised in Python, at {tmp_path / 'helper.py'}:3"


def test_an_error_of_builtin_python_has_no_python_place() -> None:
    diagnostic = diagnostic_of("(require-python 'math)\n(defquery q [] (inc (math/sqrt -1)))")
    assert (diagnostic.code, text_of(diagnostic.span)) == ("AQ404", "(math/sqrt -1)")
    assert not any(note.startswith("raised in Python") for note in diagnostic.notes)


def test_columns_count_characters_not_bytes() -> None:
    diagnostic = diagnostic_of('(defquery q [] ["äöü€" (nth [1] 5)])')
    assert text_of(diagnostic.span) == "(nth [1] 5)"
    assert diagnostic.span is not None
    assert diagnostic.span.column == 24


def test_the_draw_and_the_particle_are_notes() -> None:
    text = "(defquery q [] (let [x (sample (flip 0.5))] (+ x 1)))"
    assert diagnostic_of(text).notes == ("at q/x/sample#1[1]", "in particle 1 of 1")


def test_a_python_traceback_shows_the_line_of_the_program() -> None:
    text = "(defquery q []\n  (let [f (fn [z]\n            (/ z 0))]\n    (inc (f 1))))"
    with pytest.raises(UserError) as caught:
        loads(text, "shown.aq").q.infer("importance", samples=1, seed=1)
    cause = caught.value
    lines = "".join(traceback.format_exception(cause))
    assert 'File "shown.aq", line 3' in lines
    assert "(/ z 0))]" in lines


def test_an_error_of_a_called_file_is_placed_in_that_file(tmp_path: Path) -> None:
    (tmp_path / "lib.aq").write_text("(ns lib)\n(defn broken [x]\n  (nth [] x))\n")
    (tmp_path / "main.aq").write_text("(require '[lib :as l])\n(defquery q [] (inc (l/broken 1)))")
    with pytest.raises(UserError) as caught:
        load(tmp_path / "main.aq").q.infer("importance", samples=1, seed=1)
    span = caught.value.diagnostic.span
    assert span is not None
    assert (Path(span.source.name).name, span.line, span.column) == ("lib.aq", 3, 3)


@pytest.mark.parametrize(
    ("module", "code", "message"),
    [
        ("x = 1 / 0\n", "AQ228", "ZeroDivisionError: division by zero"),
        ("import no_such_package\n", "AQ228", "No module named 'no_such_package'"),
        ("def broken(:\n", "AQ228", "SyntaxError"),
        ("y = 1\n", "AQ227", "has no `scale-up`"),
    ],
)
def test_a_python_module_that_fails(
    module: str, code: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("helper.py").write_text(module)
    diagnostic = diagnostic_of("(require-python '[helper :refer [scale-up]])")
    assert diagnostic.code == code
    assert message in diagnostic.message
    assert text_of(diagnostic.span) in ("[helper :refer [scale-up]]", "scale-up")


def test_a_python_module_by_alias_and_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dash in the program is an underscore in Python; functions are values like any other."""
    monkeypatch.chdir(tmp_path)
    Path("my_helper.py").write_text("LIMIT = 7\ndef scale_up(x, by=2):\n    return x * by\n")
    session = Session(tmp_path)
    text = """
    (require-python '[my-helper :as h :refer [scale-up]])
    (defquery q [x] [(h/scale-up x) (scale-up x 5) (map scale-up [1 2]) h/LIMIT])
    """
    session.evaluate(text, "t.aq")
    posterior = session.program.q.infer("importance", [3], samples=1, seed=1)
    assert pr_str(posterior.values[0]) == "[6 15 (2 4) 7]"
    with pytest.raises(UserError) as caught:
        session.evaluate("(h/scale-down 1)", "t.aq")
    assert caught.value.diagnostics[0].code == "AQ220"


# ---- what is found before anything runs

STATIC = [
    ("(inc)", "AQ222", "(inc)", "`inc` takes 1 argument, got 0"),
    ("(nth [1])", "AQ222", "(nth [1])", "`nth` takes 2 or 3 arguments, got 1"),
    ("(normal 1 2 3)", "AQ222", "(normal 1 2 3)", "`normal` takes 2 arguments, got 3"),
    ("(let [f (fn [a & b] a)] (f))", "AQ222", "(f)", "`f` takes at least 1 argument, got 0"),
    ("(defn g [a] a)\n(g 1 2)", "AQ222", "(g 1 2)", "`g` takes 1 argument, got 2"),
    ("(loop [a 1] (recur))", "AQ222", "(recur)", "`recur` needs 1 argument here, got 0"),
    ("(fn [a b] (recur a))", "AQ222", "(recur a)", "`recur` needs 2 arguments here, got 1"),
    ("(recur 1)", "AQ223", "(recur 1)", "`recur` outside a loop or function"),
    ("(let [y (recur)] y)", "AQ223", "(recur)", "`recur` outside a loop or function"),
    ("(sample (flip 0.5))", "AQ225", "(sample (flip 0.5))", "inside a query or a function"),
    ("(def x (observe (flip 0.5) true))", "AQ225", "(observe (flip 0.5) true)", "inside a query"),
    ("(5 6)", "AQ221", "(5 6)", "5 is not a function"),
    ('("a" 6)', "AQ221", '("a" 6)', '"a" is not a function'),
    ("(nil)", "AQ221", "(nil)", "nil is not a function"),
    ("(fn [] (sample 5))", "AQ224", "5", "`sample` needs a distribution, got 5"),
    ("(fn [] (observe [1] 5))", "AQ224", "[1]", "`observe` needs a distribution, got [1]"),
    ("(fn [] (sample :a))", "AQ224", ":a", "`sample` needs a distribution, got :a"),
    ("(fn [] (sample {:a 1}))", "AQ224", "{:a 1}", "`sample` needs a distribution"),
    ("(require '[no.such :as n])", "AQ226", "[no.such :as n]", "no namespace `no.such`"),
    ("(require-python 'no.such)", "AQ226", "no.such", "no Python module `no.such`"),
    ("(map and [1])", "AQ220", "and", "not a value"),
    ("(fn [x] (def y x))", "AQ229", "(def y x)", "at the top level"),
]


@pytest.mark.parametrize(("text", "code", "place", "message"), STATIC)
def test_found_by_the_compiler(text: str, code: str, place: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        Session().evaluate(text, "t.aq")
    diagnostic = caught.value.diagnostics[0]
    assert (diagnostic.code, text_of(diagnostic.span)) == (code, place)
    assert message in diagnostic.message


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("(reduec + [1])", "reduce"),
        ("(fn [] (sample (norml 0 1)))", "normal"),
        ("(let [weight 1] (inc wieght))", "weight"),
        ("(defn estimate [x] x)\n(estimtae 1)", "estimate"),
        ("(clojure.string/jion [1])", "clojure.string/join"),
    ],
)
def test_an_unknown_name_is_answered_with_a_known_one(text: str, suggestion: str) -> None:
    with pytest.raises(UserError) as caught:
        Session().evaluate(text, "t.aq")
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == "AQ220"
    assert diagnostic.help == f"did you mean `{suggestion}`?"


BINDINGS = [
    f"({form} {bindings} 1)"
    for form in ("if-let", "when-let", "if-some", "when-some", "when-first", "dotimes")
    for bindings in ("[]", "[x]", "[x 1 y 2]", "x", "5", "{x 1}")
]


@pytest.mark.parametrize("text", BINDINGS)
def test_forms_that_bind_one_name_say_so(text: str) -> None:
    with pytest.raises(UserError) as caught:
        Session().evaluate(text, "t.aq")
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == "AQ204"
    assert text_of(diagnostic.span) == text.partition(" ")[2].removesuffix(" 1)")
    assert diagnostic.help is not None
    assert diagnostic.help.startswith(text.partition(" ")[0])


def test_check_reports_all_errors_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "many.aq"
    path.write_text(
        "(defn f [x] (unknown-one x))\n"
        "(defquery q [y]\n"
        "  (let [a (inc 1 2)\n"
        "        b (unknown-two)]\n"
        "    (observe (normal 0) y)\n"
        "    (sample 5)))\n"
        "(if)\n"
        "(defquery p [] (f 1 2))\n"
        "(def x #{1 1})\n"
    )
    found = [(d.code, d.span.line if d.span else 0) for d in check(path)]
    expected = [("AQ220", 1), ("AQ222", 3), ("AQ220", 4), ("AQ222", 5), ("AQ224", 6), ("AQ203", 7)]
    assert found[:6] == expected
    assert found == sorted(found, key=lambda item: item[1])
    assert len(found) == 7  # the call of `f`, whose definition failed, is not judged


def test_check_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "loud.aq"
    path.write_text("(require-python '[no.such.module :refer [f]])\n(def x (/ 1 0))\n(f x)\n")
    assert check(path) == []


# ---- whatever the text: an error for the user or a value, never a mistake of ours

NASTY = """
(let [x] x) (let) (let 5) (let [5 6] 1) (let [[& ] [1]] 1) (let [[a & b c] [1]] 1)
(let [[:as] 1] 1) (let [[:as 5] 1] 1) (let [{:keys a} {}] 1) (let [{:keys [[a]]} {}] 1)
(let [{5 6} {}] 1) (let [{:as 5} {}] 1) (let [{:foo [a]} {}] 1) (let [a/b 1] 1) (loop)
(loop [x] 1) (loop x 1) (loop [5 1] 1) (loop [a/b 1] 1) (loop [[a] [1]] (recur)) (fn) (fn f)
(fn [x & ] x) (fn [& x y] x) (fn [& & x] x) (fn [x x] x) (fn [1] 1) (fn [a/b] 1) (fn ())
(fn ([x] x) [y]) (fn (x) x) (defn) (defn f) (defn 5 [x] x) (defn f "doc") (defn f ()) (defm f)
(defn f ([x] x) ([x] y)) (defquery) (defquery 5) (defquery q [5] 1) (defquery q [x & ] 1)
(query [5] 1) (query*) (query* q [x]) (query* q [5] 1) (fn*) (fn* 5 6) (let*) (let* [x] 1)
(loop* [x] 1) (def) (def 5 6) (def x 1 2) (def nil 1) (def (f) 1) (quote) (quote a b) (if) (if 1)
(do . 1) (recur) (sample) (observe 1) (predict) (mem) (mem 1 2) (case) (case 1 () 2) (cond 1)
(condp) (condp =) (-> ) (-> 1 ()) (->> 1 ()) (-> 1 5) (-> 1 (quote)) (->> 1 (fn)) (as->)
(as-> 1 5 6) (cond-> 1 true ()) (some-> 1 ()) (doto 1 ()) (assert) (while) (for) (for 5 1)
(for [x] 1) (for [x [1] :foo 2] 1) (for [x [1] :let y] 1) (for [x [1] :let [y]] 1) (doseq x 1)
(doseq [1 [2]] 1) (dotimes [1 2] a) (dotimes [[a b] 2] a) (defdist) (defdist d) (defdist 5 [x])
(defdist d [x] 5) (defdist d [x] (sample*)) (defdist d [x] (5 [this] 1)) (defdist d [x] [y] 5)
(defonce 5 1) (declare 5) (ns) (ns 5) (ns x (:require 5)) (ns x (:require [5])) (require 5)
(ns x (:require [clojure.string :refer 5])) (ns x (:require [clojure.string :as 5])) (require '())
(require (quote)) (require '[]) (require "x") (require-python 5) (require-python '[])
(require-python '[math :refer 5]) (require-python '[math :refer [no-such]]) (require-python '..)
(with-primitive-procedures) (with-primitive-procedures [5] 1) (1) (:a) (:a 1 2 3) (true) ([])
({}) #(#()) #(+ %0 1) (%) (clojure.core/foo 1) (x/ 1) (.foo 1) (Foo. 1) (throw 1) `(a ~b) ~x
(try 1 (catch e 2)) (defmacro m [x] x) (let [x 1] (x)) (map 5 [1]) (reduce 5 [1 2]) (apply + 1)
(sort [1 "a"]) (into {} [1]) (hash-map 1) (format "%q" 1) (range "a") (char -1) (partition 0 [1])
(deref 5) (swap! 5 inc) (max "a") (exp "a") (long ##NaN) (discrete []) (categorical {})
(mvn [0] [[0]]) (dirichlet []) (sample* 5) (observe* (normal 0 1) "a") (update {} :a inc)
(assoc-in 5 [1] 2) (pop []) (user-distribution 1 2 3 4) (mem-recursive 5) (re-pattern "[")
{1} {:a 1 :a 2} #{1 1} 1/0 08 0x 1e 1.2.3 ##Foo :: \\foo "\\q" #"[" (] ) [} @ ^ #' ' #_
""".replace("(]", "\n(]\n").split("\n")


def nasty() -> list[str]:
    """The forms of the table, one each; what does not read stands in a line of its own."""
    found: list[str] = []
    for line in NASTY:
        depth = start = 0
        for place, char in enumerate(line + " "):
            depth += (char in "([{") - (char in ")]}")
            if char == " " and depth <= 0:
                found.append(line[start:place])
                depth, start = 0, place + 1
    return [text for text in found if text]


@pytest.mark.parametrize("inside", ["", "(defquery q [] {}\n)", "(defn f [x] (let [y {}\n] y))"])
def test_no_text_is_a_mistake_of_ours(inside: str) -> None:
    for text in nasty():
        program = inside.replace("{}", text) if inside else text
        error = error_of(program)
        if error is not None:
            assert not isinstance(error, InternalError), (program, str(error))
            assert all(d.span is not None for d in error.diagnostics), (program, str(error))


def error_of(program: str) -> AnglipyError | None:
    """What comes of compiling a program and running its query `q`, if it has one; any other
    exception passes.
    """
    session = Session()
    try:
        session.evaluate(program, "t.aq")
        if "q" in session.program.queries:
            session.program.queries["q"].infer("importance", samples=1, seed=1)
    except AnglipyError as error:
        return error
    return None


def test_a_session_goes_on_after_every_error() -> None:
    session = Session()
    for text in nasty():
        try:
            session.evaluate(text, "t.aq")
        except AnglipyError:
            assert session.evaluate("(let [[a b] [1 2]] (clojure.core/+ a b))", "u.aq") == [3]


def test_the_table_is_long() -> None:
    assert len(nasty()) >= 150
