"""Files that a program requires: their macros by any name, each of them loaded once, and namespaces
that come with the language and are compiled when they are required.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from anglipy.api import Session
from anglipy.runtime.printing import pr_str

TOOLS = """
(ns tools)
(println "tools are loaded")
(def seen (atom []))
(defn note! [x] (swap! seen conj x))
(defmacro noting [x] `(do (note! '~x) ~x))
"""
MORE = """
(ns more (:require [tools :as t]))
(defmacro noting-twice [x] `(do (t/noting ~x) (t/noting ~x)))
"""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "tools.clj").write_text(TOOLS)
    (tmp_path / "more.clj").write_text(MORE)
    return Session(tmp_path)


def test_a_macro_is_known_by_its_alias_and_by_its_full_name(session: Session) -> None:
    session.evaluate("(ns main (:require [tools :as t :refer [noting]]))", "main.clj")
    for call in ("(noting (+ 1 2))", "(t/noting (+ 1 2))", "(tools/noting (+ 1 2))"):
        assert session.evaluate(call, "main.clj")[-1] == 3
    assert pr_str(session.evaluate("@t/seen", "main.clj")[-1]) == "[(+ 1 2) (+ 1 2) (+ 1 2)]"


def test_a_file_that_two_others_require_is_loaded_once(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    session.evaluate("(ns main (:require [more :as m] [tools :as t]))", "main.clj")
    session.evaluate("(m/noting-twice 5)", "main.clj")
    assert capsys.readouterr().out == "tools are loaded\n"
    assert pr_str(session.evaluate("@t/seen", "main.clj")[-1]) == "[5 5]"


def test_a_changed_file_is_loaded_again(session: Session, tmp_path: Path) -> None:
    session.evaluate("(require '[tools :as t])", "main.clj")
    (tmp_path / "tools.clj").write_text(TOOLS + "(defn more-of-them [] :more)")
    assert pr_str(session.evaluate("(require '[tools :as t]) (t/more-of-them)", "m.clj")[-1]) == (
        ":more"
    )


def test_tests_of_a_required_file_are_run(tmp_path: Path) -> None:
    (tmp_path / "checks.clj").write_text(
        "(ns checks (:require [clojure.test :refer [deftest is]])) (deftest one (is (= 1 1)))"
    )
    session = Session(tmp_path)
    session.evaluate("(ns main (:require checks [clojure.test :as t]))", "main.clj")
    assert pr_str(session.evaluate("(:pass (t/run-tests))", "main.clj")[-1]) == "1"


def test_finally_in_a_macro(session: Session) -> None:
    session.evaluate("(defmacro safely [x y] `(try ~x (finally ~y)))", "main.clj")
    session.evaluate("(def done (atom nil))", "main.clj")
    assert session.evaluate("(safely 1 (reset! done :yes))", "main.clj")[-1] == 1
    assert pr_str(session.evaluate("@done", "main.clj")[-1]) == ":yes"
