"""What a model is to learn, free of any framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

RELATIVE = "relative_"
"""What the name of a loss begins with whose errors are divided by the size of the target (arXiv:1811.04557)."""


@dataclass(frozen=True)
class OutputSpec:
    """One output of a model.

    Attributes
    ----------
    name : str
        Key of the output in predictions.
    size : int
        Length of the last axis: number of values per example, or per item or cell where there are `leading` axes.
    activation : str
        ``"sigmoid"``, ``"softmax"``, ``"linear"`` or another the estimator knows.
    loss : str
        ``"binary_crossentropy"``, ``"categorical_crossentropy"``, ``"mean_squared_error"``, ….
    target : str
        ``"label"``, ``"spectator:<name>"`` (a number per example), ``"codes:<name>"`` (a spectator of whole numbers,
        each of which is a class) or ``"input:<name>"`` (the batch array of an input of the processor,
        ``"input:<name>/<suffix>"`` where it has several; what it is compared with need not be what the model reads).
    loss_weight : float
        Its share in the sum of losses.
    loss_options : mapping
        Parameters of the loss (the width of a Huber loss, …); of ``"codes:…"`` also the ``codes`` of its classes, and
        whether the last has all larger ones (``last_is_open``).
    leading : tuple of int
        Axes before the last: ``(20,)`` for one prediction per item, ``(34, 72)`` for a map.
    classes : tuple of str
        Class names of this output, where a task has outputs of several kinds; empty: those of the task.
    keep : bool
        Whether predictions and friend trees hold it; False for what only the loss needs, and for whole maps.
    combine : str
        How members become one prediction: ``"mean"``, ``"first"`` for what has no mean (a sample), or ``"moments"`` for
        means with a covariance: those of the equal mixture of the members' distributions.
    target_size : int, optional
        Length of the last axis of what it is compared with, where that is not `size`.
    judged : str
        What `Predictions` hold of it: ``"whole"``, or ``"choice"`` for a distribution over many places, of which only
        the most probable place and the probability of the true one are kept.
    """

    name: str
    size: int
    activation: str
    loss: str
    target: str
    loss_weight: float = 1.0
    loss_options: Mapping[str, Any] = field(default_factory=dict)
    leading: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    keep: bool = True
    combine: Literal["mean", "first", "moments"] = "mean"
    target_size: int | None = None
    judged: Literal["whole", "choice"] = "whole"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output."""
        return (*self.leading, self.size)

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Shape of what one example's output is compared with."""
        return (*self.leading, self.target_size or self.size)

    @property
    def judged_shape(self) -> tuple[int, ...]:
        """Shape of what `Predictions` hold of one example's output."""
        return (*self.leading, 2) if self.judged == "choice" else self.shape

    def class_of_codes(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the class of each number, for a target ``"codes:…"``; −1 where it is missing or none of the codes.

        Examples
        --------
        >>> options = {"codes": (0, 1, 2), "last_is_open": True}
        >>> output = OutputSpec("n_proton", 3, "softmax", "categorical_crossentropy", "codes:n", loss_options=options)
        >>> output.class_of_codes(np.array([0.0, 2.0, 7.0, -1.0, np.nan])).tolist()
        [0, 2, 2, -1, -1]
        """
        codes = np.asarray(self.loss_options["codes"], dtype=np.float64)
        found = np.asarray(values)[:, None] == codes
        if self.loss_options.get("last_is_open"):
            found[:, -1] = np.asarray(values) >= codes[-1]
        return np.where(found.any(axis=1), found.argmax(axis=1), -1)


@dataclass(frozen=True)
class TaskSpec:
    """A task: outputs, losses and targets.

    Attributes
    ----------
    kind : str
        Key of the table of tasks: ``"classification"``, ….
    outputs : tuple of OutputSpec
        What a model puts out; none for a model that only generates.
    classes : tuple of str
        Class names in the order of label indices; empty where there are none.
    signal : str, optional
        The class whose score a binary output is.
    conditions : tuple of str
        Which of the model's inputs are given and not learnt (the energy of a shower to generate).
    options : mapping
        The task's own validated options as plain JSON, for what only it needs.
    """

    kind: str
    outputs: tuple[OutputSpec, ...]
    classes: tuple[str, ...] = ()
    signal: str | None = None
    conditions: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spectators(self) -> tuple[str, ...]:
        """Spectators that are targets, each once."""
        return tuple(dict.fromkeys(_targets(self.outputs, "spectator:") + _targets(self.outputs, "codes:")))

    @property
    def target_inputs(self) -> tuple[str, ...]:
        """Inputs of the processor that are targets, each once; a batch needs them beside what the model reads."""
        return tuple(dict.fromkeys(target.split("/")[0] for target in _targets(self.outputs, "input:")))

    @property
    def kept(self) -> tuple[OutputSpec, ...]:
        """Outputs that predictions hold."""
        return tuple(output for output in self.outputs if output.keep)

    @property
    def per_item(self) -> bool:
        """Whether it has outputs for each item of a sequence, or each cell of a map, and not one for an example."""
        return any(output.leading for output in self.outputs)


def _targets(outputs: tuple[OutputSpec, ...], prefix: str) -> tuple[str, ...]:
    found = [output.target.removeprefix(prefix) for output in outputs if output.target.startswith(prefix)]
    return tuple(dict.fromkeys(found))
