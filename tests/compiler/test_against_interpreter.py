"""Compiled programs do what the reference interpreter says, checkpoint by checkpoint."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compiler.runs import compiled, interpreted
from tests.program_strategies import ARGUMENT, programs


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), st.integers(0, 3))
def test_the_same_checkpoints_and_the_same_result(text: str, seed: int) -> None:
    assert interpreted(text, ARGUMENT, seed) == compiled(text, ARGUMENT, seed)
