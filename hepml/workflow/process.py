"""``process``: ROOT files → a dataset."""

from __future__ import annotations

from pathlib import Path

from hepml.batch.site import Site
from hepml.contracts import Manifest
from hepml.io.folder import write_bytes_atomic
from hepml.processing import ClusterName, ExecutorName, choose_workforce, load_processor_file, process_dataset
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
    cluster: ClusterName | None = None,
    site: Site | str | Path | None = None,
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
        Default: iterative for one worker, futures for more, dask where there is a scheduler or a cluster.
    workers : int
        Worker processes.
    scheduler : str, optional
        Address of a running Dask scheduler, ``tcp://…``; default: with ``"dask"``, a cluster of this machine.
    cluster : {"htcondor"}, optional
        Start a Dask cluster whose workers are jobs of an HTCondor pool.
    site : Site or path, optional
        That pool; default: one with a shared file system, and this Python there.
    progress : Progress
        Where bars go.

    Raises
    ------
    RecipeError, ProcessorError, InputError, DatasetError, OutputError, WorkerError, SiteError, BatchError
    """
    chosen = as_recipe(recipe)
    processor = Path(load_processor_file(chosen.processor.file).path).read_bytes()
    workforce = choose_workforce(executor, workers=workers, scheduler=scheduler, cluster=cluster, site=site)
    with progress.step("process", None) as bar:
        manifest = process_dataset(chosen, output, workforce=workforce, on_progress=bar.advance)
    write_bytes_atomic(Path(output).expanduser() / PROCESSOR_COPY, processor)
    return manifest
