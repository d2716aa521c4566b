"""Tapes: observes are answered by draws, values are read by shape, batches keep everything in its
place.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
import torch

from anglipy.api import loads
from anglipy.diagnostics import ArtifactError, ProgramError
from anglipy.ic import tapes as tapes_module
from anglipy.ic.batches import batch_of
from anglipy.ic.layers import InstanceCode, Moments, Shape
from anglipy.ic.network import Network
from anglipy.ic.observing import Kind
from anglipy.ic.proposals import KINDS
from anglipy.ic.squash import squash
from anglipy.ic.tapes import Tape, record
from anglipy.runtime.distributions.base import UserDistribution
from anglipy.runtime.vectors import Vector
from tests.ic.models import MADE, program
from tests.inference.programs import dist, done, observe, query, sample


def drawing(value):
    """A distribution that always draws this value."""
    return UserDistribution("always", {}, lambda rng: value, lambda x: 0.0)


def observed_kind(value, distribution=None):
    asked = query(
        "k", lambda _: observe("k/y", distribution or drawing(value), None, lambda: done(1))
    )
    (observation,) = record(asked, None, np.random.default_rng(0), 1).observations
    return observation


def choices_of(tape: Tape) -> list[list[tuple]]:
    """For each run its choices in order: site, instance, family, value."""
    found: list[list[tuple]] = [[] for _ in range(tape.count)]
    for event in tape.choices:
        for row, run in enumerate(event.runs.tolist()):
            value = event.values[row]
            found[run].append((event.site, event.instances[row], event.prior.family, value))
    return found


@pytest.mark.parametrize("made", MADE)
def test_observes_are_answered_by_draws_and_the_given_value_is_ignored(made: str) -> None:
    rng = np.random.default_rng(0)
    tape = record(program("gaussian", made), Vector([100.0, 100.0]), rng, 20)
    runs = choices_of(tape)
    assert all([site for site, *_ in run] == ["gauss/mu"] for run in runs)
    for site in ("gauss/observe#1", "gauss/observe#2"):
        events = [o for o in tape.observations if o.site == site]
        assert sorted(np.concatenate([o.runs for o in events])) == list(range(20))
        assert all(np.abs(o.values).max() < 50 for o in events)


def test_a_group_draws_what_single_runs_draw() -> None:
    """The same distribution of control flow and choices, whether runs go together or apart."""
    n = 4_000
    for name in ("wandering", "growing"):
        counts = []
        for made in MADE:
            tape = record(program(name, made), None, np.random.default_rng(1), n)
            runs = [tuple((s, i, float(v)) for s, i, _, v in run[:2]) for run in choices_of(tape)]
            counts.append(Counter(runs))
        for outcome in counts[0] | counts[1]:
            a, b = (count[outcome] for count in counts)
            assert abs(a - b) < 6 * math.sqrt(a + b) + 6


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1.5, Kind("numbers", (1,))),
        (True, Kind("numbers", (1,))),
        (np.float32(2.0), Kind("numbers", (1,))),
        ([1.0, 2, True], Kind("numbers", (3,))),
        (np.zeros((2, 3)), Kind("numbers", (6,))),
        ([[1.0, 2.0], [3.0, 4.0]], Kind("numbers", (4,))),
        (np.zeros((48, 160), np.uint8), Kind("image", (48, 160))),
    ],
)
def test_values_are_read_by_shape(value, kind: Kind) -> None:
    assert observed_kind(value).kind == kind


def test_a_category_is_read_as_its_index() -> None:
    observation = observed_kind("b", dist("categorical", [["b", 1.0]]))
    assert observation.kind == Kind("choice", (1,))
    assert observation.values.tolist() == [0]


def test_values_of_a_group_are_read_by_shape() -> None:
    """Numbers, vectors, categories; pictures one by one."""
    program = loads("""
      (defquery shapes []
        (let [x (sample (normal 0 1))
              k (sample (uniform-discrete 0 3))]
          (observe "number" (normal x 1) nil)
          (observe "flag" (flip 0.5) nil)
          (observe "vector" (mvn [x 0 1] [[1 0 0] [0 1 0] [0 0 1]]) nil)
          (observe "category" (categorical [["a" 1] ["b" (inc k)]]) nil)
          x))
    """)
    tape = record(program.queries["shapes"].query, None, np.random.default_rng(0), 30)
    found: dict = {}
    for event in tape.observations:
        found.setdefault(event.site, []).append(event)
    assert {site: events[0].kind for site, events in found.items()} == {
        "number": Kind("numbers", (1,)),
        "flag": Kind("numbers", (1,)),
        "vector": Kind("numbers", (3,)),
        "category": Kind("choice", (2,)),
    }
    for events in found.values():
        assert sorted(np.concatenate([event.runs for event in events])) == list(range(30))
    assert {*np.concatenate([event.values for event in found["category"]])} == {0, 1}
    assert {*np.concatenate([event.values for event in found["flag"]]).ravel()} == {0.0, 1.0}


@pytest.mark.parametrize(
    "value", [b"text", None, np.zeros((2, 3, 4)), [["a"]], [1.0, [2.0]], object()]
)
def test_what_cannot_be_read_is_an_error_that_says_where(value) -> None:
    with pytest.raises(ArtifactError, match=r"k/y\[1\]") as caught:
        observed_kind(value)
    assert caught.value.diagnostic.code == "AQ607"


def test_a_program_that_fails_for_want_of_an_argument_gets_advice() -> None:
    def body(argument):
        if argument is None:
            raise ProgramError("AQ401", "nth: cannot take element 0 of nil")
        return done(1)

    with pytest.raises(ProgramError) as caught:
        record(query("needs", body), None, np.random.default_rng(0), 3)
    assert any("example argument" in note for note in caught.value.diagnostic.notes)


def test_endless_runs_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tapes_module, "LONGEST", 100)

    def again(_):
        return sample("e/x", dist("flip", 0.5), again)

    with pytest.raises(ArtifactError, match=r"e/x\[101\]"):
        record(query("endless", again), None, np.random.default_rng(0), 2)


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("name", ["wandering", "growing", "gaussian"])
def test_batches_lay_out_every_choice_once(name: str, made: str) -> None:
    tape = record(program(name, made), None, np.random.default_rng(1), 30)
    runs, batch = choices_of(tape), batch_of(tape)
    places = {
        place: row
        for row, place in enumerate(
            zip(batch.trace_of.tolist(), batch.time_of.tolist(), strict=True)
        )
    }
    assert places.keys() == {(i, t) for i, run in enumerate(runs) for t in range(len(run))}
    rows = torch.cat([group.rows for group in batch.steps])
    assert sorted(rows.tolist()) == list(range(len(places)))
    flat = {row: runs[i][t] for (i, t), row in places.items()}
    for group in batch.steps:
        for row, value in zip(group.rows.tolist(), group.values.tolist(), strict=True):
            site, instance, family, chosen = flat[row]
            assert (site, family, chosen) == (group.key.site, group.key.family, value)
            assert batch.instances[row] == instance
    before = batch.previous.tolist()
    for (i, t), row in places.items():
        assert before[row] == (places[i, t - 1] if t else len(places))


@pytest.mark.usefixtures("in_double_precision")
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("name", ["wandering", "growing"])
def test_a_run_has_the_same_loss_alone_and_in_any_batch(name: str, made: str) -> None:
    """Padding and grouping change nothing: what is proposed depends on the run's own past and
    data.
    """
    tape = record(program(name, made), None, np.random.default_rng(2), 40)
    torch.manual_seed(0)
    network = Network(Shape(16, 16, 4, 3))
    together = batch_of(tape)
    network.grow(together)
    network.eval()
    with torch.inference_mode():
        log_q = network.log_proposals(together, 0.01)
        for run in range(40):
            own = together.trace_of == run
            alone = network.log_proposals(batch_of(tape.part(run, run + 1)), 0.01)
            order = together.time_of[own].argsort()
            torch.testing.assert_close(log_q[own][order], alone, rtol=0, atol=1e-12)


def test_moments_are_those_of_all_rows_whatever_the_chunks() -> None:
    rng = np.random.default_rng(3)
    x = torch.from_numpy(rng.normal(5.0, 3.0, (500, 2)))
    moments = Moments(2)
    for start in (0, 1, 64, 300):
        end = {0: 1, 1: 64, 64: 300, 300: 500}[start]
        moments.update(x[start:end])
    torch.testing.assert_close(moments.mean, x.mean(0))
    torch.testing.assert_close((moments.squares / 500).sqrt(), x.std(0, correction=0))
    constant = Moments(1)
    constant.update(torch.full((10, 1), 7.0, dtype=torch.float64))
    assert constant(torch.full((1, 1), 7.5, dtype=torch.float64)).item() == 0.5


def test_squash_is_monotone_and_odd() -> None:
    x = torch.linspace(-1e3, 1e3, 2001)
    y = squash(x, 6.0)
    assert (y.diff() > 0).all()
    torch.testing.assert_close(y, -y.flip(0))


def test_instances_beyond_the_table_have_codes_of_their_own() -> None:
    code = InstanceCode()
    vectors = code(torch.tensor([1, 64, 65, 66, 1000]))
    assert len({tuple(v.tolist()) for v in vectors}) == 5


def test_the_order_of_kinds_is_part_of_the_format() -> None:
    assert list(KINDS) == [
        "prior",
        "categorical",
        "normal",
        "positive",
        "interval",
        "integers",
        "beta",
        "mvn",
        "dirichlet",
    ]


def test_images_are_read_with_few_rows_and_columns() -> None:
    """A program that observes a picture trains a step, whatever the size of the picture."""
    for height, width in ((48, 160), (9, 20), (100, 30)):
        asked = query(
            "i",
            lambda _, shape=(height, width): sample(
                "i/x",
                dist("uniform-discrete", 0, 5),
                lambda x: observe(
                    "i/y",
                    drawing(np.full(shape, x, np.uint8) + np.arange(shape[1], dtype=np.uint8)),
                    None,
                    lambda: done(x),
                ),
            ),
        )
        rng = np.random.default_rng(0)
        batch = batch_of(record(asked, None, rng, 4))
        network = Network(Shape(16, 16, 4, 3))
        network.grow(batch)
        loss = -network.log_proposals(batch, 0.01).sum()
        loss.backward()
        assert torch.isfinite(loss)
