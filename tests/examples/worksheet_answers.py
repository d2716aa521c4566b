"""What the worksheets on Bayesian models must find, computed a second time."""

from __future__ import annotations

from tests.examples.worksheet_checks import Worksheet

__all__ = ["WORKSHEETS"]

WORKSHEETS: list[Worksheet] = []
