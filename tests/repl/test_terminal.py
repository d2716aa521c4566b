"""The REPL as a person meets it: real keys on a pseudo-terminal, and what the screen then shows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repl.pseudo_terminal import ALT_ENTER, CTRL_C, CTRL_D, CTRL_R, TAB, UP, Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal"),
]

NORMAL = "(defquery q [y] (let [x (sample (normal 0 1))] (observe (normal x 1) y) x))"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal(tmp_path) as opened:
        yield opened


def test_typing(terminal: Terminal) -> None:
    """Values, errors with carets and normal work after them, several lines, indentation."""
    terminal.answer("(+ 20 22)", "\n42")
    screen = terminal.answer("(+ 1 (foo))", "`foo` is not defined")
    assert "\n  |       ^^^\n" in screen
    terminal.answer("(inc *1)", "\n43")
    terminal.send("(defn f [x]\r(let [y 1]\r(* x y 7)))")
    terminal.wait_for("(* x y 7)))")
    assert " .   (let [y 1]\n .     (* x y 7)))" in terminal.text()
    terminal.send("\r")
    terminal.wait_for("#function[f]")
    terminal.send(f"(f{ALT_ENTER}6)")
    terminal.wait_for(" .   6)")
    terminal.send("\r")
    terminal.wait_for("\n42\n=>")
    terminal.send("(+ 1 nonsense")
    terminal.wait_for("nonsense")
    terminal.send(CTRL_C)
    terminal.answer("(iterate inc 1)", " 98 99 100 ...)")
    terminal.answer("(source f)", "(defn f [x]\n  (let [y 1]\n    (* x y 7)))")
    terminal.answer("(doc f)", "\n  (f x)")
    terminal.answer(":apropos reductions", "Every intermediate value of `reduce`")
    terminal.send(CTRL_D)
    assert terminal.code() == 0


def test_completion(terminal: Terminal, tmp_path: Path) -> None:
    """Names with their documentation beside them, options, files."""
    (tmp_path / "model.aq").write_text('(println "hello")\n' + NORMAL)
    terminal.send(f'(load "mo{TAB}')
    terminal.wait_for('(load "model.aq"')
    terminal.send('")\r')
    terminal.wait_for("hello\nmodel.aq: q\n=>")
    terminal.send(f'{CTRL_C}(load "mo{TAB}')
    terminal.wait_for('=> (load "model.aq"')
    terminal.send(f')\r"a{ALT_ENTER}b')
    terminal.wait_for('=> "a\n " b')
    terminal.send(f"{CTRL_C}(reductio{TAB}")
    terminal.wait_for("=> (reductions")
    terminal.send(f"{CTRL_C}(redu{TAB}")
    terminal.wait_for("Every intermediate value of `reduce`")
    terminal.send(f"{CTRL_C}(infer q [1] :smc :ess{TAB}")
    terminal.wait_for("(infer q [1] :smc :ess-threshold")
    terminal.send(CTRL_C)
    screen = terminal.answer("(reload)", "model.aq: q")
    assert "error" not in screen


def test_history(tmp_path: Path) -> None:
    """What was typed is there again in the next session, and can be searched."""
    with Terminal(tmp_path) as terminal:
        terminal.answer("(+ 1000 1)", "\n1001")
        terminal.answer("(+ 2000 2)", "\n2002")
    with Terminal(tmp_path) as terminal:
        terminal.send(UP)
        terminal.wait_for("=> (+ 2000 2)")
        terminal.send(f"{CTRL_C}{CTRL_R}1000")
        terminal.wait_for("(+ 1000 1)")
        terminal.send("\r")
        terminal.wait_for("=> (+ 1000 1)")
        terminal.send("\r")
        screen = terminal.wait_for("\n1001")
        assert "\n2002" not in screen


def test_interrupting(terminal: Terminal) -> None:
    """Progress shows; Ctrl-C keeps the posterior so far, stops anything else, and harms nothing."""
    terminal.answer(NORMAL, "#query[q]")
    terminal.enter("(infer q [1] :samples 1000000000 :scalar true)")
    terminal.wait_for("draws/s")
    line = next(line for line in terminal.lines() if "draws/s" in line)
    assert "importance" in line
    assert "ess" in line
    terminal.send(CTRL_C)
    terminal.wait_for("stopped early")
    terminal.wait_until(terminal.is_ready, "a prompt")
    assert "draws/s" not in terminal.text()
    terminal.answer("(type *1)", "osterior")
    terminal.answer("(plot *2)", "-----")
    terminal.enter("(loop [] (recur))")
    terminal.wait_for("(Ctrl-C stops it)")
    terminal.send(CTRL_C)
    terminal.wait_for("interrupted\n=>")
    terminal.answer("(infer q [1] :smc :particles 200 :sweeps 2)", "400 draws")
    terminal.answer("(q 1 2 3)", "error[")
    terminal.answer("(infer q [1] :seed 1)", "1,000 draws")


WORKSHEET = """\
;; gorilla-repl.fileformat = 1

