"""What pictures of showers are made of: means, single showers, and places in a latent space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Latent
from hepml.evaluation import FULL_SIMULATION, ShowerSample, mean_shower
from hepml.plots import LayerAxes
from hepml.workflow.judged_generators import JudgedGenerators
from hepml.workflow.shower_samples import ShowerReader

_MOST_LAYERS = 4
_LATENT_SHOWERS = 2000
_STEPS = 5

Images = list[NDArray[np.float64]]


@dataclass(frozen=True)
class ShowerRows:
    """Showers below one another: by what stands beside each, the images of some of its layers."""

    title: str
    images: Mapping[str, Images]


@dataclass(frozen=True)
class ShowerPictures:
    """All pictures of an evaluation, of the same layers.

    Attributes
    ----------
    layers : sequence of LayerAxes
        Those that are shown: all, or some of many.
    means : mapping of str to list of array
        By sample, full simulation first, in GeV.
    displays : sequence of ShowerRows
        Single showers of all samples, under the same conditions.
    interpolations : mapping of str to ShowerRows
        By run: one place in the latent space at several energies.
    latent : sequence of Curve
        By run: where showers of the test part are.
    """

    layers: Sequence[LayerAxes]
    means: Mapping[str, Images]
    displays: Sequence[ShowerRows]
    interpolations: Mapping[str, ShowerRows]
    latent: Sequence[Curve]


def shower_pictures(judged: JudgedGenerators, *, displays: int) -> ShowerPictures:
    """Return the pictures of an evaluation.

    Parameters
    ----------
    judged : JudgedGenerators
        The evaluation.
    displays : int
        Energies at which single showers are shown.
    """
    shown = _shown(len(judged.truth.sizes))
    samples = {FULL_SIMULATION: judged.truth, **{name: each.sample for name, each in judged.made.items()}}
    means = {name: _chosen(sample, mean_shower(sample), shown) for name, sample in samples.items()}
    with_latent = [reader for reader in judged.readers if isinstance(_first_model(reader), Latent)]
    return ShowerPictures(
        _axes(judged.readers[0], shown),
        means,
        [_display(samples, row, shown) for row in _rows_at(judged.truth, displays)],
        {reader.run.info.name: _interpolation(reader, judged, shown) for reader in with_latent},
        [_latent_curve(reader, judged) for reader in with_latent],
    )


def _shown(n_layers: int) -> list[int]:
    """Return the layers that are shown: at most four, at even distances."""
    return np.unique(np.linspace(0, n_layers - 1, min(n_layers, _MOST_LAYERS)).round().astype(int)).tolist()


def _axes(reader: ShowerReader, shown: Sequence[int]) -> list[LayerAxes]:
    options = reader.shower.options
    found = []
    for layer in shown:
        (rows, columns), (height, width) = options.sizes[layer], options.cell_sizes[layer]
        half = 0.5 * rows * height, 0.5 * columns * width
        unit = options.length_unit
        found.append(
            LayerAxes(
                f"layer {layer}",
                f"Along rows [{unit}]",
                f"Along columns [{unit}]",
                (-half[0], half[0]),
                (-half[1], half[1]),
            )
        )
    return found


def _chosen(sample: ShowerSample, cells: NDArray[np.float64], shown: Sequence[int]) -> Images:
    layers = sample.layers(cells)
    return [np.asarray(layers[layer], np.float64) for layer in shown]


def _rows_at(truth: ShowerSample, n: int) -> list[int]:
    """Return showers at n energies, at even distances in the logarithm."""
    log = np.log(truth.energy_gev)
    wanted = log.min() + (np.arange(n) + 0.5) / max(n, 1) * np.ptp(log)
    return [int(np.argmin(np.abs(log - each))) for each in wanted]


def _display(samples: Mapping[str, ShowerSample], row: int, shown: Sequence[int]) -> ShowerRows:
    energy = float(samples[FULL_SIMULATION].energy_gev[row])
    images = {name: _chosen(each, each.cells[row].astype(np.float64) * energy, shown) for name, each in samples.items()}
    return ShowerRows(f"{energy:.3g} GeV", images)


def _first_model(reader: ShowerReader) -> object:
    return reader.run.models[reader.run.info.members[0].name]


def _latent_curve(reader: ShowerReader, judged: JudgedGenerators) -> Curve:
    """Return the showers of the test part along the two directions in which their places vary most."""
    model = _first_model(reader)
    assert isinstance(model, Latent)  # chosen before
    inputs = {name: judged.test.inputs[name][:_LATENT_SHOWERS] for name in reader.run.info.arrays}
    place = np.asarray(model.encode(inputs), np.float64)
    centred = place - place.mean(axis=0)
    _, width, direction = np.linalg.svd(centred, full_matrices=False)
    along = centred @ direction[:2].T
    share = width**2 / max(float((width**2).sum()), 1e-12)
    second = along[:, 1] if along.shape[1] > 1 else np.zeros(len(along))
    columns = {"first": along[:, 0], "second": second, "energy_gev": judged.truth.energy_gev[: len(along)]}
    labels = {"first_share": float(share[0]), "second_share": float(share[1]) if len(share) > 1 else 0.0}
    return Curve("latent", columns, reader.run.info.name, labels=labels)


def _interpolation(reader: ShowerReader, judged: JudgedGenerators, shown: Sequence[int]) -> ShowerRows:
    """Return what stands at the place of one shower of medium energy, from the lowest to the highest energy."""
    model = _first_model(reader)
    assert isinstance(model, Latent)  # chosen before
    row = _rows_at(judged.truth, 1)[0]
    inputs = {name: judged.test.inputs[name][row : row + 1] for name in reader.run.info.arrays}
    place = np.repeat(model.encode(inputs), _STEPS, axis=0)
    energy = np.geomspace(judged.truth.energy_gev.min(), judged.truth.energy_gev.max(), _STEPS)
    table, column = reader.inputs.energy
    conditions = {name: np.repeat(inputs[name], _STEPS, axis=0) for name in reader.run.info.task.conditions}
    conditions[table][:, column] = energy
    made = model.decode(place, conditions, seed=0)
    sample = reader.sample({**made, **conditions}, np.ones(_STEPS), name=reader.run.info.name)
    cells = sample.cells.astype(np.float64) * energy[:, None]
    images = {f"{each:.3g} GeV": _chosen(sample, cells[i], shown) for i, each in enumerate(energy)}
    return ShowerRows(f"from {energy[0]:.3g} to {energy[-1]:.3g} GeV", images)
