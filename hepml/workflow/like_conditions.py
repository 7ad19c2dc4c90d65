"""The conditions of examples that there are: of a dataset, or of ROOT files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.datasets import Dataset, open_dataset
from hepml.errors import RecipeError, nearest
from hepml.inference import LoadedRun
from hepml.io.manifest import MANIFEST
from hepml.processing import ProcessorModule, process_dataset
from hepml.workflow.given_conditions import SameConditions, condition_tables
from hepml.workflow.progress import Progress


def same_conditions(
    run: LoadedRun, module: ProcessorModule, places: Sequence[str | Path], progress: Progress
) -> SameConditions:
    """Return the conditions of all examples of a dataset, or of what the processor makes of ROOT files.

    Parameters
    ----------
    run : LoadedRun
        Whose conditions are looked for.
    module : ProcessorModule
        Reads the files.
    places : sequence of str or path
        One folder of a dataset, or files, globs or ``root://`` URLs.
    progress : Progress
        Where a bar goes.

    Raises
    ------
    RecipeError
        The dataset lacks a condition.
    DatasetError, InputError, ProcessorError
        What is given cannot be read.
    """
    if len(places) == 1 and (Path(places[0]).expanduser() / MANIFEST).is_file():
        return _of_dataset(run, open_dataset(places[0]))
    name, spec = next(iter(run.recipe.inputs.items()))
    wanted = spec.model_copy(update={"files": [str(place) for place in places]})
    processor = run.recipe.processor.model_copy(update={"file": module.path})
    recipe = run.recipe.model_copy(update={"inputs": {name: wanted}, "processor": processor})
    with tempfile.TemporaryDirectory(prefix="hepml-") as folder:
        with progress.step("read conditions", None) as bar:
            process_dataset(recipe, folder, on_progress=bar.advance)
        return _of_dataset(run, open_dataset(folder))


def _of_dataset(run: LoadedRun, data: Dataset) -> SameConditions:
    """Return the conditions of all rows, in their order."""
    tables = condition_tables(run)
    for name in tables:
        if name not in data.manifest.representations:
            msg = f"{data.folder}: the dataset has no input {name!r}: {nearest(name, data.manifest.representations)}"
            raise RecipeError(msg)
    batch = data.read(np.arange(data.manifest.rows), inputs=list(tables))
    found: dict[str, NDArray[Any]] = {}
    for name, table in tables.items():
        for place, column in enumerate(table.options.columns):
            values = batch.inputs[name][:, place]
            # A category is its place in the list.
            found[column.name] = np.asarray(column.categories)[values.astype(int)] if column.categories else values
    ordered = {each.name for table in tables.values() for each in table.options.columns if not each.categories}
    return SameConditions(found, frozenset(ordered))
