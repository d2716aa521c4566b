"""A torch module as a function of a program: `(require-python '[nets :refer [net]])`, then
`(net x)`.

Numbers and vectors of numbers become tensors of the module's own kind and place, arrays keep their
shape; no gradients are kept. A number is one feature: a tensor of shape (1,). What comes back is a
number where it is one, a vector where it is a row, else an array. Particles that run together are
one batch along the first axis, and the module is called once.

Nothing here imports torch: whoever has a module has it loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from anglipy.diagnostics import ProgramError
from anglipy.runtime.equality import elements
from anglipy.runtime.foreign import is_array, vectorised
from anglipy.runtime.printing import describe
from anglipy.runtime.vectors import Vector

__all__ = ["TorchFunction", "callable_of"]


def callable_of(value: Any) -> Any:
    """What a program gets for a value of Python: for a torch module a function, else the value."""
    if any(kind.__module__ == "torch.nn.modules.module" for kind in type(value).__mro__):
        return vectorised(TorchFunction(value))
    return value


class TorchFunction:
    """A function that calls a torch module."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.__name__ = type(module).__name__
        names = {type(part).__name__ for part in module.modules()}
        self._keeps_integers = any(name.startswith("Embedding") for name in names)

    def __repr__(self) -> str:
        return f"#torch[{self.__name__}]"

    def __call__(self, *arguments: Any) -> Any:
        """The value for these arguments."""
        return _value(self._call([self._tensor(argument) for argument in arguments]))

    def of_batches(self, differ: Sequence[bool], arguments: Sequence[Any]) -> Any:
        """An array of values, one for each particle. `differ` says which arguments are arrays whose
        first axis are the particles; the others are the same for all.
        """
        count = next(len(arg) for arg, own in zip(arguments, differ, strict=True) if own)
        tensors = []
        for argument, own in zip(arguments, differ, strict=True):
            if own and getattr(getattr(argument, "dtype", None), "kind", "") == "O":
                return _objects([self(*row) for row in _rows(arguments, differ, count)])
            tensor = self._tensor(argument)
            if own:
                tensors.append(tensor[:, None] if tensor.ndim == 1 else tensor)
            else:
                tensors.append(tensor.expand(count, *tensor.shape))
        found = self._call(tensors)
        if found.ndim == 2 and found.shape[1] == 1:
            return found[:, 0].numpy()
        return found.numpy() if found.ndim == 1 else _objects([_value(row) for row in found])

    def _call(self, tensors: list[Any]) -> Any:
        with sys.modules["torch"].no_grad():
            return self.module(*tensors).detach().cpu()

    def _tensor(self, value: Any) -> Any:
        torch = sys.modules["torch"]
        inside = elements(value) if not is_array(value) else None
        plain = value if inside is None else _nested(inside)
        try:
            tensor = torch.as_tensor(plain)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ProgramError(
                "AQ404",
                f"{self.__name__}: {describe(value)} is no tensor",
                help="give numbers, or vectors and arrays of numbers",
            ) from error
        like = next(self.module.parameters(), None)
        if like is not None:
            keeps = self._keeps_integers and not tensor.is_floating_point()
            tensor = tensor.to(like.device, dtype=tensor.dtype if keeps else like.dtype)
        elif tensor.dtype == torch.float64 and inside is not None:
            tensor = tensor.to(torch.get_default_dtype())
        return tensor[None] if tensor.ndim == 0 else tensor


def _nested(items: Iterable[Any]) -> list[Any]:
    return [item if (inside := elements(item)) is None else _nested(inside) for item in items]


def _value(tensor: Any) -> Any:
    """A tensor as a value of the language."""
    if tensor.numel() == 1 and tensor.ndim <= 1:
        return tensor.item()
    return Vector(tensor.tolist()) if tensor.ndim == 1 else tensor.numpy()


def _rows(
    arguments: Sequence[Any], differ: Sequence[bool], count: int
) -> Iterable[tuple[Any, ...]]:
    for place in range(count):
        yield tuple(
            argument[place] if own else argument
            for argument, own in zip(arguments, differ, strict=True)
        )


def _objects(values: list[Any]) -> Any:
    """An array of these values, whatever they are."""
    import numpy as np

    found = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        found[place] = value
    return found
