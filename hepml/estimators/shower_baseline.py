"""What the baselines of fast simulation share as estimators: they are fitted to as many showers as fit into memory."""

from __future__ import annotations

import io
import zipfile
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource, Epoch, FitPlan, Generative, ModelSpec
from hepml.errors import DatasetError, RunError
from hepml.estimators.inputs import check_parts
from hepml.estimators.shower_inputs import shower_inputs
from hepml.io.folder import write_bytes_atomic

Arrays = dict[str, NDArray[Any]]


class ShowerBaseline(Generative):
    """A generator without learning behind the estimator's interface.

    Showers are read in the order of the first epoch until there are ``max_showers``; where weights differ, as many are
    drawn from these, each in proportion to its weight.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"generation"})
    roles: ClassVar[frozenset[str]] = frozenset({"image", "map", "table"})
    losses: ClassVar[frozenset[str]] = frozenset()
    several_outputs: ClassVar[bool] = False
    negative_weights: ClassVar[bool] = False
    watched: ClassVar[str] = "loss"
    file: ClassVar[str]
    """Name of the file of arrays."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.inputs = spec, shower_inputs(spec)

    @abstractmethod
    def fit_showers(self, batch: Mapping[str, NDArray[Any]], kind: NDArray[np.int64]) -> float:
        """Fit to the arrays of showers and their kinds; return the figure that stands for a loss."""

    @abstractmethod
    def draw_showers(
        self, energy_gev: NDArray[np.float64], kind: NDArray[np.int64], rng: np.random.Generator
    ) -> Arrays:
        """Return the arrays of a batch of showers."""

    @abstractmethod
    def state(self) -> Arrays:
        """Return everything that was fitted, by name; empty before the fit."""

    @abstractmethod
    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` returned."""

    @property
    def n_parameters(self) -> int:
        """Number of stored values."""
        return sum(values.size for values in self.state().values())

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fit in one step.

        Raises
        ------
        DatasetError
            An empty part, or Σw is not positive.
        """
        check_parts(train, validation)
        most = int(self.spec.options.max_showers)  # type: ignore[attr-defined]
        inputs = read_showers(train, list(self.spec.arrays), most=most, seed=self.spec.seed)
        loss = self.fit_showers(self.inputs.batch_of(inputs), self.inputs.kind(inputs))
        history = [Epoch(0, {"loss": loss})]
        plan.on_epoch(history[0])
        return history

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:  # noqa: ARG002
        """Return no output: there is nothing to predict."""
        return {}

    def generate(
        self, conditions: Mapping[str, NDArray[Any]], *, seed: int | Sequence[int]
    ) -> dict[str, NDArray[np.float32]]:
        """Return showers under conditions.

        Raises
        ------
        RunError
            Not fitted, or conditions that are not those of the training.
        DatasetError
            A particle that the training part lacked.
        """
        self.inputs.check(conditions)
        if not self.state():
            msg = f"this {self.spec.estimator} is not fitted: call fit, or load a fitted run"
            raise RunError(msg)
        rng = np.random.default_rng(seed)
        made = self.draw_showers(self.inputs.energy_gev(conditions), self.inputs.kind(conditions), rng)
        return self.inputs.named(made)

    def save(self, folder: Path) -> None:
        """Write the arrays, compressed: no objects."""
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **self.state())
        write_bytes_atomic(folder / self.file, content.getvalue())

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read the arrays; objects are not allowed.

        Raises
        ------
        RunError
            The file is missing or damaged, or of other showers.
        """
        path, made = folder / cls.file, cls(model)
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                made.restore({name: stored[name] for name in stored.files})
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
            msg = f"{path}: what was fitted cannot be loaded ({' '.join(str(problem).split())}): train again"
            raise RunError(msg) from None
        return made


def read_showers(source: BatchSource, names: Sequence[str], *, most: int, seed: int) -> Arrays:
    """Return up to `most` examples of a part; where weights differ, drawn in proportion to them.

    Raises
    ------
    DatasetError
        Σw is not positive.
    """
    pieces: list[Arrays] = []
    weights: list[NDArray[np.float64]] = []
    n = 0
    for batch in source.shuffled(0):
        kept = slice(0, most - n)
        pieces.append({name: batch.inputs[name][kept] for name in names})
        weights.append(batch.weight[kept])
        n += len(weights[-1])
        if n >= most:
            break
    inputs, weight = (
        {name: np.concatenate([piece[name] for piece in pieces]) for name in names},
        np.concatenate(weights),
    )
    if np.ptp(weight) <= 1e-9 * np.abs(weight).max():
        return inputs
    if weight.min() < 0 or weight.sum() <= 0:
        msg = (
            f"showers are drawn by weights that are not negative, found {weight.min():.3g}: set weights.negative: drop"
        )
        raise DatasetError(msg)
    rows = np.sort(np.random.default_rng(seed).choice(n, size=n, p=weight / weight.sum()))
    return {name: values[rows] for name, values in inputs.items()}
