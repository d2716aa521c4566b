"""Cores: what a network makes of the choices before a choice, and of the observations.

    lstm               a recurrent state (Hochreiter and Schmidhuber 1997; Le, Baydin and Wood 2017)
    ff                 no history: every choice is proposed given the observations only
    lstm+attention     the recurrent state, and dot-product attention over the earlier choices
    ff+attention       attention over the earlier choices alone (Harvey et al. 2019)
    transformer        causal self-attention over the choices, cross-attention to the observations
                       (Vaswani et al. 2017)

All follow the protocol of `base.Core`; the network, the trainer and the engine do not know which
one runs.
"""

from __future__ import annotations

from anglipy.ic.cores.attentive import AttentiveFeedForward, AttentiveLSTM
from anglipy.ic.cores.base import Core, Identity, Told
from anglipy.ic.cores.feedforward import FeedForward
from anglipy.ic.cores.lstm import LSTM
from anglipy.ic.cores.states import Cache, State, joined, selected
from anglipy.ic.cores.transformer import Transformer
from anglipy.ic.layers import Shape

__all__ = ["CORES", "Cache", "Core", "Identity", "State", "Told", "core_of", "joined", "selected"]

CORES: dict[str, type[Core]] = {
    "ff+attention": AttentiveFeedForward,
    "lstm": LSTM,
    "lstm+attention": AttentiveLSTM,
    "transformer": Transformer,
    "ff": FeedForward,
}
"""The cores by the names that the option `network` gives them."""


def core_of(name: str, shape: Shape) -> Core:
    """A new core. Raises ValueError for a name that is none of `CORES`."""
    if name not in CORES:
        raise ValueError(f"the network {name!r}")
    return CORES[name](shape)
