"""Figures of more runs than anybody compares, with long names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from matplotlib.figure import Figure
from plots import toy_comparison as toy
from plots.toy_curves import roc_curve, roc_metrics

from hepml.plots import (
    draw_category_efficiency,
    draw_efficiency,
    draw_importance,
    draw_learning,
    draw_residuals,
    draw_response,
    draw_roc,
    draw_sculpting,
    draw_selection,
    draw_selection_scan,
    draw_significance,
)

SHORT = ("bdt", "dnn", "cnn", "linear", "xgboost", "pfn")
LONG = tuple(f"a_long_name_of_a_model_{i}" for i in range(6))
DISTANCES = (1.8, 1.78, 1.75, 1.7, 1.6, 1.5)

FIGURES: Mapping[str, Callable[[Sequence[str]], Figure]] = {
    "roc": lambda names: draw_roc(
        [roc_curve(name, d) for name, d in zip(names, DISTANCES, strict=True)],
        [metric for name, d in zip(names, DISTANCES, strict=True) for metric in roc_metrics(name, d)],
    ),
    "significance": lambda names: draw_significance(
        [toy.significance_curve(name, d) for name, d in zip(names, DISTANCES, strict=True)]
    ),
    "efficiency": lambda names: draw_efficiency(
        [curve for name in names for curve in toy.efficiency_curves(name, 1.8)]
    ),
    "selection": lambda names: draw_selection(
        [c for name in names for c in toy.selection_curves(name, 1.8, names=("numu", "nue", "nc"))]
    ),
    "selection_scan": lambda names: draw_selection_scan(
        [toy.significance_curve(name, d) for name, d in zip(names, DISTANCES, strict=True)]
    ),
    "category_efficiency": lambda names: draw_category_efficiency(
        [c for name in names for c in toy.category_efficiency_curves(name, 0.7)]
    ),
    "sculpting": lambda names: draw_sculpting(
        [toy.sculpting_curve(name, d) for name, d in zip(names, DISTANCES, strict=True)],
        [toy.sculpting_metric(name, 0.1) for name in names],
    ),
    "importance": lambda names: draw_importance([toy.importance_curve(name, ("pt [GeV]",)) for name in names]),
    "learning": lambda names: draw_learning([toy.learning_curve(name, 1.8, 0.1) for name in names]),
    "residuals": lambda names: draw_residuals(
        [toy.residual_curve(name, 4.0, part=part) for name in names for part in ("test", "train")],
        [metric for name in names for metric in toy.regression_metrics(name, 4.0)],
    ),
    "response": lambda names: draw_response([toy.response_curve(name, 4.0) for name in names]),
}


@pytest.mark.parametrize("names", [SHORT, LONG])
@pytest.mark.parametrize("kind", FIGURES)
def test_legend_lies_inside_and_names_every_run(kind, names):
    """Six runs are all named, inside the panel and inside the picture."""
    figure = FIGURES[kind](names)
    figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(box.x0, box.y0) > -0.01
    assert (box.x1 < width + 0.01, box.y1 < height + 0.01) == (True, True)
    axes = figure.axes[0]
    legend = axes.get_legend() or figure.legends[0]
    texts = " ".join(text.get_text() for text in legend.get_texts())
    assert all(name in texts for name in names)
    if legend is axes.get_legend():
        frame, inside = axes.get_window_extent(), legend.get_window_extent()
        assert (frame.x0 < inside.x0, inside.x1 < frame.x1) == (True, True)


@pytest.mark.parametrize("kind", ["efficiency", "residuals", "response"])
def test_legend_lies_above_what_is_drawn(kind):
    """No step is behind a name."""
    figure = FIGURES[kind](LONG)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    bottom = axes.transData.inverted().transform((0, axes.get_legend().get_window_extent().y0))[1]
    tops = [np.nanmax(patch.get_data().values) for patch in axes.patches]
    assert max(tops) < bottom
