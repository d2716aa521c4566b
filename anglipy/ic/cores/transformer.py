"""A transformer over the choices of a run: a token per choice, which sees itself and those before
it, and the tokens of the observations (Vaswani et al. 2017; layers normalise first, Xiong et al.
2020).

The token of a choice holds the value and identity of the choice before it and its own identity and
prior, as the input of the LSTM does. Queries and keys are rotated by their place in the run (Su et
al. 2021), so that the network can tell how long ago a choice was. At inference keys and values of
each layer are kept, and a step costs one token.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from anglipy.ic.batches import Batch
from anglipy.ic.cores.base import (
    FAMILY_WIDTH,
    Core,
    Told,
    inputs_width,
    numbered,
    padded,
    places,
)
from anglipy.ic.cores.looking import Looking
from anglipy.ic.cores.past import by_head
from anglipy.ic.cores.states import Cache, State
from anglipy.ic.layers import INSTANCE_WIDTH, Shape
from anglipy.ic.products import Linear
from anglipy.ic.reader import Reading

__all__ = ["Transformer"]

LAYERS = 2


class Transformer(Core):
    """The state: a cache per layer. Raises ValueError if heads cannot share the units in pairs."""

    def __init__(self, shape: Shape) -> None:
        if shape.hidden % (2 * shape.attention_heads):
            raise ValueError(f"a transformer of {shape.hidden} units")
        super().__init__(shape)
        self.input = Linear(inputs_width(shape) + FAMILY_WIDTH + INSTANCE_WIDTH, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(shape.hidden)

    def unroll(self, told: Told, reading: Reading, batch: Batch) -> Tensor:
        """All steps of a batch at once, each seeing those before it."""
        at = places(batch)
        table = padded(batch, self._inputs(reading.summary[batch.trace_of], told), at)
        times = torch.arange(batch.longest, device=table.device)
        states, numbers = table, numbered(batch, at)
        for layer in self._layers():
            states = layer.unroll(states, times, reading, numbers)
        return self.heads_see(self.norm(states), table, reading, numbers).flatten(0, 1)[at]

    def begin(self, reading: Reading) -> State:
        """An empty cache per layer."""
        heads = self.shape.attention_heads
        d = self.shape.hidden // heads
        return tuple(Cache.empty(heads, d, reading.summary) for _ in self._layers())

    def advance(self, reading: Reading, state: State, told: Told) -> tuple[Tensor, State]:
        """One token of each run through all layers."""
        inputs = self._inputs(reading.summaries(len(told.prior)), told)
        states, after = inputs, []
        for layer, cache in zip(self._layers(), state, strict=True):
            assert isinstance(cache, Cache)
            states, longer = layer.advance(states, cache, reading, told.number)
            after.append(longer)
        states = self.norm(states)
        seen = self.heads_see(states[None], inputs[None], reading, told.number[None])[0]
        return seen, tuple(after)

    def _layers(self) -> list[Layer]:
        return list(self.layers)  # type: ignore[arg-type]

    def _inputs(self, summary: Tensor, told: Told) -> Tensor:
        """The tokens of n steps, (n, hidden)."""
        before = [self.families(told.before.family), self.instances(told.before.instance)]
        return self.input(torch.cat([self.full_inputs(summary, told), *before], 1))


class Layer(nn.Module):
    """Attention to the run so far, attention to the observations, a perceptron; each adds to its
    input what it makes of it normalised.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        hidden = shape.hidden
        self.heads = shape.attention_heads
        self.three = Linear(hidden, 3 * hidden)
        self.output = Linear(hidden, hidden)
        self.observations = Looking(hidden, shape)
        self.observed = Linear(shape.width, hidden)
        self.perceptron = nn.Sequential(
            Linear(hidden, 2 * hidden), nn.GELU(), Linear(2 * hidden, hidden)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(hidden) for _ in range(3))

    def unroll(self, x: Tensor, times: Tensor, reading: Reading, numbers: Tensor) -> Tensor:
        """All steps of B runs, (B, T, hidden), whose instances are `numbers`, (B, T)."""
        query, key, value = (
            by_head(part, self.heads) for part in self.three(self.norms[0](x)).chunk(3, 2)
        )
        found = functional.scaled_dot_product_attention(
            rotated(query, times), rotated(key, times), value, is_causal=True
        )
        x = x + self.output(found.transpose(1, 2).flatten(2))
        return self._rest(x, reading, numbers)

    def advance(
        self, x: Tensor, cache: Cache, reading: Reading, numbers: Tensor
    ) -> tuple[Tensor, Cache]:
        """One step of n runs, (n, hidden), which share a reading."""
        query, key, value = (
            part.reshape(len(x), self.heads, -1)
            for part in self.three(self.norms[0](x)).chunk(3, 1)
        )
        times = cache.lengths[:, None]
        cache = cache.appended(rotated(key, times), value)
        x = x + self.output(cache.attended(rotated(query, times)))
        return self._rest(x[None], reading, numbers[None])[0], cache

    def _rest(self, x: Tensor, reading: Reading, numbers: Tensor) -> Tensor:
        x = x + self.observed(self.observations.look(self.norms[1](x), reading, numbers))
        return x + self.perceptron(self.norms[2](x))


def rotated(x: Tensor, times: Tensor) -> Tensor:
    """Pairs of columns (.., d) turned by angles that grow with the time of each row, so that the
    product of two rows depends on their distance. `times` is as x without its last dimension, or
    broadcasts to it.
    """
    half = x.shape[-1] // 2
    speeds = 100.0 ** (-torch.arange(half, dtype=x.dtype, device=x.device) / half)
    angles = times[..., None].to(x.dtype) * speeds
    cos, sin = angles.cos(), angles.sin()
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cos - second * sin, first * sin + second * cos], -1)
