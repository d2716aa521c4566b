"""What all tests share: the flag that accepts new golden files."""

from __future__ import annotations

import signal

import pytest

# A shell starts what it puts into the background with SIGINT ignored, and children inherit that:
# tests that press Ctrl-C on a process of theirs need the default back.
signal.signal(signal.SIGINT, signal.default_int_handler)


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
