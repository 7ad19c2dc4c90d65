"""The two detectors of the monitoring sample: their cells, response maps, drift and known dead cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.samples.monitoring_options import MonitoringSampleOptions

SHAPES: Mapping[str, tuple[int, int]] = {"muon": (12, 60), "calorimeter": (34, 72)}
"""Rows × columns: layers × wires of muon chambers, η × φ of towers."""

N_RUNS = 40
_WAVES = 3


@dataclass(frozen=True)
class MonitoredDetector:
    """What makes the counts of a detector without faults.

    Attributes
    ----------
    response : array of float64, shape (rows, columns)
        Of the cells, mean 1, in the first run; 0 where known to be dead.
    change : array of float64, shape (rows, columns)
        What the response is multiplied by in the last run is 1 + `change`.
    known_dead : array of bool, shape (rows, columns)
        Cells that everybody knows to be dead.
    """

    response: NDArray[np.float64]
    change: NDArray[np.float64]
    known_dead: NDArray[np.bool_]

    def response_in(self, run: int) -> NDArray[np.float64]:
        """Return the response of the cells in a run."""
        return self.response * (1 + self.change * (run - 1) / (N_RUNS - 1))


def build_detectors(options: MonitoringSampleOptions, *, seed: int) -> dict[str, MonitoredDetector]:
    """Return both detectors, which depend on the seed and the options alone.

    Examples
    --------
    >>> muon = build_detectors(MonitoringSampleOptions(), seed=1)["muon"]
    >>> int(muon.known_dead.sum()), round(float(muon.response[~muon.known_dead].mean()), 6)
    (7, 1.0)
    """
    sequences = np.random.SeedSequence([seed, 0]).spawn(len(SHAPES))
    return {
        name: _build(shape, options, np.random.default_rng(sequence))
        for (name, shape), sequence in zip(SHAPES.items(), sequences, strict=True)
    }


def _build(shape: tuple[int, int], options: MonitoringSampleOptions, rng: np.random.Generator) -> MonitoredDetector:
    response = 1 + options.response_spread * smooth_map(shape, rng)
    change = options.drift * smooth_map(shape, rng)
    dead = np.zeros(shape, np.bool_)
    dead.flat[rng.choice(dead.size, size=round(options.known_dead * dead.size), replace=False)] = True
    response[dead] = 0
    return MonitoredDetector(response / response[~dead].mean(), change, dead)


def smooth_map(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a map of a few long waves whose largest size is 1."""
    row, column = np.meshgrid(*(np.linspace(0, 1, n) for n in shape), indexing="ij")
    waves = np.zeros(shape)
    for _ in range(_WAVES):
        frequency, phase = rng.uniform(0.3, 1.5, 2), rng.uniform(0, 2 * np.pi)
        waves += np.cos(2 * np.pi * (frequency[0] * row + frequency[1] * column) + phase)
    return waves / np.abs(waves).max()
