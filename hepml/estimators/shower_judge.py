"""How far a generator is from the validation showers: the physics that is followed epoch by epoch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import RunError
from hepml.estimators.shower_features import flat_cells, layer_ends, layer_sums
from hepml.estimators.shower_inputs import ShowerInputs
from hepml.evaluation.binning import equal_population_edges
from hepml.evaluation.frechet import frechet_physics_distance
from hepml.evaluation.separation import separation_power
from hepml.evaluation.shower_response import response_ratio, shower_response
from hepml.representations import shower_shapes

COLLAPSED_BELOW = 0.5
"""Diversity below which a generator makes the same shower again and again."""

Arrays = Mapping[str, NDArray[Any]]
Generate = Callable[[Arrays], Arrays]

_MOST_BINS, _LEAST_IN_BIN, _LEAST_IN_ENERGY_BIN, _ENERGY_BINS = 30, 20, 200, 5
_LEAST_FRECHET = 100


class CollapseWarning(UserWarning):
    """A generator makes showers that hardly differ from one another."""


class ShowerJudge:
    """Compare what a generator makes under the conditions of given showers with these.

    Parameters
    ----------
    inputs : ShowerInputs
        Where the showers and conditions are.
    arrays : mapping of str to array
        Showers that the training does not use.
    seed : int
        Of the groups in which the Fréchet distance is extrapolated.
    """

    def __init__(self, inputs: ShowerInputs, arrays: Arrays, *, seed: int) -> None:
        self.inputs, self.seed = inputs, seed
        self._conditions = {name: arrays[name] for name in inputs.conditions}
        self._energy = inputs.energy_gev(arrays)
        self._order = np.lexsort([self._energy, inputs.kind(arrays)])
        self._shapes = self._shapes_of(arrays)
        self._distance = self._distances(arrays)
        bins = int(np.clip(len(self._energy) // _LEAST_IN_ENERGY_BIN, 1, _ENERGY_BINS))
        self._bins = np.quantile(self._energy, np.linspace(0, 1, bins + 1))
        self._bins[-1] *= 1 + 1e-9

    def figures(self, generate: Generate) -> dict[str, float]:
        """Return what became of a generator, and warn where it has collapsed.

        Returns
        -------
        mapping
            ``shape_separation``, the mean separation power of the shape variables, less chance; ``fpd`` of these, from
            100 showers on; ``response_deviation`` and ``resolution_deviation``: how far mean response and resolution
            are from those of the truth, in the worst of up to five bins of energy; ``diversity``: how far showers of
            equal energies are apart, over the same of the truth; ``collapsed``: 1 where that is below a half.

        Raises
        ------
        RunError
            What it makes is not finite.
        """
        made = generate(self._conditions)
        if not all(np.isfinite(values).all() for values in made.values()):
            msg = (
                "the generator makes showers that are not finite: it has diverged; lower "
                "training.optimiser.learning_rate, or set training.optimiser.clip_norm"
            )
            raise RunError(msg)
        shapes = self._shapes_of(made)
        diversity = float(self._distances(made).mean() / max(float(self._distance.mean()), 1e-9))
        collapsed = diversity < COLLAPSED_BELOW
        if collapsed:
            msg = (
                f"the generator has collapsed: its showers of equal energies are {diversity:.2f} times as far apart as "
                "those of the validation part; train for longer, or change the model's options"
            )
            warnings.warn(msg, CollapseWarning, stacklevel=2)
        return {
            "shape_separation": self._separation(shapes),
            **self._frechet(shapes),
            **self._response(made),
            "diversity": diversity,
            "collapsed": float(collapsed),
        }

    def _separation(self, shapes: Mapping[str, NDArray[np.float64]]) -> float:
        n_bins = int(np.clip(len(self._energy) // _LEAST_IN_BIN, 2, _MOST_BINS))
        found = [
            separation_power(truth, shapes[name], equal_population_edges(truth, n_bins)).excess.value
            for name, truth in self._shapes.items()
            if np.ptp(truth) > 0
        ]
        return float(np.mean(found))

    def _frechet(self, shapes: Mapping[str, NDArray[np.float64]]) -> dict[str, float]:
        if len(self._energy) < _LEAST_FRECHET:
            return {}
        truth, made = (np.column_stack(list(each.values())) for each in (self._shapes, shapes))
        return {"fpd": frechet_physics_distance(truth, made, rng=np.random.default_rng(self.seed)).value}

    def _response(self, made: Arrays) -> dict[str, float]:
        seen = made[f"{self.inputs.name}_energies"][:, 1]
        truth = self._shapes["total_energy_gev"]
        fast, full = (shower_response(self._energy, each, self._bins) for each in (seen, truth))
        ratio = response_ratio(fast, full)
        pairs = {"response_deviation": ratio.response, "resolution_deviation": ratio.resolution}
        return {name: float(np.nan_to_num(np.abs(values - 1)).max()) for name, values in pairs.items()}

    def _shapes_of(self, arrays: Arrays) -> dict[str, NDArray[np.float64]]:
        shower = self.inputs.shower
        found = shower_shapes(shower.columns_of(self.inputs.batch_of(arrays)), shower.options)
        return {name: ak.to_numpy(found[name]).astype(np.float64) for name in found.fields}

    def _distances(self, arrays: Arrays) -> NDArray[np.float64]:
        """Return half the summed difference of the shares of cells in their layers, of neighbours in energy."""
        cells = flat_cells(self.inputs, arrays)[self._order].astype(np.float64)
        layers = layer_sums(cells, self.inputs)
        size = np.diff(layer_ends(self.inputs), prepend=0)
        shares = cells / np.repeat(np.where(layers > 0, layers, 1.0), size, axis=1)
        apart = 0.5 * layer_sums(np.abs(np.diff(shares, axis=0)), self.inputs)
        both = (layers[1:] > 0) & (layers[:-1] > 0)
        return apart[both] if both.any() else np.zeros(1)
