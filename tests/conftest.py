"""What all tests share: the flag that accepts new golden files, a cache of their own."""

from __future__ import annotations

import os
import signal
import tempfile

import pytest

# A shell starts what it puts into the background with SIGINT ignored, and children inherit that:
# tests that press Ctrl-C on a process of theirs need the default back.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Processes that tests start keep compiled code in a directory of this run. Tracebacks are
    whole.
    """
    os.environ.setdefault("ANGLIPY_TRACEBACK", "1")
    if "ANGLIPY_CACHE" not in os.environ:
        directory = tempfile.TemporaryDirectory(prefix="anglipy-cache-")
        os.environ["ANGLIPY_CACHE"] = directory.name
        config.add_cleanup(directory.cleanup)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="write golden files anew from what the tests produce now, instead of comparing",
    )


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--accept"))
