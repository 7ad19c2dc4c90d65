"""Which estimators are made of trees: their steps are trees, not epochs, and they are the baseline of a report."""

from __future__ import annotations

TREE_MODELS = frozenset({"bdt"})
"""Keys of the table of estimators."""
