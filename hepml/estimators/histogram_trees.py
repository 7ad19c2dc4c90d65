"""The trees of scikit-learn's histogram gradient boosting, node by node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec
from hepml.estimators.decision_trees import DecisionTree, TreeEnsemble
from hepml.estimators.matrix import flat_categories

_BITS = 32
"""Of one word of scikit-learn's sets of categories."""


def histogram_trees(trees: Any, arrays: Mapping[str, ArraySpec]) -> TreeEnsemble:
    """Return the trees of a fitted HistGradientBoostingClassifier or HistGradientBoostingRegressor."""
    columns, seen = _columns(trees)
    declared = flat_categories(arrays)
    found, output = [], []
    for stage in trees._predictors:
        for place, predictor in enumerate(stage):
            found.append(_tree(predictor, columns, seen, declared))
            output.append(place)
    return TreeEnsemble(found, output, np.asarray(trees._baseline_prediction, np.float64).ravel())


def _columns(trees: Any) -> tuple[NDArray[np.int64], list[NDArray[np.float64]]]:
    """Return our column of each of the trees' features, categories first, and the codes that training has seen."""
    columns = np.arange(trees.n_features_in_)
    if trees.is_categorical_ is None:
        return columns, []
    encoder = trees._preprocessor.named_transformers_["encoder"]
    seen = [codes[~np.isnan(codes)] for codes in encoder.categories_]
    return np.concatenate([columns[trees.is_categorical_], columns[~trees.is_categorical_]]), seen


def _tree(
    predictor: Any, columns: NDArray[np.int64], seen: list[NDArray[np.float64]], declared: tuple[int, ...]
) -> DecisionTree:
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(np.bool_)
    codes_left = {
        int(node): _codes_left(predictor, nodes[node], seen, declared[columns[nodes["feature_idx"][node]]])
        for node in np.flatnonzero(nodes["is_categorical"].astype(np.bool_) & ~leaf)
    }
    return DecisionTree(
        left=np.where(leaf, -1, nodes["left"].astype(np.int64)),
        right=np.where(leaf, -1, nodes["right"].astype(np.int64)),
        feature=columns[np.where(leaf, 0, nodes["feature_idx"])],
        threshold=nodes["num_threshold"].astype(np.float64),
        missing_left=nodes["missing_go_to_left"].astype(np.bool_),
        value=nodes["value"].astype(np.float64),
        codes_left=codes_left,
    )


def _codes_left(predictor: Any, node: Any, seen: list[NDArray[np.float64]], n_codes: int) -> frozenset[int]:
    """Return which codes go left; those that training has not seen go where missing ones go."""
    words = predictor.raw_left_cat_bitsets[node["bitset_idx"]]
    known = seen[node["feature_idx"]].astype(np.int64)
    left = {int(code) for place, code in enumerate(known) if words[place // _BITS] >> (place % _BITS) & 1}
    unseen = set(range(n_codes)) - set(known.tolist()) if node["missing_go_to_left"] else set()
    return frozenset(left | unseen)
