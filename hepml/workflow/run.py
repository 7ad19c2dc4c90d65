"""``run``: ROOT files → dataset → all models → report."""

from __future__ import annotations

from pathlib import Path

from hepml.batch.site import Site
from hepml.contracts import Manifest
from hepml.contracts.report import ReportContent
from hepml.errors import RecipeError
from hepml.io.folder import claim_folder
from hepml.processing import ClusterName, ExecutorName
from hepml.recipe import Recipe
from hepml.workflow.as_recipe import as_recipe
from hepml.workflow.check_models import check_models
from hepml.workflow.evaluate import evaluate
from hepml.workflow.process import process
from hepml.workflow.progress import SILENT, Progress
from hepml.workflow.train import train


def run(
    recipe: Recipe | str | Path,
    output: str | Path,
    *,
    executor: ExecutorName | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    cluster: ClusterName | None = None,
    site: Site | str | Path | None = None,
    progress: Progress = SILENT,
) -> tuple[Manifest, ReportContent]:
    """Process, train every model of the recipe, and evaluate them together.

    Leaves ``dataset/``, ``runs/<model>/`` and ``report/`` in `output`.  What is finished is not done again.

    Raises
    ------
    HepmlError
        As the three verbs do.
    """
    chosen = as_recipe(recipe)
    if not chosen.models:
        msg = "the recipe has no models: add some under `models`, or use `hepml process`"
        raise RecipeError(msg)
    check_models(chosen)  # before hours of processing, not after
    folder = claim_analysis(output)
    manifest = process(
        chosen,
        folder / "dataset",
        executor=executor,
        workers=workers,
        scheduler=scheduler,
        cluster=cluster,
        site=site,
        progress=progress,
    )
    progress.say(f"dataset: {manifest.rows} examples, digest {manifest.digest}")
    for name in chosen.models:
        train(chosen, folder / "dataset", folder / "runs" / name, model=name, progress=progress)
    runs = [folder / "runs" / name for name in chosen.models]
    return manifest, evaluate(runs, folder / "dataset", folder / "report", recipe=chosen, progress=progress)


def claim_analysis(output: str | Path) -> Path:
    """Return the folder of an analysis, ready to take dataset, runs and report.

    Raises
    ------
    OutputError
        It cannot be written or holds something else.
    """
    return claim_folder(output, kind="analysis", marker="dataset")
