"""Files that nobody can trust: artifacts, states of trainings and shards of traces that are
damaged, or made on purpose. They are refused with a diagnostic, or are what they should be; nothing
in them is executed, and nothing large is allocated for them.
"""

from __future__ import annotations

import copy
import gzip
import io
import json
import math
import os
import pickle
import resource
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anglipy.cli.inspect import _lines
from anglipy.diagnostics import AnglipyError, ArtifactError
from anglipy.ic.artifact import KIND, Artifact
from anglipy.ic.blocks import BLOCK_KIND, Simulator
from anglipy.ic.container import decode, encode, read_container, write_container
from anglipy.ic.dataset import Dataset, about_program
from anglipy.ic.engine import infer_compiled
from anglipy.ic.options import TrainingOptions
from anglipy.ic.resuming import RESUME_KIND, resume_path
from anglipy.ic.store import network_of
from anglipy.ic.training import train
from tests.ic.models import TINY, program

ASKED = program("wandering", "compiled")
OPTIONS = TrainingOptions(traces=64, **{**TINY, "validation": 16})
CODES = {"AQ601", "AQ602", "AQ603", "AQ604", "AQ606", "AQ613"}
FILES = ("artifact", "state", "shard")
TRIED = ("artifact", "shard", pytest.param("state", marks=pytest.mark.slow))
"""Going on with a training takes a while."""
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


class Place:
    """A training in a folder: its artifact, its state, and a shard of its traces."""

    def __init__(self, folder: Path) -> None:
        self.artifact = folder / "a.pt"
        train(ASKED, OPTIONS, self.artifact)
        simulator = Simulator(ASKED, None, 0, 8)
        about = about_program("wandering", "p", None)
        self.dataset = Dataset(folder / "data", simulator, about)
        self.dataset.fill(0)
        self.paths = {
            "artifact": self.artifact,
            "state": resume_path(self.artifact),
            "shard": self.dataset.path(0),
        }
        self.kinds = {"artifact": KIND, "state": RESUME_KIND, "shard": BLOCK_KIND}
        self.data = {name: path.read_bytes() for name, path in self.paths.items()}
        self.found = {name: self.use(name) for name in FILES}

    def use(self, name: str) -> Any:
        """All that is done with a file of this kind; what comes of it, to be compared."""
        if name == "artifact":
            artifact = Artifact.load(self.artifact)
            list(_lines(artifact, "a.pt", 1))
            network_of(artifact)
            posterior = infer_compiled(ASKED, None, artifact, 20, seed=1)
            return posterior.log_evidence
        if name == "state":
            done = train(ASKED, replace(OPTIONS, resume=True, traces=80), self.artifact)
            return (done.traces, done.best_loss)
        return encode(BLOCK_KIND, *read_container(self.paths["shard"], BLOCK_KIND)) and (
            self.dataset.shard(0).count
        )

    def tried(self, name: str, data: bytes) -> Any:
        """What comes of it with this content; the diagnostic's code, if it is refused. Everything
        is put back.
        """
        self.paths[name].write_bytes(data)
        try:
            return self.use(name)
        except AnglipyError as error:
            return error.diagnostic.code
        finally:
            for other, path in self.paths.items():
                path.write_bytes(self.data[other])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("place"))


@pytest.mark.parametrize("name", TRIED)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_files_are_refused(place: Place, name: str, data: st.DataObject) -> None:
    """Bytes changed, taken out or put in, anywhere: refused, since the checksum tells."""
    content = bytearray(place.data[name])
    at = data.draw(st.integers(0, len(content) - 1) | st.integers(0, 400))
    match data.draw(st.sampled_from(["flip", "cut", "drop", "insert", "swap", "zero"])):
        case "flip":
            content[at] ^= data.draw(st.integers(1, 255))
        case "cut":
            content = content[:at]
        case "drop":
            del content[at : at + data.draw(st.integers(1, 64))]
        case "insert":
            content[at:at] = data.draw(st.binary(min_size=1, max_size=64))
        case "swap":
            other = data.draw(st.integers(0, len(content) - 1))
            content[at], content[other] = content[other], content[at]
        case "zero":
            content[at : at + 64] = bytes(len(content[at : at + 64]))
    if bytes(content) != place.data[name]:
        assert place.tried(name, bytes(content)) in CODES


WRONG: list[Any] = [
    *(None, True, -1, 0, 1, 7, 1 << 20, 1 << 40, 1 << 62, 1 << 70, -0.5, 1e308, math.nan, math.inf),
    *("", "x", "../../../etc/passwd", "\x1b[2J", "lstm", "normal", "\ud800", "a" * 20_000),
    *([], {}, [[]], [1], [[1, 2, 3, 4]], {"x": 1}),
]


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path]
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for key, item in value.items():
            found += places_in(item, (*path, key))
    return found


