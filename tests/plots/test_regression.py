"""The figures of a regression."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.colors import LogNorm
from plots import toy_comparison as toy

from hepml.contracts import Curve
from hepml.plots import draw_residuals, draw_response, draw_truth_prediction


def steps_of(axes):
    return [patch for patch in axes.patches if not patch.get_fill()]


def test_residuals():
    """The test part as steps with the resolution in the legend, the training part as points."""
    curves = [toy.residual_curve("dnn", 4.0, part=part) for part in ("test", "train")]
    (axes,) = draw_residuals(curves, toy.regression_metrics("dnn", 4.0)).axes
    assert axes.get_xlabel() == "Predicted − true visible energy [GeV]"
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["dnn   σ$_{68}$ = 4.000 ± 0.040 GeV", "dnn, train"]
    np.testing.assert_allclose(steps_of(axes)[0].get_data().values, curves[0].columns["density"])


def test_resolution_of_another_target_is_not_shown():
    """With several targets each figure is about its own."""
    metrics = toy.regression_metrics("dnn", 9.0, output="other") + toy.regression_metrics("dnn", 4.0, output="x_cm")
    (axes,) = draw_residuals([toy.residual_curve("dnn", 4.0, output="x_cm")], metrics).axes
    assert axes.get_legend().get_texts()[0].get_text() == "dnn   σ$_{68}$ = 4.000 ± 0.040 cm"


def test_response():
    """Bias above and resolution below, in units of the target; points at the mean truth."""
    curve = toy.response_curve("dnn", 4.0)
    bias, resolution = draw_response([curve]).axes
    assert [axes.get_ylabel() for axes in (bias, resolution)] == ["Bias [GeV]", "Resolution [GeV]"]
    assert resolution.get_xlabel() == "True visible energy [GeV]"
    np.testing.assert_allclose(steps_of(resolution)[0].get_data().values, curve.columns["resolution"])
    np.testing.assert_allclose(resolution.lines[0].get_xdata(), curve.columns["truth_mean"])


def test_response_in_bins_of_a_spectator():
    """Named after it, relative where it is, without points: the mean truth is not on this axis."""
    curve = toy.response_curve("dnn", 4.0)
    other = replace(curve, labels={**curve.labels, "of": "jet_eta", "relative": True})
    bias, resolution = draw_response([other]).axes
    assert [axes.get_ylabel() for axes in (bias, resolution)] == ["Relative bias", "Relative resolution"]
    assert resolution.get_xlabel() == "jet eta"
    assert not resolution.lines


def test_truth_against_prediction():
    """Σw by truth (across) and prediction (up), on a logarithmic scale; empty cells stay white."""
    columns = {
        "truth_low": np.array([0.0, 0.0, 1.0, 1.0]),
        "truth_high": np.array([1.0, 1.0, 2.0, 2.0]),
        "prediction_low": np.array([0.0, 1.0, 0.0, 1.0]),
        "prediction_high": np.array([1.0, 2.0, 1.0, 2.0]),
        "sum_w": np.array([5.0, 1.0, 0.0, 100.0]),
    }
    axes = draw_truth_prediction(Curve("truth_prediction", columns, run="dnn", labels={"output": "energy_gev"})).axes[0]
    (mesh,) = axes.collections
    np.testing.assert_allclose(np.ma.filled(mesh.get_array(), np.nan), [[5.0, np.nan], [1.0, 100.0]])
    assert isinstance(mesh.norm, LogNorm)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("True energy [GeV]", "dnn: predicted energy [GeV]")
