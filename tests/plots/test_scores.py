"""The figure of scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plots.figures_of_all_kinds import score_curve, scores_figure

from hepml.contracts import Metric
from hepml.errors import ShapeError
from hepml.plots import draw_scores

FLAT = [1.0, 1.0, 1.0, 1.0]


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_axes_and_legend():
    """Test filled, train as points with the p-value, the pull below."""
    main, pull = scores_figure(("w", "qcd")).axes
    assert main.get_ylabel() == "Probability density"
    assert pull.get_xlabel() == "cnn score of w"
    assert pull.get_ylabel() == "(train − test) / σ"
    assert set(legend_of(main)) == {"w, test", "qcd, test", "w, train  (KS p = 0.25)", "qcd, train  (KS p = 0.25)"}


def test_pull_is_difference_over_both_errors():
    """(1.2 − 1.0) / √(0.3² + 0.4²) = 0.4; a bin without an error has none."""
    train, test = score_curve("w", "train", [1.2, *FLAT[1:]], error=0.3), score_curve("w", "test", FLAT, error=0.4)
    for curve in (train, test):
        curve.columns["density_error"][3] = 0.0
    _, pull = draw_scores([train, test]).axes
    np.testing.assert_allclose(pull.lines[0].get_ydata(), [0.4, 0.0, 0.0, np.nan])


def test_large_pulls_are_visible():
    """The panel grows with what is in it: overtraining must not leave the picture."""
    _, pull = draw_scores([score_curve("w", "train", [4.0, 0, 0, 0]), score_curve("w", "test", FLAT)]).axes
    assert pull.get_ylim()[1] > np.abs(pull.lines[0].get_ydata()).max() > 20


def test_without_training_part():
    """One panel."""
    (axes,) = draw_scores([score_curve("w", "test", FLAT), score_curve("qcd", "test", FLAT)]).axes
    assert legend_of(axes) == ["w, test", "qcd, test"]
    assert axes.get_xlabel() == "cnn score of w"


def test_p_value_of_another_score_is_not_shown():
    """With three classes the p-value of a class is about its own score."""
    curves = [score_curve(name, part, FLAT) for name in ("w", "qcd", "top") for part in ("train", "test")]
    p_values = [Metric("ks_p_value", 0.5, 0.1, "", run="cnn", class_=name) for name in ("w", "qcd", "top")]
    assert [text for text in legend_of(draw_scores(curves, p_values).axes[0]) if "KS" in text] == [
        "w, train  (KS p = 0.5)"
    ]


def test_logarithmic_axis_and_empty_bins():
    """Empty and negative bins do not spoil the scale."""
    main = draw_scores([score_curve("w", "test", [0.0, -0.1, 1.0, 3.0])], logarithmic=True).axes[0]
    assert main.get_yscale() == "log"
    assert main.get_ylim()[0] == pytest.approx(0.5)


def test_two_scores_in_one_figure_are_refused():
    """Distributions of different quantities do not belong on one axis."""
    other = replace(score_curve("w", "test", FLAT), labels={"score_of": "top"})
    with pytest.raises(ShapeError, match="one figure for each"):
        draw_scores([score_curve("w", "test", FLAT), other])
