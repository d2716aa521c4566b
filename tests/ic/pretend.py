"""A GPU that is not there: tensors "on cuda" are those of the CPU with a note about their storage.

`pretending` makes torch take the device `cuda`, and what is done between the two devices raises
what CUDA raises:

* an operation on tensors of both (but for scalars, copies, and indices on the CPU);
* numpy's view of a tensor on the GPU; lengths of packed sequences that are not on the CPU;
* operations that autocasts of CUDA do not promote, on tensors of two dtypes.

`torch.autocast("cuda")` casts what CUDA's does, by the lists of torch's own header; the GPU has a
random generator of its own, which `torch.cuda.get_rng_state` and `set_rng_state` speak of.

What it cannot show: whether a kernel exists for a dtype on the GPU and what it computes, cuDNN's
recurrent layers and convolutions (the CPU's stand in for them), memory, streams and speed; what
happens inside of one function of torch, whose own tensors count as being where its arguments are;
what Python code of a backward pass makes. Numbers are those of the CPU.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.amp.autocast_mode import autocast
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

__all__ = ["PretendError", "pretending"]

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)
aten = torch.ops.aten


class PretendError(RuntimeError):
    """What would not work on a GPU."""


@contextmanager
def pretending() -> Iterator[None]:
    """There is one GPU, `cuda`."""
    places = _Places()
    generator = torch.Generator().manual_seed(0)
    with ExitStack() as stack:
        for name, value in _cuda(generator).items():
            stack.enter_context(mock.patch.object(torch.cuda, name, value))
        stack.enter_context(mock.patch.object(torch, "autocast", _autocast(torch.autocast)))
        stack.enter_context(
            mock.patch.object(torch.backends.cudnn, "is_acceptable", return_value=False)
        )
        stack.enter_context(mock.patch.object(torch._C, _GROUPS, _grouping(places)))
        kernels = _Kernels(places, generator)
        stack.enter_context(kernels)
        stack.enter_context(_Calls(places, kernels))
        yield


def _tensors(tree: Any) -> list[Tensor]:
    """The tensors among the arguments of a function."""
    if isinstance(tree, Tensor):
        return [tree]
    if isinstance(tree, (tuple, list)):
        return [tensor for part in tree for tensor in _tensors(part)]
    return []


class _Places:
    """Which storages are on the GPU. Weak references keep their addresses from being used again."""

    def __init__(self) -> None:
        self._there: dict[int, StorageWeakRef] = {}

    def put(self, tensor: Tensor, is_there: bool) -> None:
        """This tensor, and all that share its storage, are on the GPU or not."""
        reference = StorageWeakRef(tensor.untyped_storage())
        if is_there:
            self._there[reference.cdata] = reference
        else:
            self._there.pop(reference.cdata, None)
        if len(self._there) > 20_000:
            self._there = {key: ref for key, ref in self._there.items() if not ref.expired()}

    def has(self, tensor: Tensor) -> bool:
        """Whether it is on the GPU."""
        return tensor.untyped_storage()._cdata in self._there

    def any(self, tree: Any) -> bool:
        """Whether one of the tensors in there is."""
        return any(map(self.has, _tensors(tree)))


# -- operations --------------------------------------------------------------------------------

_BETWEEN = {aten.copy_.default, aten._to_copy.default}
_INDEXED = {
    aten.index.Tensor,
    aten._unsafe_index.Tensor,
    aten.index_put.default,
    aten.index_put_.default,
    aten._index_put_impl_.default,
}
_HOST = {
    aten._pack_padded_sequence.default: 1,
    aten._pack_padded_sequence_backward.default: 2,
    aten._pad_packed_sequence.default: 1,
}
"""Operations with an argument that must be on the CPU, and its place."""
_WITH_GENERATOR = {
    aten.rand.default: aten.rand.generator,
    aten.randn.default: aten.randn.generator,
    aten.randint.default: aten.randint.generator,
    aten.randint.low: aten.randint.low_generator,
    aten.randperm.default: aten.randperm.generator,
}


@cache
def _is_composite(func: Any) -> bool:
    """Whether it is made of others, which are looked at one by one."""
    key = "CompositeImplicitAutograd"
    return bool(torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), key))


@cache
def _parameters(func: Any) -> frozenset[str]:
    return frozenset(argument.name for argument in func._schema.arguments)


class _Kernels(TorchDispatchMode):
    """Every operation: are its arguments in one place? There its results are."""

    def __init__(self, places: _Places, generator: torch.Generator) -> None:
        super().__init__()
        self.places, self.generator = places, generator
        self.making: bool | None = None
        """Where the function that is being called was told to make tensors: on the GPU?"""
        self.inside = False
        """Whether it has an argument on the GPU."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here: there is nothing to keep the compiler off, which takes time."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if _is_composite(func):
            with self:
                return func.decompose(*args, **kwargs)
        with torch._C.DisableTorchFunction():
            inputs = _tensors((args, tuple(kwargs.values())))
            self._check(func, args, inputs)
            names = _parameters(func)
            there = self._there(func, names, inputs)
            if there and ("generator" in names or func in _WITH_GENERATOR):
                func, kwargs = (
                    _WITH_GENERATOR.get(func, func),
                    kwargs | {"generator": self.generator},
                )
            found = func(*args, **kwargs)
            results = _tensors(found)
            if func is aten._pack_padded_sequence.default:
                results = results[:1]
            if there and func not in (aten.copy_.default, aten.detach.default):
                for result in results:
                    self.places.put(result, True)
        return found

    def _there(self, func: Any, names: frozenset[str], inputs: list[Tensor]) -> bool:
        """Whether the results are on the GPU."""
        if "device" in names and self.making is not None:
            return self.making
        if not inputs:
            return self.inside
        if func in _INDEXED or func is aten._to_copy.default:
            return self.places.has(inputs[0])
        return any(map(self.places.has, inputs))

    def _check(self, func: Any, args: Any, inputs: list[Tensor]) -> None:
        """Raise what CUDA does for tensors in two places."""
        if func in _BETWEEN:
            return
        if func in _HOST:
            if self.places.has(args[_HOST[func]]):
                raise PretendError(f"{func}: lengths must be on the CPU")
            return
        has = self.places.has
        if func in _INDEXED:
            table, indices = args[0], [index for index in args[1] if index is not None]
            if not has(table) and any(map(has, indices)):
                raise PretendError(f"{func}: indices on cuda:0 into a tensor on the CPU")
            inputs = [
                table,
                *(part for part in args[2:] if isinstance(part, Tensor) and part.dim()),
            ]
        elif torch.Tag.pointwise in func.tags:
            inputs = [one for one in inputs if one.dim() or has(one)]
        if len(set(map(has, inputs))) > 1:
            where = " and ".join(
                f"{[tuple(x.shape) for x in inputs if has(x) == there][:3]} on {device}"
                for device, there in ((CUDA, True), (CPU, False))
            )
            raise PretendError(
                f"{func}: expected all tensors to be on the same device, got {where}"
            )


