"""The figure of distributions."""

from __future__ import annotations

import hist
import numpy as np
import pytest
from plots.figures_of_all_kinds import histogram

from hepml.errors import ShapeError
from hepml.plots import draw_spectator

W, QCD = histogram([10.0, 50.0, 50.0, 90.0], weight=2.0), histogram([10.0, 10.0, 50.0, 90.0])


def steps_of(axes):
    """Lines of the steps, without the bands."""
    return [patch for patch in axes.patches if not patch.get_fill()]


def bands_of(axes):
    return [patch for patch in axes.patches if patch.get_fill()]


def test_axes_and_legend():
    """The name with its unit comes from the histogram's axis."""
    main, ratio = draw_spectator({"w": W, "qcd": QCD}).axes
    assert ratio.get_xlabel() == "Jet mass [GeV]"
    assert ratio.get_ylabel() == "Ratio to w"
    assert main.get_ylabel() == "Fraction of events per bin"
    assert [text.get_text() for text in main.get_legend().get_texts()] == ["w", "qcd"]
    assert len(steps_of(main)) == len(bands_of(main)) == 2


def test_unit_area_and_errors():
    """Σw = 2, 4, 2 with √Σw² = 2, √8, 2 becomes 1/4, 1/2, 1/4 with errors 1/4, √8/8, 1/4."""
    main = draw_spectator({"w": W}).axes[0]
    np.testing.assert_allclose(steps_of(main)[0].get_data().values, [0.25, 0.5, 0.25])
    band = bands_of(main)[0].get_data()
    np.testing.assert_allclose(band.values - band.baseline, [0.5, np.sqrt(8) / 4, 0.5])


def test_counts():
    """Without unit area the values are as filled; a histogram without variances has Poisson errors."""
    counts = hist.Hist(hist.axis.Regular(2, 0, 2, name="x"), data=np.array([4.0, 9.0]))
    main = draw_spectator({"data": counts}, unit_area=False).axes[0]
    assert main.get_ylabel() == "Events per bin"
    assert main.get_xlabel() == "x"
    band = bands_of(main)[0].get_data()
    assert (band.values.tolist(), band.baseline.tolist()) == ([6.0, 12.0], [2.0, 6.0])


def test_ratio_goes_logarithmic_where_shapes_differ_by_factors():
    """A ratio between 0 and 2 is shown linearly, anything wider with equal lengths for equal factors."""
    near = draw_spectator({"w": histogram([10.0] * 9 + [50.0] * 8), "qcd": histogram([10.0, 50.0])}).axes[1]
    far = draw_spectator({"w": histogram([10.0] * 9 + [50.0]), "qcd": histogram([10.0] + [50.0] * 9)}).axes[1]
    assert (near.get_yscale(), far.get_yscale()) == ("linear", "log")


def test_empty_histogram():
    """An input without events is a line at zero."""
    main, _ = draw_spectator({"w": W, "qcd": histogram([])}).axes
    assert steps_of(main)[1].get_data().values.tolist() == [0.0, 0.0, 0.0]


def test_histograms_without_a_bin_in_common():
    """No ratio can be drawn, and nothing warns."""
    everything_below = histogram([-5.0, -5.0])
    for other in (everything_below, histogram([90.0])):
        assert draw_spectator({"w": histogram([10.0]), "qcd": other}).axes[1].get_yscale() == "linear"


def test_unfit_histograms_are_refused():
    """The rule and what was found."""
    other = hist.Hist(hist.axis.Regular(4, 0, 120))
    two = hist.Hist(hist.axis.Regular(2, 0, 1), hist.axis.Regular(2, 0, 1))
    with pytest.raises(ShapeError, match="found none"):
        draw_spectator({})
    with pytest.raises(ShapeError, match=r"those of \['qcd'\] differ"):
        draw_spectator({"w": W, "qcd": other})
    with pytest.raises(ShapeError, match="one-dimensional"):
        draw_spectator({"w": two})
