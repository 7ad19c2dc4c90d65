"""The figures of variables: ranking, importance, correlation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from plots import toy_comparison as toy

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots import draw_correlation, draw_importance, draw_ranking
from hepml.plots.bars import MOST_BARS

MANY = tuple(f"x{i}" for i in range(30))


def names_of(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_ranking_is_sorted_and_says_the_side():
    """The best at the top, whatever the order of the columns; colours for greater and smaller."""
    columns = {"auc": np.array([0.6, 0.8]), "auc_error": np.array([0.01, 0.02])}
    labels = {"features": ["pt [GeV]", "tau21 [1]"], "sign": [1, -1]}
    figure = draw_ranking(Curve("variable_ranking", columns, class_="w", labels=labels))
    (axes,) = figure.axes
    assert names_of(axes) == ["tau21", "pt [GeV]"]
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], [0.3, 0.1])
    assert axes.patches[0].get_facecolor() != axes.patches[1].get_facecolor()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["greater for w", "smaller for w"]


def test_many_variables_are_cut_and_counted():
    """A figure with more bars than can be read shows the first, and says so."""
    (axes,) = draw_ranking(toy.ranking_curve(MANY)).axes
    assert len(names_of(axes)) == MOST_BARS
    assert axes.get_ylabel() == f"Variable (best {MOST_BARS} of 30)"


def test_importance_of_runs_side_by_side():
    """Sorted by the largest of any run; a variable that a run does not read has no bar there."""
    one = toy.importance_curve("cnn", ("a", "b"))
    other = replace(
        toy.importance_curve("bdt", ("c", "a")), columns={"drop": np.array([0.5, 0.2]), "drop_error": np.zeros(2)}
    )
    figure = draw_importance([one, other])
    (axes,) = figure.axes
    assert names_of(axes) == ["c", "a", "b"]
    widths = [bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(widths[3:], [0.5, 0.2, np.nan])
    np.testing.assert_allclose(widths[1:3], one.columns["drop"])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["cnn", "bdt"]
    assert axes.get_xlabel() == "Loss of AUC when shuffled"


def test_importances_of_different_figures_are_refused():
    """A loss of AUC and a rise of RMSE do not share an axis."""
    curve = toy.importance_curve("cnn")
    rmse = replace(curve, labels={**curve.labels, "figure": "rmse"})
    assert draw_importance([rmse]).axes[0].get_xlabel() == "Rise of RMSE when shuffled"
    with pytest.raises(ShapeError, match=r"\['auc', 'rmse'\]"):
        draw_importance([curve, rmse])


def test_correlation_is_a_triangle_in_percent():
    """Each pair once, on a scale that is symmetric around nothing; numbers without units in the names."""
    row, column = np.indices((2, 2), dtype=float).reshape(2, -1)
    columns = {"row": row, "column": column, "correlation": np.array([1.0, -0.254, -0.254, 1.0])}
    curve = Curve("correlation", columns, class_="w", labels={"features": ["pt [GeV]", "mass [GeV]"]})
    axes = draw_correlation(curve).axes[0]
    np.testing.assert_allclose(axes.images[0].get_array().filled(np.nan), [[100.0, np.nan], [-25.4, 100.0]])
    assert (axes.images[0].norm.vmin, axes.images[0].norm.vmax) == (-100.0, 100.0)
    assert names_of(axes) == ["pt", "mass"]
    assert {"100", "−25"} <= {text.get_text() for text in axes.texts}


def test_large_matrices_have_no_numbers():
    """They could not be read."""
    axes = draw_correlation(toy.correlation_curve(MANY)).axes[0]
    assert "100" not in {text.get_text() for text in axes.texts}


def test_undefined_correlation():
    """A constant column has none: its cells stay empty."""
    curve = toy.correlation_curve(("a", "b"))
    columns = curve.columns | {"correlation": np.array([1.0, np.nan, np.nan, np.nan])}
    axes = draw_correlation(replace(curve, columns=columns)).axes[0]
    assert [text.get_text() for text in axes.texts if text.get_text() in ("100", "nan")] == ["100"]
