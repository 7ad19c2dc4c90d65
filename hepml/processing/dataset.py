"""Making a dataset: plan, execute, merge; or go on where an earlier call ended."""

from __future__ import annotations

from pathlib import Path

from hepml.contracts import Manifest
from hepml.io.folder import exclusive
from hepml.processing.execute import LOGS, OnProgress, execute
from hepml.processing.executor_choice import ALONE, Workforce
from hepml.processing.making import claim_dataset, prepare
from hepml.recipe import Recipe


def process_dataset(
    recipe: Recipe,
    folder: str | Path,
    *,
    workforce: Workforce = ALONE,
    on_progress: OnProgress | None = None,
) -> Manifest:
    """Turn the ROOT files of a recipe into a dataset.

    A call that was interrupted, even by kill -9, goes on where it ended; a complete dataset is returned at once.

    Parameters
    ----------
    recipe : Recipe
        Inputs, processor, ``event_key``, ``process`` and ``split.column`` are used.
    folder : path
        Of the dataset.
    workforce : Workforce
        Who does the work.
    on_progress : callable, optional
        Called with the number of chunks done since the last call, and a note.

    Returns
    -------
    Manifest
        Its `n_skipped` and the inputs' `dropped` say what had to be left out.

    Raises
    ------
    RecipeError, ProcessorError, InputError
        Something that the user wrote or gave is wrong.
    DatasetError
        The folder holds a dataset that was made by something else.
    OutputError
        The folder holds something else, cannot be written, or is being written by another process.
    WorkerError
        Workers were lost again and again, or a scheduler cannot be reached.
    SiteError, BatchError
        HTCondor cannot have Dask workers as jobs.
    MissingExtraError
        Dask is not installed.
    """
    making = prepare(recipe)
    place = claim_dataset(folder)
    with exclusive(place, kind="dataset"):
        complete = making.begin(place)
        if complete is not None:
            return complete
        execute(
            making.plan.chunks,
            making.module.Processor,
            making.options,
            making.sink(place),
            workforce=workforce.asking(recipe.process.resources),
            logs=place / LOGS,
            retries=recipe.process.retries,
            bad_input=recipe.process.bad_input,
            on_progress=on_progress,
        )
        return making.finish(place)
