"""The REPL on a pseudo-terminal: keys in, the screen as a person would see it out."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pexpect
import pyte

ROWS, COLUMNS = 40, 100
PATIENCE_S = 60.0
"""How long a slow machine may take for one answer."""

CTRL_C, CTRL_D, CTRL_R, TAB, ALT_ENTER = "\x03", "\x04", "\x12", "\t", "\x1b\r"
UP = "\x1b[A"


class Terminal:
    """A program on a terminal of its own."""

    def __init__(
        self,
        directory: Path,
        *arguments: str,
        program: Sequence[str] = (sys.executable, "-m", "anglipy"),
        **environment: str,
    ) -> None:
        self._screen = pyte.HistoryScreen(COLUMNS, ROWS, history=2_000, ratio=0.5)
        self._screen.write_process_input = lambda data: self._child.send(data)
        self._stream = pyte.Stream(self._screen)
        given = {"TERM": "xterm", "NO_COLOR": "1", "ANGLIPY_HISTORY": str(directory / "history")}
        root = str(Path(__file__).parents[2])
        self._child = pexpect.spawn(
            program[0],
            [*program[1:], "repl", *arguments],
            env=os.environ | {"PYTHONPATH": root, "OMP_NUM_THREADS": "1"} | given | environment,
            cwd=str(directory),
            dimensions=(ROWS, COLUMNS),
            encoding="utf-8",
            timeout=PATIENCE_S,
        )

    def __enter__(self) -> Terminal:
        self.wait_for("=>")
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill(signal.SIGKILL)
        self._child.close(force=True)

    def send(self, keys: str) -> None:
        """Press keys."""
        self._child.send(keys)

    def paste(self, text: str) -> None:
        """Paste a text, as terminals do it: in brackets."""
        self._child.send(f"\x1b[200~{text}\x1b[201~")

    def enter(self, text: str) -> None:
        """Type a line and press Enter once it is there."""
        self.send(text)
        self.wait_for(text[-40:])
        self.send("\r")

    def answer(self, text: str, wanted: str) -> str:
        """Type a line, and give the screen when the answer and the next prompt are there."""
        before = self.prompts()
        self.enter(text)
        return self.wait_until(
            lambda: wanted in self.text() and self.prompts() > before and self.is_ready(), wanted
        )

    def prompts(self) -> int:
        """How many prompts there have been."""
        return sum(line.startswith("=>") for line in self.lines())

    def is_ready(self) -> bool:
        """Whether the last line is an empty prompt."""
        filled = [line for line in self.lines() if line.strip()]
        return bool(filled) and filled[-1].rstrip() == "=>"

    def lines(self) -> list[str]:
        """All lines there are, those that were scrolled away among them."""
        gone = [
            "".join(line[column].data for column in range(COLUMNS)).rstrip()
            for line in self._screen.history.top
        ]
        return gone + [line.rstrip() for line in self._screen.display]

    def text(self) -> str:
        """All lines as one text."""
        return "\n".join(self.lines())

    def wait_for(self, wanted: str) -> str:
        """The screen once it shows a text."""
        return self.wait_until(lambda: wanted in self.text(), wanted)

    def wait_until(self, is_so: Callable[[], bool], what: str) -> str:
        """The screen once something is so."""
        end = time.monotonic() + PATIENCE_S
        while True:
            if is_so():
                return self.text()
            assert time.monotonic() < end, f"no {what!r} on the screen:\n{self.text()}"
            try:
                self._stream.feed(self._child.read_nonblocking(65_536, timeout=0.2))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert is_so(), f"ended without {what!r}:\n{self.text()}"

    def code(self) -> int | None:
        """The exit code, once the program has ended."""
        self._child.expect(pexpect.EOF)
        self._child.close()
        code: int | None = self._child.exitstatus
        return code
