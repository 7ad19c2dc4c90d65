"""The figures of significance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plots.toy_comparison import significance_curve

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots import draw_cut_scan, draw_significance


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def small_curve(ams, error, *, part: str = "test", best: float = 0.6) -> Curve:
    """Three cuts with efficiencies 0.9, 0.5, 0.1."""
    threshold = np.array([0.2, 0.6, 0.9])
    columns = {"threshold": threshold, "signal_efficiency": np.array([0.9, 0.5, 0.1])}
    columns |= {"ams": np.array(ams), "ams_error": np.array(error)}
    return Curve("significance", columns, run="bdt", class_="w", part=part, labels={"best_threshold": best})


def test_best_cut_of_validation_is_marked_on_the_test_part():
    """The star stands at the threshold that validation chose, with the value of the test part."""
    curves = [small_curve([1.0, 3.0, 5.0], [0.1] * 3), small_curve([1.0, 4.0, 2.0], [0.1] * 3, part="validation")]
    (axes,) = draw_significance(curves).axes
    (star,) = [line for line in axes.lines if line.get_marker() == "*"]
    assert star.get_xydata().tolist() == [[0.5, 3.0]]
    assert legend_of(axes) == ["bdt", "validation", "best cut on validation"]
    assert axes.get_ylabel() == "Expected significance  AMS"


def test_points_that_few_events_decide_are_left_out():
    """An error above half of the value says nothing; by increasing efficiency."""
    (axes,) = draw_significance([small_curve([1.0, 3.0, 5.0], [0.1, 0.2, 4.0])]).axes
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[0.1, np.nan], [0.5, 3.0], [0.9, 1.0]])


def test_without_validation_the_mark_is_called_biased():
    """A maximum over cuts on the same events is not to be quoted."""
    (axes,) = draw_significance([small_curve([1.0, 3.0, 2.0], [0.1] * 3)]).axes
    assert legend_of(axes)[-1] == "largest (biased upwards)"
    (without,) = draw_significance([replace(small_curve([1.0, 3.0, 2.0], [0.1] * 3), labels={})]).axes
    assert legend_of(without) == ["bdt"]


def test_cut_scan():
    """Three significances above, expected events below, the best cut as a line in both."""
    test, validation = (significance_curve("bdt", 1.8, part) for part in ("test", "validation"))
    upper, lower = draw_cut_scan([test, validation]).axes
    assert legend_of(upper)[:3] == ["AMS", r"$s/\sqrt{b}$", r"$s/\sqrt{s+b}$"]
    assert legend_of(lower) == ["signal", "background"]
    assert (lower.get_yscale(), lower.get_xlabel()) == ("log", "Cut on the bdt score of w")
    best = test.labels["best_threshold"]
    for axes in (upper, lower):
        assert any(np.array_equal(line.get_xdata(), [best, best]) for line in axes.lines)


def test_crowded_scores_get_a_logit_axis():
    """Where the best cut is at the very end, the axis is stretched there."""
    curve = significance_curve("bdt", 1.8)
    crowded = replace(curve, labels={"best_threshold": 0.995})
    assert [draw_cut_scan([each]).axes[0].get_xscale() for each in (curve, crowded)] == ["linear", "logit"]


def test_unfit_curves_are_refused():
    """What is missing, and in which run."""
    with pytest.raises(ShapeError, match=r"'s_over_sqrt_b'.*run 'bdt'"):
        draw_cut_scan([small_curve([1.0, 3.0, 2.0], [0.1] * 3)])
    with pytest.raises(ShapeError, match="found none"):
        draw_significance([])
