"""What holds for every figure, whatever it shows."""

from __future__ import annotations

from functools import cache

import matplotlib as mpl
import pytest
from matplotlib import pyplot
from plots.figures_of_all_kinds import FIGURES

from hepml.plots import figure_bytes

NAMES = ("w", "qcd")
HOSTILE = [("$\\frac{ <script>alert(1)</script>", "_hidden 100%\nττ → μ ≥ 2"), ("a" * 200, "b{}^_c")]
LONG = ("a_long_name_of_a_model_for_a_talk", "another_long_name_of_another")


@cache
def figure_of(kind, names=NAMES):
    """Drawn once for all tests that only look at it."""
    return FIGURES[kind](names)


@cache
def png_of(kind):
    return figure_bytes(figure_of(kind), kind="png")


@pytest.mark.parametrize("kind", FIGURES)
def test_pictures_are_the_same_every_time(kind):
    """A report made twice has the same files, and they carry no time."""
    again = FIGURES[kind](NAMES)
    pdf = figure_bytes(figure_of(kind), kind="pdf")
    for content, magic in ((png_of(kind), b"\x89PNG\r\n"), (pdf, b"%PDF-1.")):
        assert content.startswith(magic)
        assert len(content) > 5000
        assert b"Date" not in content
    assert figure_bytes(again, kind="png") == png_of(kind)
    assert figure_bytes(again, kind="pdf") == pdf


@pytest.mark.parametrize("names", HOSTILE)
@pytest.mark.parametrize("kind", FIGURES)
def test_names_are_shown_letter_by_letter(kind, names):
    """No name of a run or class breaks a figure, is read as mathematics, or warns."""
    FIGURES[kind](names)  # is laid out, so that every text is read


@pytest.mark.parametrize("kind", FIGURES)
def test_no_global_state(kind):
    """A user's matplotlibrc is not in the report; settings are as before; figures are nobody's current figure."""
    expected = png_of(kind)
    with mpl.rc_context({"font.size": 5, "axes.facecolor": "black", "savefig.dpi": 30, "axes.unicode_minus": False}):
        before = dict(mpl.rcParams)
        assert figure_bytes(FIGURES[kind](NAMES), kind="png") == expected
        assert dict(mpl.rcParams) == before
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("kind", FIGURES)
def test_axes_have_names_and_the_figure_a_label(kind):
    """Every panel with data has both names, or shares them with one that has; who made it is written above."""
    figure = figure_of(kind)
    shown = [axes for axes in figure.axes if axes.axison]
    assert any(axes.get_xlabel() for axes in shown)
    assert all(axes.get_ylabel() for axes in shown if axes.get_gridspec() and axes.get_gridspec().ncols == 1)
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert "hepml" in texts
    assert "Simulation" in texts


@pytest.mark.parametrize("names", [NAMES, LONG])
@pytest.mark.parametrize("kind", FIGURES)
def test_nothing_is_cut_off(kind, names):
    """Every text and legend lies inside the picture, whole legends inside their panel."""
    figure = figure_of(kind, names)
    figure.draw_without_rendering()
    width, height = figure.get_size_inches()
    box = figure.get_tightbbox()
    assert min(box.x0, box.y0) > -0.01
    assert (box.x1 < width + 0.01, box.y1 < height + 0.01) == (True, True)
    for axes in figure.axes:
        legend, frame = axes.get_legend(), axes.get_window_extent()
        if legend:
            inside = legend.get_window_extent()
            assert (frame.x0 < inside.x0, inside.x1 < frame.x1, inside.y1 < frame.y1) == (True, True, True)
