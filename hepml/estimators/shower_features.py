"""From showers and conditions to the numbers that generating networks read and write, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.estimators.shower_inputs import ShowerInputs
from hepml.networks.shower_steps import EnergySteps

Arrays = Mapping[str, NDArray[Any]]
_LEAST_X = 1e-6


@dataclass(frozen=True)
class ShowerConstants:
    """What a training part says of the size of things; every field is an array, and is saved as one.

    Attributes
    ----------
    condition_offset, condition_scale : array of float64, shape (k,)
        Of the conditions that are numbers, by table and column; that of the energy is of its logarithm.
    least_gev : array of float64, shape ()
        Least energy of a cell.
    step_low, step_high, step_offset, step_scale : array of float64, shape (n_layers,)
        Of `EnergySteps`.
    layer_offset, layer_scale : array of float64, shape (n_layers,)
        Of ln(1 + energy of the layer / least energy).
    on_logit, cell_mean, cell_spread : array of float32, shape (n_cells,)
        Of `CellDistribution`.
    """

    condition_offset: NDArray[np.float64]
    condition_scale: NDArray[np.float64]
    least_gev: NDArray[np.float64]
    step_low: NDArray[np.float64]
    step_high: NDArray[np.float64]
    step_offset: NDArray[np.float64]
    step_scale: NDArray[np.float64]
    layer_offset: NDArray[np.float64]
    layer_scale: NDArray[np.float64]
    on_logit: NDArray[np.float32]
    cell_mean: NDArray[np.float32]
    cell_spread: NDArray[np.float32]

    @property
    def steps(self) -> EnergySteps:
        """Of the energies of layers."""
        return EnergySteps(self.step_low, self.step_high, self.step_offset, self.step_scale)


@dataclass(frozen=True)
class ShowerFeatures:
    """The numbers of showers; those of the conditions come first in all that is given to a network.

    Attributes
    ----------
    inputs : ShowerInputs
        Where the showers and conditions are.
    constants : ShowerConstants
        Of the training part.
    """

    inputs: ShowerInputs
    constants: ShowerConstants

    def conditions(self, inputs: Arrays) -> NDArray[np.float32]:
        """Return standardised numbers and 0 or 1 for each category, shape (n, k)."""
        constants = self.constants
        scaled = (numbers_of(self.inputs, inputs) - constants.condition_offset) / constants.condition_scale
        columns = [np.nan_to_num(scaled, nan=0.0)]
        for name, spec in self.inputs.conditions.items():
            for column, size in enumerate(spec.categories):
                if size:
                    columns.append(inputs[name][:, [column]] == np.arange(size))
        return np.concatenate(columns, axis=1).astype(np.float32)

    def layers(self, conditions: NDArray[np.float32], layers_gev: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return conditions and the standardised logarithms of the energies of layers, shape (n, k + n_layers)."""
        logs = np.log1p(layers_gev / self.constants.least_gev)
        scaled = (logs - self.constants.layer_offset) / self.constants.layer_scale
        return np.concatenate([conditions, scaled], axis=1).astype(np.float32)

    def showers(self, inputs: Arrays, rng: np.random.Generator | None = None) -> dict[str, NDArray[np.float32]]:
        """Return what a network learns from.

        Returns
        -------
        mapping
            ``conditions`` (n, k); ``steps`` (n, n_layers); ``layers`` (n, k + n_layers), see `layers`; ``cells``
            (n, n_cells): x = ln(energy / least energy), 0 where the cell has less.
        """
        cells = self.cells_gev(inputs)
        layers = layer_sums(cells, self.inputs)
        conditions = self.conditions(inputs)
        steps = self.constants.steps.of_layers(self.inputs.energy_gev(inputs), layers, rng)
        return {
            "conditions": conditions,
            "steps": steps.astype(np.float32),
            "layers": self.layers(conditions, layers),
            "cells": logs_of_cells(cells, float(self.constants.least_gev)),
        }

    def cells_gev(self, inputs: Arrays) -> NDArray[np.float32]:
        """Return the cells in GeV, shape (n, n_cells), those below the least energy empty."""
        cells = flat_cells(self.inputs, inputs)
        return np.where(cells >= self.constants.least_gev * (1 - _LEAST_X), cells, np.float32(0))

    def arrays(self, cells_gev: NDArray[np.float32], true_gev: NDArray[np.float64]) -> dict[str, NDArray[np.float32]]:
        """Return the batch arrays, by batch name, of cells in GeV, shape (n, n_cells)."""
        shaped, begin = {}, 0
        for suffix, spec in self.inputs.shower.arrays.items():
            if spec.role != "table":
                size = int(np.prod(spec.shape))
                shaped[suffix] = cells_gev[:, begin : begin + size].reshape(-1, *spec.shape)
                begin += size
        return self.inputs.named(self.inputs.shower.batch_of(shaped, true_gev))

    @property
    def n_conditions(self) -> int:
        """Numbers of the conditions."""
        return n_conditions(self.inputs)


def n_conditions(inputs: ShowerInputs) -> int:
    """Return k: one for each number, and one for each value of a category."""
    return sum(size or 1 for spec in inputs.conditions.values() for size in spec.categories or (0,) * spec.shape[0])


def numbers_of(inputs: ShowerInputs, arrays: Arrays) -> NDArray[np.float64]:
    """Return the conditions that are numbers, shape (n, k); the energy as its logarithm."""
    columns = []
    for name, spec in inputs.conditions.items():
        for column, size in enumerate(spec.categories or (0,) * spec.shape[0]):
            if not size:
                values = arrays[name][:, column].astype(np.float64)
                columns.append(np.log(values) if (name, column) == inputs.energy else values)
    return np.stack(columns, axis=1)


def energy_column(inputs: ShowerInputs) -> int:
    """Return which of the conditions that are numbers is the energy."""
    places = [
        (name, column)
        for name, spec in inputs.conditions.items()
        for column, size in enumerate(spec.categories or (0,) * spec.shape[0])
        if not size
    ]
    return places.index(inputs.energy)


def flat_cells(inputs: ShowerInputs, arrays: Arrays) -> NDArray[np.float32]:
    """Return the cells of all layers in GeV, shape (n, n_cells)."""
    cells = inputs.shower.in_gev(inputs.batch_of(arrays)).values()
    return np.concatenate([each.reshape(len(each), int(np.prod(each.shape[1:]))) for each in cells], axis=1)


def layer_ends(inputs: ShowerInputs) -> NDArray[np.int64]:
    """Return the number of the cell after the last of each layer."""
    return np.cumsum([rows * columns for rows, columns in inputs.shower.options.sizes])


def layer_sums(cells: NDArray[Any], inputs: ShowerInputs) -> NDArray[np.float64]:
    """Return the energy of each layer, shape (n, n_layers), of cells of shape (n, n_cells)."""
    starts = np.concatenate([[0], layer_ends(inputs)[:-1]])
    return np.add.reduceat(cells.astype(np.float64), starts, axis=1)


def logs_of_cells(cells_gev: NDArray[np.float32], least_gev: float) -> NDArray[np.float32]:
    """Return ln(energy / least energy), and 0 where a cell is empty."""
    on = cells_gev > 0
    logs = np.log(np.where(on, cells_gev, least_gev) / least_gev)
    return np.where(on, np.maximum(logs, _LEAST_X), 0).astype(np.float32)
