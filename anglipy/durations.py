"""How long something took, in words."""

from __future__ import annotations

__all__ = ["clock"]


def clock(seconds: float) -> str:
    """A duration as minutes and seconds.

    >>> clock(5), clock(125.4), clock(4000)
    ('0:05', '2:05', '1:06:40')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
