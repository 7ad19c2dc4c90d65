"""What the arrays of a batch of showers are."""

from __future__ import annotations

from collections.abc import Mapping

from hepml.contracts import ArraySpec
from hepml.representations.shower_given import TRUE_ENERGY
from hepml.representations.shower_options import ShowerOptions

ENERGIES = "energies"
"""Suffix of the table of energies."""

_NAMES = {"none": "energy [GeV]", "energy": "energy / true energy [1]", "layer": "energy / energy of the layer [1]"}


def cell_shapes(options: ShowerOptions) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of cells, by suffix; in their order cells are numbered.

    Examples
    --------
    >>> cell_shapes(ShowerOptions(layers=[(3, 96), (12, 12)])), cell_shapes(ShowerOptions(grid=(2, 3, 4)))
    ({'layer0': (3, 96, 1), 'layer1': (12, 12, 1)}, {'cells': (2, 3, 4, 1)})
    """
    if options.grid is not None:
        return {"cells": (*options.grid, 1)}
    return {f"layer{index}": (*size, 1) for index, size in enumerate(options.sizes)}


def shower_arrays(options: ShowerOptions) -> dict[str, ArraySpec]:
    """Return the arrays of cells, with moments for each, and the table of energies."""
    shapes, names = cell_shapes(options), (_NAMES[options.normalise],)
    if options.grid is not None:
        cells = {suffix: ArraySpec(s, role="map", features=names, moments_shape=s) for suffix, s in shapes.items()}
    else:
        cells = {
            suffix: ArraySpec(s, role="image", features=names, moments_shape=s, axes=_axes(options, layer))
            for layer, (suffix, s) in enumerate(shapes.items())
        }
    energies = (TRUE_ENERGY, "total_energy", *(f"layer{i}_energy" for i in range(len(options.sizes))))
    shape, features = (len(energies),), tuple(f"{name} [GeV]" for name in energies)
    return cells | {ENERGIES: ArraySpec(shape, role="table", features=features, moments_shape=shape)}


def options_of_arrays(arrays: Mapping[str, ArraySpec]) -> ShowerOptions:
    """Return options with the layers and the normalisation of a batch's arrays, by suffix; sizes of cells are unknown.

    Examples
    --------
    >>> options = ShowerOptions(layers=[(3, 96), (12, 12)], normalise="layer")
    >>> options_of_arrays(shower_arrays(options)) == options
    True
    """
    cells = {suffix: spec for suffix, spec in arrays.items() if suffix != ENERGIES}
    (name,) = {spec.features[0] for spec in cells.values()}
    normalise = next(key for key, value in _NAMES.items() if value == name)
    if "cells" in cells:
        return ShowerOptions(grid=cells["cells"].shape[:3], normalise=normalise)
    sizes = [cells[f"layer{index}"].shape[:2] for index in range(len(cells))]
    return ShowerOptions(layers=sizes, normalise=normalise)


def _axes(options: ShowerOptions, layer: int) -> tuple[tuple[str, float, float], ...]:
    """Return what the axes of a layer are: numbers of cells, or where cells have a size, places from the middle."""
    numbers, sizes = options.sizes[layer], options.cell_sizes[layer]
    if options.length_unit == "cell":
        return tuple((name, 0.0, float(n)) for name, n in zip(("Row", "Column"), numbers, strict=True))
    halves = [0.5 * n * size for n, size in zip(numbers, sizes, strict=True)]
    names = (f"{name} [{options.length_unit}]" for name in ("Row", "Column"))
    return tuple((name, -half, half) for name, half in zip(names, halves, strict=True))
