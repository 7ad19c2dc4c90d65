"""Showers of a dataset and of runs, as they are compared."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, Generative
from hepml.datasets import Dataset
from hepml.errors import DatasetError, RunError
from hepml.estimators import model_spec
from hepml.estimators.shower_inputs import ShowerInputs, shower_inputs
from hepml.evaluation import FULL_SIMULATION, ShowerSample
from hepml.inference import LoadedRun
from hepml.recipe import Recipe
from hepml.representations import Shower, shower_shapes
from hepml.workflow.sampled_rows import SampledRows

BLOCK_ROWS = 1000
"""Showers that are made at a time."""


@dataclass(frozen=True)
class ShowerReader:
    """How the showers of a run are read from a dataset, and made.

    Attributes
    ----------
    run : LoadedRun
        The run.
    inputs : ShowerInputs
        Which of its arrays are showers and conditions.
    shower : Shower
        The representation, with the sizes of cells.
    above_gev : float
        As for `shower_shapes`.
    """

    run: LoadedRun
    inputs: ShowerInputs
    shower: Shower
    above_gev: float

    def sample(
        self, inputs: Mapping[str, NDArray[Any]], weight: NDArray[np.float64], *, name: str, member: str | None = None
    ) -> ShowerSample:
        """Return showers as they are compared, from arrays by batch name; negative cells are empty.

        Raises
        ------
        RunError
            A number is not finite.
        """
        batch = self.inputs.batch_of(inputs)
        if not all(np.isfinite(values).all() for values in batch.values()):
            msg = f"{self.run.folder}: {name} makes NaN or infinity: its training diverged; train again"
            raise RunError(msg)
        energy = self.inputs.energy_gev(inputs)
        found = shower_shapes(self.shower.columns_of(batch), self.shower.options, above_gev=self.above_gev)
        cells = [each.reshape(len(energy), -1) for each in self.shower.in_gev(batch).values()]
        return ShowerSample(
            name=name,
            energy_gev=energy,
            weight=weight,
            kind=self.inputs.kind(inputs),
            shapes={field: ak.to_numpy(found[field]).astype(np.float64) for field in found.fields},
            cells=np.maximum(np.concatenate(cells, axis=1) / energy[:, None], 0).astype(np.float32),
            sizes=self.shower.options.sizes,
            member=member,
        )


@dataclass(frozen=True)
class MadeShowers:
    """Showers that one member of a run has made, and the wall time that each took."""

    sample: ShowerSample
    microseconds: float


def shower_reader(run: LoadedRun) -> ShowerReader:
    """Return how the showers of a run are read.

    Raises
    ------
    RunError
        It does not generate showers.
    """
    info = run.info
    spec = model_spec(info.estimator, info.options, task=info.task, arrays=info.arrays, seed=info.seeds[0])
    inputs = shower_inputs(spec)
    shower = run.representations[inputs.name]
    if not isinstance(shower, Shower):
        msg = f"{run.folder}: generated {inputs.name!r} is no shower: there is no evaluation of it"
        raise RunError(msg)
    return ShowerReader(run, inputs, shower, float(info.processor.options.get("above_gev", 0.0)))


def read_showers(reader: ShowerReader, data: Dataset, recipe: Recipe, part: str, *, most: int) -> Batch:
    """Return showers of a part at even distances, at most so many and as fit into memory, with physics weights.

    Raises
    ------
    DatasetError
        The part is empty.
    """
    fold = 0 if recipe.split.folds else None
    source = data.source(
        part,
        inputs=list(reader.run.info.representations),
        fold=fold,
        training=False,
        weights=recipe.weights,
        split=recipe.split,
        seed=0,
    )
    sampled = SampledRows(source.n_rows, most, reader.run.info.arrays)
    for batch in source.ordered():
        sampled.add(batch)
    found = sampled.joined()
    if found is None:
        msg = f"{data.folder}: the part {part!r} has no showers: give more events, or another split"
        raise DatasetError(msg)
    return found


def full_showers(reader: ShowerReader, batches: Sequence[Batch]) -> ShowerSample:
    """Return the full simulation of some batches as one sample."""
    inputs = {name: np.concatenate([b.inputs[name] for b in batches]) for name in reader.run.info.arrays}
    weight = np.concatenate([batch.weight for batch in batches])
    return reader.sample(inputs, weight, name=FULL_SIMULATION)


def make_showers(
    reader: ShowerReader, model: Generative, truth: Batch, *, member: str | None, seed: int
) -> MadeShowers:
    """Return showers that a model makes under the conditions of others, row by row, with their weights."""
    given = {name: truth.inputs[name] for name in reader.run.info.task.conditions}
    pieces = []
    seconds = 0.0
    for block, first in enumerate(range(0, truth.n, BLOCK_ROWS)):
        some = {name: values[first : first + BLOCK_ROWS] for name, values in given.items()}
        started = time.perf_counter()
        pieces.append(model.generate(some, seed=[seed, block]))
        seconds += time.perf_counter() - started
    made = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    sample = reader.sample({**made, **given}, truth.weight, name=reader.run.info.name, member=member)
    return MadeShowers(sample, 1e6 * seconds / truth.n)
