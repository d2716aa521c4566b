"""What a network is told beside what the program observes: arguments that are drawn, how
observations are read, data that are missing.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from anglipy.api import loads
from anglipy.datum import read_edn
from anglipy.diagnostics import ArtifactError, OptionError
from anglipy.ic.artifact import Artifact
from anglipy.ic.batches import batch_of, group_observations
from anglipy.ic.inputs import known_inputs
from anglipy.ic.layers import Shape
from anglipy.ic.network import Network
from anglipy.ic.observing import Kind
from anglipy.ic.options import TrainingOptions
from anglipy.ic.setup import READINGS, Setup
from anglipy.ic.tapes import Tape, record, scout, with_sequences
from anglipy.runtime.convert import from_python
from anglipy.supplying import embedders_of, generator_named
from tests.ic.models import TINY

PROGRAM = loads("""
(defn three [] [(vec (repeatedly 3 (fn [] (sample* (uniform-continuous -10 10))))) [nil nil nil]])

(defm some-of-them []
  (let [n (sample (uniform-discrete 2 4))
        z (fn [] (sample (uniform-continuous -10 10)))]
    [(vec (repeatedly n z)) (vec (repeat n nil))]))

(defn rows [] [[[1.0 nil "a"] [2.0 nil "bc"]] 5])

(def embedders {"line/loop/observe#1" :iid})

(defquery line [zs ys]
  (let [w (sample "w" (normal 0 1))]
    (doseq [[z y] (map vector zs ys)]
      (observe (normal (* w z) 1) y))
    w))

(defquery vectors [size]
  (let [n (if (nil? size) (sample "n" (uniform-discrete 1 4)) size)
        m (sample "m" (normal 0 3))]
    (observe "v" (iid (normal m 1) n) nil)
    m))

(defquery two [a b]
  (let [x (sample "x" (flip 0.3))]
    (observe "a" (flip (if x 0.9 0.2)) a)
    (observe "b" (flip (if x 0.8 0.4)) b)
    x))
