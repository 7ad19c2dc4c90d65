"""What the baselines of reconstruction share as estimators: they start from the response of the cells."""

from __future__ import annotations

import io
import zipfile
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource, Epoch, Estimator, FitPlan, ModelSpec
from hepml.errors import RunError
from hepml.estimators.inputs import check_inputs, check_parts
from hepml.estimators.map_inputs import MapInput, Maps, Response, counts_of, fit_responses, map_inputs, poisson_deviance
from hepml.io.folder import write_bytes_atomic

_FILE = "maps.npz"


class MapBaseline(Estimator):
    """Expected counts of good maps without a network.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    state : mapping of str to array, optional
        What was fitted, by name: ``<output>_rate`` and what a baseline adds; empty before the fit.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"reconstruction"})
    roles: ClassVar[frozenset[str]] = frozenset({"map", "table"})
    losses: ClassVar[frozenset[str]] = frozenset({"poisson"})
    negative_weights: ClassVar[bool] = False

    def __init__(self, spec: ModelSpec, state: Mapping[str, NDArray[Any]] | None = None) -> None:
        self.spec, self.maps = spec, map_inputs(spec)
        self.state: dict[str, NDArray[Any]] = dict(state or {})

    @abstractmethod
    def learn(self, train: BatchSource, responses: Mapping[str, Response]) -> dict[str, NDArray[Any]]:
        """Return what is fitted beside the rates of cells, by name."""

    @abstractmethod
    def expect(self, inputs: Mapping[str, NDArray[Any]], one: MapInput, rate: Maps) -> Maps:
        """Return the expected counts of a map, shape (n, rows, columns); NaN where there is no rate."""

    @property
    def n_parameters(self) -> int:
        """Number of stored values."""
        return sum(values.size for values in self.state.values())

    def rate(self, one: MapInput) -> Maps:
        """Return the fitted rate of each cell.

        Raises
        ------
        RunError
            Not fitted.
        """
        if f"{one.output}_rate" not in self.state:
            msg = f"this {self.spec.estimator} is not fitted: call fit, or load a fitted run"
            raise RunError(msg)
        return self.state[f"{one.output}_rate"]

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fit in one step; the losses are mean Poisson deviances of cells, 1 at best.

        Raises
        ------
        DatasetError
            An empty part, or a map that is empty in all of it.
        """
        check_parts(train, validation)
        responses = fit_responses(train, self.maps)
        self.state = {f"{name}_rate": response.rate for name, response in responses.items()}
        self.state |= self.learn(train, responses)
        parts = {"loss": train, "validation_loss": validation}
        history = [Epoch(0, {name: self._deviance(part) for name, part in parts.items() if part is not None})]
        plan.on_epoch(history[0])
        return history

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return the expected counts of each map, shape (n, rows, columns, 1); NaN where nothing is known.

        Raises
        ------
        RunError
            Not fitted, or the inputs are not those it was built for.
        """
        check_inputs(inputs, self.spec.arrays)
        return {one.output: self.expect(inputs, one, self.rate(one))[..., None].astype(np.float32) for one in self.maps}

    def _deviance(self, part: BatchSource) -> float:
        found, n = 0.0, 0
        for batch in part.ordered():
            expected = self.predict(batch.inputs)
            of_maps = [
                poisson_deviance(counts_of(batch.inputs, o), expected[o.output][..., 0].astype(np.float64))
                for o in self.maps
            ]
            found, n = found + batch.n * float(np.mean(of_maps)), n + batch.n
        return found / max(n, 1)

    def save(self, folder: Path) -> None:
        """Write the arrays, compressed: no objects."""
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **self.state)
        write_bytes_atomic(folder / _FILE, content.getvalue())

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read the arrays; objects are not allowed.

        Raises
        ------
        RunError
            The file is missing or damaged, or of other maps.
        """
        path = folder / _FILE
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                made = cls(model, {name: stored[name] for name in stored.files})
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
            msg = f"{path}: what was fitted cannot be loaded ({' '.join(str(problem).split())}): train again"
            raise RunError(msg) from None
        for one in made.maps:
            if f"{one.output}_rate" in made.state and made.rate(one).shape != one.shape:
                msg = f"{path}: holds a map of {made.rate(one).shape} and the run says {one.shape}: train again"
                raise RunError(msg)
        return made
