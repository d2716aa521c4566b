"""A session, asked for values and for failures."""

from __future__ import annotations

from typing import Any

import pytest

from anglipy.api import Session
from anglipy.diagnostics import AnglipyError


def of(models: str) -> Session:
    """A session that knows these."""
    session = Session()
    session.evaluate(models, "models.clj")
    return session


def value(session: Session, text: str) -> Any:
    """The value of the last form of a text."""
    return session.evaluate(text, "case.clj")[-1]


def fails(session: Session, text: str) -> AnglipyError:
    """What evaluating a text raises, which it must."""
    with pytest.raises(AnglipyError) as caught:
        value(session, text)
    return caught.value
