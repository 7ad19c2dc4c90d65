"""All compatible lines as an estimator: the bound of what can be known of the toy's tracks, without learning."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import BatchSource, Epoch, Estimator, FitPlan, ModelSpec
from hepml.estimators.compatible_lines import line_shares
from hepml.estimators.inputs import check_inputs, check_parts
from hepml.estimators.pixel_places import Pixels, Probability, in_pieces, the_map, watched_losses
from hepml.options import Options


class CompatibleLinesOptions(Options):
    """Options of all compatible lines."""

    causal: bool = pydantic.Field(True, description="A layer knows of the layers up to it; false: of all of them")


class CompatibleLines(Estimator):
    """The share of each pixel among the lines through pixels that are on (`line_shares`); there is nothing to fit."""

    Options: ClassVar[type[CompatibleLinesOptions]] = CompatibleLinesOptions
    tasks: ClassVar[frozenset[str]] = frozenset({"next_item"})
    losses: ClassVar[frozenset[str]] = frozenset({"sparse_categorical_crossentropy"})
    roles: ClassVar[frozenset[str]] = frozenset({"image"})
    several_outputs: ClassVar[bool] = False
    negative_weights: ClassVar[bool] = True

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self._map = spec, the_map(spec)

    @property
    def n_parameters(self) -> int:
        """None."""
        return 0

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Look at the losses of some examples; the history has one `Epoch`.

        Raises
        ------
        DatasetError
            A part is empty.
        """
        check_parts(train, validation)
        losses = watched_losses({"loss": train, "validation_loss": validation}, self.spec, self._probability)
        history = [Epoch(0, losses)]
        plan.on_epoch(history[0])
        return history

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return the probability of each pixel, shape (n, layers, pixels).

        Raises
        ------
        RunError
            The inputs are not those it was built for.
        """
        check_inputs(inputs, self.spec.arrays)
        return {self.spec.task.outputs[0].name: self._probability(inputs[self._map][..., 0] > 0)}

    def _probability(self, on: Pixels) -> Probability:
        causal = bool(self.spec.options.causal)  # type: ignore[attr-defined]
        shares = in_pieces(on, partial(line_shares, causal=causal))
        # Where no line is left, nothing is known.
        return np.where(shares.sum(axis=2, keepdims=True) > 0, shares, np.float32(1 / max(on.shape[2], 1)))

    def save(self, folder: Path) -> None:
        """Write nothing: the options are all there is."""

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:  # noqa: ARG003  (there is no file)
        """Return the same again."""
        return cls(model)
