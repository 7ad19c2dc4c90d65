"""From the particles of events to energy in cells, event by event in compiled code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.samples.cell_deposits import Cells, World, empty_cells
from hepml.samples.final_state import FinalStates
from hepml.samples.neutrino_detector import Detector
from hepml.samples.particle_stack import Stack, empty_stack, push
from hepml.samples.particle_transport import follow_particles, mass_mev

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MEV_PER_GEV = 1000.0


@dataclass(frozen=True)
class Deposits:
    """Energy in the cells of n events, one event after another, cells of an event by rising index.

    Attributes
    ----------
    count : array of int, shape (n,)
        Cells of each event.
    cell : array of int, shape (total,)
        Index in view, plane, cell.
    light : array, shape (total,)
        Visible energy after attenuation, in MeV.
    time_ns : array, shape (total,)
        When the first of it came.
    visible : array, shape (n,)
        Visible energy of the event before attenuation, in MeV.
    """

    count: Ints
    cell: Ints
    light: Floats
    time_ns: Floats
    visible: Floats


def deposit_energy(detector: Detector, states: FinalStates, vertex_cm: Floats, *, rng: np.random.Generator) -> Deposits:
    """Follow the particles of n events that begin at `vertex_cm`, shape (n, 3)."""
    world = World(detector.volume, detector.medium, empty_cells(detector.volume))
    stable = np.ones(len(states.pdg), bool)
    first = np.repeat(np.cumsum(states.count) - states.count, states.count)
    has_mother = states.mother >= 0
    stable[(first + states.mother)[has_mother]] = False
    n = len(states.count)
    count, visible = np.zeros(n, np.int64), np.zeros(n)
    cell, light, time_ns = _follow_events(
        world, empty_stack(), states.count, states.pdg, states.p4, stable, vertex_cm, count, visible, rng
    )
    return Deposits(count, cell, light, time_ns, visible)


@njit(cache=True)
def _follow_events(
    world: World,
    stack: Stack,
    n_particles: Ints,
    pdg: Ints,
    p4: Floats,
    stable: NDArray[np.bool_],
    vertex_cm: Floats,
    count: Ints,
    visible: Floats,
    rng: Any,
) -> tuple[Ints, Floats, Floats]:
    room = 4096
    cell, light, time_ns = np.empty(room, np.int64), np.empty(room), np.empty(room)
    total = start = 0
    for i in range(len(n_particles)):
        stop = start + n_particles[i]
        _push_stable(stack, pdg[start:stop], p4[start:stop], stable[start:stop], vertex_cm[i])
        start = stop
        follow_particles(world, stack, rng)
        n = world.cells.n_touched[0]
        while total + n > room:
            room *= 2
            cell, light, time_ns = _grown(cell, room), _grown(light, room), _grown(time_ns, room)
        _take(world.cells, cell[total : total + n], light[total : total + n], time_ns[total : total + n])
        count[i], visible[i] = n, world.cells.deposited[0]
        world.cells.deposited[0] = 0.0
        total += n
    return cell[:total], light[:total], time_ns[:total]


@njit(cache=True)
def _grown(values: NDArray[Any], room: int) -> NDArray[Any]:
    larger = np.empty(room, values.dtype)
    larger[: len(values)] = values
    return larger


@njit(cache=True)
def _take(cells: Cells, cell: Ints, light: Floats, time_ns: Floats) -> None:
    """Move what was touched to the output, and empty the cells."""
    cell[:] = np.sort(cells.touched[: len(cell)])
    for k in range(len(cell)):
        light[k], time_ns[k] = cells.light[cell[k]], cells.time_ns[cell[k]]
        cells.light[cell[k]] = 0.0
    cells.n_touched[0] = 0


@njit(cache=True)
def _push_stable(stack: Stack, pdg: Ints, p4: Floats, stable: NDArray[np.bool_], vertex_cm: Floats) -> None:
    place = np.zeros(8)
    place[:3] = vertex_cm
    for i in range(len(pdg)):
        momentum = np.sqrt(p4[i, 0] ** 2 + p4[i, 1] ** 2 + p4[i, 2] ** 2)
        if stable[i] and momentum > 0.0:
            u = p4[i, :3] / momentum
            kinetic = p4[i, 3] * _MEV_PER_GEV - mass_mev(pdg[i])
            push(stack, pdg[i], place, u[0], u[1], u[2], kinetic, 0.0)
