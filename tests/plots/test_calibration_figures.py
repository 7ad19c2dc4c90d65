"""The figures of what a cut or a score means: reliability, efficiency in bins, sculpting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plots import toy_comparison as toy

from hepml.errors import ShapeError
from hepml.plots import draw_efficiency, draw_reliability, draw_sculpting


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def steps_of(axes):
    return [patch for patch in axes.patches if not patch.get_fill()]


def test_reliability():
    """Points at mean score and fraction, one set per calibration with its ECE, the population below."""
    curves = toy.reliability_curves("cnn")
    upper, lower = draw_reliability(curves, toy.calibration_metrics("cnn")).axes
    assert legend_of(upper) == [
        "perfect",
        "as trained   ECE = 0.0710 ± 0.0021",
        "isotonic   ECE = 0.0061 ± 0.0021",
        "temperature   ECE = 0.0112 ± 0.0021",
    ]
    points = upper.containers[0].lines[0].get_xydata()
    np.testing.assert_allclose(points, np.stack([curves[0].columns[c] for c in ("score_mean", "fraction")], axis=1))
    np.testing.assert_allclose(steps_of(lower)[0].get_data().values, curves[0].columns["n_eff"])
    assert (upper.get_ylabel(), lower.get_xlabel()) == ("Fraction of w", "Mean cnn score of w")


def test_empty_bins_of_a_reliability_diagram():
    """Bins without events have no point and no step."""
    curve = toy.reliability_curves("cnn")[0]
    columns = {name: values.copy() for name, values in curve.columns.items()}
    for name in ("score_mean", "fraction", "fraction_error"):
        columns[name][3] = np.nan
    columns["n_eff"][3] = 0.0
    upper, lower = draw_reliability([replace(curve, columns=columns)]).axes
    assert np.isnan(upper.containers[0].lines[0].get_ydata()).tolist() == [i == 3 for i in range(10)]
    assert np.isnan(steps_of(lower)[0].get_data().values[3])


def test_efficiency_has_a_panel_per_class():
    """The signal above; a background that varies by factors gets a logarithmic axis."""
    curves = [curve for run in ("cnn", "bdt") for curve in reversed(toy.efficiency_curves(run, 1.8))]
    signal, background = draw_efficiency(curves).axes
    assert [axes.get_ylabel() for axes in (signal, background)] == ["Efficiency, w", "Efficiency, qcd"]
    assert [axes.get_yscale() for axes in (signal, background)] == ["linear", "log"]
    assert background.get_xlabel() == "jet mass [GeV]"
    assert legend_of(signal) == ["cnn", "bdt"]
    assert len(steps_of(signal)) == 2


def test_efficiency_band():
    """A step at the efficiency, a band of one error around it."""
    curve = toy.efficiency_curves("cnn", 1.8)[0]
    (axes,) = draw_efficiency([curve]).axes
    value, error = curve.columns["efficiency"], curve.columns["efficiency_error"]
    np.testing.assert_allclose(steps_of(axes)[0].get_data().values, value)
    (band,) = [patch.get_data() for patch in axes.patches if patch.get_fill()]
    np.testing.assert_allclose([band.baseline, band.values], [value - error, value + error])


def test_sculpting():
    """Before and after with the divergence in the legend, and their ratio; an empty bin before has none."""
    curve = toy.sculpting_curve("cnn", 5.0)
    curve.columns["before"][-1] = 0.0
    curve = replace(curve, labels={**curve.labels, "signal": "w"})
    metrics = [toy.sculpting_metric("cnn", 0.3, class_="other"), toy.sculpting_metric("cnn", 0.2, class_="w")]
    upper, lower = draw_sculpting([curve], metrics).axes
    assert legend_of(upper) == ["qcd before the cut", "cnn   JSD = 0.2000 ± 0.0060"]
    ratio = steps_of(lower)[0].get_data().values
    np.testing.assert_allclose(ratio[:-1], curve.columns["after"][:-1] / curve.columns["before"][:-1])
    assert np.isnan(ratio[-1])


def test_unfit_curves_are_refused():
    """The rule and the run."""
    lame = replace(toy.sculpting_curve("cnn", 1.0), columns={"low": np.array([0.0]), "high": np.array([1.0])})
    for draw, what in ((draw_sculpting, "sculpting"), (draw_efficiency, "efficiency"), (draw_reliability, "reliab")):
        with pytest.raises(ShapeError, match=f"{what}.*run 'cnn'"):
            draw([lame])
