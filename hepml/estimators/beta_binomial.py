"""The sum of all reference runs as what is expected: as AutoDQM compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import BatchSource
from hepml.estimators.map_baseline import MapBaseline
from hepml.estimators.map_inputs import MapInput, Maps, Response, counts_of, exposure_of, own_exposure
from hepml.options import Options


class BetaBinomialOptions(Options):
    """Options of the comparison with reference runs."""

    normalise: Literal["entries", "exposure"] = pydantic.Field(
        "entries", description="Scale the reference to the entries of a map, as published, or to its exposure"
    )


class BetaBinomial(MapBaseline):
    """The response map of the training part, the same for all lumisections."""

    Options: ClassVar[type[BetaBinomialOptions]] = BetaBinomialOptions

    def learn(self, train: BatchSource, responses: Mapping[str, Response]) -> dict[str, NDArray[Any]]:  # noqa: ARG002
        """Return nothing: the rates are all."""
        return {}

    def expect(self, inputs: Mapping[str, NDArray[Any]], one: MapInput, rate: Maps) -> Maps:
        """Return the reference, scaled."""
        options = self.spec.options
        assert isinstance(options, BetaBinomialOptions)
        by_entries = options.normalise == "entries"
        exposure = own_exposure(counts_of(inputs, one), rate) if by_entries else exposure_of(inputs, one, rate)
        return np.asarray(exposure[:, None, None] * rate)
