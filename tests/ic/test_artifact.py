"""Artifacts: bitwise the same after a round trip, refused when damaged, foreign, or of another
program.
"""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from anglipy.diagnostics import ArtifactError
from anglipy.ic.artifact import KIND, LARGEST_EXAMPLE, Artifact, Example
from anglipy.ic.container import read_container, write_container
from anglipy.ic.engine import infer_compiled
from anglipy.ic.options import NETWORKS
from anglipy.ic.store import arrays_of, network_of
from anglipy.runtime.values import Keyword, PersistentMap, Vector, equal
from tests.ic.models import gaussian, model, program, untrained, wandering


@pytest.fixture(scope="module")
def artifact() -> Artifact:
    return untrained(model("wandering", wandering))


@pytest.fixture(scope="module")
def saved(artifact: Artifact, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("artifact") / "w.pt"
    artifact.save(path)
    return path.read_bytes()


def test_a_round_trip_is_bitwise(artifact: Artifact, tmp_path: Path) -> None:
    first, second = tmp_path / "a.pt", tmp_path / "b.pt"
    artifact.save(first)
    loaded = Artifact.load(first)
    loaded.save(second)
    assert first.read_bytes() == second.read_bytes()
    arrays = arrays_of(network_of(loaded))
    assert arrays.keys() == artifact.arrays.keys()
    assert all(arrays[name].tobytes() == artifact.arrays[name].tobytes() for name in arrays)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pt", "b.pt"]


@pytest.mark.parametrize("network", NETWORKS)
def test_an_artifact_computes_in_its_own_precision(network: str, default_dtype: Any) -> None:
    """Whatever default a program that uses torch itself has set: before the artifact was read, or
    after.
    """
    asked = program("growing", "compiled")
    artifact = untrained(asked, wild=0.3, network=network)
    posterior = infer_compiled(asked, None, artifact, 50, seed=1)
    default_dtype(torch.float64)
    with_kept = infer_compiled(asked, None, artifact, 50, seed=1)
    network_of.cache_clear()
    with_read = infer_compiled(asked, None, artifact, 50, seed=1)
    in_double = untrained(asked, wild=0.3, network=network)
    assert in_double.arrays["core.first_value"].dtype == np.float64
    default_dtype(torch.float32)
    infer_compiled(asked, None, in_double, 50, seed=1)
    for other in (with_kept, with_read):
        np.testing.assert_array_equal(other.log_weights, posterior.log_weights)


@pytest.mark.parametrize(
    "value",
    [
        None,
        Vector([Vector([1, 2.5, None]), Keyword("a")]),
        PersistentMap.of([("x", Fraction(1, 3))]),
    ],
)
def test_the_example_argument_is_kept(artifact: Artifact, tmp_path: Path, value: object) -> None:
    path = tmp_path / "a.pt"
    replace(artifact, example=Example(value)).save(path)
    found = Artifact.load(path).example
    assert found.is_kept
    assert equal(found.value, value)


def test_an_example_of_an_array(artifact: Artifact, tmp_path: Path) -> None:
    image = np.arange(6, dtype=np.float32).reshape(2, 3)
    path = tmp_path / "a.pt"
    replace(artifact, example=Example(Vector([image]))).save(path)
    (found,) = Artifact.load(path).example.value
    assert found.dtype == image.dtype
    assert np.array_equal(found, image)


@pytest.mark.parametrize("value", [print, Vector([object()]), np.zeros(LARGEST_EXAMPLE // 8)])
def test_no_example_that_is_no_data_or_too_large(
    artifact: Artifact, tmp_path: Path, value: object
) -> None:
    path = tmp_path / "a.pt"
    replace(artifact, example=Example(value)).save(path)
    assert Artifact.load(path).example == Example(None, False)


@pytest.mark.parametrize("data", [[], [["?"]], [["v", 7]], [["a", "O", [1], ""]], True, {"a": 1}])
def test_an_example_that_nobody_wrote_is_refused(
    artifact: Artifact, tmp_path: Path, data: object
) -> None:
    path = tmp_path / "a.pt"
    artifact.save(path)
    arrays, document = read_container(path, KIND)
    write_container(path, KIND, arrays, {**document, "example_args": data})
    assert refused(path) == "AQ603"


def refused(path: Path) -> str:
    with pytest.raises(ArtifactError) as caught:
        Artifact.load(path)
    assert str(path) in caught.value.diagnostic.message
    return caught.value.diagnostic.code


def test_what_is_no_artifact_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    assert refused(path) == "AQ601"
    path.mkdir()
    assert refused(path) == "AQ601"
    path.rmdir()
    torch.save({"a": torch.zeros(2)}, path)
    assert refused(path) == "AQ602"
    path.write_bytes(pickle.dumps({"a": 1}))
    assert refused(path) == "AQ602"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a", "b")
    assert refused(path) == "AQ602"
    path.write_text("(defquery coin [] (sample (flip 0.5)))")
    assert refused(path) == "AQ602"
    path.write_bytes(b"")
    assert refused(path) == "AQ603"
    write_container(path, "another kind", {"a": np.zeros(2)}, {})
    assert refused(path) == "AQ602"
    write_container(path, KIND, {"a": np.zeros(2)}, {})
    assert refused(path) == "AQ603"


def test_a_later_version_is_refused(saved: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(saved.replace(b'version\\": 1', b'version\\": 2'))
    assert refused(path) == "AQ604"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_truncated_or_altered_file_is_taken(saved: bytes, tmp_path_factory, data) -> None:
    """Every prefix is refused, and so is every file with one byte changed."""
    path = tmp_path_factory.mktemp("damage") / "x.pt"
    place = data.draw(st.integers(0, len(saved) - 1))
    if data.draw(st.booleans()):
        path.write_bytes(saved[:place])
    else:
        change = data.draw(st.integers(1, 255))
        path.write_bytes(saved[:place] + bytes([saved[place] ^ change]) + saved[place + 1 :])
    assert refused(path) in {"AQ602", "AQ603", "AQ604"}


def test_arrays_that_do_not_fit_the_table_are_refused(artifact: Artifact) -> None:
    from dataclasses import replace

    with pytest.raises(ArtifactError, match="damaged"):
        network_of(replace(artifact, addresses=artifact.addresses[1:]))
    with pytest.raises(ArtifactError, match="damaged"):
        network_of(replace(artifact, shape={**artifact.shape, "hidden": 1 << 60}))
    with pytest.raises(ArtifactError, match="damaged"):
        network_of(replace(artifact, shape={**artifact.shape, "hidden": 17}))
    with pytest.raises(ArtifactError, match="damaged"):
        network_of(replace(artifact, fixed=((99, 1),)))


def test_the_check_lists_missing_and_new_addresses(artifact: Artifact) -> None:
    from dataclasses import replace

    known = replace(artifact, sites=("w/side", "w/try", "w/y"))
    assert known.check("hash", ()) == ()
    (warning,) = known.check("other", ("w/side", "w/try", "w/y"))
    assert "changed" in warning
    with pytest.raises(ArtifactError) as caught:
        known.check("other", ("w/side", "w/y", "w/z"))
    assert caught.value.diagnostic.code == "AQ605"
    assert "in the artifact but not in the program: w/try" in caught.value.diagnostic.notes
    assert "in the program but not in the artifact: w/z" in caught.value.diagnostic.notes


def test_a_failed_write_leaves_the_old_file(
    artifact: Artifact, tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "a.pt"
    artifact.save(path)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(ArtifactError, match="No space left"):
        untrained(model("g", gaussian)).save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.pt"]
    assert read_container(path, KIND).document["query"] == "wandering"
