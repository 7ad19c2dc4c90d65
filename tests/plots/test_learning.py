"""The figure of learning curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plots.toy_comparison import learning_curve

from hepml.errors import ShapeError
from hepml.plots import draw_learning


def test_axes_and_legend():
    """Events on a logarithmic axis; test as lines, training dashed."""
    curves = [learning_curve("cnn", 1.8, 0.1), learning_curve("bdt", 1.7, 0.05)]
    (axes,) = draw_learning(curves).axes
    assert (axes.get_xscale(), axes.get_xlabel(), axes.get_ylabel()) == ("log", "Training events", "AUC")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["cnn", "bdt", "test", "training"]
    styles = [line.get_linestyle() for line in axes.lines]
    assert (styles.count("-"), styles.count("--")) == (2, 2)


def test_trainings_are_drawn_by_size():
    """Whatever the order of the rows."""
    curve = learning_curve("cnn", 1.8, 0.1)
    turned = replace(curve, columns={name: values[::-1] for name, values in curve.columns.items()})
    one, other = (draw_learning([each]).axes[0].lines[0].get_xydata() for each in (curve, turned))
    np.testing.assert_array_equal(one, other)


def test_different_figures_are_refused():
    """AUC and RMSE do not share an axis."""
    curve = learning_curve("cnn", 1.8, 0.1)
    rmse = replace(curve, labels={"figure": "rmse"})
    assert draw_learning([rmse]).axes[0].get_ylabel() == "RMSE"
    with pytest.raises(ShapeError, match=r"\['auc', 'rmse'\]"):
        draw_learning([curve, rmse])
