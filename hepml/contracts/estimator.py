"""What a model is: fit, predict, save, load — for networks, trees and baselines alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from hepml.contracts.batch import BatchSource
from hepml.contracts.representation import ArraySpec
from hepml.contracts.task import TaskSpec


@dataclass(frozen=True)
class Normalisation:
    """Constants of one batch array, from the training part: ``(x − offset) / scale``, of the array's moments shape."""

    offset: NDArray[np.float32]
    scale: NDArray[np.float32]


@dataclass(frozen=True)
class ModelSpec:
    """Everything an estimator is built from; no data.

    Attributes
    ----------
    estimator : str
        Key of the table of estimators: ``"cnn"``, ``"bdt"``, ….
    options : pydantic model
        The estimator's own validated options.
    task : TaskSpec
        What it learns.
    arrays : mapping of str to ArraySpec
        The batch arrays it reads, in order.
    seed : int
        Fixes initial weights, dropout and whatever else is random.
    """

    estimator: str
    options: BaseModel
    task: TaskSpec
    arrays: Mapping[str, ArraySpec]
    seed: int


@dataclass(frozen=True)
class Epoch:
    """One line of ``history.csv``: the epoch (from 0) and its figures (``loss``, ``validation_loss``, …)."""

    index: int
    figures: Mapping[str, float]


@dataclass(frozen=True)
class FitPlan:
    """How to fit.

    Attributes
    ----------
    checkpoint : Path
        Folder for the state of an interrupted fit; a fit that finds a complete state there goes on from it.
    training : pydantic model
        The recipe's training options for this estimator.
    on_epoch : callable
        Called after each epoch (progress).
    """

    checkpoint: Path
    training: BaseModel
    on_epoch: Callable[[Epoch], None] = field(default=lambda _epoch: None)


class FittedModel(ABC):
    """What gives outputs for batch arrays: all that applying a run needs."""

    @abstractmethod
    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return each output, shape (n, size); n = 0 is allowed.  One row's result depends on no other row."""


class Estimator(FittedModel):
    """Fit, predict, save and load behind one interface."""

    tasks: ClassVar[frozenset[str]]
    """Kinds of task it can learn."""
    roles: ClassVar[frozenset[str]]
    """Roles of batch arrays it can read."""
    losses: ClassVar[frozenset[str]]
    """Losses of outputs that it can minimise."""
    several_outputs: ClassVar[bool] = True
    """Whether it can learn more than one output."""
    extra: ClassVar[str | None] = None
    """The extra that brings the package of the same name, which it needs; None where every installation has all."""
    negative_weights: ClassVar[bool]
    """Whether a fit can use negative weights as they are."""
    watched: ClassVar[str] = "validation_loss"
    """The figure of an `Epoch` whose smallest value names the best epoch, if there is a validation part."""

    @property
    @abstractmethod
    def n_parameters(self) -> int:
        """Number of fitted parameters (of trees: leaves)."""

    @abstractmethod
    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fit on `train` and return the history; keep the best state on `validation`, or as the plan says the last.

        Without a validation part nothing is watched: the history has no such figure and the last state is kept.
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write everything `load` needs into `folder` (exists, empty)."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path, model: ModelSpec) -> Estimator:
        """Read what `save` wrote, running no foreign code."""


@dataclass(frozen=True)
class StartPlan:
    """How a model starts from another one.

    Attributes
    ----------
    freeze : bool
        Train the heads alone: the backbone stays as it is, moving statistics included.
    backbone_rate : float
        Learning rate of the backbone over that of the heads.
    keep_normalisation : bool
        Keep the other model's normalisation of the inputs; otherwise the constants are those of the training part.
    keep_heads : bool
        Keep the heads of outputs that mean the same in both.
    """

    freeze: bool = False
    backbone_rate: float = 1.0
    keep_normalisation: bool = True
    keep_heads: bool = True


class Transferable(Estimator):
    """What an `Estimator` is as well if it can start from the backbone of another one of its kind."""

    @abstractmethod
    def start_from(self, other: Estimator, plan: StartPlan) -> tuple[str, ...]:
        """Take the backbone of `other` over, before the fit; return the outputs whose heads are kept.

        Raises
        ------
        RunError
            The two are not built alike; names the first layer that differs.
        """


class Exportable(FittedModel):
    """What an `Estimator` is as well if its fitted model can be written as an ONNX graph."""

    onnx_packages: ClassVar[tuple[str, ...]] = ("onnx",)
    """Packages of the extra ``onnx`` that writing takes."""

    @abstractmethod
    def as_onnx(self) -> Any:
        """Return the ``onnx.ModelProto`` from raw batch arrays to outputs, by their names; the first axis is free."""

    @property
    @abstractmethod
    def typical_inputs(self) -> Mapping[str, Normalisation]:
        """Where its inputs lie, by batch name: offset and spread.  An array of which it knows nothing may be absent."""


class MapDetector(Estimator):
    """What an `Estimator` is as well if it scores maps itself: without it, maps are scored by what is expected."""

    @abstractmethod
    def map_scores(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float64]]:
        """Return a score of each map, shape (n,), by output, higher is worse; outputs may be left out."""


class Generative(Estimator):
    """What an `Estimator` is as well if it makes examples, under conditions that are given."""

    @abstractmethod
    def generate(
        self, conditions: Mapping[str, NDArray[Any]], *, seed: int | Sequence[int]
    ) -> dict[str, NDArray[np.float32]]:
        """Return the batch arrays that are no conditions, one example for each row of the conditions.

        The same conditions and seed give the same examples; what is drawn for a row may depend on the rows before it.

        Parameters
        ----------
        conditions : mapping of str to array, shape (n, …)
            By batch name, as they were in the training; n = 0 is allowed.
        seed : int or sequence of int
            Of ``numpy.random.default_rng``.

        Raises
        ------
        RunError
            Not fitted, or a condition is missing or of another shape.
        """


class Latent(Generative):
    """What a `Generative` is as well if examples have a place in a latent space, from which they are made again."""

    @abstractmethod
    def encode(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Return the place of each example, shape (n, d): the mean where the encoder gives a distribution.

        Parameters
        ----------
        inputs : mapping of str to array, shape (n, …)
            By batch name, conditions among them; n = 0 is allowed.

        Raises
        ------
        RunError
            Not fitted, or an array is missing or of another shape.
        """

    @abstractmethod
    def decode(
        self, latent: NDArray[Any], conditions: Mapping[str, NDArray[Any]], *, seed: int | Sequence[int]
    ) -> dict[str, NDArray[np.float32]]:
        """Return what `generate` does, at given places of the latent space.

        Parameters
        ----------
        latent : array, shape (n, d)
            One place for each row of the conditions.
        conditions, seed
            As for `generate`; the seed is of whatever else is random.

        Raises
        ------
        RunError
            Not fitted, places of another number of dimensions, or conditions that do not fit.
        """
