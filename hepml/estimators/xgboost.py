"""Boosted decision trees of XGBoost (1603.02754), an extra."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource, Epoch, Estimator, Exportable, FitPlan, ModelSpec, Normalisation
from hepml.errors import RunError
from hepml.estimators.decision_trees import TreeEnsemble, typical_inputs
from hepml.estimators.extras import import_extra
from hepml.estimators.inputs import check_inputs
from hepml.estimators.matrix import flat_categories, flat_features
from hepml.estimators.tree_data import TreeData, read_tree_data
from hepml.estimators.tree_history import n_trees_kept, tell_history
from hepml.estimators.tree_onnx import trees_as_onnx
from hepml.estimators.xgboost_file import load_booster, save_booster
from hepml.estimators.xgboost_options import OBJECTIVES, XGBoostOptions, parameters
from hepml.estimators.xgboost_trees import xgboost_trees
from hepml.networks.target_scaling import target_scaling
from hepml.recipe import Training


class XGBoostTrees(Estimator, Exportable):
    """XGBoost on all inputs, flattened, side by side; NaN is a value of its own, and categories are split as sets.

    The training part is read into memory whole: 8 bytes per feature and example, 4 more inside XGBoost.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    booster : xgboost.Booster, optional
        A fitted one.
    scaling : (float, float)
        Offset and scale of its target.
    """

    Options: ClassVar[type[XGBoostOptions]] = XGBoostOptions
    tasks: ClassVar[frozenset[str]] = frozenset({"classification", "regression"})
    losses: ClassVar[frozenset[str]] = frozenset(OBJECTIVES)
    roles: ClassVar[frozenset[str]] = frozenset({"table", "image", "map"})
    several_outputs: ClassVar[bool] = False
    extra: ClassVar[str | None] = "xgboost"
    negative_weights: ClassVar[bool] = False

    def __init__(self, spec: ModelSpec, booster: Any = None, scaling: tuple[float, float] = (0.0, 1.0)) -> None:
        self.spec = spec
        self._booster, self._scaling = booster, scaling

    @property
    def n_parameters(self) -> int:
        """Number of leaves; 0 before the fit."""
        if self._booster is None:
            return 0
        return sum(tree.count('"leaf"') for tree in self._booster.get_dump(dump_format="json"))

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fit, watch the validation loss, if any, and keep the trees up to its minimum, or all; one `Epoch` per tree.

        Raises
        ------
        RunError
            A negative weight.
        DatasetError
            An empty part, one class only, or no example with a target.
        MissingExtraError
            XGBoost is not installed.
        """
        xgboost = import_extra("xgboost")
        options = self._options
        training = Training.model_validate(plan.training.model_dump())
        scaling = target_scaling(self.spec.task, train)
        fit, watch = read_tree_data(self.spec, train, validation, scaling)
        parts = {"training": self._matrix(fit)} | ({} if watch is None else {"validation": self._matrix(watch)})
        seen: dict[str, dict[str, list[float]]] = {}
        booster = xgboost.train(
            parameters(options, self.spec.task.outputs[0], self.spec.seed),
            parts["training"],
            num_boost_round=options.max_iter,
            evals=[(matrix, name) for name, matrix in parts.items()],
            evals_result=seen,
            early_stopping_rounds=options.patience if training.early_stopping is not None else None,
            verbose_eval=False,
        )
        losses = self._losses(seen["training"]) * fit.loss_scale
        watched = None if watch is None else self._losses(seen["validation"]) * watch.loss_scale
        self._booster = booster[: n_trees_kept(losses, watched, training)]
        self._scaling = scaling.get(self.spec.task.outputs[0].name, (0.0, 1.0))
        return tell_history(losses, watched, learning_rate=options.learning_rate, plan=plan)

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return P(signal), shape (n, 1), P(class), shape (n, n_classes), or the target's estimate, shape (n, 1).

        Raises
        ------
        RunError
            Not fitted, or the inputs are not those it was built for.
        """
        booster = self._fitted
        n = check_inputs(inputs, self.spec.arrays)
        output = self.spec.task.outputs[0]
        if n == 0:
            return {output.name: np.empty((0, output.size), dtype=np.float32)}
        features = flat_features(inputs, self.spec.arrays)
        values = booster.predict(self._matrix(TreeData(features, np.zeros(n), np.ones(n))))
        offset, scale = self._scaling
        if self.spec.task.kind == "regression":
            values = values.astype(np.float64) * scale + offset
        return {output.name: values.reshape(n, output.size).astype(np.float32)}

    def save(self, folder: Path) -> None:
        """Write ``trees.json``, in XGBoost's own format."""
        save_booster(self._fitted, self._scaling, folder)

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read ``trees.json``, which holds numbers and no code.

        Raises
        ------
        RunError
            The file is missing, damaged, or has trees for other features or another loss.
        MissingExtraError
            XGBoost is not installed.
        """
        n_features = sum(int(np.prod(spec.shape)) for spec in model.arrays.values())
        objective = OBJECTIVES[model.task.outputs[0].loss][0]
        booster, scaling = load_booster(folder, n_features=n_features, objective=objective)
        return cls(model, booster, scaling)

    def as_onnx(self) -> Any:
        """Return the ``onnx.ModelProto``."""
        return trees_as_onnx(self._ensemble, self.spec)

    @property
    def typical_inputs(self) -> Mapping[str, Normalisation]:
        """Mean and σ of the thresholds of each feature."""
        return typical_inputs(self._ensemble, self.spec.arrays)

    @property
    def _fitted(self) -> Any:
        if self._booster is None:
            msg = "these trees are not fitted: call fit, or load a fitted run"
            raise RunError(msg)
        return self._booster

    @property
    def _ensemble(self) -> TreeEnsemble:
        size = self.spec.task.outputs[0].size
        return xgboost_trees(self._fitted, self.spec.arrays, n_outputs=size, scaling=self._scaling)

    @property
    def _options(self) -> XGBoostOptions:
        assert isinstance(self.spec.options, XGBoostOptions)
        return self.spec.options

    def _matrix(self, part: TreeData) -> Any:
        types = ["c" if size else "q" for size in flat_categories(self.spec.arrays)]
        return import_extra("xgboost").DMatrix(
            part.features, label=part.target, weight=part.weight, feature_types=types, enable_categorical=True
        )

    def _losses(self, seen: Mapping[str, list[float]]) -> NDArray[np.float64]:
        loss = self.spec.task.outputs[0].loss
        values = np.asarray(seen[OBJECTIVES[loss][1]], dtype=np.float64)
        return np.square(values) if loss.endswith("mse") else values
