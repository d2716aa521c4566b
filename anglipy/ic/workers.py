"""Processes that work beside the one that trains: numbered tasks, answered with bytes.

Task n belongs to worker n modulo their count, so who does what is no matter of chance. A worker is
a fork: it has the program as it is, and needs nothing but a pipe. It computes with numpy only. It
ends when its pipe does, whoever closes it, and in the middle of a task soon after the process that
it works for is gone, by kill -9 too; so none survives it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from typing import Any

from anglipy.diagnostics import ArtifactError, OptionError

__all__ = ["WorkerFailed", "Workers"]

GRACE_S = 1.0
"""How long a worker may take to end."""
WATCH_S = 0.5
"""Time between two looks of a worker at whether it still works for anybody."""
_DONE, _FAILED = b"\x00", b"\x01"


class WorkerFailed(Exception):
    """A task raised an exception, whose text this is."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.number = number


class Workers:
    """`count` processes that do `task(number)`. They ignore Ctrl-C, which is the trainer's.

    Raises OptionError AQ303 where the system cannot fork.
    """

    def __init__(self, task: Callable[[int], bytes], count: int) -> None:
        if "fork" not in multiprocessing.get_all_start_methods():
            raise OptionError(
                "AQ303",
                f"the option `workers` cannot be {count}: this system cannot fork processes",
                help="train without it",
            )
        self.count = count
        self.ready: dict[int, bytes] = {}
        self.asked: list[deque[int]] = [deque() for _ in range(count)]
        self.pipes: list[Connection] = []
        self.processes: list[Any] = []
        context = multiprocessing.get_context("fork")
        for place in range(count):
            mine, its = context.Pipe()
            self.pipes.append(mine)
            process = context.Process(
                target=_serve,
                args=(task, its, list(self.pipes), os.getpid()),
                name=f"anglipy worker {place + 1}",
                daemon=True,
            )
            process.start()
            self.processes.append(process)
            its.close()

    def want(self, numbers: Iterable[int]) -> None:
        """Have these tasks done, in this order, as soon as may be."""
        for number in numbers:
            asked = self.asked[number % self.count]
            if number not in self.ready and number not in asked:
                asked.append(number)
                try:
                    self.pipes[number % self.count].send_bytes(str(number).encode())
                except OSError as error:
                    raise self._died(number % self.count) from error

    def get(self, number: int) -> bytes:
        """The answer of a task, as soon as it is done.

        Raises:
            WorkerFailed: the task raised an exception.
            ArtifactError: AQ612 its worker died.

        """
        self.want([number])
        while number not in self.ready:
            self._receive(number % self.count)
        return self._answer(number)

    def collect(self) -> None:
        """Take in what is done already, so that workers go on."""
        for place, pipe in enumerate(self.pipes):
            while self.asked[place] and pipe.poll():
                self._receive(place)

    def close(self) -> None:
        """End them all, whatever they are doing."""
        for pipe in self.pipes:
            pipe.close()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join(GRACE_S)
            if process.is_alive():
                process.kill()
                process.join()

    def _receive(self, place: int) -> None:
        try:
            data = self.pipes[place].recv_bytes()
        except (EOFError, OSError) as error:
            raise self._died(place) from error
        self.ready[self.asked[place].popleft()] = data

    def _answer(self, number: int) -> bytes:
        data = self.ready.pop(number)
        if data[:1] == _FAILED:
            raise WorkerFailed(number, data[1:].decode(errors="replace"))
        return data[1:]

    def _died(self, place: int) -> ArtifactError:
        process = self.processes[place]
        process.join(GRACE_S)
        code = process.exitcode
        how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
        doing = f" while it ran block {self.asked[place][0]}" if self.asked[place] else ""
        return ArtifactError(
            "AQ612",
            f"worker {place + 1} of {self.count} died{doing}, {how}",
            help="was there enough memory? fewer --workers need less; --resume goes on from the "
            "last checkpoint",
        )


def _serve(
    task: Callable[[int], bytes], pipe: Connection, others: list[Connection], owner: int
) -> None:
    """What a worker does all its life. Ends of pipes that a fork inherits must be closed, or nobody
    would see them end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:
        other.close()
    threading.Thread(target=_end_with, args=(owner,), daemon=True).start()
    torch = sys.modules.get("torch")
    if torch is not None:
        # A pool of threads does not survive a fork.
        torch.set_num_threads(1)
    try:
        while True:
            number = int(pipe.recv_bytes())
            try:
                answer = _DONE + task(number)
            except Exception as error:
                answer = _FAILED + f"{type(error).__name__}: {error}".encode()
            pipe.send_bytes(answer)
    except (EOFError, OSError):
        os._exit(0)


def _end_with(owner: int) -> None:
    """End this process when it is nobody's child any more: a task may take long."""
    while os.getppid() == owner:
        time.sleep(WATCH_S)
    os._exit(0)