# -- functions ---------------------------------------------------------------------------------


class _Calls(TorchFunctionMode):
    """Every call of a function of torch: devices are taken from its arguments, questions about them
    answered, and the casts of CUDA's autocast made.
    """

    def __init__(self, places: _Places, kernels: _Kernels) -> None:
        super().__init__()
        self.places, self.kernels = places, kernels

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        place = _QUESTIONS.get(func)
        if place is not None:
            return place(self.places.has(args[0]))
        if func in (Tensor.numpy, Tensor.__array__) and self.places.has(args[0]):
            raise PretendError("can't convert cuda:0 device type tensor to numpy")
        if func in _PACKED and self.places.any(
            [x for x in _tensors(args[:2]) if x.dtype is torch.int64]
        ):
            raise PretendError("batch_sizes must be on the CPU")
        if func in _MOVES:
            return self._moved(*_MOVES[func](*args, **kwargs))
        if func is Tensor.__deepcopy__:
            found = self._called(func, args, kwargs, None)
            self.places.put(found, self.places.has(args[0]))
            return found
        return self._called(func, args, kwargs, self._device(kwargs))

    def _device(self, kwargs: dict[str, Any]) -> bool | None:
        """Whether the call names the GPU; it is not passed on."""
        if kwargs.get("device") is None:
            return None
        is_cuda = torch.device(kwargs["device"]).type == "cuda"
        if is_cuda:
            kwargs["device"] = CPU
        return is_cuda

    def _called(self, func: Any, args: Any, kwargs: Any, making: bool | None) -> Any:
        kernels = self.kernels
        before = kernels.making, kernels.inside
        kernels.making, kernels.inside = making, self.places.any((args, tuple(kwargs.values())))
        try:
            if kernels.inside and torch.is_autocast_enabled("cuda"):
                return _as_cuda_casts(func, args, kwargs)
            found = func(*args, **kwargs)
        finally:
            kernels.making, kernels.inside = before
        if making is not None and isinstance(found, Tensor):
            self.places.put(found, making)
        return found

    def _moved(self, tensor: Tensor, device: torch.device | None, how: dict[str, Any]) -> Tensor:
        there = self.places.has(tensor)
        is_cuda = there if device is None else device.type == "cuda"
        if is_cuda != there:
            how["copy"] = True
        return self._called(Tensor.to, (tensor,), {"dtype": tensor.dtype, **how}, is_cuda)


def _to(tensor: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, torch.device | None, Any]:
    """The device and the rest of what `Tensor.to` is told."""
    device, how = kwargs.pop("device", None), dict(kwargs)
    for name, argument in zip(("", "", "non_blocking", "copy"), args, strict=False):
        if isinstance(argument, Tensor):
            device, how["dtype"] = argument.device, argument.dtype
        elif isinstance(argument, torch.dtype):
            how["dtype"] = argument
        elif isinstance(argument, (str, int, torch.device)) and not name:
            device = argument
        elif name:
            how[name] = argument
    return tensor, None if device is None else torch.device(device), how


