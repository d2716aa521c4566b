"""What a profile counts, exactly, and where its times go."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import anglipy
from anglipy.api import load, loads
from anglipy.diagnostics import UserError
from anglipy.model import Model
from anglipy.profiling import Calls, Meeting, Profile, Splitting, Stops, profile
from anglipy.runtime.lanes.groups import CURRENT
from anglipy.runtime.lanes.machine import Machine

CRP = Path(__file__).parent / "crp_mixture.aq"
POINTS = [1.1, 1.0, -4.0, 0.05, -5.0]


def only(text: str, python: dict[str, Any] | None = None) -> Model:
    (model,) = loads(text, "small.aq", python).queries.values()
    return model


def profiled(
    text: str, algorithm: str = "importance", python: dict[str, Any] | None = None, **options: Any
) -> Profile:
    """The profile of one group of 100 particles of a query without parameters."""
    given = options or {"particles" if algorithm == "smc" else "samples": 100}
    with profile() as found:
        only(text, python).infer(algorithm, seed=1, **given)
    return found


def test_a_branch_splits_and_merges() -> None:
    found = profiled(
        """(defquery q []
             (let [a (sample (flip 0.5))
                   x (if a
                       (sample (normal 0 1))
                       (sample (normal 5 1)))]
               (observe (normal x 1) 2)
               x))"""
    )
    branch = found.line(3)
    assert branch.splits == [Splitting("if", "branch", groups=1, ways=2, particles=100)]
    assert branch.merges == [Meeting("if", times=1, groups=2, particles=100)]
    ways = [found.line(4).checkpoints[0], found.line(5).checkpoints[0]]
    assert [stops.groups for stops in ways] == [1, 1]
    assert sum(stops.particles for stops in ways) == 100
    assert found.line(6).checkpoints == [Stops("observe", groups=1, particles=100)]
    assert [line.number for line in found.lines if line.splits] == [3]


def test_a_branch_at_the_end_merges_behind_the_call() -> None:
    found = profiled(
        """(defn f [a]
             (if a (sample (normal 0 1)) 5.0))
           (defquery q []
             (let [x (f (sample (flip 0.5)))]
               (* 2 x)))"""
    )
    assert found.line(2).splits == [Splitting("if", "branch", 1, 2, 100)]
    assert found.line(4).merges == [Meeting("f", 1, 2, 100)]


def test_a_branch_at_the_end_of_a_query() -> None:
    found = profiled(
        """(defquery q []
             (if (sample (flip 0.5)) (sample (normal 0 1)) 5.0))"""
    )
    assert found.line(2).splits == [Splitting("if", "branch", 1, 2, 100)]
    assert found.line(2).merges == [Meeting("if", 1, 2, 100)]


def test_particles_that_agree_do_not_split() -> None:
    found = profiled("(defquery q [] (if (sample (flip 1.0)) (sample (normal 0 1)) 2))")
    assert [line for line in found.lines if line.splits or line.merges] == []
    assert "no group was split" in found.table()


@pytest.mark.parametrize(
    ("line", "form", "why"),
    [
        ("((if a (fn [] (sample (normal 0 1))) (fn [] 2)))", "(if", "function"),
        ("(sample (if a (normal 0 1) (gamma 1 1)))", "sample", "distribution"),
        ("(observe (if a (normal 0 1) (gamma 1 1)) 1)", "observe", "distribution"),
        ('(sample (if a "x" "y") (normal 0 1))', "sample", "site"),
        ("(catch :x (throw (if a :x :y) 1))", "throw", "tag"),
    ],
)
def test_why(line: str, form: str, why: str) -> None:
    text = f"""(defquery q []
                 (let [a (sample (flip 0.5))]
                   (catch :y
                     {line}) 1))"""
    splits = profiled(text).line(4).splits
    assert (form.strip("("), why) in [(split.form.strip("("), split.why) for split in splits]


def test_memoised_functions() -> None:
    found = profiled(
        """(defquery q []
             (let [m (mem (fn [k] (sample (normal 0 1))))
                   k (sample (uniform-discrete 0 3))]
               (m 0)
               [(m k)]))"""
    )
    splits = {split.why: split for split in found.line(5).splits}
    assert (splits["memory"].groups, splits["memory"].ways) == (1, 3)
    assert [line.number for line in found.lines if line.splits] == [5]
    # 0 is known to all, 1 and 2 are drawn for those who ask for them.
    asked = sum(stops.particles for stops in found.line(2).checkpoints)
    assert 100 < asked < 200


def test_a_memoised_function_that_is_called_last() -> None:
    found = profiled(
        """(defquery q []
             (let [k (sample (uniform-discrete 0 3))
                   m (mem
                       (fn [k] (sample (normal 0 1))))]
               (m k)))"""
    )
    assert found.line(4).splits == [Splitting("fn", "memory", 1, 3, 100)]


def test_loops_of_the_library_count_for_the_call() -> None:
    found = profiled(
        """(defquery q []
             (let [n (sample (uniform-discrete 1 4))]
               (count
                 (repeatedly n (fn [] (sample (normal 0 1)))))))"""
    )
    (split,) = found.line(4).splits
    assert (split.form, split.why) == ("repeatedly", "branch")
    assert split.ways == 2 * split.groups


def test_functions_of_python() -> None:
    text = """(defquery q []
                (let [x (sample (normal 0 1))]
                  (f x)
                  (f 2.0)))"""

    def plain(x: float) -> float:
        return x + 1

    found = profiled(text, python={"f": plain})
    assert found.line(3).one_by_one == [Calls("plain", times=1, calls=100, particles=100)]
    assert all(line.one_by_one == [] for line in found.lines if line.number != 3)

    @anglipy.vectorised
    def at_once(x: Any) -> Any:
        return x + 1

    found = profiled(text, python={"f": at_once})
    assert all(line.one_by_one == [] for line in found.lines)


def test_what_is_done_once_for_each_value() -> None:
    found = profiled(
        """(defquery q []
             (let [n (sample (uniform-discrete 0 3))
                   x (sample (normal 0 1))]
               (count
                 (take n [x x 1]))))"""
    )
    assert found.line(5).one_by_one == [Calls("take", 1, 3, 100)]


def test_distributions_of_the_program() -> None:
    found = profiled(
        """(defdist doubled [m] []
             (sample* [this] (* 2 (sample* (normal m 1))))
             (observe* [this x] (observe* (normal m 1) (/ x 2))))
           (defquery q []
             (let [m (sample (normal 0 1))]
               (observe
                 (doubled m) 1.0)
               m))"""
    )
    assert found.line(1).one_by_one == [Calls("defdist", 1, 100, 100)]
    assert found.line(6).one_by_one == [Calls("density", 1, 100, 100)]


def test_smc_unites_groups_behind_an_observe() -> None:
    found = profiled(
        """(defquery q []
             (let [a (sample (flip 0.5))]
               (if a
                 (observe (normal 0 1) 1)
                 (observe (normal 0 2) 1))
               (observe (normal 0 1) 0)
               a))""",
        "smc",
    )
    assert found.line(3).splits == [Splitting("if", "branch", 1, 2, 100)]
    assert sum(stops.groups for stops in found.line(6).checkpoints) >= 1


def test_a_crp_mixture() -> None:
    """The line where lanes split is the call of the memoised function."""
    model = load(CRP).queries["crp-mixture"]
    with profile() as found:
        model.infer("smc", args=[POINTS], particles=200, seed=1)
    worst = found.ordered("splits")[0]
    assert worst.number == 10
    assert {split.why for split in worst.splits} == {"memory", "remembered", "return"}
    assert {split.form for split in worst.splits} == {"mean"}
    last = found.table().splitlines()[-1]
    assert last.startswith(f"groups split most at {CRP}:10: `mean`, ")


def test_groups_go_where_they_came_from() -> None:
    """Splits and merges balance: what was one group in the beginning is one at the end."""
    model = load(CRP).queries["crp-mixture"]
    with profile() as found:
        model.infer("importance", args=[POINTS], samples=200, seed=1)
    made = sum(line.extra_groups for line in found.lines)
    united = sum(merge.groups - merge.times for line in found.lines for merge in line.merges)
    assert made == united


def test_a_profile_changes_nothing() -> None:
    model = load(CRP).queries["crp-mixture"]
    before = model.infer("smc", args=[POINTS], particles=100, seed=3)
    with profile():
        during = model.infer("smc", args=[POINTS], particles=100, seed=3)
    assert list(before.values) == list(during.values)
    assert before.log_evidence == during.log_evidence


def test_times_add_up_and_belong_to_the_line() -> None:
    def slow(x: float) -> float:
        time.sleep(0.004)
        return x

    found = profiled(
        """(defquery q []
             (let [x (sample (normal 0 1))]
               (slow x)))""",
        python={"slow": slow},
    )
    assert found.line(3).seconds > 0.4
    parts = sum(line.seconds for line in found.lines) + found.preparing + found.elsewhere
    assert parts == pytest.approx(found.seconds, rel=1e-6)


def test_one_by_one_only_the_time_is_known() -> None:
    found = profiled("(defquery q [] (sample (normal 0 1)))", scalar=True, samples=50)
    assert [line for line in found.lines if line.checkpoints] == []
    assert "no groups were seen" in found.table()


def test_nobody_watches_afterwards() -> None:
    text = "(defquery q [] (sample (normal 0 (sample (normal -9 1)))))"
    with pytest.raises(UserError, match="sd"):
        profiled(text)
    assert CURRENT.watch is None
    assert type(Machine()) is Machine


def test_the_inner_profile_has_what_is_inside() -> None:
    text = "(defquery q [] (sample (normal 0 1)))"
    with profile() as outer:
        inner = profiled(text)
        profiled(text)
    assert inner.line(1).checkpoints == [Stops("sample", 1, 100)]
    assert [line for line in outer.lines if line.checkpoints] == []


def test_orders() -> None:
    model = load(CRP).queries["crp-mixture"]
    with profile() as found:
        model.infer("smc", args=[POINTS], particles=200, seed=1)
    assert [line.number for line in found.lines] == sorted(line.number for line in found.lines)
    by_time = found.ordered("time")
    assert [line.seconds for line in by_time] == sorted(
        (line.seconds for line in found.lines), reverse=True
    )
    assert found.ordered("splits", top=1)[0].number == 10
    # The verdict is of all lines, whatever is shown.
    assert "groups split most at" in found.table("time", top=1)
    assert len(found.ordered("file", top=3)) == 3
    data = found.to_data("splits", top=1)
    assert data["lines"][0]["line"] == 10
    assert data["lines"][0]["text"].strip() == "(observe (normal (mean table) 1) (first ys))"
    with pytest.raises(KeyError):
        found.line(1)
