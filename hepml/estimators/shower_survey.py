"""One look at a training part of showers: the constants that generating networks are built around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.estimators.shower_features import (
    ShowerConstants,
    energy_column,
    flat_cells,
    layer_sums,
    logs_of_cells,
    numbers_of,
)
from hepml.estimators.shower_inputs import ShowerInputs
from hepml.networks.shower_steps import fit_steps

_NEGLIGIBLE = 1e-6
"""Share of all energy that the cells below the least energy may hold."""

_LEAST_SPREAD = 0.2
_LEAST_LOG_ENERGY = 1e-3


def survey_showers(inputs: ShowerInputs, arrays: Mapping[str, NDArray[Any]]) -> ShowerConstants:
    """Return the constants of showers in memory."""
    cells = flat_cells(inputs, arrays)
    least = least_energy(cells)
    cells = np.where(cells >= least, cells, np.float32(0))
    numbers, layers = numbers_of(inputs, arrays), layer_sums(cells, inputs)
    steps = fit_steps(inputs.energy_gev(arrays), layers)
    logs = np.log1p(layers / least)
    on_logit, mean, spread = _cell_averages(logs_of_cells(cells, least))
    return ShowerConstants(
        condition_offset=np.nan_to_num(np.nanmean(numbers, axis=0)),
        condition_scale=_scale_of(inputs, numbers),
        least_gev=np.array(least),
        step_low=steps.low,
        step_high=steps.high,
        step_offset=steps.offset,
        step_scale=steps.scale,
        layer_offset=logs.mean(axis=0),
        layer_scale=_not_small(logs.std(axis=0)),
        on_logit=on_logit,
        cell_mean=mean,
        cell_spread=spread,
    )


def least_energy(cells_gev: NDArray[np.float32]) -> float:
    """Return the least energy of a cell; those with less hold a share of all energy that does not matter.

    Where the readout has a threshold it is that; where full simulation follows energies to nothing, what would have to
    be learnt of cells with nothing in them is not.

    Examples
    --------
    >>> least_energy(np.array([[0.0, 1e-9, 0.5, 2.0]])), least_energy(np.array([[0.0, 0.1, 0.5, 2.0]]))
    (0.5, 0.1)
    """
    filled = np.sort(cells_gev[cells_gev > 0].astype(np.float64))
    if not len(filled):
        return 1.0
    below = np.cumsum(filled)
    return float(filled[min(np.searchsorted(below, _NEGLIGIBLE * below[-1], side="right"), len(filled) - 1)])


def _cell_averages(x: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    """Return the logit of how often each cell is on, and mean and standard deviation of x where it is."""
    on = x > 0
    n_on, n = on.sum(axis=0), len(x)
    share = (n_on + 0.5) / (n + 1)
    some = np.maximum(n_on, 1)
    mean = x.sum(axis=0, dtype=np.float64) / some
    variance = np.square(x, dtype=np.float64).sum(axis=0) / some - mean**2
    spread = np.sqrt(np.maximum(variance, _LEAST_SPREAD**2))
    return tuple(each.astype(np.float32) for each in (np.log(share / (1 - share)), mean, spread))


def _scale_of(inputs: ShowerInputs, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scale of each condition; a beam of one energy must not make its last digits a condition."""
    spread = np.nanstd(numbers, axis=0)
    spread[energy_column(inputs)] = _not_small(spread[energy_column(inputs)], least=_LEAST_LOG_ENERGY)
    return _not_small(spread)


def _not_small(scale: NDArray[np.float64], *, least: float = 1e-9) -> NDArray[np.float64]:
    return np.where(scale > least, scale, 1.0)
