"""What a generator of showers reads: cells and energies that it learns, and conditions that are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, ModelSpec, batch_name
from hepml.errors import RecipeError, RunError, nearest
from hepml.representations import Shower
from hepml.representations.shower_arrays import ENERGIES, options_of_arrays

_END = batch_name("", ENERGIES)


@dataclass(frozen=True)
class ShowerInputs:
    """The arrays of one input of showers among those of a model.

    Attributes
    ----------
    name : str
        Of the input.
    shower : Shower
        A representation with these arrays.
    conditions : mapping of str to ArraySpec
        Tables that are given.
    energy : (str, int)
        The table and the column that is the true energy.
    """

    name: str
    shower: Shower
    conditions: Mapping[str, ArraySpec]
    energy: tuple[str, int]

    def batch_of(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return the arrays of showers by suffix."""
        return {suffix: inputs[batch_name(self.name, suffix)] for suffix in self.shower.arrays}

    def named(self, batch: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Return arrays of showers by batch name."""
        return {batch_name(self.name, suffix): values for suffix, values in batch.items()}

    def energy_gev(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """Return the true energy of each row."""
        table, column = self.energy
        return np.asarray(inputs[table][:, column], np.float64)

    def kind(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
        """Return a number for each combination of categories among the conditions: that of the particle."""
        kind = np.zeros(len(inputs[self.energy[0]]), np.int64)
        for name, spec in self.conditions.items():
            for column, size in enumerate(spec.categories):
                if size:
                    kind = kind * size + inputs[name][:, column].astype(np.int64)
        return kind

    def check(self, conditions: Mapping[str, NDArray[Any]]) -> int:
        """Return the number of rows of conditions.

        Raises
        ------
        RunError
            One is missing or of another shape, or an energy is not above 0.
        """
        for name, spec in self.conditions.items():
            if name not in conditions or conditions[name].shape[1:] != spec.shape:
                found = conditions[name].shape if name in conditions else "nothing"
                msg = f"condition {name!r} must have shape (n, {spec.shape[0]}) as in the training, found {found}"
                raise RunError(msg)
        energy = self.energy_gev(conditions)
        if not (np.isfinite(energy) & (energy > 0)).all():
            msg = f"showers have true energies above 0, found {energy.min()}: give energies in GeV"
            raise RunError(msg)
        return len(energy)


def shower_inputs(spec: ModelSpec) -> ShowerInputs:
    """Find the showers and their conditions among the arrays of a model.

    Raises
    ------
    RecipeError
        There is not one input of showers, another one is neither that nor a condition, or no condition is the energy.
    """
    names = [
        name.removesuffix(_END) for name in spec.arrays if name.endswith(_END) and name not in spec.task.conditions
    ]
    if len(names) != 1:
        msg = f"{spec.estimator!r} generates one input of showers, found {names} among {list(spec.arrays)}: list one"
        raise RecipeError(msg)
    own = {key.removeprefix(f"{names[0]}_"): a for key, a in spec.arrays.items() if key.startswith(f"{names[0]}_")}
    conditions = {name: spec.arrays[name] for name in spec.task.conditions if name in spec.arrays}
    other = [n for n in spec.arrays if n not in conditions and n.removeprefix(f"{names[0]}_") not in own]
    if other or not own or any(each.role != "table" for each in conditions.values()):
        msg = f"{spec.estimator!r} reads showers and tables of conditions, found {list(spec.arrays)}: remove the others"
        raise RecipeError(msg)
    return ShowerInputs(names[0], Shower(options_of_arrays(own)), conditions, _energy(spec, conditions))


def _energy(spec: ModelSpec, conditions: Mapping[str, ArraySpec]) -> tuple[str, int]:
    wanted = str(spec.task.options["energy"])
    known = {
        feature.split(" [")[0]: (name, column)
        for name, each in conditions.items()
        for column, feature in enumerate(each.features)
    }
    if wanted not in known:
        msg = f"task.options.energy is {wanted!r}, which is no column of the conditions: {nearest(wanted, known)}"
        raise RecipeError(msg)
    return known[wanted]
