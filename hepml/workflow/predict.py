"""``predict``: ROOT files → friend trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hepml.batch.site import Site
from hepml.inference import Backend, Friend
from hepml.io.folder import exclusive
from hepml.processing import LOGS, ClusterName, ExecutorName, choose_workforce, execute
from hepml.workflow.prediction import prepare_prediction
from hepml.workflow.progress import SILENT, Progress


def predict(
    run: str | Path,
    files: Sequence[str | Path],
    output: str | Path,
    *,
    tree: str | None = None,
    processor: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    backend: Backend = "native",
    executor: ExecutorName | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    cluster: ClusterName | None = None,
    site: Site | str | Path | None = None,
    progress: Progress = SILENT,
) -> list[Friend]:
    """Write the scores of a run for any number of files, as one friend tree (a TTree) per file.

    Parameters
    ----------
    run : path
        The run.
    files : sequence of str or path
        Files, globs or ``root://`` URLs.
    output : path
        Folder of the friends.
    tree : str, optional
        Tree to read; default: that of the first input of the run's recipe.
    processor : path, optional
        Processor file; default: the one of the training where it is still there, unchanged.
    settings : mapping of str to value, optional
        What to change in ``process`` of the run's recipe, by dotted key: with ``process.bad_input: skip`` entries that
        cannot be read, with ``process.nonfinite: drop`` examples with NaN or inf get no score and are counted.
    backend : {"native", "onnx"}
        What computes the scores: the library of the training, or ONNX Runtime on the files of `export`, with less
        memory and without TensorFlow.
    executor, workers, scheduler, cluster, site
        As for `process`.
    progress : Progress
        Where bars go.

    Returns
    -------
    list of Friend
        What was written and what was left out.

    Raises
    ------
    RecipeError, RunError, InputError, ProcessorError, OutputError, WorkerError, SiteError, BatchError
    """
    workforce = choose_workforce(executor, workers=workers, scheduler=scheduler, cluster=cluster, site=site)
    work = prepare_prediction(run, files, tree=tree, processor=processor, settings=settings, backend=backend)
    plan = work.plan()
    folder = work.claim(output)
    with exclusive(folder.path, kind="friends"):
        work.begin(folder)
        with progress.step(f"predict {work.info.name}", len(plan.chunks)) as bar:
            execute(
                plan.chunks,
                work.module.Processor,
                work.options,
                work.sink(folder.path),
                workforce=workforce.asking(work.how.resources),
                logs=folder.path / LOGS,
                retries=work.how.retries,
                bad_input=work.how.bad_input,
                on_progress=bar.advance,
            )
        return work.finish(folder, plan, progress)
