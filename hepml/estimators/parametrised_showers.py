"""The parametrisation layer by layer as an estimator: what a network has to beat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import ModelSpec
from hepml.estimators.shower_baseline import Arrays, ShowerBaseline
from hepml.estimators.shower_parametrisation import ShowerParametrisation
from hepml.options import Options


class ParametrisationOptions(Options):
    """Options of the parametrisation."""

    n_bins: int = pydantic.Field(10, gt=0, description="Bins of the true energy in which cells are averaged")
    max_showers: int = pydantic.Field(50_000, gt=0, description="Training showers that are read, into memory")


class ParametrisedShowers(ShowerBaseline):
    """`ShowerParametrisation` of the training part."""

    Options: ClassVar[type[ParametrisationOptions]] = ParametrisationOptions
    file: ClassVar[str] = "parametrisation.npz"

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec)
        options = spec.options
        assert isinstance(options, ParametrisationOptions)
        self._generator = ShowerParametrisation(self.inputs.shower, n_bins=options.n_bins)

    def fit_showers(self, batch: Mapping[str, NDArray[Any]], kind: NDArray[np.int64]) -> float:
        """Fit every layer; the loss is 0."""
        self._generator.fit(batch, kind=kind)
        return 0.0

    def draw_showers(
        self, energy_gev: NDArray[np.float64], kind: NDArray[np.int64], rng: np.random.Generator
    ) -> Arrays:
        """Return showers whose cells are independent of one another."""
        return dict(self._generator.generate(energy_gev, rng=rng, kind=kind))

    def state(self) -> Arrays:
        """Return the constants of all layers."""
        return self._generator.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take constants over."""
        self._generator.restore(state)
