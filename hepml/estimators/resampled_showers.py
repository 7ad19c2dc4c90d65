"""Training showers, shown again, as an estimator: the ceiling that only a test for copies catches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import ModelSpec
from hepml.estimators.shower_baseline import Arrays, ShowerBaseline
from hepml.estimators.shower_resampling import ShowerResampling
from hepml.options import Options


class ResamplingOptions(Options):
    """Options of resampling."""

    n_nearest: int = pydantic.Field(50, gt=0, description="Training showers, next in energy, among which one is drawn")
    max_showers: int = pydantic.Field(20_000, gt=0, description="Training showers that are kept, in memory and on disk")


class ResampledShowers(ShowerBaseline):
    """`ShowerResampling` of the training part."""

    Options: ClassVar[type[ResamplingOptions]] = ResamplingOptions
    file: ClassVar[str] = "showers.npz"

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec)
        options = spec.options
        assert isinstance(options, ResamplingOptions)
        self._generator = ShowerResampling(self.inputs.shower, n_nearest=options.n_nearest)

    def fit_showers(self, batch: Mapping[str, NDArray[Any]], kind: NDArray[np.int64]) -> float:
        """Keep the showers; the loss is 0."""
        self._generator.fit(batch, kind=kind)
        return 0.0

    def draw_showers(
        self, energy_gev: NDArray[np.float64], kind: NDArray[np.int64], rng: np.random.Generator
    ) -> Arrays:
        """Return training showers, scaled."""
        return dict(self._generator.generate(energy_gev, rng=rng, kind=kind))

    def state(self) -> Arrays:
        """Return the kept showers."""
        return self._generator.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take showers over."""
        self._generator.restore(state)
