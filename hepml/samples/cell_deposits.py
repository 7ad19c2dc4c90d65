"""Energy that arrives in the cells of one event; compiled, with a list of what was touched: reading it is cheap."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.samples.neutrino_detector import SCINTILLATOR, Medium, Volume


class Cells(NamedTuple):
    """The cells of a detector.

    Attributes
    ----------
    light : array, shape (n_views · n_planes · n_cells,)
        Visible energy in MeV, attenuated.
    time_ns : array of the same shape
        When the first of it came.
    touched : array of int of the same shape
        Cells with energy, in the order of their first.
    n_touched : array of int, shape (1,)
        How many.
    deposited : array, shape (1,)
        All visible energy inside the volume in MeV, before attenuation.
    """

    light: NDArray[np.float64]
    time_ns: NDArray[np.float64]
    touched: NDArray[np.int64]
    n_touched: NDArray[np.int64]
    deposited: NDArray[np.float64]


class World(NamedTuple):
    """What compiled code needs to follow a particle."""

    volume: Volume
    medium: Medium
    cells: Cells


def empty_cells(volume: Volume) -> Cells:
    """Return cells without energy."""
    n = volume.n_views * volume.n_planes * volume.n_cells
    return Cells(np.zeros(n), np.zeros(n), np.zeros(n, np.int64), np.zeros(1, np.int64), np.zeros(1))


@njit(cache=True)
def is_inside(volume: Volume, x: float, y: float, z: float) -> bool:
    """Return whether a point is in the volume."""
    return abs(x) < volume.x_half_cm and abs(y) < volume.y_half_cm and 0.0 <= z < volume.z_cm


@njit(cache=True)
def deposit(world: World, x: float, y: float, z: float, mev: float, time_ns: float) -> None:
    """Add visible energy at a point (cm); outside the volume nothing happens."""
    volume = world.volume
    if not is_inside(volume, x, y, z):
        return
    world.cells.deposited[0] += mev
    if volume.kind == SCINTILLATOR:
        _to_scintillator(world, x, y, z, mev, time_ns)
    else:
        _to_wires(world, x, y, z, mev, time_ns)


@njit(cache=True)
def _to_scintillator(world: World, x: float, y: float, z: float, mev: float, time_ns: float) -> None:
    """Fill a cell of the view that this plane has: even planes measure x, odd ones y.

    The fibre is a loop with both ends at the far side of the cell: light takes the short and the long way.
    """
    volume = world.volume
    plane = int(z / volume.plane_cm)
    view = plane % 2
    across, along = (x, y) if view == 0 else (y, x)
    cell = int((across + volume.x_half_cm) / volume.cell_cm)
    short = volume.y_half_cm - along
    long = 4.0 * volume.y_half_cm - short
    light = 0.5 * mev * (np.exp(-short / volume.attenuation_cm) + np.exp(-long / volume.attenuation_cm))
    _add(world, view, plane // 2, cell, light, time_ns)


@njit(cache=True)
def _to_wires(world: World, x: float, y: float, z: float, mev: float, time_ns: float) -> None:
    """Fill the wires of all three views, each as wide as the volume is long, and centred on it."""
    volume = world.volume
    drift = x + volume.x_half_cm
    charge = mev * np.exp(-drift / volume.attenuation_cm)
    tick = int(drift / volume.cell_cm)
    from_middle = z - 0.5 * volume.z_cm
    for view in range(volume.n_views):
        along = from_middle
        if view < 2:
            along = from_middle * volume.cos_u + (y if view == 0 else -y) * volume.sin_u
        wire = int(np.floor(along / volume.plane_cm + 0.5 * volume.n_planes))
        if 0 <= wire < volume.n_planes:
            _add(world, view, wire, tick, charge, time_ns)


@njit(cache=True)
def _add(world: World, view: int, plane: int, cell: int, mev: float, time_ns: float) -> None:
    volume, cells = world.volume, world.cells
    plane, cell = min(plane, volume.n_planes - 1), min(cell, volume.n_cells - 1)
    place = (view * volume.n_planes + plane) * volume.n_cells + cell
    if cells.light[place] == 0.0:
        cells.touched[cells.n_touched[0]] = place
        cells.n_touched[0] += 1
        cells.time_ns[place] = time_ns
    elif time_ns < cells.time_ns[place]:
        cells.time_ns[place] = time_ns
    cells.light[place] += mev
