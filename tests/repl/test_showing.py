"""How things look: bars, histograms, the line that shows what runs."""

from __future__ import annotations

import io
import math
import signal
import sys
import time
from itertools import pairwise

import numpy as np
import pytest

from anglipy.inference.engine import StepInfo
from anglipy.inference.posterior import Posterior
from anglipy.repl.bars import ASCII, BLOCKS, histogram
from anglipy.repl.live import InferenceWatch, Live
from anglipy.repl.posteriors import picture, table


def test_a_histogram_has_all_the_weight_inside() -> None:
    numbers = np.array([0.0, 0.1, 0.2, 5.5])
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    heights, low, high = histogram(numbers, weights, 11)
    assert (low, high) == (0.0, 5.5)
    assert sum(heights) == pytest.approx(1.0)
    assert heights[-1] == pytest.approx(0.4)


def test_whole_numbers_that_are_few_have_a_bar_each() -> None:
    heights, low, high = histogram(np.array([1.0, 2.0, 2.0, 4.0]), np.full(4, 0.25), 16)
    assert heights == pytest.approx([0.25, 0.5, 0.0, 0.25])
    assert (low, high) == (0.5, 4.5)


@pytest.mark.parametrize("bins", [8, 16, 50, 72])
@pytest.mark.parametrize("unit", [1.0, 2.0, 0.1])
@pytest.mark.parametrize("count", [17, 20, 21, 100, 101])
def test_what_is_flat_is_drawn_flat(count: int, unit: float, bins: int) -> None:
    numbers = 5.0 + unit * np.arange(count)
    heights, low, high = histogram(numbers, np.full(count, 1.0 / count), bins)
    assert heights == pytest.approx([heights[0]] * len(heights))
    assert min(count, bins) / 2 <= len(heights) <= bins
    assert low == pytest.approx(5.0 - unit / 2)
    assert high >= 5.0 + unit * (count - 0.5) - 1e-9


def test_the_bars_of_whole_numbers_rise_and_fall_as_these_do() -> None:
    """The tails beyond 3 and 14 are left out."""
    shares = np.array([math.comb(17, k) for k in range(18)]) / 2**17
    heights, _, _ = histogram(np.arange(18.0), shares, 8)
    assert heights == pytest.approx([sum(shares[k : k + 2]) for k in range(3, 14, 2)])


@pytest.mark.parametrize("numbers", [[np.nan], [np.inf, -np.inf], [3.0], [1e300, -1e300]])
def test_odd_numbers_have_a_histogram_or_none(numbers: list[float]) -> None:
    weights = np.full(len(numbers), 1.0 / len(numbers))
    heights, _, _ = histogram(np.array(numbers), weights, 8)
    assert all(np.isfinite(heights))


def test_bars_never_get_shorter() -> None:
    for strokes in (BLOCKS, ASCII):
        lengths = [len(strokes.bar(share, 10)) for share in np.linspace(0, 1, 50)]
        assert lengths[0] == 0
        assert lengths[-1] == 10
        assert all(a <= b for a, b in pairwise(lengths))


def test_everything_can_be_drawn_in_ascii() -> None:
    posterior = Posterior.from_particles(list(range(30)), [0.0] * 30)
    assert table(posterior, ASCII).isascii()
    assert picture(posterior, ASCII, 80).isascii()


def test_parts_that_not_every_draw_has() -> None:
    posterior = Posterior.from_particles([[1.0], [2.0, 3.0]], [0.0, 0.0])
    assert "[1] (0.500)" in table(posterior, ASCII)


def test_what_the_line_says() -> None:
    watch = InferenceWatch("importance")
    assert watch.text(1.0) == "importance  0:01  (Ctrl-C stops it)"
    watch(StepInfo(50, 200, draws_ess=12.0))
    assert watch.text(2.0).endswith("25%  importance  0:02  ess 12  25 draws/s  50 draws")
    sweep = InferenceWatch("smc")
    sweep(StepInfo(0, 200, 80.0))
    assert sweep.text(1.0) == "smc  0:01  ess 80  1 steps/s  1 steps"


def test_the_line_says_that_it_stopped() -> None:
    watch = InferenceWatch("smc")
    with pytest.raises(KeyboardInterrupt), watch.noticing():
        signal.raise_signal(signal.SIGINT)
    assert watch.text(3.0) == "smc  stopped; summarising ...  0:03"
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_the_line_is_gone_afterwards_and_output_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    live = Live(is_on=True)
    with live.watching(), live.saying(lambda seconds: "<busy>"):
        end = time.monotonic() + 30.0
        while "<busy>" not in out.getvalue():
            assert time.monotonic() < end
            time.sleep(0.01)
        print("hello")
    assert sys.stdout is out
    assert "\r\x1b[Khello\n" in out.getvalue()
    assert out.getvalue().rpartition("<busy>")[2].startswith("\r\x1b[K")


def test_what_is_said_of_errors_goes_above_the_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    with Live(is_on=True).watching():
        end = time.monotonic() + 30.0
        while "(Ctrl-C stops it)" not in screen.getvalue():
            assert time.monotonic() < end
            time.sleep(0.01)
        print("careful", file=sys.stderr)
    assert sys.stderr is screen
    assert "\r\x1b[Kcareful\n" in screen.getvalue()


def test_where_nobody_looks_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    with Live().watching():
        print("hello")
    assert out.getvalue() == "hello\n"
