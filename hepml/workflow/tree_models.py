"""Which estimators are trained in other steps than epochs: trees, or one only."""

from __future__ import annotations

TREE_MODELS = frozenset({"bdt", "xgboost"})
"""Keys of the table of estimators."""

WITHOUT_EPOCHS = TREE_MODELS | {
    "compatible_lines",
    "line_fit",
    "linear",
    "shower_parametrisation",
    "shower_resampling",
}
"""Estimators whose number of steps the recipe does not say."""
