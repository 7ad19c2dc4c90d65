"""The line fit as an estimator: what a network of the toy has to beat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource, Epoch, Estimator, FitPlan, ModelSpec
from hepml.errors import RunError
from hepml.estimators.inputs import check_inputs, check_parts
from hepml.estimators.line_fit import follow_line
from hepml.estimators.pixel_places import Pixels, Probability, on_and_truth, the_map, watched_losses
from hepml.options import Options

_FILE = "line_fit.json"


class LineFitOptions(Options):
    """The line fit has no options."""


class LineFit(Estimator):
    """The pixel that `follow_line` finds on each layer, with the probability that it is right there.

    A fit only counts how often it is right on each layer; the other pixels of a layer share the rest.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    right : array, shape (n_layers,), optional
        The probabilities; None before the fit.
    """

    Options: ClassVar[type[LineFitOptions]] = LineFitOptions
    tasks: ClassVar[frozenset[str]] = frozenset({"next_item"})
    losses: ClassVar[frozenset[str]] = frozenset({"sparse_categorical_crossentropy"})
    roles: ClassVar[frozenset[str]] = frozenset({"image"})
    several_outputs: ClassVar[bool] = False
    negative_weights: ClassVar[bool] = True

    def __init__(self, spec: ModelSpec, right: NDArray[np.float64] | None = None) -> None:
        self.spec, self._right, self._map = spec, right, the_map(spec)

    @property
    def n_parameters(self) -> int:
        """One per layer."""
        return self.spec.task.outputs[0].shape[0]

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Count on the first pieces of the training part; the history has one `Epoch`.

        Raises
        ------
        DatasetError
            A part is empty.
        """
        check_parts(train, validation)
        on, truth = on_and_truth(train, self.spec, most=20_000)
        n_right = (follow_line(on) == truth).sum(axis=0)
        self._right = (n_right + 1) / (np.isfinite(truth).sum(axis=0) + 2)  # never quite sure
        losses = watched_losses({"loss": train, "validation_loss": validation}, self.spec, self._probability)
        history = [Epoch(0, losses)]
        plan.on_epoch(history[0])
        return history

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return the probability of each pixel, shape (n, layers, pixels).

        Raises
        ------
        RunError
            Not fitted, or the inputs are not those it was built for.
        """
        check_inputs(inputs, self.spec.arrays)
        return {self.spec.task.outputs[0].name: self._probability(inputs[self._map][..., 0] > 0)}

    def _probability(self, on: Pixels) -> Probability:
        if self._right is None:
            msg = "the line fit has not been fitted: train it first"
            raise RunError(msg)
        others = (1 - self._right) / max(on.shape[2] - 1, 1)
        found = np.broadcast_to(others[:, None], on.shape).astype(np.float32)
        np.put_along_axis(found, follow_line(on)[..., None], self._right.astype(np.float32)[:, None], axis=2)
        return found

    def save(self, folder: Path) -> None:
        """Write ``line_fit.json``."""
        right = [] if self._right is None else self._right.tolist()
        (folder / _FILE).write_text(json.dumps({"right": right}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read ``line_fit.json``.

        Raises
        ------
        RunError
            The file is missing, damaged, or of another number of layers.
        """
        n_layers = model.task.outputs[0].shape[0]
        try:
            right = np.array(json.loads((folder / _FILE).read_text(encoding="utf-8"))["right"], np.float64)
        except (OSError, ValueError, KeyError, TypeError) as problem:
            msg = f"{folder / _FILE}: missing or damaged ({problem}): train again"
            raise RunError(msg) from None
        if right.shape != (n_layers,):
            msg = f"{folder / _FILE}: {right.shape} probabilities for {n_layers} layers: train again"
            raise RunError(msg)
        return cls(model, right)
