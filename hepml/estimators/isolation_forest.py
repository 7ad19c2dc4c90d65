"""An isolation forest on maps as an estimator: it scores maps, and knows nothing of where a fault is."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import BatchSource, Epoch, FitPlan, MapDetector, ModelSpec
from hepml.errors import RunError
from hepml.estimators.inputs import check_inputs, check_parts
from hepml.estimators.map_inputs import MapInput, Maps, counts_of, exposure_of, fit_responses, map_inputs, read_maps
from hepml.estimators.tree_file import load_isolation_forest, save_trees
from hepml.io.folder import write_bytes_atomic
from hepml.options import Options

_RATES = "rates.npz"


class IsolationForestOptions(Options):
    """Options of the isolation forest (F. T. Liu et al., ICDM 2008)."""

    trees: int = pydantic.Field(200, ge=1, le=10_000)
    samples: int = pydantic.Field(256, ge=2, description="Training maps of each tree")
    max_maps: int = pydantic.Field(5_000, gt=1, description="Training maps that are read, in memory at once")


class IsolationForestMaps(MapDetector):
    """One forest per map, on counts over expected counts; a map that is separated by few cuts has a high score.

    Parameters
    ----------
    spec : ModelSpec
        Validated.
    rates : mapping of str to array, optional
        Response of the cells, by output; empty before the fit.
    forests : mapping of str to IsolationForest, optional
        By output.
    """

    Options: ClassVar[type[IsolationForestOptions]] = IsolationForestOptions
    tasks: ClassVar[frozenset[str]] = frozenset({"reconstruction"})
    roles: ClassVar[frozenset[str]] = frozenset({"map", "table"})
    losses: ClassVar[frozenset[str]] = frozenset({"poisson"})
    negative_weights: ClassVar[bool] = False
    watched: ClassVar[str] = "loss"

    def __init__(
        self, spec: ModelSpec, rates: Mapping[str, Maps] | None = None, forests: Mapping[str, Any] | None = None
    ) -> None:
        self.spec, self.maps = spec, map_inputs(spec)
        self._rates, self._forests = dict(rates or {}), dict(forests or {})

    @property
    def n_parameters(self) -> int:
        """Number of leaves."""
        return sum(int(tree.tree_.n_leaves) for forest in self._forests.values() for tree in forest.estimators_)

    def fit(self, train: BatchSource, validation: BatchSource | None, plan: FitPlan) -> list[Epoch]:
        """Fit in one step; there is no loss.

        Raises
        ------
        DatasetError
            An empty part, or a map that is empty in all of it.
        """
        from sklearn.ensemble import IsolationForest

        check_parts(train, validation)
        options = self.spec.options
        assert isinstance(options, IsolationForestOptions)
        self._rates = {name: response.rate for name, response in fit_responses(train, self.maps).items()}
        inputs = read_maps(train, self.maps, most=options.max_maps)
        for one in self.maps:
            features = self._features(inputs, one)
            forest = IsolationForest(
                n_estimators=options.trees,
                max_samples=min(options.samples, len(features)),
                random_state=self.spec.seed,
            )
            self._forests[one.output] = forest.fit(features)
        history = [Epoch(0, {"loss": 0.0})]
        plan.on_epoch(history[0])
        return history

    def map_scores(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float64]]:
        """Return 1/2 where a map is as all others, up to 1 where it is alone.

        Raises
        ------
        RunError
            Not fitted, or the inputs are not those it was built for.
        """
        n = check_inputs(inputs, self.spec.arrays)
        if not self._forests:
            msg = f"this {self.spec.estimator} is not fitted: call fit, or load a fitted run"
            raise RunError(msg)
        return {
            one.output: -self._forests[one.output].score_samples(self._features(inputs, one)) if n else np.zeros(0)
            for one in self.maps
        }

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return NaN: nothing is expected of cells.

        Raises
        ------
        RunError
            The inputs are not those it was built for.
        """
        n = check_inputs(inputs, self.spec.arrays)
        return {one.output: np.full((n, *one.shape, 1), np.nan, np.float32) for one in self.maps}

    def _features(self, inputs: Mapping[str, NDArray[Any]], one: MapInput) -> NDArray[np.float32]:
        """Return counts over expected counts of the cells with a rate; 1 in cells that are left out."""
        rate = self._rates[one.output]
        counts, exposure = counts_of(inputs, one), exposure_of(inputs, one, rate)
        expected = exposure[:, None, None] * rate
        live = np.isfinite(counts) & (expected > 0)
        ratio = np.where(live, counts / np.where(live, expected, 1.0), 1.0)
        return np.asarray(ratio[:, np.isfinite(rate)], np.float32)

    def save(self, folder: Path) -> None:
        """Write the rates, and one forest per map."""
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **self._rates)
        write_bytes_atomic(folder / _RATES, content.getvalue())
        for name, forest in self._forests.items():
            save_trees(forest, folder / f"{name}.skops")

    @classmethod
    def load(cls, folder: Path, model: ModelSpec) -> Self:
        """Read what `save` wrote: arrays, and forests made of named types only.

        Raises
        ------
        RunError
            A file is missing or damaged, or holds another type.
        """
        names = [one.output for one in map_inputs(model)]
        try:
            with np.load(io.BytesIO((folder / _RATES).read_bytes()), allow_pickle=False) as stored:
                rates = {name: stored[name] for name in names}
        except (OSError, ValueError, KeyError, EOFError) as problem:
            msg = f"{folder / _RATES}: cannot be loaded ({' '.join(str(problem).split())}): train again"
            raise RunError(msg) from None
        return cls(model, rates, {name: load_isolation_forest(folder / f"{name}.skops") for name in names})
