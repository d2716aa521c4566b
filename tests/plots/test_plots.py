"""Pictures: what is in them, where it stands, and what is said where there can be none."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anglipy.api import loads
from anglipy.diagnostics import OptionError
from anglipy.inference.posterior import Posterior
from anglipy.plots import KINDS, plot_training
from anglipy.plots.density import curve, different, histogram, shown_range, surface
from anglipy.runtime.values import Keyword, PersistentMap, Vector

matplotlib = pytest.importorskip("matplotlib")
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402

pytestmark = pytest.mark.filterwarnings("error")

K = Keyword
RNG = np.random.default_rng(0)
WALK = """
(defquery walk [n]
  (loop [i 0 x 0.0 xs []]
    (if (< i n)
      (let [x (sample (normal x 1))]
        (observe (normal x 1) (* 0.3 i))
        (recur (inc i) x (conj xs x)))
      xs)))
"""


def posterior(values: Any, log_weights: Any = None, **rest: Any) -> Posterior:
    values = list(values)
    weights = np.zeros(len(values)) if log_weights is None else log_weights
    return Posterior.from_particles(values, weights, algorithm="hand", **rest)


def mapped(**columns: Any) -> list[PersistentMap]:
    rows = zip(*columns.values(), strict=True)
    return [
        PersistentMap.of((K(name), value) for name, value in zip(columns, row, strict=True))
        for row in rows
    ]


NORMAL = RNG.normal(size=500).tolist()
RESULTS = {
    "numbers": posterior(NORMAL, RNG.normal(size=500)),
    "integers": posterior(RNG.poisson(4, size=500).tolist()),
    "many integers": posterior(RNG.poisson(4000, size=500).tolist()),
    "booleans": posterior([True, False, True]),
    "words": posterior([f"a rather long word, number {i % 20}" for i in range(100)]),
    "one value": posterior([3.5] * 10),
    "one draw": posterior([3.5]),
    "infinite": posterior([1.0, 2.5, math.inf, math.nan] * 20),
    "only infinite": posterior([math.inf, math.nan]),
    "nothing": posterior([None]),
    "empty": posterior([Vector([])]),
    "heavy": posterior(RNG.standard_cauchy(500).tolist()),
    "vector": posterior([Vector(row) for row in RNG.normal(size=(300, 3)).tolist()]),
    "long vector": posterior([Vector(row) for row in RNG.normal(size=(300, 40)).tolist()]),
    "states": posterior([Vector(row) for row in RNG.integers(0, 3, size=(300, 20)).tolist()]),
    "image": posterior(list(RNG.normal(size=(20, 8, 8)))),
    "map": posterior(
        mapped(mu=NORMAL, on=[x > 0 for x in NORMAL], n=[int(x) for x in NORMAL], w=["$a_b$"] * 500)
    ),
    "sometimes": posterior([*mapped(a=NORMAL), *mapped(b=[1, 2])]),
    "mixed": posterior([1, "a", None, Vector([1])] * 10),
    "many parts": posterior(mapped(**{f"x{i}": NORMAL for i in range(30)})),
    "zero weights": posterior([1.5, 2.5, 3.5], [0, -math.inf, -1]),
}


def texts(figure: Any) -> list[str]:
    found = figure.findobj(matplotlib.text.Text)
    return [text.get_text() for text in found if text.get_text()]


def overlaps(figure: Any) -> list[tuple[str, str]]:
    """Pairs of titles and notes that lie over one another."""
    figure.set_dpi(60)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    own = [*figure.texts]
    for axes in figure.axes:
        notes = [t for t in axes.texts if getattr(t, "xycoords", "") == "axes fraction"]
        own += [*notes, axes.title, axes._left_title]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in own if t.get_text()]
    return [
        (a, b)
        for i, (a, box) in enumerate(boxes)
        for b, other in boxes[i + 1 :]
        if box.shrunk(0.98, 0.9).overlaps(other.shrunk(0.98, 0.9))
    ]


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("kind", ["auto", "marginals", "weights"])
def test_every_result_has_a_picture(name: str, kind: str) -> None:
    figure = RESULTS[name].plot(kind=kind)
    assert overlaps(figure) == []
    assert max(figure.get_size_inches()) <= 14.5


@pytest.mark.parametrize("name", ["vector", "map", "sometimes", "long vector", "states"])
def test_pairs(name: str) -> None:
    figure = RESULTS[name].plot(kind="pairs")
    assert overlaps(figure) == []
    assert len(figure.axes) <= 36


CHAINS = {
    "numbers": (NORMAL, 4),
    "one chain": (NORMAL, 1),
    "many chains": (NORMAL, 125),
    "single draws": (NORMAL, 500),
    "long": (RNG.normal(size=12_000).tolist(), 2),
    "constant": ([7.0] * 40, 2),
    "integers": (RNG.poisson(4, size=500).tolist(), 3),
    "infinite": ([1.0, 2.5, math.inf, math.nan] * 20, 2),
    "only infinite": ([math.inf, math.nan] * 10, 2),
    "nothing": ([None] * 8, 2),
    "words": ([K("red"), K("green"), "a long word that is long", None] * 25, 5),
    "many words": ([f"w{i % 20}" for i in range(100)], 5),
    "map": (RESULTS["map"].values, 10),
    "sometimes": ([*mapped(a=NORMAL), *mapped(b=[1, 2])], 2),
    "long vector": (RESULTS["long vector"].values, 3),
}


def chained(name: str) -> Posterior:
    values, chains = CHAINS[name]
    made = posterior(values)
    return replace(made, chains=np.arange(len(made)) % chains, algorithm="lmh")


@pytest.mark.parametrize("name", CHAINS)
def test_traces(name: str) -> None:
    figure = chained(name).plot(kind="trace")
    assert overlaps(figure) == []
    assert max(figure.get_size_inches()) <= 14.5


def test_what_a_trace_shows() -> None:
    p = chained("numbers")
    figure = p.plot(kind="trace")
    left, right = figure.axes
    lines = [line for line in left.lines if len(line.get_xdata()) > 2]
    assert [line.get_xdata().tolist() for line in lines] == [list(range(1, 126))] * 4
    for chain, line in enumerate(lines):
        assert line.get_ydata().tolist() == NORMAL[chain::4]
    assert len({line.get_color() for line in lines}) == 4
    assert [line.get_color() for line in right.lines] == [line.get_color() for line in lines]
    for line in right.lines:
        heights, places = line.get_xdata(), line.get_ydata()
        assert np.sum(heights) * (places[1] - places[0]) == pytest.approx(1.0, abs=0.03)
    said = texts(figure)
    assert f"R-hat {p.r_hat:.3f}, effective sample size {p.ess:,.1f}" in said
    assert any(text.startswith("4 chains of 125 draws, effective") for text in said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("many chains", "draw of each chain; 20 of 125 chains"),
        ("long", "draw of each chain; every 3rd draw"),
        ("constant", "never changes"),
        ("single draws", "R-hat unknown, effective sample size unknown"),
        ("many words", "12 others"),
        ("long vector", "34 more parts are not shown"),
    ],
)
def test_what_a_trace_says(name: str, said: str) -> None:
    assert said in texts(chained(name).plot(kind="trace"))


def test_a_trace_is_of_chains() -> None:
    with pytest.raises(OptionError, match="those of hand are none") as caught:
        RESULTS["numbers"].plot(kind="trace")
    assert "`weights` shows" in caught.value.diagnostic.help


def test_what_a_picture_says() -> None:
    found = texts(RESULTS["numbers"].plot())
    p = RESULTS["numbers"]
    assert "posterior by hand" in found
    assert f"500 draws, effective sample size {p.ess:,.1f}" in found
    assert any(text.startswith(f"mean {p.mean():.3g}, sd {p.sd():.3g}, 95 % [") for text in found)
    exact = loads("(defquery q (sample (flip 0.25)))").q.infer("enumerate")
    assert {"q by enumerate", "false", "true", "0.75", "0.25"} <= set(texts(exact.plot()))
    many = texts(RESULTS["many parts"].plot(kind="marginals"))
    assert "18 more parts are not shown" in many
    words = texts(RESULTS["words"].plot())
    assert "8 others" in words
    assert "$a_b$" in " ".join(texts(RESULTS["map"].plot()))


WHOLE = {
    "one by one": list(range(60)),
    "many": list(range(61)),
    "far apart": [0, 1, 1_000_000],
    "far and many": [i * i for i in range(100)],
    "large": [10**14 * i for i in range(10)],
    "beyond doubles": [2**60 + 1000 * i for i in range(100)],
    "doubles": [float(i) for i in range(200)],
    "negative": list(range(-150, -50)),
}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_numbers_have_no_density_between_them(name: str) -> None:
    p = posterior(WHOLE[name] * 5)
    figure = p.plot(kind="marginals")
    assert overlaps(figure) == []
    (axes,) = figure.axes
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    stairs = [part for part in axes.patches if isinstance(part, matplotlib.patches.StepPatch)]
    if name in ("one by one", "far apart", "large"):
        assert (len(axes.patches), stairs) == (len(WHOLE[name]), [])
        low, high = axes.get_xlim()
        assert all(bar.get_width() > 0.005 * (high - low) for bar in axes.patches)
    elif name == "beyond doubles":
        assert stairs
    else:
        assert curves == []
        heights, edges, _ = stairs[0].get_data()
        assert np.all(edges % 1 == 0.5)
        assert 24 / 2 <= len(heights) <= 60
        # Five draws of each number: a bin holds those that are in it.
        inside = np.histogram(WHOLE[name], edges)[0]
        assert heights == pytest.approx(inside / np.diff(edges) / len(WHOLE[name]))


def test_the_picture_that_is_chosen() -> None:
    def panels(name: str) -> int:
        return len(RESULTS[name].plot().axes)

    assert panels("numbers") == 1
    assert panels("vector") == 9
    assert panels("map") == 4
    assert panels("long vector") == 1
    assert panels("states") == 2


def test_steps_of_a_particle_filter() -> None:
    p = loads(WALK).walk.infer("smc", args=[12], particles=100, seed=0, ess_threshold=0.5)
    found = texts(p.plot(kind="weights"))
    resampled = sum(step.resampled for step in p.steps)
    assert len(p.steps) == 12
    assert f"{resampled} of 12 steps resampled" in found
    assert any("families of" in text for text in found)


def test_a_training() -> None:
    from anglipy.ic.options import Progress, SiteLoss, TrainingRecord

    def progress(traces: int, loss: float) -> Progress:
        return Progress(traces, 100.0, loss + 0.1, loss, 5.0, loss, traces, traces / 100, 0.5)

    history = tuple(progress(1000 * i, 5 / i) for i in range(1, 30))
    sites = tuple(SiteLoss(f"model/some/site#{i}", 1.0, 1.0 + i, 100) for i in range(20))
    record = TrainingRecord(29_000, 290.0, 5 / 29, 29_000, 5.0, False, history, sites)
    figure = plot_training(record, "model")
    found = texts(figure)
    assert "training of model" in found
    assert any("the 16 of 20 that gained most" in text for text in found)
    assert overlaps(figure) == []
    plot_training(replace(record, sites=(), history=()), "model")


def test_nothing_of_the_user_changes(tmp_path: Path) -> None:
    matplotlib.rcParams["font.size"] = 17
    before = dict(matplotlib.rcParams)
    RESULTS["numbers"].plot(tmp_path / "a.svg")
    RESULTS["numbers"].plot(tmp_path / "b.svg")
    assert dict(matplotlib.rcParams) == before
    matplotlib.rcParams["font.size"] = 10
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize("ending", ["png", "svg", "pdf", "PNG"])
def test_files(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"p.{ending}"
    RESULTS["booleans"].plot(path)
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert path.read_bytes().startswith(starts[ending.lower()])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"path": "p.gif"}, "AQ303"),
        ({"path": "p"}, "AQ303"),
        ({"path": "nowhere/p.png"}, "AQ315"),
        ({"kind": "pie"}, "AQ303"),
        ({"kind": "pairs"}, "AQ303"),
    ],
)
def test_what_cannot_be_drawn(arguments: Any, code: str) -> None:
    with pytest.raises(OptionError) as caught:
        RESULTS["numbers"].plot(**arguments)
    assert caught.value.diagnostic.code == code
    assert caught.value.diagnostic.help or code == "AQ315"


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(OptionError, match="needs matplotlib") as caught:
        RESULTS["numbers"].plot()
    assert "anglipy[plots]" in caught.value.diagnostic.help
    assert set(KINDS) == {"auto", "marginals", "pairs", "trace", "weights"}


# --- densities ---


def test_a_curve_is_a_density() -> None:
    numbers = np.random.default_rng(1).normal(size=4_000)
    weights = np.full(4_000, 1 / 4_000)
    span = (float(numbers.min()), float(numbers.max()))
    heights, edges = histogram(numbers, weights, span, 4_000)
    assert np.sum(heights * np.diff(edges)) == pytest.approx(1.0)
    places, density = curve(numbers, weights, span, 4_000)
    assert np.sum(density) * (places[1] - places[0]) == pytest.approx(1.0, abs=0.01)
    exact = np.exp(-0.5 * places**2) / math.sqrt(2 * math.pi)
    assert np.abs(density - exact).max() < 0.03


@pytest.mark.parametrize("count", [20, 41, 100, 101, 500])
def test_the_bins_of_whole_numbers_are_flat_where_these_are(count: int) -> None:
    numbers, weights = np.arange(float(count)), np.full(count, 1 / count)
    span = shown_range(numbers, weights, 10_000)
    heights, edges = histogram(numbers, weights, span, 10_000)
    assert heights == pytest.approx(np.full(len(heights), 1 / count))
    assert edges[0] == pytest.approx(max(np.ceil(span[0]), 0) - 0.5)


def test_a_density_that_ends_abruptly_does_not_sink() -> None:
    numbers = np.random.default_rng(2).random(20_000)
    _, density = curve(numbers, np.full(20_000, 1 / 20_000), (0.0, 1.0), 20_000)
    assert density.min() > 0.85


def test_a_surface_has_all_the_mass() -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 3_000))
    spans = ((-5.0, 5.0), (-5.0, 5.0))
    _, _, mass = surface(x, y, np.full(3_000, 1 / 3_000), spans, 3_000)
    assert mass.sum() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("size", [8, 15, 40])
def test_a_density_of_few_draws_is_shown_to_its_ends(size: int) -> None:
    """Whether they are few themselves, or copies of few, as families of particles are."""
    few = np.random.default_rng(size).normal(size=size)
    for numbers in (few, np.repeat(few, 30)):
        weights = np.full(len(numbers), 1 / len(numbers))
        own = different(numbers, len(numbers))
        assert own == size
        span = shown_range(numbers, weights, own)
        _, density = curve(numbers, weights, span, own)
        assert max(density[0], density[-1]) < 0.03 * density.max()
        spans = (span, span)
        xs, ys, mass = surface(numbers, numbers, weights, spans, own)
        assert (xs[0], xs[-1]) == (ys[0], ys[-1]) == span
        assert max(mass[0].max(), mass[:, -1].max()) < 0.1 * mass.max()


def test_ranges_end_where_numbers_do() -> None:
    rng = np.random.default_rng(3)
    weights = np.full(2_000, 1 / 2_000)
    evenly = rng.uniform(-10, 10, 2_000)
    assert shown_range(evenly, weights, 2_000) == (evenly.min(), evenly.max())
    waiting = rng.exponential(size=2_000)
    low, high = shown_range(waiting, weights, 2_000)
    assert low == waiting.min()
    assert high > np.quantile(waiting, 0.9975)
    few = rng.uniform(0.05, 0.95, 10)
    low, high = shown_range(few, np.full(10, 0.1), 10)
    assert 0.0 <= low < few.min()
    assert few.max() < high <= 1.0


def test_inspect_draws_the_training(tmp_path: Path) -> None:
    from anglipy.cli import main

    artifact = Path(__file__).resolve().parents[2] / "examples" / "captcha" / "artifact.pt"
    with pytest.raises(SystemExit) as end:
        main(["inspect", str(artifact), "--plot", str(tmp_path / "t.svg")])
    assert not end.value.code
    assert "validation" in (tmp_path / "t.svg").read_text(encoding="utf-8")
