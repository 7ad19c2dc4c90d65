"""The faults of the monitoring sample: what they do to the counts, and which lumisections have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FAULT_KINDS = (
    "none",
    "dead_cell",
    "hot_cell",
    "dead_row",
    "dead_module",
    "weak_layer",
    "noisy_region",
    "shifted_timing",
)
"""By their codes in the truth; 0 is good."""

SHIFTED_TIMING = FAULT_KINDS.index("shifted_timing")

_FACTORS: Mapping[str, float] = {"hot_cell": 5.0, "weak_layer": 0.8, "noisy_region": 1.3}
_TIMING, _TIMING_GRADIENT = 0.9, 0.1
_REGION, _MODULE, _ROW_TOWERS = 10, 12, 18


@dataclass(frozen=True)
class Fault:
    """One fault of one detector in a block of lumisections.

    Attributes
    ----------
    kind : int
        Index of `FAULT_KINDS`.
    first, n : int
        First lumisection, from 0 in its run, and how many.
    rows, columns : (int, int)
        The rectangle of its cells: first, and one behind the last.
    number : int
        Counts the faults of a run's detector, from 1.
    """

    kind: int
    first: int
    n: int
    rows: tuple[int, int]
    columns: tuple[int, int]
    number: int

    def factor(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Return what the mean count of each cell is multiplied by.

        Examples
        --------
        >>> Fault(2, 0, 1, rows=(0, 1), columns=(1, 2), number=1).factor((2, 2))
        array([[1., 5.],
               [1., 1.]])
        """
        factor = np.ones(shape)
        if self.kind == SHIFTED_TIMING:
            return factor * _TIMING * (1 + _TIMING_GRADIENT * np.linspace(-1, 1, shape[1]))
        factor[slice(*self.rows), slice(*self.columns)] = _FACTORS.get(FAULT_KINDS[self.kind], 0.0)
        return factor


def draw_faults(
    known_dead: NDArray[np.bool_],
    n_lumisections: int,
    *,
    wanted: int,
    block: tuple[int, int],
    had: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[Fault, ...]:
    """Draw blocks of lumisections with one fault each, which do not touch where there is room.

    Parameters
    ----------
    known_dead : array of bool, shape (rows, columns)
        Single dead or hot cells are none of these.
    n_lumisections : int
        Of the run.
    wanted : int
        Lumisections with a fault.
    block : (int, int)
        Fewest and most lumisections of one fault; the last is cut to give the wanted number.
    had : array of int64, shape (number of kinds,)
        Lumisections that each kind has had; the rarest is next.  Changed in place.
    rng : Generator
    """
    lengths: list[int] = []
    while sum(lengths) < wanted:
        lengths.append(min(int(rng.integers(*block, endpoint=True)), wanted - sum(lengths)))
    # The good lumisections are dealt to the places before, between and behind the blocks.
    spare = n_lumisections - wanted
    cuts = np.sort(rng.choice(spare + 1, size=len(lengths), replace=len(lengths) > spare + 1))
    faults = []
    for number, (cut, n) in enumerate(zip(cuts, lengths, strict=True)):
        rarest = np.flatnonzero(had[1:] == had[1:].min()) + 1
        kind = int(rng.choice(rarest))
        had[kind] += n
        rows, columns = _PLACES[FAULT_KINDS[kind]](known_dead, rng)
        faults.append(Fault(kind, int(cut) + sum(lengths[:number]), n, rows, columns, number + 1))
    return tuple(faults)


Rectangle = tuple[tuple[int, int], tuple[int, int]]


def _cell(known_dead: NDArray[np.bool_], rng: np.random.Generator) -> Rectangle:
    row, column = np.unravel_index(int(rng.choice(np.flatnonzero(~known_dead))), known_dead.shape)
    return (int(row), int(row) + 1), (int(column), int(column) + 1)


def _window(known_dead: NDArray[np.bool_], rng: np.random.Generator, height: int, width: int) -> Rectangle:
    row, column = (
        int(rng.integers(0, n - size, endpoint=True)) for n, size in zip(known_dead.shape, (height, width), strict=True)
    )
    return (row, row + height), (column, column + width)


def _layer(known_dead: NDArray[np.bool_], rng: np.random.Generator) -> Rectangle:
    return _window(known_dead, rng, 1, known_dead.shape[1])


def _row(known_dead: NDArray[np.bool_], rng: np.random.Generator) -> Rectangle:
    """Return a layer of chambers, or part of a row of towers."""
    return _layer(known_dead, rng) if len(known_dead) == _MODULE else _window(known_dead, rng, 1, _ROW_TOWERS)


def _module(known_dead: NDArray[np.bool_], rng: np.random.Generator) -> Rectangle:
    return _window(known_dead, rng, _MODULE, _MODULE)


def _region(known_dead: NDArray[np.bool_], rng: np.random.Generator) -> Rectangle:
    return _window(known_dead, rng, _REGION, _REGION)


def _everywhere(known_dead: NDArray[np.bool_], _rng: np.random.Generator) -> Rectangle:
    n_rows, n_columns = known_dead.shape
    return (0, n_rows), (0, n_columns)


_PLACES: Mapping[str, Callable[[NDArray[np.bool_], np.random.Generator], Rectangle]] = {
    "dead_cell": _cell,
    "hot_cell": _cell,
    "dead_row": _row,
    "dead_module": _module,
    "weak_layer": _layer,
    "noisy_region": _region,
    "shifted_timing": _everywhere,
}