; **
;;; # A worksheet
; **

; @@
(ns worksheet
  (:require [anglican.stat :as stat])
  (:use [anglican core runtime emit]))
; @@

; @@
(defquery coin [flips]
  (let [p (sample (beta 1 1))]
    (doseq [f flips] (observe (flip p) f))
    p))

(def states (take 100 (doquery :importance coin [[true true]])))
; @@
; =>
;;; {"type":"html","value":"<span>#'worksheet/coin</span>"}
; <=

(count states)

(foo)

"the end"
"""


def test_pasting_a_worksheet(terminal: Terminal) -> None:
    """Many forms and comments at once; an error among them stops nothing."""
    terminal.paste(WORKSHEET)
    terminal.wait_for('"the end"')
    assert "#query[coin]" not in terminal.text()
    terminal.send("\r")
    terminal.wait_for('\n"the end"\n=>')
    screen = terminal.text()
    assert screen.index("#query[coin]") < screen.index("\n100\n") < screen.index("`foo` is not")
    terminal.answer("(infer coin [[true false]] :smc)", "coin by smc")


def test_pasting_a_worksheet_of_the_examples(terminal: Terminal, tmp_path: Path) -> None:
    """All of its answers, each of what is defined in a line; its plot, and nothing of the line that
    showed what ran.
    """
    sheet = Path(__file__).parents[2] / "examples" / "worksheets" / "marsaglia.clj"
    text = sheet.read_text(encoding="utf-8")
    terminal.paste(text)
    terminal.wait_for(text.rstrip().splitlines()[-1])
    terminal.send("\r")
    screen = terminal.wait_for("#plot[histogram]")
    answers = screen[screen.index("\n#query[marsaglia]") :].splitlines()
    assert "\nhistogram: plot-1.png\n" in screen
    assert (tmp_path / "plot-1.png").exists()
    assert max(map(len, answers)) < 100
    assert len(answers) < 30
    assert "error[" not in screen


def test_training_and_using_an_artifact(terminal: Terminal, tmp_path: Path) -> None:
    """From the model to the posterior by a network, without leaving."""
    terminal.answer(NORMAL, "#query[q]")
    terminal.answer(
        '(compile-inference q "q.pt" :traces 512 :validation 64 :hidden 16 :width 16)', "nats"
    )
    assert (tmp_path / "q.pt").exists()
    terminal.answer('(infer q [1] :artifact "q.pt" :particles 50)', "q by ic")
    terminal.answer('(count (take 5 (doquery :csis q [1] :artifact "q.pt")))', "\n5")


def test_a_terminal_without_an_editor(tmp_path: Path) -> None:
    """Lines are read as they come, on the simplest terminal there is."""
    with Terminal(tmp_path, TERM="dumb") as terminal:
        terminal.answer("(+ 20 22)", "\n42")
        terminal.enter("(+ 1")
        terminal.wait_for("\n .")
        terminal.enter("2)")
        terminal.wait_for("\n3")
        terminal.enter("(loop [] (recur))")
        terminal.wait_for("(Ctrl-C stops it)")
        terminal.send(CTRL_C)
        terminal.answer(":still-here", "\n:still-here")
        terminal.send(CTRL_D)
        assert terminal.code() == 0


def test_a_wrong_file_can_be_mended(tmp_path: Path) -> None:
    """The session begins all the same, and loads the file again."""
    file = tmp_path / "model.aq"
    file.write_text("(def a (foo))")
    with Terminal(tmp_path, "model.aq") as terminal:
        assert "error[AQ220]" in terminal.wait_for("model.aq:1:9")
        file.write_text("(def a 42)")
        terminal.answer("(reload)", "1 other definition")
        assert terminal.answer("a", "\n42").count("error") == 1