""")
QUERIES, NAMESPACE = PROGRAM.queries, PROGRAM.namespace


def drawn(name: str, query: str = "line", count: int = 40) -> Tape:
    setup = Setup(generator=generator_named(NAMESPACE, name))
    return record(QUERIES[query].query, setup, np.random.default_rng(0), count)


@pytest.mark.parametrize("name", ["three", "some-of-them"])
def test_arguments_are_drawn_for_each_run_in_lockstep(name: str) -> None:
    """y = w z + noise holds in every run with its own w and z, however many there are."""
    tape = drawn(name)
    assert len(tape.choices) == 1
    w = np.empty(40)
    w[tape.choices[0].runs] = tape.choices[0].values
    pairs: dict[tuple[int, int], dict[str, float]] = {}
    for event in tape.observations:
        for run, instance, value in zip(event.runs, event.instances, event.values, strict=True):
            pairs.setdefault((int(run), int(instance)), {})[event.site] = float(value[0])
    assert {len(pair) for pair in pairs.values()} == {2}
    lengths = np.bincount([run for run, _ in pairs])
    assert set(lengths) == ({3} if name == "three" else {2, 3})
    for (run, _), pair in pairs.items():
        assert abs(pair["line/loop/observe#1"] - w[run] * pair["argument/0"]) < 5.0
    assert len({pair["argument/0"] for pair in pairs.values()}) == len(pairs)


def test_what_an_argument_holds() -> None:
    """Rows have columns, nil is not there, text is read, and only known sites are looked at."""
    value = from_python([[[1.0, None, "a"], [2.0, None, "bc"]], 5])
    sites = {"argument/0/0", "argument/0/2", "argument/1"}
    found = known_inputs(value, sites)
    assert [
        (o.site, o.kind.name, o.instances.tolist(), o.values.ravel().tolist()) for o in found
    ] == [
        ("argument/0/0", "numbers", [1], [1.0]),
        ("argument/0/2", "string", [1], [97.0]),
        ("argument/0/0", "numbers", [2], [2.0]),
        ("argument/0/2", "string", [2], [98.0, 99.0]),
        ("argument/1", "numbers", [1], [5.0]),
    ]
    assert known_inputs(value, {"argument/0"}) == []
    assert known_inputs(None, sites) == []


MAPS = loads("""
(defn drawn [] [{:x (sample* (normal 5 1)) :kind :a :y nil}])
(defquery line [d] (let [w (sample (normal 0 1))] (observe (normal (* w (:x d)) 1) (:y d)) w))
""")


def test_parts_of_maps_have_their_names() -> None:
    """A keyword cannot be read, and is not."""
    generator = generator_named(MAPS.namespace, "drawn")
    tape = record(MAPS.line.query, Setup(None, generator), np.random.default_rng(0), 4)
    sites = {event.site for event in tape.observations}
    assert sites == {"argument/0/x", "line/observe#1"}
    (found,) = known_inputs(from_python([{"x": 2.0, "kind": "a"}]), {"argument/0/x"})
    assert found.values.tolist() == [[2.0]]
    table = from_python([[{"z": 1.0}, {"z": 2.0}]])
    rows = known_inputs(table, {"argument/0/z"})
    assert [(row.instances.tolist(), row.values.tolist()) for row in rows] == [
        ([1], [[1.0]]),
        ([2], [[2.0]]),
    ]


def test_arguments_may_hold_what_no_network_reads(tmp_path: Path) -> None:
    options = {"traces": 64, "validation": 32, "hidden": 8, "width": 8}
    given = read_edn("[{:x 2.0 :y 1.0 :kind :a}]", "given")
    MAPS.line.compile(tmp_path / "a.pt", example_args=given, **options)
    posterior = MAPS.line.infer(args=given, artifact=tmp_path / "a.pt", particles=10, seed=0)
    assert posterior.draws == 10


def test_a_generator_must_be_a_function_of_the_program() -> None:
    with pytest.raises(OptionError, match=r"no function `tree`"):
        generator_named(NAMESPACE, "tree")
    with pytest.raises(OptionError, match="is a query"):
        generator_named(NAMESPACE, "two")


def test_the_program_says_how_observations_are_read() -> None:
    readings = embedders_of(NAMESPACE)
    assert readings == {"line/loop/observe#1": "iid"}
    setup = Setup([[1.0, 2.0], [None, None]], readings=readings)
    tape = record(QUERIES["line"].query, setup, np.random.default_rng(0), 5)
    assert {event.kind for event in tape.observations} == {Kind("iid", (1,))}
    with pytest.raises(OptionError, match="cannot be read as 'heap'"):
        TrainingOptions(embedders={"a": "heap"})
    assert TrainingOptions(embedders={"a": "set"}).setup.readings == {"a": "set"}
    assert set(READINGS) >= {"set", "sequence", "string"}


def test_vectors_of_several_lengths_are_sequences() -> None:
    query = QUERIES["vectors"].query
    tape = record(query, None, np.random.default_rng(0), 30)
    assert {event.kind.shape[0] for event in tape.observations} == {1, 2, 3}
    setup = with_sequences(Setup(), [tape])
    assert setup.readings == {"v": "sequence"}
    tape = record(query, setup, np.random.default_rng(0), 30)
    (group,) = batch_of(tape).observations
    assert group.key.kind == Kind("sequence", (1,))
    assert group.values.shape == (30, 3, 1)
    there = ~group.values[:, :, 0].isnan()
    assert set(there.sum(1).tolist()) == {1, 2, 3}
    chosen = Setup(readings={"v": "set"})
    assert with_sequences(chosen, [tape]) is chosen


def read(kind: str, values: list) -> torch.Tensor:
    """The summary of one run that observed this collection."""
    query = loads("""(defquery q [v] (observe "v" (iid (normal 0 1) 3) v))""").queries["q"].query
    setup = Setup([from_python([values])], readings={"v": kind})
    rng = np.random.default_rng(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Network(Shape(16, 16, 4, 3))
        tape = record(query, setup._replace(value=None), rng, 20)
        for group in group_observations(tape.observations, 20)[0]:
            network.reader.add(group.key)
        network.reader.adapt(group_observations(tape.observations, 20)[0], 20)
    found = scout(query, setup, rng, np.zeros(1, np.intp))
    groups, widest = group_observations(found.observations, 1)
    with torch.inference_mode():
        reading = network.eval().reader(groups, 1, widest)
    assert int(reading.present.sum()) == 1 + len(values)
    return reading.summary[0]


def test_the_order_of_a_set_changes_nothing_and_that_of_a_sequence_does() -> None:
    one, other = [0.5, -1.0, 2.0], [2.0, 0.5, -1.0]
    torch.testing.assert_close(read("set", one), read("set", other), rtol=0, atol=1e-6)
    assert not torch.allclose(read("sequence", one), read("sequence", other), atol=1e-4)
    assert not torch.allclose(read("set", one), read("set", [0.5, -1.0]), atol=1e-4)


@pytest.mark.usefixtures("in_double_precision")
def test_padding_changes_nothing() -> None:
    """A run is read alike alone and beside runs that observe more."""
    query = QUERIES["vectors"].query
    for kind in ("sequence", "set"):
        setup = Setup(readings={"v": kind})
        tape = record(query, setup, np.random.default_rng(3), 12)
        network = Network(Shape(16, 16, 4, 3))
        network.grow(batch_of(tape))
        network.eval()
        with torch.inference_mode():
            whole = network.reader(*group_observations(tape.observations, 12)[:1], 12, 1)
            for run in range(12):
                part = tape.part(run, run + 1)
                groups, widest = group_observations(part.observations, 1)
                alone = network.reader(groups, 1, widest)
                torch.testing.assert_close(alone.summary[0], whole.summary[run], rtol=0, atol=1e-12)
                there = whole.tokens[run][whole.present[run]]
                torch.testing.assert_close(alone.tokens[0], there, rtol=0, atol=1e-12)


@pytest.mark.filterwarnings("ignore:every run of the training observed b")
def test_missing_data_weigh_nothing_if_the_network_was_trained_so(tmp_path: Path) -> None:
    two, options = QUERIES["two"], {"traces": 64, **TINY}
    two.compile(tmp_path / "a", missing=0.3, embedders={}, **options)
    found = two.infer(args=[True, None], artifact=tmp_path / "a", particles=20_000, seed=0)
    # P(a) = 0.3 0.9 + 0.7 0.2, of which 0.27 with x.
    assert found.mean() == pytest.approx(0.27 / 0.41, abs=5 * 0.5 / math.sqrt(20_000))
    assert found.log_evidence == pytest.approx(math.log(0.41), abs=0.03)
    two.compile(tmp_path / "b", embedders={}, **options)
    with pytest.raises(Exception, match="nil"):
        two.infer(args=[True, None], artifact=tmp_path / "b", particles=10, seed=0)


def test_hidden_observations_are_masked() -> None:
    setup = Setup(missing=0.3)
    tape = record(QUERIES["two"].query, setup, np.random.default_rng(0), 2_000)
    shown = sum(len(event.runs) for event in tape.observations)
    # 4000 observations, each shown with probability 0.7: sd 29.
    assert abs(shown - 2_800) < 6 * 29


@pytest.mark.slow
def test_inputs_are_learned(tmp_path: Path) -> None:
    """Regression through the origin: with z as an input the loss comes near the entropy of the
    posterior; without, y says little.
    """
    line = QUERIES["line"]
    sizes = {"hidden": 64, "width": 64, "validation": 500, "traces": 25_600}
    told = line.compile(tmp_path / "a", args_fn="three", embedders={}, **sizes)
    rng = np.random.default_rng(0)
    z = rng.uniform(-10, 10, (20_000, 3))
    floor = np.mean(0.5 * np.log(2 * math.pi * math.e / (1 + (z**2).sum(1))))
    assert told.prior_loss - floor > 2.0
    assert told.best_loss < floor + 0.6
    assert Artifact.load(tmp_path / "a").options["args_fn"] == "three"
    found = line.infer(
        args=[[1.0, -5.0, 7.0], [0.6, -2.4, 3.3]], artifact=tmp_path / "a", particles=1000, seed=0
    )
    precision = 1 + 1 + 25 + 49
    assert found.mean() == pytest.approx((0.6 + 12.0 + 23.1) / precision, abs=0.05)
    assert found.ess > 300


@pytest.mark.slow
@pytest.mark.parametrize("reading", ["iid", "sequence", "set"])
def test_collections_are_learned(reading: str, tmp_path: Path) -> None:
    """The mean of a sample of unknown size."""
    vectors = QUERIES["vectors"]
    done = vectors.compile(
        tmp_path / "a",
        traces=12_800,
        hidden=64,
        width=64,
        validation=500,
        embedders={"v": reading} if reading != "iid" else {"v": "set"},
    )
    # The size is known exactly from the data, the mean with precision 1/9 + n.
    floor = np.mean([0.5 * math.log(2 * math.pi * math.e / (1 / 9 + n)) for n in (1, 2, 3)])
    assert done.best_loss < floor + 0.5


def test_errors_of_what_cannot_be_read() -> None:
    tape = Setup(readings={"a": "string"})
    with pytest.raises(ArtifactError, match="cannot read the value observed at a"):
        record(QUERIES["two"].query, tape, np.random.default_rng(0), 3)
    hidden = Setup(readings={"a": "ignore"})
    found = record(QUERIES["two"].query, hidden, np.random.default_rng(0), 3)
    assert {event.site for event in found.observations} == {"b"}
