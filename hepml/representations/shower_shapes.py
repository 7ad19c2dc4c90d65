"""Shape variables of showers, as flat columns for a `Table`: what fast simulation is judged by (arXiv:1712.10321)."""

from __future__ import annotations

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.representations.ragged import flat_column, ragged_columns, record
from hepml.representations.shower import Shower
from hepml.representations.shower_cells import first_cells
from hepml.representations.shower_options import ShowerOptions
from hepml.representations.shower_shapes_kernel import LAYER_QUANTITIES, summarise_layers
from hepml.representations.table_columns import Column

_IN_GEV = {"total_energy", "depth_weighted_energy", "energy"}
_LENGTHS = {"row_mean", "column_mean", "row_width", "column_width"}
_WHOLE = (
    "total_energy",
    "response",
    "depth_weighted_energy",
    "depth",
    "depth_width",
    "deepest_layer",
    "maximum_layer",
)


def shower_shape_columns(options: ShowerOptions) -> tuple[Column, ...]:
    """Return the columns of `shower_shapes`, ready for ``Table.of``.

    Examples
    --------
    >>> columns = shower_shape_columns(ShowerOptions(layers=[(3, 96)], cell_size=[(160, 5)], length_unit="mm"))
    >>> [(column.name, column.unit) for column in columns[::6]]
    [('total_energy_gev', 'GeV'), ('maximum_layer', '1'), ('layer0_column_width_mm', 'mm')]
    """
    names = [*_WHOLE, *(f"layer{i}_{name}" for i in range(len(options.sizes)) for name in _of_layer())]
    return tuple(Column(name=name + _ending(name, options), unit=_unit(name, options)) for name in names)


def shower_shapes(columns: ak.Array, options: ShowerOptions, *, above_gev: float = 0.0) -> ak.Array:
    r"""Return the shape variables of each shower.

    Parameters
    ----------
    columns : awkward array with one row per shower
        As for `Shower`: jagged ``layer``, ``row``, ``column``, ``energy``, and flat ``true_energy``.  Those of
        generated showers come from ``Shower.columns_of``.
    options : ShowerOptions
        Layers, and the size of cells with its unit, which is that of the lengths.
    above_gev : float
        Cells with more energy count for the sparsity and the deepest layer.

    Returns
    -------
    record array of float32, one row per shower
        With E_i the energy of layer i (from 0), E = Σ E_i, I the energies of cells; 0 where a layer is empty:

        - ``total_energy_gev`` E; ``response`` E over the true energy; ``depth_weighted_energy_gev`` Σ i E_i;
          ``depth`` d = Σ i E_i / E; ``depth_width`` √(Σ i² E_i / E − d²); ``deepest_layer`` with a cell that counts;
          ``maximum_layer``, that of the largest E_i
        - ``layer<i>_…``: ``energy_gev`` E_i; ``fraction`` E_i / E; ``row_mean``, ``column_mean``, ``row_width``,
          ``column_width``: energy-weighted, of the middles of cells from the middle of the layer; ``e_ratio``
          (I₁ − I₂)/(I₁ + I₂) of the two largest cells; ``sparsity``, the share of cells that count

        Lengths end in their unit, unless that is a cell.

    Raises
    ------
    ShapeError
        As `Shower.encode`.

    Examples
    --------
    >>> cells = {"layer": [[0, 0, 1]], "row": [[0, 0, 0]], "column": [[0, 1, 0]], "energy": [[1.0, 3, 4]]}
    >>> found = shower_shapes(ak.Array({**cells, "true_energy": [10.0]}), ShowerOptions(layers=[(1, 2), (1, 1)]))[0]
    >>> [round(float(found[name]), 3) for name in ("response", "depth", "layer0_column_width", "layer0_e_ratio")]
    [0.8, 0.5, 0.433, 0.5]
    """
    stored = Shower(options).encode(columns)
    offsets, lists = ragged_columns(stored, ["cell", "energy"])
    n_columns = np.array([size[1] for size in options.sizes], np.int64)
    layers = np.zeros((len(stored), len(options.sizes), len(LAYER_QUANTITIES)))
    sizes = np.array(options.cell_sizes)
    summarise_layers(
        offsets, lists["cell"], lists["energy"], first_cells(options.sizes), n_columns, sizes, above_gev, layers
    )
    values = _whole(layers, flat_column(stored, "true_energy"))
    energies, total = layers[:, :, 0], values["total_energy"]
    fractions = energies / np.where(total > 0, total, 1.0)[:, None]
    for i in range(len(options.sizes)):
        found = {name: layers[:, i, place] for place, name in enumerate(LAYER_QUANTITIES)}
        found["fraction"] = fractions[:, i]
        found["sparsity"] = found["n_cells"] / (options.sizes[i][0] * options.sizes[i][1])
        values |= {f"layer{i}_{name}": found[name] for name in _of_layer()}
    return record(
        {name + _ending(name, options): each.astype(np.float32) for name, each in values.items()}, n_rows=len(columns)
    )


def _whole(layers: NDArray[np.float64], true_energy: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
    """Return the variables of all layers together."""
    energy, index = layers[:, :, 0], np.arange(layers.shape[1])
    total = energy.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    weighted = energy @ index
    depth = weighted / safe
    seen = layers[:, :, LAYER_QUANTITIES.index("n_cells")] > 0
    return {
        "total_energy": total,
        "response": total / true_energy,
        "depth_weighted_energy": weighted,
        "depth": depth,
        "depth_width": np.sqrt(np.maximum(energy @ index**2 / safe - depth**2, 0.0)),
        "deepest_layer": (seen * index).max(axis=1),
        "maximum_layer": energy.argmax(axis=1),
    }


def _of_layer() -> tuple[str, ...]:
    return (
        "energy",
        "fraction",
        "row_mean",
        "column_mean",
        "row_width",
        "column_width",
        "e_ratio",
        "sparsity",
    )


def _unit(name: str, options: ShowerOptions) -> str:
    quantity = name.partition("_")[2] if name.startswith("layer") else name
    if quantity in _IN_GEV:
        return "GeV"
    return options.length_unit if quantity in _LENGTHS else "1"


def _ending(name: str, options: ShowerOptions) -> str:
    unit = _unit(name, options)
    return "" if unit in ("1", "cell") else f"_{unit.lower()}"
