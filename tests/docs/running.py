"""Running the snippets of a page; `pages` says what each may hold.

Every function raises AssertionError with the place of the snippet that does not do what it says.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import linecache
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anglipy.api import Session
from anglipy.cli.values import read_value
from anglipy.diagnostics import AnglipyError, Incomplete, Source, render
from anglipy.reader import read
from anglipy.repl.session import Conversation
from anglipy.runtime.printing import pr_str
from tests.cli.transcripts import Command, normal, parse, perform
from tests.docs.pages import Snippet

__all__ = ["Page", "compare", "expectations", "matches"]

UNCOMPARED = ("output varies", "run as")
_EXPECTATION = re.compile(r"^\s*;(=>|>|!) ?(.*)$", re.MULTILINE)
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass
class Page:
    """What the snippets of one page share. The current directory is theirs."""

    names: dict[str, Any] = field(default_factory=dict)
    conversation: Conversation = field(default_factory=lambda: _conversation())

    def assert_holds(self, snippet: Snippet) -> None:
        """Run one snippet and compare."""
        if snippet.mark == "not run" or (snippet.language == "text" and snippet.mark != "file"):
            return
        if snippet.mark == "run as":
            snippet = replace(snippet, text=_instead(snippet))
        if snippet.mark == "file":
            Path(snippet.detail).parent.mkdir(parents=True, exist_ok=True)
            Path(snippet.detail).write_text(snippet.text, encoding="utf-8")
            return
        run = {
            "clojure": self._clojure,
            "python": self._python,
            "console": self._console,
            "repl": self._repl,
        }[snippet.language]
        run(snippet)

    def _clojure(self, snippet: Snippet) -> None:
        evaluation = self.conversation.evaluation
        with evaluation.announced(read(Source(snippet.place, snippet.text))):
            for text, said in expectations(snippet.text, snippet.place):
                value, printed, code = self._evaluated(text, snippet.place)
                what = f"{snippet.place}: {text}"
                assert code == said.get("!", "").strip(), f"{what}\n{value}"
                compare(what, said.get(">", ""), printed)
                compare(what, said.get("=>", value), value)

    def _evaluated(self, text: str, place: str) -> tuple[str, str, str]:
        """The value as it prints, what was printed besides, and the code of the error."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                evaluation = self.conversation.evaluation
                (form,) = evaluation.read(text, place)
                return pr_str(evaluation.form(form)), out.getvalue(), ""
            except AnglipyError as error:
                return str(error), out.getvalue(), error.diagnostics[0].code

    def _python(self, snippet: Snippet) -> None:
        if ">>>" in snippet.text:
            test = doctest.DocTestParser().get_doctest(
                snippet.text, self.names, snippet.place, snippet.page, snippet.line
            )
            test.globs = self.names
            told: list[str] = []
            runner = doctest.DocTestRunner(optionflags=_FLAGS, verbose=False)
            failed = runner.run(test, out=told.append, clear_globs=False).failed
            assert not failed, "".join(told)
            return
        linecache.cache[snippet.place] = (
            0, None, snippet.text.splitlines(keepends=True), snippet.place,
        )  # fmt: skip
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(snippet.text, snippet.place, "exec"), self.names)

    def _console(self, snippet: Snippet) -> None:
        for command in parse(snippet.text.replace("\\\n", " ")):
            place = f"{snippet.place}: $ {command.line}"
            output, code = _ran(command, place)
            allowed = {command.code, 1} if "error" in command.output else {command.code}
            assert code in allowed, f"{place} left with {code}\n{output}"
            if command.output and snippet.mark not in UNCOMPARED:
                compare(place, command.output, output)

    def _repl(self, snippet: Snippet) -> None:
        for text, expected in _turns(snippet):
            out = _Terminal()
            with contextlib.redirect_stdout(out):
                for answer in self.conversation.answers(text):
                    for message in answer.messages:
                        print(render(message))
                    if answer.text is not None:
                        print(answer.text)
            if expected and snippet.mark not in UNCOMPARED:
                compare(f"{snippet.place}: => {text}", expected, out.getvalue())


def _conversation() -> Conversation:
    """What `anglipy repl` talks with."""
    made = Conversation(Session())
    made.evaluation.provide({"read-data": lambda path: read_value(f"@{path}", "read-data")})
    return made


def expectations(text: str, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each form of a text, and what is said behind it by `;=>`, `;>` and `;!`."""
    forms = read(Source(place, text))
    ends = [*(form.span.start for form in forms[1:]), len(text)]
    for form, end in zip(forms, ends, strict=True):
        said: dict[str, str] = {}
        for kind, line in _EXPECTATION.findall(text[form.span.end : end]):
            said[kind] = said.get(kind, "") + f"{line}\n"
        yield text[form.span.start : form.span.end], said


class _Terminal(io.StringIO):
    """Output that can show every character."""

    encoding = "utf-8"


def _instead(snippet: Snippet) -> str:
    prompt = {"console": "$ ", "repl": "=> "}.get(snippet.language, "")
    return f"{prompt}{snippet.detail}\n"


def _ran(command: Command, place: str) -> tuple[str, int]:
    """The output and the exit code of a line of a console."""
    words = shlex.split(command.line, comments=True)
    if words[0] != "anglipy":
        return _shell(words, place), 0
    words, file = (words[:-2], words[-1]) if words[-2] == ">" else (words, None)
    done = perform(Command(shlex.join(words)))
    if file is None:
        return done.output, done.code
    Path(file).write_text(done.output, encoding="utf-8")
    return "", done.code


def _shell(words: list[str], place: str) -> str:
    """The few commands of a shell that pages need."""
    name, *arguments = words
    if name == "cat":
        return "".join(Path(file).read_text(encoding="utf-8") for file in arguments)
    for argument in arguments:
        if name == "mkdir":
            Path(argument).mkdir()
        elif name == "rm":
            Path(argument).unlink()
    assert name in ("mkdir", "rm"), f"{place}: `{name}` cannot be run in a test of the pages"
    return ""


def _turns(snippet: Snippet) -> Iterator[tuple[str, str]]:
    """What is typed at the prompt, and what is answered."""
    lines = snippet.text.splitlines()
    while lines:
        text = lines.pop(0)
        assert text.startswith("=> "), f"{snippet.place}: {text} follows no `=> `"
        text = text.removeprefix("=> ")
        while _is_incomplete(text):
            text += "\n" + lines.pop(0)
        answer: list[str] = []
        while lines and not lines[0].startswith("=> "):
            answer.append(lines.pop(0))
        yield text, "\n".join(answer)


def _is_incomplete(text: str) -> bool:
    try:
        read(Source("turn", text))
    except Incomplete:
        return True
    return False


def compare(what: str, expected: str, actual: str) -> None:
    """Whether an output is as expected, but for what changes from run to run and for spaces."""
    assert matches(expected, actual), f"{what}\nexpected:\n{expected}\nbut it is:\n{actual}"


def matches(expected: str, actual: str) -> bool:
    """`...` stands for anything; spaces at the ends of lines, and empty lines, do not count."""
    pattern = ".*".join(re.escape(part) for part in _bare(expected).split("..."))
    return re.fullmatch(pattern, _bare(actual), re.DOTALL) is not None


def _bare(text: str) -> str:
    return "\n".join(line.rstrip() for line in normal(text).splitlines() if line.strip())


@contextlib.contextmanager
def beside_examples(directory: Path, root: Path) -> Iterator[None]:
    """A current directory that has the examples of the repository in it."""
    shutil.copytree(root / "examples", directory / "examples")
    with contextlib.chdir(directory):
        yield