@pytest.mark.parametrize("name", TRIED)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_documents_that_lie_are_refused_or_mean_it(
    place: Place, name: str, data: st.DataObject
) -> None:
    """Any one entry of the document is replaced, and the checksum made right: a diagnostic, or a
    result.
    """
    arrays, document = decode("x", place.data[name], place.kinds[name])
    document = copy.deepcopy(document)
    path = data.draw(st.sampled_from(places_in(document)[1:]))
    inner: Any = document
    for key in path[:-1]:
        inner = inner[key]
    if data.draw(st.booleans()) or not isinstance(inner, dict):
        inner[path[-1]] = data.draw(st.sampled_from(WRONG))
    else:
        del inner[path[-1]]
    found = place.tried(name, encode(place.kinds[name], arrays, document))
    assert not isinstance(found, str) or found in CODES | {"AQ610", "AQ614"}


@pytest.mark.parametrize("name", TRIED)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_arrays_that_lie_are_refused_or_mean_it(
    place: Place, name: str, data: st.DataObject
) -> None:
    """One array of another shape, dtype or name, with numbers that are none, or huge ones."""
    arrays, document = decode("x", place.data[name], place.kinds[name])
    arrays = dict(arrays)
    key = data.draw(st.sampled_from(sorted(arrays)))
    array = arrays[key].copy()
    refused = True
    match data.draw(st.sampled_from(["nan", "inf", "dtype", "shape", "name", "gone", "huge"])):
        case "nan" if array.dtype.kind == "f" and array.size:
            array.reshape(-1)[data.draw(st.integers(0, array.size - 1))] = math.nan
        case "inf" if array.dtype.kind == "f" and array.size:
            array.reshape(-1)[data.draw(st.integers(0, array.size - 1))] = -math.inf
        case "dtype":
            array = array.astype(np.float64 if array.dtype != np.float64 else np.float32)
        case "shape":
            array = np.concatenate([array.reshape(-1), array.reshape(-1), np.ones(1, array.dtype)])
        case "name":
            arrays["../../" + key] = array
        case "gone":
            del arrays[key]
        case "huge" if array.dtype.kind == "f":
            array, refused = np.full_like(array, 3e38), False
        case _:
            refused = False
    if key in arrays:
        arrays[key] = array
    found = place.tried(name, encode(place.kinds[name], arrays, document))
    if isinstance(found, str):
        assert found in CODES | {"AQ610", "AQ614"}
    else:
        # What an optimiser's state lacks begins from nothing; a shard may have infinite numbers.
        assert not refused or name != "artifact"


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.mkdir, (str(self.path),)


def bombs(folder: Path) -> dict[str, bytes]:
    """Files that do harm to those who load them without care."""
    trap = pickle.dumps(Trap(folder / "sprung"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", trap)
        archive.writestr("archive/data/0", bytes(1 << 26))
        archive.writestr("../../outside", b"x")
    array = io.BytesIO()
    np.save(array, np.array([Trap(folder / "sprung")], dtype=object), allow_pickle=True)
    deep = json.dumps({"__metadata__": {"anglipy": "[" * 200_000}}).encode()
    huge = json.dumps({"x": {"dtype": "F32", "shape": [1 << 62], "data_offsets": [0, 4]}}).encode()
    return {
        "pickle": trap,
        "old pickle": pickle.dumps(Trap(folder / "sprung"), protocol=0),
        "zip bomb": packed.getvalue(),
        "gzip bomb": gzip.compress(bytes(1 << 26)),
        "numpy objects": array.getvalue(),
        "declared length": (1 << 62).to_bytes(8, "little") + b"{}",
        "declared array": len(huge).to_bytes(8, "little") + huge + bytes(4),
        "deep header": len(deep).to_bytes(8, "little") + deep,
        "deeper header": (400_000).to_bytes(8, "little") + b'{"a":' + b"[" * 399_995,
        "another's": safetensors.numpy.save({"x": np.zeros(3)}),
        "long number": b"\x10\x27\0\0\0\0\0\0{" + b"9" * 9_999,
        "nothing": b"",
        "zeros": bytes(1 << 20),
    }


@pytest.mark.parametrize("name", FILES)
def test_bombs_do_not_go_off(place: Place, name: str, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for what, data in bombs(tmp_path).items():
        assert place.tried(name, data) in {"AQ602", "AQ603"}, what
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert list(tmp_path.iterdir()) == []
    assert grown < 256 * 1024, "kilobytes: something was unpacked"


def test_a_deep_document_is_refused(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "deep.pt"
    write_container(path, KIND, {}, {"query": "x"})
    data = encode(KIND, {}, {"deep": "DEEP"}).replace(b'\\\\\\"DEEP\\\\\\"', b"[" * 100_000)
    length = int.from_bytes(data[:8], "little") + 100_000 - 12
    path.write_bytes(length.to_bytes(8, "little") + data[8:])
    with pytest.raises(ArtifactError) as caught:
        Artifact.load(path)
    assert caught.value.diagnostic.code == "AQ603"


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(ArtifactError, match="no plain file"):
        Artifact.load(path)
    with pytest.raises(ArtifactError, match="folder"):
        Artifact.load(tmp_path)
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ArtifactError, match="bytes"):
        Artifact.load(large)
