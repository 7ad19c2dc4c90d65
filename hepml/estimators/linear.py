"""Logistic regression and ridge: the floor that every other model has to pass."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import RELATIVE, BatchSource, Epoch, Estimator, Exportable, FitPlan, ModelSpec, Normalisation
from hepml.errors import RunError
from hepml.estimators.inputs import check_inputs, check_parts
from hepml.estimators.linear_design import LinearDesign, fitted_design, linear_design, typical_inputs
from hepml.estimators.linear_onnx import linear_as_onnx
from hepml.estimators.linear_solution import LinearSolution, solve_logistic, solve_ridge
from hepml.estimators.matrix import Matrix, flat_features, read_matrix
from hepml.estimators.tree_data import class_index, require_classes
from hepml.io.folder import write_bytes_atomic
from hepml.networks.target_scaling import Scaling, relative_weight, target_scaling
from hepml.options import Options

_FILE = "linear.npz"
_OF_SOLUTION = ("coefficients", "constant")


class LinearOptions(Options):
    """Options of the linear models."""

    l2: float = pydantic.Field(
        1e-4, ge=0, description="Penalty l2/2 · |coefficients|², beside the mean loss on standardised inputs"
    )


class LinearModel(Estimator, Exportable):
    """A linear model on all inputs, flattened, side by side: logistic for classes, ridge for numbers.

    The solution is exact, in one step, and depends on no seed.  Negative weights are used as they are; a fit that they
    leave without a minimum is refused.  The training part is read into memory whole, 16 bytes per column and example.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    design : LinearDesign, optional
        Fitted constants of the inputs.
    solution : LinearSolution, optional
        Fitted coefficients, in the targets' units.
    """

    Options: ClassVar[type[LinearOptions]] = LinearOptions
    tasks: ClassVar[frozenset[str]] = frozenset({"classification", "regression"})
    losses: ClassVar[frozenset[str]] = frozenset(
        {"binary_crossentropy", "categorical_crossentropy", "mse", f"{RELATIVE}mse"}
    )
    roles: ClassVar[frozenset[str]] = frozenset({"table", "image", "map"})
    negative_weights: ClassVar[bool] = True

    def __init__(
        self, spec: ModelSpec, design: LinearDesign | None = None, solution: LinearSolution | None = None
    ) -> None:
        self.spec = spec
        self._design, self._solution = design, solution

    @property
    def n_parameters(self) -> int:
        """Number of coefficients; 0 before the fit."""
        return self._solution.coefficients.size + self._solution.constant.size if self._solution else 0

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Solve; the history has one `Epoch`.

        Raises
        ------
        RunError
            There is no minimum.
        DatasetError
            An empty part, one class only, or no example with a target.
        """
        check_parts(train, validation)
        task = self.spec.task
        scaling = target_scaling(task, train)
        fit = read_matrix(train, self.spec.arrays, task, scaling)
        design = fitted_design(self.spec.arrays, fit.features)
        columns = design.columns(fit.features)
        solution = self._solved(columns, fit, scaling)
        losses = {"loss": self._loss(solution, columns, fit, scaling)}
        if validation is not None:
            watch = read_matrix(validation, self.spec.arrays, task, scaling)
            losses["validation_loss"] = self._loss(solution, design.columns(watch.features), watch, scaling)
        self._design, self._solution = (
            design,
            solution.in_units([scaling.get(o.name, (0.0, 1.0)) for o in task.outputs]),
        )
        history = [Epoch(0, losses)]
        plan.on_epoch(history[0])
        return history

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return P(signal), shape (n, 1), P(class), shape (n, n_classes), or each target's estimate, shape (n, 1).

        Raises
        ------
        RunError
            Not fitted, or the inputs are not those it was built for.
        """
        design, solution = self._fitted
        check_inputs(inputs, self.spec.arrays)
        values = solution.values(design.columns(flat_features(inputs, self.spec.arrays)))
        outputs = self.spec.task.outputs
        if self.spec.task.kind == "classification":
            return {outputs[0].name: np.exp(_log_probability(values)[:, -outputs[0].size :]).astype(np.float32)}
        return {output.name: values[:, [i]].astype(np.float32) for i, output in enumerate(outputs)}

    def save(self, folder: Path) -> None:
        """Write ``linear.npz``: four arrays of numbers."""
        design, solution = self._fitted
        content = io.BytesIO()
        np.savez(
            content,
            allow_pickle=False,
            offset=design.offset,
            scale=design.scale,
            coefficients=solution.coefficients,
            constant=solution.constant,
        )
        write_bytes_atomic(folder / _FILE, content.getvalue())

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read ``linear.npz``, in which objects are not allowed.

        Raises
        ------
        RunError
            The file is missing, damaged, or of other inputs or outputs.
        """
        path = folder / _FILE
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                found = {name: stored[name].astype(np.float64) for name in ("offset", "scale", *_OF_SOLUTION)}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
            msg = f"{path}: the coefficients cannot be loaded ({' '.join(str(problem).split())}): train again"
            raise RunError(msg) from None
        design = linear_design(model.arrays, found["offset"], found["scale"])
        size = sum(output.size for output in model.task.outputs)
        wanted = [(len(design.numbers),)] * 2 + [(size, design.n_columns), (size,)]
        if [values.shape for values in found.values()] != wanted:
            msg = f"{path}: coefficients of other inputs or outputs: files of different runs are mixed; train again"
            raise RunError(msg)
        return cls(model, design, LinearSolution(found["coefficients"], found["constant"]))

    def as_onnx(self) -> Any:
        """Return the ``onnx.ModelProto``."""
        return linear_as_onnx(*self._fitted, self.spec)

    @property
    def typical_inputs(self) -> Mapping[str, Normalisation]:
        """Mean and σ of each number in the training part."""
        return typical_inputs(self._fitted[0], self.spec.arrays)

    @property
    def _fitted(self) -> tuple[LinearDesign, LinearSolution]:
        if self._design is None or self._solution is None:
            msg = "this linear model is not fitted: call fit, or load a fitted run"
            raise RunError(msg)
        return self._design, self._solution

    def _solved(self, columns: NDArray[np.float64], fit: Matrix, scaling: Scaling) -> LinearSolution:
        options, task = self.spec.options, self.spec.task
        assert isinstance(options, LinearOptions)
        if task.kind == "classification":
            index = class_index(fit.targets[task.outputs[0].name])
            require_classes(index, n_classes=max(len(task.classes), 2))
            return solve_logistic(columns, index, fit.weight, l2=options.l2)
        solutions = []
        for output in task.outputs:
            target = fit.targets[output.name][:, 0].astype(np.float64)
            known = ~np.isnan(target)
            weight = fit.weight[known] * relative_weight(output, target[known], scaling)
            solutions.append(solve_ridge(columns[known], target[known], weight, l2=options.l2))
        return LinearSolution(
            np.concatenate([s.coefficients for s in solutions]), np.concatenate([s.constant for s in solutions])
        )

    def _loss(self, solution: LinearSolution, columns: NDArray[np.float64], part: Matrix, scaling: Scaling) -> float:
        """Return Σ w·l / Σ w, as the other estimators do; of several targets the sum."""
        values, outputs = solution.values(columns), self.spec.task.outputs
        if self.spec.task.kind == "classification":
            index = class_index(part.targets[outputs[0].name])
            losses = -np.take_along_axis(_log_probability(values), index[:, None], axis=1)
        else:
            targets = np.concatenate([part.targets[output.name] for output in outputs], axis=1)
            weights = [relative_weight(output, targets[:, i], scaling) for i, output in enumerate(outputs)]
            losses = np.nan_to_num(np.square(values - targets) * np.stack(weights, axis=1))
        return float(part.weight @ losses.sum(axis=1) / part.weight.sum())


def _log_probability(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln P of each class, shape (n, n_classes); one value is that of the second of two, beside zero."""
    full = np.concatenate([np.zeros_like(values), values], axis=1) if values.shape[1] == 1 else values
    shifted = full - full.max(axis=1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
