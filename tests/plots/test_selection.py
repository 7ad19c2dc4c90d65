"""The figures of selections: in bins, over the cut, by category."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plots import toy_comparison as toy

from hepml.errors import ShapeError
from hepml.plots import Label, draw_category_efficiency, draw_category_scores, draw_selection, draw_selection_scan

CLASSES = ("numu", "nue", "nutau", "nc", "cosmic", "other")


def _steps(axes):
    return [patch.get_data() for patch in axes.patches if not patch.get_fill()]


def test_efficiency_above_purity_for_each_class():
    """One column per class, and the distributions behind; the sixth class stands in a second row."""
    curves = [
        curve
        for run in ("bdt", "cnn")
        for curve in toy.selection_curves(run, 1.8 if run == "bdt" else 1.2, names=CLASSES)
    ]
    figure = draw_selection(curves, label=Label(right="numu against nue against nutau against nc"))
    shown = [axes for axes in figure.axes if axes.axison]
    assert len(shown) == 12
    assert [text.get_text() for axes in shown for text in axes.texts if text.get_text() in CLASSES] == list(CLASSES)
    efficiency, purity = _steps(figure.axes[0]), _steps(figure.axes[5])
    np.testing.assert_array_equal(efficiency[0].values, curves[0].columns["efficiency"])
    np.testing.assert_array_equal(purity[1].values, curves[6].columns["purity"])
    assert (figure.axes[0].get_ylabel(), figure.axes[5].get_ylabel()) == ("Efficiency", "Purity")
    behind = next(patch for patch in figure.axes[0].patches if patch.get_zorder() == 0)
    assert behind.get_data().values.max() == 0.5
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["bdt", "cnn"]
    # The words above the last column reach over others, and make no room for themselves between them.
    left = [axes.get_position().x0 for axes in figure.axes[:5]]
    np.testing.assert_allclose(np.diff(left), left[1] - left[0], rtol=0.02)


def test_the_star_stands_where_validation_chose():
    """On the line of the test part, in all three panels."""
    test, validation = (toy.significance_curve("bdt", 1.8, part, class_="nue") for part in ("test", "validation"))
    figure = draw_selection_scan([test, validation])
    best = test.labels["best_threshold_s_over_sqrt_sb"]
    at = int(np.flatnonzero(test.columns["threshold"] == best)[0])
    for axes, name in zip(figure.axes, ("s_over_sqrt_sb", "signal_efficiency", "purity"), strict=True):
        (star,) = [line for line in axes.lines if line.get_marker() == "*"]
        assert star.get_xydata().tolist() == [[best, test.columns[name][at]]]
    texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert texts == ["bdt", "validation", "best cut on validation"]
    assert figure.axes[2].get_xlabel() == "Cut on the score of nue"


@pytest.mark.parametrize(("best", "scale"), [(0.5, "linear"), (0.99, "logit")])
def test_cuts_where_scores_crowd_can_be_read(best, scale):
    curve = toy.significance_curve("bdt", 1.8)
    moved = replace(curve, labels={**curve.labels, "best_threshold_s_over_sqrt_sb": best})
    assert draw_selection_scan([moved]).axes[2].get_xscale() == scale


def test_categories_have_one_colour_in_both_panels():
    upper, lower = draw_category_scores(toy.category_score_curves("cnn")).axes
    assert [text.get_text() for text in upper.get_legend().get_texts()] == ["QE", "RES", "other"]
    assert (upper.get_legend().get_title().get_text(), lower.get_legend().get_title().get_text()) == (
        "w events", "All other events",
    )  # fmt: skip
    colours = [[patch.get_edgecolor() for patch in axes.patches if not patch.get_fill()] for axes in (upper, lower)]
    assert colours[0] == colours[1]
    assert len(set(colours[0])) == 3


def test_a_category_without_events_has_no_bar():
    curves = [curve for run in ("bdt", "cnn") for curve in toy.category_efficiency_curves(run, 0.7)]
    (axes,) = draw_category_efficiency(curves).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["w, QE", "w, RES", "qcd, QE", "qcd, other"]
    assert [bar.get_width() for bar in axes.patches[:4]] == pytest.approx([0.7, 0.56, 0.35, 0.1])


def test_refusals():
    curve = toy.selection_curves("bdt", 1.8)[0]
    lacking = replace(curve, columns={name: values for name, values in curve.columns.items() if name != "all_w"})
    curve = toy.selection_curves("bdt", 1.8)[0]
    lacking = replace(curve, columns={name: values for name, values in curve.columns.items() if name != "all_w"})
    with pytest.raises(ShapeError, match=r"a selection in bins needs the columns \['all_w'\]"):
        draw_selection([lacking])
    with pytest.raises(ShapeError, match="a scan of a selection needs one curve or more"):
        draw_selection_scan([])
