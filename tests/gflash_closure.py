"""What GFLASH's formulas give for lead (hep-ex/0001020), and the same measured in simulated showers."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import awkward as ak
import numpy as np

from hepml.samples.blocks import Block
from hepml.samples.shower_block import make_shower_block
from hepml.samples.shower_medium import medium_of
from hepml.samples.shower_options import ShowerSampleOptions
from hepml.samples.shower_profile import draw_shape, typical_shape
from hepml.samples.shower_radius import draw_offset, radial_shape

LAYER_X0 = 0.5


@dataclass(frozen=True)
class Closure:
    """One line of the table; errors are statistical, 0 where nothing fluctuates."""

    maximum_x0: float
    alpha: float
    mean_depth_x0: float
    log_maximum_width: float
    log_alpha_width: float
    within_10_x0: float
    within_20_x0: float
    within_moliere: float


EXPECTED = {
    1.0: Closure(4.100, 3.195, 5.968, 0.209, 0.274, 0.883, 0.998, 0.959),
    10.0: Closure(6.403, 4.313, 8.335, 0.130, 0.178, 0.708, 0.989, 0.953),
    100.0: Closure(8.706, 5.431, 10.67, 0.094, 0.132, 0.498, 0.962, 0.945),
}
"""By the energy in GeV, as computed from the formulas and rounded."""

NAMES = tuple(field.name for field in fields(Closure))


def measure(energy_gev: float, *, n_showers: int, n_draws: int, seed: int = 2) -> tuple[Closure, Closure]:
    """Return what is measured in lead and its statistical errors.

    Depths are those of simulated showers without fluctuations in layers of half a radiation length, so wide that
    nothing is beside them.
    """
    rng, lead = np.random.default_rng([seed, int(energy_gev)]), medium_of("lead")
    log_y = math.log(energy_gev / lead.critical_gev)
    t, alpha = typical_shape(log_y, lead.z)
    shapes = np.log([draw_shape(log_y, lead.z, rng) for _ in range(n_draws)])
    widths = shapes.std(axis=0)
    depth, share = _profile(energy_gev, n_showers, seed)
    offsets = np.array([draw_offset(*radial_shape(1.0, energy_gev, lead.z), rng) for _ in range(n_draws)])
    within = float((np.hypot(*offsets.T) < 1).mean())
    of_depth = [float(share[depth < limit].sum()) for limit in (10, 20)]
    measured = Closure(t, alpha, float(depth @ share), *map(float, widths), *of_depth, within)
    of_widths = [float(width) / math.sqrt(2 * n_draws) for width in widths]
    return measured, Closure(0, 0, 0, *of_widths, 0, 0, math.sqrt(within * (1 - within) / n_draws))


def _profile(energy_gev: float, n_showers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the depth of the middles of layers in X0, and the shares of the energy in them."""
    options = ShowerSampleOptions(
        particles=["electron"],
        energy_gev=(energy_gev, energy_gev),
        geometry="grid",
        layers=120,
        rows=9,
        columns=9,
        layer_x0=LAYER_X0,
        cell_rm=50,
        fluctuations=False,
        sampling_term=0,
        threshold_mev=0,
    )
    cells = make_shower_block(Block("electron", 1, 0, 1, n_showers, seed), options=options)["cell"]
    layer, energy = (ak.to_numpy(ak.flatten(cells[name])) for name in ("layer", "energy"))
    sums = np.bincount(layer, weights=energy, minlength=options.layers)
    return LAYER_X0 * (np.arange(options.layers) + 0.5), sums / (energy_gev * n_showers)
