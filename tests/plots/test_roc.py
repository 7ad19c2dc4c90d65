"""The ROC figure."""

from __future__ import annotations

import numpy as np
import pytest
from plots.toy_curves import roc_curve, roc_metrics

from hepml.contracts import Curve, Metric
from hepml.errors import ShapeError
from hepml.plots import draw_roc, pens


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_axes_and_legend():
    """Efficiency against rejection on a logarithmic axis, the AUC of each run and a random guess in the legend."""
    figure = draw_roc([roc_curve("cnn", 1.8)], [Metric("auc", 0.9001, 0.0024, "delong", run="cnn", class_="w")])
    (axes,) = figure.axes
    assert axes.get_xlabel().startswith("Signal efficiency")
    assert axes.get_ylabel().startswith("Background rejection")
    assert axes.get_yscale() == "log"
    assert axes.get_xlim() == (0.0, 1.0)
    assert legend_of(axes) == ["cnn   AUC = 0.9001 ± 0.0024", "random guess"]


def test_curve_is_drawn_as_it_is():
    """The line has the curve's points; those with an error above half of the rejection are left out."""
    columns = {
        "signal_efficiency": np.array([0.1, 0.2, 0.5, 0.9, 0.95]),
        "rejection": np.array([np.nan, 100.0, 10.0, 2.0, 1.5]),
        "rejection_error": np.array([np.nan, 60.0, 1.0, 0.1, 0.05]),
    }
    (axes,) = draw_roc([Curve("roc", columns, run="cnn")]).axes
    assert axes.lines[0].get_xydata().tolist() == [[0.5, 10.0], [0.9, 2.0], [0.95, 1.5]]
    band = axes.collections[0].get_paths()[0].vertices
    assert {(0.5, 9.0), (0.5, 11.0), (0.9, 2.1)} <= {(float(x), float(y)) for x, y in band.round(12)}


def test_random_guess_is_one_over_efficiency():
    """The dotted line."""
    (axes,) = draw_roc([roc_curve("cnn", 1.8)]).axes
    guess = next(line for line in axes.lines if line.get_label() == "random guess")
    x, y = guess.get_data()
    np.testing.assert_allclose(x * y, 1.0)


def test_working_points_are_marked():
    """Each rejection of the curve's own run, weighting and average is a point with an error bar."""
    metrics = [
        *roc_metrics("cnn", 1.8),
        Metric("rejection_at_0.5", 99.0, 1.0, "binomial", run="cnn", class_="w", weights="none"),
        Metric("rejection_at_0.5", 98.0, 1.0, "binomial", run="cnn", class_="w", member="seed1"),
        Metric("rejection_at_0.5", 97.0, 1.0, "binomial", run="bdt", class_="w"),
        Metric("rejection_at_0.5", 96.0, 1.0, "binomial", run="cnn", class_="w", selection="mass"),
    ]
    (axes,) = draw_roc([roc_curve("cnn", 1.8)], metrics).axes
    marked = sorted(container.lines[0].get_xydata()[0].tolist() for container in axes.containers)
    assert marked == [[0.3, metrics[1].value], [0.5, metrics[2].value]]


def test_ratio_panel():
    """With two runs the second panel shows each over the first; it can be left out."""
    curves = [roc_curve("cnn", 1.8), roc_curve("bdt", 1.7)]
    main, ratio = draw_roc(curves).axes
    assert main.get_xlabel() == ""
    assert ratio.get_ylabel() == "Ratio to cnn"
    np.testing.assert_allclose(ratio.lines[0].get_ydata(), 1.0)
    assert np.all(ratio.lines[1].get_ydata() < 1.0)
    assert len(draw_roc(curves, ratio=False).axes) == 1


def test_colours_belong_to_runs():
    """A run looks the same in every figure that is given the same pens."""
    shared = pens(["cnn", "dnn", "bdt"])
    (axes,) = draw_roc([roc_curve("bdt", 1.8)], run_pens=shared).axes
    assert axes.lines[0].get_color() == shared["bdt"].colour


def test_perfect_separation_is_drawn():
    """A run whose rejection is nowhere finite leaves only the random guess."""
    columns = {
        "signal_efficiency": np.array([0.5]),
        "rejection": np.array([np.nan]),
        "rejection_error": np.array([np.nan]),
    }
    figure = draw_roc([Curve("roc", columns, run="a"), roc_curve("b", 1.0)])
    assert len(figure.axes[0].lines[0].get_xdata()) == 0


def test_unfit_curves_are_refused():
    """One line that names the run and what it lacks."""
    with pytest.raises(ShapeError, match="found none"):
        draw_roc([])
    with pytest.raises(ShapeError, match=r"'rejection', 'rejection_error'.*run 'cnn'"):
        draw_roc([Curve("roc", {"signal_efficiency": np.array([0.5])}, run="cnn")])


def test_reference_of_the_ratio():
    """Rejections are divided by those of the run that is named: the baseline need not be the first."""
    curves = [roc_curve("cnn", 1.8), roc_curve("bdt", 1.7)]
    _, ratio = draw_roc(curves, reference="bdt").axes
    assert ratio.get_ylabel() == "Ratio to bdt"
    assert np.all(ratio.lines[0].get_ydata() > 1.0)
    np.testing.assert_allclose(ratio.lines[1].get_ydata(), 1.0)


def test_ratio_band_and_range():
    """The band is the run's own relative error; low efficiencies, which nobody uses, do not set the range."""
    curve = roc_curve("cnn", 1.8)
    _, ratio = draw_roc([curve, roc_curve("bdt", 1.7)]).axes
    relative = np.interp(
        0.5, curve.columns["signal_efficiency"], curve.columns["rejection_error"] / curve.columns["rejection"]
    )
    band = ratio.collections[0].get_paths()[0].vertices
    at = band[np.isclose(band[:, 0], 0.5)][:, 1]
    np.testing.assert_allclose([at.min(), at.max()], [1 - relative, 1 + relative], rtol=1e-3)
    low, high = ratio.get_ylim()
    assert 0.5 < low < 0.8
    assert high == pytest.approx(2.0 - low)


def test_a_background_of_its_own_has_figures_of_its_own():
    curve = roc_curve("cnn", 1.8)
    against = Curve("roc", curve.columns, run="cnn", class_="w", labels={"background": "top"})
    metrics = [
        Metric("auc", value, 0.01, "delong", run="cnn", class_="w", background=background)
        for value, background in ((0.7, None), (0.8, "qcd"), (0.9, "top"))
    ]
    (axes,) = draw_roc([against], metrics).axes
    assert legend_of(axes)[0] == "cnn   AUC = 0.9000 ± 0.0100"
