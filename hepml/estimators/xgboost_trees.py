"""The trees of XGBoost, node by node, from its own JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec
from hepml.estimators.decision_trees import DecisionTree, TreeEnsemble
from hepml.estimators.matrix import flat_categories


def xgboost_trees(
    booster: Any, arrays: Mapping[str, ArraySpec], *, n_outputs: int, scaling: tuple[float, float]
) -> TreeEnsemble:
    """Return the trees of a booster.

    Parameters
    ----------
    booster : xgboost.Booster
        A fitted one.
    arrays : mapping of str to ArraySpec
        What it reads.
    n_outputs : int
        Numbers per example that it puts out.
    scaling : (float, float)
        Offset and scale of its target, which go into the leaves.
    """
    learner = json.loads(booster.save_raw("json"))["learner"]
    model = learner["gradient_booster"]["model"]
    offset, scale = scaling
    declared = flat_categories(arrays)
    base = np.asarray(json.loads(learner["learner_model_param"]["base_score"]), np.float64)
    if learner["objective"]["name"] == "binary:logistic":
        base = np.log(base / (1 - base))  # the file holds a probability there, and no other link's inverse
    return TreeEnsemble(
        trees=[_tree(tree, declared, scale) for tree in model["trees"]],
        output=[int(place) for place in model["tree_info"]],
        base=np.broadcast_to(base * scale + offset, (n_outputs,)),
    )


def _tree(tree: Mapping[str, Any], declared: tuple[int, ...], scale: float) -> DecisionTree:
    left, feature = np.asarray(tree["left_children"], np.int64), np.asarray(tree["split_indices"], np.int64)
    numbers = np.asarray(tree["split_conditions"], np.float32)
    return DecisionTree(
        left=left,
        right=np.asarray(tree["right_children"], np.int64),
        feature=feature,
        threshold=_last_left(numbers),
        missing_left=np.asarray(tree["default_left"], np.bool_),
        value=numbers.astype(np.float64) * scale,
        codes_left={
            node: frozenset(range(declared[feature[node]])) - right for node, right in _codes_right(tree).items()
        },
    )


def _last_left(threshold: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the last number that goes left: in XGBoost what is smaller as float32."""
    return np.nextafter(threshold, np.float32(-np.inf)).astype(np.float64)


def _codes_right(tree: Mapping[str, Any]) -> dict[int, frozenset[int]]:
    """Return the codes that go right, by node that splits a category."""
    begins, sizes = tree["categories_segments"], tree["categories_sizes"]
    return {
        int(node): frozenset(tree["categories"][begin : begin + size])
        for node, begin, size in zip(tree["categories_nodes"], begins, sizes, strict=True)
    }
