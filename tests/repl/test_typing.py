"""What is known of a text while it is typed: indentation, colours, completions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anglipy.api import Session
from anglipy.repl.completing import completions
from anglipy.repl.highlighting import styled_lines
from anglipy.repl.indenting import indentation
from anglipy.repl.session import Conversation
from anglipy.repl.tokens import is_complete


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 0),
        ("(f)", 0),
        ("(defquery q [x]", 2),
        ("(let [x 1", 6),
        ("(let [x 1]\n  (if x", 6),
        ("(+ (f 1) ; a [ comment", 3),
        ("(foo", 2),
        ("{:a 1", 1),
        ("#{1", 2),
        ("((f) 1", 5),
        ("(map (fn [x]", 7),
        ("#(+ 1", 4),
        ('(str "(" ', 5),
        ('(str "a', 0),
    ],
)
def test_indentation(text: str, column: int) -> None:
    assert indentation(text) == column


@given(st.text(alphabet="()[]{}#\"\\;:'@^_ \nab1/", max_size=40))
def test_no_text_is_too_wrong_to_be_typed(text: str) -> None:
    indentation(text)
    is_complete(text)
    lines = styled_lines(text)
    assert "\n".join("".join(piece for _, piece in line) for line in lines) == text


def test_colours() -> None:
    ((*pieces,),) = styled_lines("(sample (f 1 :a)))")
    found = {piece: style for style, piece in pieces}
    assert found["sample"] == "class:draw"
    assert found["f"] == "class:head"
    assert found["1"] == "class:number"
    assert pieces[-1] == ("class:wrong", ")")


@pytest.fixture(scope="module")
def conversation() -> Conversation:
    made = Conversation(Session())
    list(made.answers('(defn my-function "Does it." [x] (:my-key x)) (defquery mine [] 1)'))
    return made


def offered(conversation: Conversation, text: str) -> dict[str, str]:
    return {found.text: found.about for found in completions(text, conversation)}


def test_names_come_with_what_they_mean(conversation: Conversation) -> None:
    found = offered(conversation, "(my-")
    assert found == {"my-function": "Does it"}
    assert next(iter(offered(conversation, "(m"))) in ("my-function", "mine")
    assert "map" in offered(conversation, "(m")
    assert offered(conversation, "(defque")["defquery"].startswith("Define a query")


def test_names_of_the_text_come_first(conversation: Conversation) -> None:
    assert next(iter(offered(conversation, "(let [mapping 1] map"))) == "mapping"


def test_options_of_the_algorithm(conversation: Conversation) -> None:
    found = offered(conversation, "(infer mine [] :smc :p")
    assert found == {":particles": "1000: Particles per sweep"}
    assert offered(conversation, "(infer mine [] :s")[":smc"].startswith("Sequential Monte Carlo")
    assert "network" in offered(conversation, "(infer mine [] :i")[":ic"]
    assert offered(conversation, '(compile-inference mine "a" :batc')[":batch"].startswith("64: ")
    assert ":minutes" in offered(conversation, '(compile-inference mine "a" :m')
    assert ":particles" in offered(conversation, '(infer mine [] :artifact "a" :p')


def test_keywords_of_the_session_and_commands(conversation: Conversation) -> None:
    assert ":my-key" in offered(conversation, "(f :my")
    assert ":help" in offered(conversation, ":h")
    assert ":help" not in offered(conversation, "(f :h")
    assert list(offered(conversation, "(doc :pg")) == [":pgibbs", ":pgas"]
    assert offered(conversation, ":doc :smc") == {}
    assert ":smc" in offered(conversation, ":doc :sm")


def test_files(conversation: Conversation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "coin.aq").write_text("1")
    monkeypatch.chdir(tmp_path)
    assert list(offered(conversation, '(load "mo')) == ["models/"]
    assert list(offered(conversation, '(load "models/c')) == ['coin.aq"']
    assert offered(conversation, '(load "nowhere/') == {}
    assert list(offered(conversation, ":load models/c")) == ["coin.aq"]


@pytest.mark.parametrize("text", ["", "(", "; ma", "(f 1 ", "zzzzzz"])
def test_nothing_to_complete(conversation: Conversation, text: str) -> None:
    assert offered(conversation, text) == {}
