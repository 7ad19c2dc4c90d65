"""Decision trees as arrays of nodes, whichever library has grown them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Normalisation
from hepml.estimators.matrix import by_array, flat_categories


@dataclass(frozen=True)
class DecisionTree:
    """One tree; node 0 is its root, and features are numbered as the columns of `flat_features`.

    Attributes
    ----------
    left, right : array of int64, shape (n_nodes,)
        The node that follows; −1 at a leaf.
    feature : array of int64, shape (n_nodes,)
        What an inner node reads.
    threshold : array of float64, shape (n_nodes,)
        Features up to and including it go left.
    missing_left : array of bool, shape (n_nodes,)
        Whether NaN goes left.
    value : array of float64, shape (n_nodes,)
        What a leaf adds to the output.
    codes_left : mapping of int to frozenset of int
        For nodes that split the codes of a category, in place of the threshold: those that go left.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float64]
    codes_left: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def is_leaf(self) -> NDArray[np.bool_]:
        """Which nodes are leaves."""
        return self.left < 0


@dataclass(frozen=True)
class TreeEnsemble:
    """Trees whose leaves are summed; an output before its link function is its base and the sum of its trees.

    Attributes
    ----------
    trees : sequence of DecisionTree
        All trees.
    output : sequence of int
        The output that each tree adds to.
    base : array of float64, shape (n_outputs,)
        What the sums begin with.
    """

    trees: Sequence[DecisionTree]
    output: Sequence[int]
    base: NDArray[np.float64]


def typical_inputs(ensemble: TreeEnsemble, arrays: Mapping[str, ArraySpec]) -> dict[str, Normalisation]:
    """Return mean and σ of each feature's thresholds, by batch name: inputs around these reach all leaves."""
    thresholds: list[list[float]] = [[] for _ in flat_categories(arrays)]
    for tree in ensemble.trees:
        for node in np.flatnonzero(~tree.is_leaf & np.isfinite(tree.threshold)):
            if node not in tree.codes_left:
                thresholds[tree.feature[node]].append(tree.threshold[node])
    offset, scale = np.array([(np.mean(of_one), np.std(of_one) or 1) if of_one else (0, 1) for of_one in thresholds]).T
    return by_array(offset, scale, arrays)
