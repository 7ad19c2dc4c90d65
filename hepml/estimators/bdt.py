"""Boosted decision trees: scikit-learn's histogram gradient boosting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import RELATIVE, BatchSource, Epoch, Estimator, Exportable, FitPlan, ModelSpec, Normalisation
from hepml.errors import RunError
from hepml.estimators.decision_trees import typical_inputs
from hepml.estimators.histogram_trees import histogram_trees
from hepml.estimators.inputs import check_inputs
from hepml.estimators.matrix import flat_categories, flat_features
from hepml.estimators.tree_data import TreeData, read_tree_data
from hepml.estimators.tree_file import load_trees, save_trees
from hepml.estimators.tree_history import n_trees_kept, tell_history
from hepml.estimators.tree_onnx import trees_as_onnx
from hepml.estimators.tree_threads import threads_for_rows
from hepml.networks.target_scaling import NO_SCALING, is_relative, target_scaling
from hepml.options import Options
from hepml.recipe import Training

_FILE = "trees.skops"
_LOSSES = {"mse": "squared_error", "mae": "absolute_error"}
_LOSSES |= {f"{RELATIVE}{name}": loss for name, loss in _LOSSES.items()}  # the weights make errors relative
_HALVED = frozenset({"mse", f"{RELATIVE}mse"})
"""Losses of which scikit-learn reports half."""


class BoostedTreesOptions(Options):
    """Options of the boosted trees."""

    learning_rate: float = pydantic.Field(0.05, gt=0, le=1)
    max_iter: int = pydantic.Field(600, gt=0, description="Largest number of trees (of each class, if there are more)")
    max_leaf_nodes: int = pydantic.Field(31, ge=2)
    min_samples_leaf: int = pydantic.Field(20, ge=1)
    l2: float = pydantic.Field(0.0, ge=0, description="L2 regularisation of the leaves")
    max_features: float = pydantic.Field(1.0, gt=0, le=1, description="Share of the features tried in each split")
    max_bins: int = pydantic.Field(255, ge=2, le=255, description="Categories of more codes are read as numbers")
    patience: int = pydantic.Field(
        30, gt=0, description="Trees without improvement before stopping, unless training.early_stopping is null"
    )


class BoostedTrees(Estimator, Exportable):
    """Histogram gradient boosting on all inputs, flattened, side by side; NaN is a value of its own.

    The training part is read into memory whole: 8 bytes per feature and example, and one more for its bin.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    trees : HistGradientBoostingClassifier or HistGradientBoostingRegressor, optional
        Fitted ones.
    """

    Options: ClassVar[type[BoostedTreesOptions]] = BoostedTreesOptions
    tasks: ClassVar[frozenset[str]] = frozenset({"classification", "regression"})
    losses: ClassVar[frozenset[str]] = frozenset({"binary_crossentropy", "categorical_crossentropy", *_LOSSES})
    roles: ClassVar[frozenset[str]] = frozenset({"table", "image", "map"})
    several_outputs: ClassVar[bool] = False
    negative_weights: ClassVar[bool] = False

    def __init__(self, spec: ModelSpec, trees: Any = None) -> None:
        self.spec = spec
        self._trees = trees

    @property
    def n_parameters(self) -> int:
        """Number of leaves; 0 before the fit."""
        if self._trees is None:
            return 0
        return sum(tree.get_n_leaf_nodes() for stage in self._trees._predictors for tree in stage)

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fit, watch the validation loss, if any, and keep the trees up to its minimum, or all; one `Epoch` per tree.

        Raises
        ------
        RunError
            A negative weight.
        DatasetError
            An empty part, one class only, or no example with a target.
        """
        training = Training.model_validate(plan.training.model_dump())
        # The trees themselves learn the target in its unit: no option of theirs depends on it.
        fit, watch = read_tree_data(self.spec, train, validation, NO_SCALING)
        trees = self._new(stop_early=training.early_stopping is not None)
        seen = {} if watch is None else _as_validation(watch)
        trees.fit(fit.features, fit.target, sample_weight=fit.weight, **seen)
        # Row 0 of the scores is the constant before the first tree.
        unit = self._loss_unit(train)
        losses = -trees.train_score_[1:] * fit.loss_scale / unit
        watched = None if watch is None else -trees.validation_score_[1:] * watch.loss_scale / unit
        trees._predictors = trees._predictors[: n_trees_kept(losses, watched, training)]
        self._trees = trees
        return tell_history(losses, watched, learning_rate=trees.learning_rate, plan=plan)

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return P(signal), shape (n, 1), P(class), shape (n, n_classes), or the target's estimate, shape (n, 1).

        Raises
        ------
        RunError
            Not fitted, or the inputs are not those it was built for.
        """
        trees = self._fitted
        n = check_inputs(inputs, self.spec.arrays)
        output = self.spec.task.outputs[0]
        if n == 0:
            return {output.name: np.empty((0, output.size), dtype=np.float32)}
        features = flat_features(inputs, self.spec.arrays)
        with threads_for_rows(n):
            found = trees.predict(features) if self.spec.task.kind == "regression" else trees.predict_proba(features)
        values = found.reshape(n, -1)[:, -output.size :]
        return {output.name: values.astype(np.float32)}

    def save(self, folder: Path) -> None:
        """Write ``trees.skops``."""
        save_trees(self._fitted, folder / _FILE)

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read ``trees.skops`` with a named list of trusted types.

        Raises
        ------
        RunError
            The file is missing, damaged, holds another type, or has trees on other features.
        """
        trees = load_trees(folder / _FILE, kind=model.task.kind)
        wanted = sum(int(np.prod(spec.shape)) for spec in model.arrays.values())
        if trees.n_features_in_ != wanted:
            msg = (
                f"{folder / _FILE}: the trees read {trees.n_features_in_} features and the run says {wanted}: files "
                "of different runs are mixed; train again"
            )
            raise RunError(msg)
        return cls(model, trees)

    def as_onnx(self) -> Any:
        """Return the ``onnx.ModelProto``."""
        return trees_as_onnx(histogram_trees(self._fitted, self.spec.arrays), self.spec)

    @property
    def typical_inputs(self) -> Mapping[str, Normalisation]:
        """Mean and σ of the thresholds of each feature."""
        return typical_inputs(histogram_trees(self._fitted, self.spec.arrays), self.spec.arrays)

    @property
    def _fitted(self) -> Any:
        if self._trees is None:
            msg = "these trees are not fitted: call fit, or load a fitted run"
            raise RunError(msg)
        return self._trees

    def _new(self, *, stop_early: bool) -> Any:
        from sklearn import ensemble

        options, task = self.spec.options, self.spec.task
        assert isinstance(options, BoostedTreesOptions)
        codes = [i for i, size in enumerate(flat_categories(self.spec.arrays)) if 0 < size <= options.max_bins]
        common = {
            "learning_rate": options.learning_rate,
            "max_iter": options.max_iter,
            "max_leaf_nodes": options.max_leaf_nodes,
            "min_samples_leaf": options.min_samples_leaf,
            "l2_regularization": options.l2,
            "max_features": options.max_features,
            "max_bins": options.max_bins,
            "categorical_features": codes or None,
            # Without validation data the losses are recorded as well, and are those of the training.
            "early_stopping": True,
            "validation_fraction": None,
            "n_iter_no_change": options.patience if stop_early else options.max_iter,
            "random_state": self.spec.seed,
        }
        if task.kind == "regression":
            return ensemble.HistGradientBoostingRegressor(loss=_LOSSES[task.outputs[0].loss], **common)
        return ensemble.HistGradientBoostingClassifier(**common)

    def _loss_unit(self, train: BatchSource) -> float:
        """Return what turns scikit-learn's loss into that of the other estimators, on standardised targets."""
        output = self.spec.task.outputs[0]
        if self.spec.task.kind != "regression":
            return 1.0
        scaling = NO_SCALING if is_relative(output) else target_scaling(self.spec.task, train)
        _, scale = scaling.get(output.name, (0.0, 1.0))
        return 0.5 * scale**2 if output.loss in _HALVED else scale


def _as_validation(part: TreeData) -> dict[str, NDArray[np.float64]]:
    return {"X_val": part.features, "y_val": part.target, "sample_weight_val": part.weight}
