"""What boosted trees are fitted to: one target, and weights that are not negative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource, ModelSpec
from hepml.errors import DatasetError, RunError
from hepml.estimators.inputs import check_parts
from hepml.estimators.matrix import Matrix, read_matrix
from hepml.networks.target_scaling import Scaling, is_relative, relative_weight


@dataclass(frozen=True)
class TreeData:
    """Features, shape (n, f), with NaN where missing; class index or number, shape (n,); weight, shape (n,).

    Where errors are relative, it is the weights that are divided by the target, or its square: `loss_scale` is their
    sum over what it was, by which the mean loss that trees report is to be multiplied.
    """

    features: NDArray[np.float64]
    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    loss_scale: float = 1.0


def read_tree_data(
    spec: ModelSpec, train: BatchSource, validation: BatchSource | None, scaling: Scaling
) -> tuple[TreeData, TreeData | None]:
    """Read the training and the validation part, if any, whole; examples without a target are left out.

    Raises
    ------
    RunError
        A negative weight.
    DatasetError
        An empty part, one class only, or no example with a target.
    """
    check_parts(train, validation)
    sources = {"training": train} | ({} if validation is None else {"validation": validation})
    parts = {
        name: _tree_data(read_matrix(source, spec.arrays, spec.task, scaling), spec, scaling)
        for name, source in sources.items()
    }
    _refuse_negative(spec.estimator, *parts.values())
    if spec.task.kind == "classification":
        require_classes(parts["training"].target, n_classes=max(len(spec.task.classes), 2))
    for name, part in parts.items():
        if not len(part.target):
            msg = f"the target is missing in all of the {name} part: process more events, or change the split"
            raise DatasetError(msg)
    return parts["training"], parts.get("validation")


def class_index(one_hot: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the class of each example, of a target of shape (n, 1) or (n, n_classes)."""
    return one_hot.argmax(axis=1) if one_hot.shape[1] > 1 else one_hot[:, 0].astype(np.int64)


def require_classes(target: NDArray[np.generic], *, n_classes: int) -> None:
    """Refuse a training part in which a class has no example.

    Raises
    ------
    DatasetError
        Says how many there are.
    """
    found = np.unique(target)
    if len(found) < n_classes:
        msg = (
            f"the training part has examples of {len(found)} of {n_classes} classes: process more events, or change "
            "the split"
        )
        raise DatasetError(msg)


def _tree_data(matrix: Matrix, spec: ModelSpec, scaling: Scaling) -> TreeData:
    output = spec.task.outputs[0]
    wanted = matrix.targets[output.name]
    if spec.task.kind == "classification":
        return TreeData(matrix.features, class_index(wanted).astype(np.float64), matrix.weight)
    known = ~np.isnan(wanted[:, 0])
    features = matrix.features if known.all() else matrix.features[known]
    target, weight = wanted[known, 0].astype(np.float64), matrix.weight[known]
    if not is_relative(output) or not len(target):
        return TreeData(features, target, weight)
    relative = weight * relative_weight(output, target, scaling)
    scale = float(relative.sum() / weight.sum())
    return TreeData(features, target, relative / scale, scale)  # limits on a leaf's Σw mean the same as without


def _refuse_negative(estimator: str, *parts: TreeData) -> None:
    worst = min((float(part.weight.min()) for part in parts if len(part.weight)), default=0.0)
    if worst < 0:
        msg = (
            f"{estimator!r} cannot be fitted with negative weights, found {worst:g}, since a leaf's Σw may become zero "
            "or negative: set weights.negative to drop, abs or rebalance"
        )
        raise RunError(msg)
