"""The REPL: lines in, values and errors out, alive after every error."""

from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
import time

import pytest

from anglipy.api import Session
from anglipy.cli import main
from anglipy.repl.session import Conversation


@pytest.fixture
def conversation() -> Conversation:
    return Conversation(Session())


def test_a_line_of_forms_gives_a_result_each(conversation: Conversation) -> None:
    assert conversation.tell("(+ 1 2) :a").results == ("3", ":a")


def test_a_form_may_span_lines(conversation: Conversation) -> None:
    assert conversation.tell("(let [x 1]").wants_more
    assert conversation.is_pending
    assert conversation.tell("").wants_more
    assert conversation.tell("  (+ x 1))").results == ("2",)
    assert not conversation.is_pending


def test_an_empty_line_is_nothing(conversation: Conversation) -> None:
    reply = conversation.tell("")
    assert (reply.results, reply.errors, reply.wants_more) == ((), (), False)


@pytest.mark.parametrize(
    "wrong",
    ["(nonsense 1)", "(+ 1 :a)", ")", "(let [x] x)", "(def x (sample (normal 0 1)))", '"\\q"'],
)
def test_after_an_error_all_is_as_before(conversation: Conversation, wrong: str) -> None:
    assert not conversation.tell("(def x 41)").errors
    reply = conversation.tell(wrong)
    assert reply.errors
    assert not reply.results
    assert conversation.tell("(inc x)").results == ("42",)


def test_errors_name_the_input(conversation: Conversation) -> None:
    conversation.tell("1")
    (error,) = conversation.tell("(foo)").errors
    assert error.span is not None
    assert error.span.source.name == "<repl 2>"


def test_dropping_an_unfinished_form(conversation: Conversation) -> None:
    assert conversation.tell("(+ 1").wants_more
    conversation.drop()
    assert conversation.tell("7").results == ("7",)


def test_end_in_the_middle_of_a_form_is_an_error(conversation: Conversation) -> None:
    conversation.tell("(+ 1")
    assert conversation.end().errors
    assert not conversation.end().errors


def talk(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[str, str, object]:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    with pytest.raises(SystemExit) as end:
        main(["repl"])
    captured = capsys.readouterr()
    return captured.out, captured.err, end.value.code


def test_from_a_pipe_there_are_only_results(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert talk("(+ 1 2)\n(* 2\n3)\n", monkeypatch, capsys) == ("3\n6\n", "", 0)


def test_from_a_pipe_an_error_does_not_stop_but_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err, code = talk("(foo)\n1\n(+ 1", monkeypatch, capsys)
    assert out == "1\n"
    assert err.count("error[") == 2
    assert code == 1


_CONTROL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal the one whose Ctrl-C reaches the program, then becomes the program."""


class Terminal:
    """The REPL on a real (pseudo-)terminal."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        environment = os.environ | {"NO_COLOR": "1", "TERM": "dumb", "INPUTRC": os.devnull}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CONTROL, sys.executable, "-m", "anglipy", "repl"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)

    def write(self, text: str) -> None:
        os.write(self.master, text.encode())

    def read_until(self, wanted: str, timeout_s: float = 30.0) -> str:
        seen, end = "", time.monotonic() + timeout_s
        while wanted not in seen:
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"no {wanted!r} in {seen!r}"
            seen += os.read(self.master, 4096).decode()
        return seen

    def interrupt_until(self, wanted: str) -> None:
        """Press Ctrl-C until the prompt is there: one that comes right before readline waits for a
        key is only seen at the next key.
        """
        seen = ""
        for _ in range(15):
            self.write("\x03")
            while wanted not in seen and select.select([self.master], [], [], 2.0)[0]:
                seen += os.read(self.master, 4096).decode()
            if wanted in seen:
                return
        raise AssertionError(f"no {wanted!r} after fifteen times Ctrl-C")

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.mark.slow
def test_on_a_terminal() -> None:
    with Terminal() as terminal:
        terminal.read_until("=> ")
        terminal.write("(+ 20 22)\n")
        assert "42" in terminal.read_until("\n=> ")
        terminal.write("(+ 1\n")
        terminal.read_until(" . ")
        terminal.interrupt_until("=> ")
        terminal.write("(loop [] (recur))\n")
        time.sleep(1.0)
        terminal.interrupt_until("=> ")
        terminal.write(":still-here\n")
        assert ":still-here" in terminal.read_until("\n=> ")
        terminal.write("\x04")
        assert terminal.process.wait(timeout=30) == 0