_QUESTIONS = {
    Tensor.device.__get__: lambda there: CUDA if there else CPU,  # type: ignore[attr-defined]
    Tensor.is_cuda.__get__: lambda there: there,  # type: ignore[attr-defined]
    Tensor.is_cpu.__get__: lambda there: not there,  # type: ignore[attr-defined]
}
_PACKED = {torch._VF.lstm, torch._VF.gru}
_MOVES = {
    Tensor.to: _to,
    Tensor.cpu: lambda tensor, *_, **__: (tensor, CPU, {}),
    Tensor.cuda: lambda tensor, *_, **__: (tensor, CUDA, {}),
}


# -- the casts of autocast ---------------------------------------------------------------------


def _listed(*lists: str) -> frozenset[str]:
    """The names in these lists of torch's header of autocast."""
    header = Path(torch.__file__).parent / "include/ATen/autocast_mode.h"
    text = header.read_text()
    found: set[str] = set()
    for name in lists:
        block = re.search(rf"#define AT_FORALL_{name}\(_\)(.*?)\n\n", text, re.DOTALL)
        assert block is not None, name
        found |= set(re.findall(r"_\((\w+)", block.group(1)))
    return frozenset(found)


_LOWERED = _listed("LOWER_PRECISION_FP") | {"__matmul__", "__rmatmul__"}
_RAISED = _listed("FP32", "FP32_SET_OPT_DTYPE") | {"__pow__", "__rpow__", "norm"}
_RECURRENT = {"lstm", "gru"}
"""CUDA has them from cuDNN, which casts all of their arguments."""


def _as_cuda_casts(func: Any, args: Any, kwargs: Any) -> Any:
    """The call, with its arguments as CUDA's autocast casts them; the CPU's own is off, but inside
    of what is made of functions that are cast.
    """
    name = func.__name__
    if name in _RECURRENT:
        return _cast(func, args, kwargs, torch.bfloat16)
    if name in _RAISED:
        return _cast(func, args, kwargs, torch.float32)
    if name in _LOWERED:
        return func(*args, **kwargs)
    with autocast("cpu", enabled=False) if name in _EAGER else ExitStack():
        return func(*args, **kwargs)


_EAGER = {"index_copy", "index_copy_", "index_add", "index_add_", "index_fill"}
"""What the CPU's autocast promotes, CUDA's does not."""


def _cast(func: Any, args: Any, kwargs: Any, dtype: torch.dtype) -> Any:
    def one(x: Any) -> Any:
        low = isinstance(x, Tensor) and x.is_floating_point() and x.dtype is not torch.float64
        return x.to(dtype) if low else x

    with autocast("cpu", enabled=False):
        return func(*tree_map(one, args), **tree_map(one, kwargs))


def _autocast(real: Any) -> Any:
    """`torch.autocast` for the GPU that is not there."""

    @contextmanager
    def cast(device_type: str, dtype: torch.dtype, enabled: bool = True) -> Iterator[None]:
        before = torch.is_autocast_enabled("cuda")
        torch.set_autocast_enabled("cuda", enabled)
        try:
            with real("cpu", dtype, enabled=enabled):
                yield
        finally:
            torch.set_autocast_enabled("cuda", before)

    def either(device_type: str, *args: Any, **kwargs: Any) -> Any:
        return (cast if device_type == "cuda" else real)(device_type, *args, **kwargs)

    return either


# -- torch.cuda --------------------------------------------------------------------------------


def _cuda(generator: torch.Generator) -> dict[str, Any]:
    """What `torch.cuda` says."""
    return {
        "is_available": lambda: True,
        "is_initialized": lambda: True,
        "device_count": lambda: 1,
        "current_device": lambda: 0,
        "device": lambda device: ExitStack(),
        "is_bf16_supported": lambda including_emulation=True: True,
        "manual_seed_all": generator.manual_seed,
        "get_rng_state": lambda device=None: generator.get_state(),
        "set_rng_state": lambda state, device=None: generator.set_state(state),
    }


_GROUPS = "_group_tensors_by_device_and_dtype"


def _grouping(places: _Places) -> Any:
    """What sorts tensors for operations on many of them at once; it is written in C."""
    real = getattr(torch._C, _GROUPS)

    def group(lists: Any, with_indices: bool = False) -> Any:
        with torch._C.DisableTorchFunction():
            there = {places.has(tensor) for tensor in lists[0]}
            if len(there) > 1:
                raise PretendError("tensors on both devices are grouped")
            device = CUDA if True in there else CPU
            return {(device, key[1]): found for key, found in real(lists, with_indices).items()}

    return group
