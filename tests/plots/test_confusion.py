"""The confusion matrix."""

from __future__ import annotations

import numpy as np
from plots.figures_of_all_kinds import confusion_curve

from hepml.plots import draw_confusion


def test_cells_and_names():
    """Rows are true classes; each cell has its share with the error."""
    axes = draw_confusion(confusion_curve(("w", "qcd"))).axes[0]
    assert axes.images[0].get_array().tolist() == [[0.9, 0.1], [0.2, 0.8]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Predicted class", "True class")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["w", "qcd"]
    assert "0.900\n± 0.010" in {text.get_text() for text in axes.texts}


def test_purity():
    """Columns sum to 1."""
    axes = draw_confusion(confusion_curve(("w", "qcd")), normalised="purity").axes[0]
    np.testing.assert_allclose(np.asarray(axes.images[0].get_array()).sum(axis=0), 1.0)
