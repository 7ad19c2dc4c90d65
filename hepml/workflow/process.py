"""``process``: ROOT files → a dataset."""

from __future__ import annotations

from pathlib import Path

from hepml.contracts import Manifest
from hepml.io.folder import write_bytes_atomic
from hepml.processing import ExecutorName, choose_executor, load_processor_file, process_dataset
from hepml.recipe import Recipe
from hepml.workflow.as_recipe import as_recipe
from hepml.workflow.processor_copy import PROCESSOR_COPY
from hepml.workflow.progress import SILENT, Progress


def process(
    recipe: Recipe | str | Path,
    output: str | Path,
    *,
    executor: ExecutorName | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = SILENT,
) -> Manifest:
    """Turn the ROOT files of a recipe into a dataset.

    Running it again does only what is missing; a finished dataset is returned at once.

    Parameters
    ----------
    recipe : Recipe or path
        The recipe.
    output : path
        Folder of the dataset.
    executor : {"iterative", "futures", "dask"}, optional
        Default: iterative for one worker, futures for more, dask where there is a scheduler.
    workers : int
        Worker processes of this machine.
    scheduler : str, optional
        Address of a running Dask scheduler, ``tcp://…``; default: with ``"dask"``, a cluster of this machine.
    progress : Progress
        Where bars go.

    Raises
    ------
    RecipeError, ProcessorError, InputError, DatasetError, OutputError, WorkerError
    """
    chosen = as_recipe(recipe)
    processor = Path(load_processor_file(chosen.processor.file).path).read_bytes()
    chosen_executor = choose_executor(executor, workers=workers, scheduler=scheduler)
    with progress.step("process", None) as bar:
        manifest = process_dataset(
            chosen,
            output,
            executor=chosen_executor,
            workers=workers,
            scheduler=scheduler,
            on_progress=bar.advance,
        )
    write_bytes_atomic(Path(output).expanduser() / PROCESSOR_COPY, processor)
    return manifest
