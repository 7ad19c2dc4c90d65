"""Decision trees as an ONNX graph: one operator sums the leaves of all of them, comparing in float64."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hepml.contracts import ModelSpec
from hepml.estimators.decision_trees import DecisionTree, TreeEnsemble
from hepml.estimators.feature_graph import FEATURES, TREES_DOMAIN, feature_graph, link

_LEAF, _AT_MOST, _EQUAL = "LEAF", "BRANCH_LEQ", "BRANCH_EQ"
_NO_CODE = -1
"""Which no example has: the question of a split without any code on its left."""
_SUM = "/sum"


@dataclass(frozen=True)
class _Node:
    """What is asked of a feature, which node follows where it is true and where not, and whether NaN counts as true."""

    mode: str
    feature: int = 0
    value: float = 0.0
    true: int = 0
    false: int = 0
    missing_true: bool = False


def trees_as_onnx(ensemble: TreeEnsemble, spec: ModelSpec) -> Any:
    """Return the ``onnx.ModelProto`` of trees; inputs and output have the names of batch arrays and the task's output.

    Needs the package ``onnx``.
    """
    [output] = spec.task.outputs
    return feature_graph(spec, [_operator(ensemble), link(output, _SUM, output.name)])


def _operator(ensemble: TreeEnsemble) -> Any:
    """Return the ``onnx.NodeProto`` from features to sums, which are float32."""
    from onnx import helper

    trees = enumerate(ensemble.trees)
    rows = [(number, place, node) for number, tree in trees for place, node in enumerate(_nodes(tree))]
    nodes, leaves = [node for *_, node in rows], [(number, place) for number, place, node in rows if node.mode == _LEAF]
    return helper.make_node(
        "TreeEnsembleRegressor",
        [FEATURES],
        [_SUM],
        domain=TREES_DOMAIN,
        n_targets=len(ensemble.base),
        base_values_as_tensor=_float64(ensemble.base),
        nodes_treeids=[number for number, *_ in rows],
        nodes_nodeids=[place for _, place, _ in rows],
        nodes_modes=[node.mode for node in nodes],
        nodes_featureids=[node.feature for node in nodes],
        nodes_values_as_tensor=_float64([node.value for node in nodes]),
        nodes_truenodeids=[node.true for node in nodes],
        nodes_falsenodeids=[node.false for node in nodes],
        nodes_missing_value_tracks_true=[int(node.missing_true) for node in nodes],
        target_treeids=[number for number, _ in leaves],
        target_nodeids=[place for _, place in leaves],
        target_ids=[ensemble.output[number] for number, _ in leaves],
        target_weights_as_tensor=_float64([ensemble.trees[number].value[place] for number, place in leaves]),
    )


def _nodes(tree: DecisionTree) -> list[_Node]:
    columns = (tree.is_leaf, tree.feature, tree.threshold, tree.left, tree.right, tree.missing_left)
    nodes = [
        _Node(_LEAF) if leaf else _Node(_AT_MOST, feature, threshold, left, right, missing)
        for leaf, feature, threshold, left, right, missing in zip(*(c.tolist() for c in columns), strict=True)
    ]
    for place, codes in tree.codes_left.items():
        chain = _chain(nodes[place], sorted(codes) or [_NO_CODE], first_new=len(nodes))
        nodes[place] = chain[0]
        nodes.extend(chain[1:])
    return nodes


def _chain(split: _Node, codes: list[int], *, first_new: int) -> list[_Node]:
    """Return nodes that ask for one code after the other: this version of the operator has no sets."""
    following = [*range(first_new, first_new + len(codes) - 1), split.false]
    return [
        _Node(_EQUAL, split.feature, float(code), split.true, after, split.missing_true)
        for code, after in zip(codes, following, strict=True)
    ]


def _float64(values: Any) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(np.asarray(values, np.float64))
