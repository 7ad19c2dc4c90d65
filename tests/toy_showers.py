"""Photon showers of low energy in the calorimeter of CaloGAN, as columns of the representation."""

from __future__ import annotations

import awkward as ak
import numpy as np

from hepml.representations import Shower, ShowerOptions, shower_shapes
from hepml.samples.blocks import Block
from hepml.samples.shower_block import make_shower_block
from hepml.samples.shower_options import ShowerSampleOptions

SHOWER = Shower(
    ShowerOptions(layers=((3, 96), (12, 12), (12, 6)), cell_size=((160, 5), (40, 40), (40, 80)), length_unit="mm")
)


def toy_showers(n: int, *, seed: int, particle: str = "photon") -> ak.Array:
    """Return showers of 1 to 5 GeV."""
    made = make_shower_block(Block(particle, 1, 0, 1, n, seed), options=ShowerSampleOptions(energy_gev=(1, 5)))
    cells = {name: made["cell"][name] for name in ("layer", "row", "column", "energy")}
    return ak.zip(cells | {"true_energy": made["energy"]}, depth_limit=1)


def batch_of(columns: ak.Array) -> dict[str, np.ndarray]:
    """Return the arrays of a batch."""
    return SHOWER.decode(SHOWER.encode(columns))


def shapes_of(columns: ak.Array) -> dict[str, np.ndarray]:
    """Return the shape variables by name."""
    found = shower_shapes(columns, SHOWER.options)
    return {name: ak.to_numpy(found[name]).astype(float) for name in found.fields}


def cells_of(columns: ak.Array) -> np.ndarray:
    """Return all cells over the true energy, shape (n, 504)."""
    batch = batch_of(columns)
    return np.concatenate([batch[f"layer{i}"].reshape(len(columns), -1) for i in range(3)], axis=1).astype(float)
