"""``evaluate``: runs on one dataset → a report."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import hist

from hepml.contracts import Curve, Metric
from hepml.contracts.report import ReportContent
from hepml.datasets import Dataset, open_dataset
from hepml.errors import RunError
from hepml.evaluation import (
    EvaluationDocument,
    compare_runs,
    difference_curves,
    document_to_json,
    stored_histograms,
)
from hepml.inference import LoadedRun, load_run, n_rows_of_part
from hepml.io.folder import claim_folder, output_errors, remove_temporary, write_text_atomic
from hepml.io.histograms import read_histograms, write_histograms
from hepml.plots import TrackPicture
from hepml.recipe import Recipe
from hepml.reports import render_html
from hepml.workflow.as_recipe import as_recipe
from hepml.workflow.comparable_runs import recipe_of_runs, with_distinct_names
from hepml.workflow.drawn_figures import draw_figures
from hepml.workflow.evaluate_generators import (
    generator_content,
    generator_document,
    shower_histograms,
    write_shower_scores,
)
from hepml.workflow.galleries import Gallery, galleries
from hepml.workflow.judged_generators import judge_generators
from hepml.workflow.judged_run import JudgedRun, judge
from hepml.workflow.mean_images import MeanImage, MeanImages
from hepml.workflow.progress import SILENT, Progress
from hepml.workflow.report_content import report_content
from hepml.workflow.report_figures import Drawable, plan_figures
from hepml.workflow.sampled_tables import SampledTables
from hepml.workflow.scores_file import write_scores
from hepml.workflow.shower_figures import shower_figures
from hepml.workflow.shower_pictures import shower_pictures
from hepml.workflow.sign_flips import check_sign_flips
from hepml.workflow.track_pictures import track_pictures

METRICS_FILE = "metrics.json"
PLOTS = "plots"


def evaluate(
    runs: Sequence[str | Path],
    dataset: str | Path,
    output: str | Path,
    *,
    recipe: Recipe | str | Path | None = None,
    progress: Progress = SILENT,
) -> ReportContent:
    """Judge runs on the test part of the dataset that they were trained on, and compare them on the same events.

    Runs that generate make showers under the conditions of the test part, and are compared with its full simulation.

    Leaves ``plots/``, ``scores.parquet``, ``histograms.root``, ``report.html`` and, last, ``metrics.json`` in `output`.

    Parameters
    ----------
    runs : sequence of path
        One or more.
    dataset, output : path
        The dataset, and the folder of the report.
    recipe : Recipe or path, optional
        Whose ``evaluation`` applies; default: the recipe of the first run.
    progress : Progress
        Where bars go.

    Raises
    ------
    RunError
        A run is incomplete, was trained on another dataset, or splits or scales it in another way than the first.
    RecipeError, DatasetError, OutputError
    """
    data = open_dataset(dataset)
    loaded = with_distinct_names([load_run(path) for path in runs])
    common = recipe_of_runs(loaded, data)
    if recipe is not None:
        common = common.model_copy(update={"evaluation": as_recipe(recipe).evaluation})
    check_sign_flips(loaded, common.evaluation)
    folder = _begin_report(output)
    if loaded[0].info.task.kind == "generation":
        return _evaluate_generators(loaded, data, common, folder, progress)
    judged, images, of_inputs = _judge_all(loaded, data, common, progress)
    tests = [each.test for each in judged]
    metrics = [*(metric for each in judged for metric in each.metrics), *compare_runs(tests, common.evaluation)]
    differences = difference_curves(tests, common.evaluation)
    curves = [*(curve for each in judged for curve in each.curves), *differences, *of_inputs]
    seen = [each for run in judged for each in galleries(run.run, run.test, data, common.evaluation, progress=progress)]
    followed = track_pictures(loaded, tests, data, common.evaluation)
    content_of_figures = _drawable(judged, data, metrics, curves, images, seen, followed)
    figures = draw_figures(folder / PLOTS, plan_figures(content_of_figures), progress)
    content = report_content(judged, data, metrics, figures)
    write_scores(folder / "scores.parquet", tests, data.keys(tests[0].row))
    write_histograms(folder / "histograms.root", _histograms(judged))
    write_text_atomic(folder / "report.html", render_html(content))
    write_text_atomic(folder / METRICS_FILE, document_to_json(_document(judged, data, metrics, curves)))
    return content


def _evaluate_generators(
    runs: Sequence[LoadedRun], data: Dataset, recipe: Recipe, folder: Path, progress: Progress
) -> ReportContent:
    judged = judge_generators(runs, data, recipe, progress=progress)
    pictures = shower_pictures(judged, displays=recipe.evaluation.generation.displays)
    figures = draw_figures(folder / PLOTS, shower_figures(judged, pictures), progress)
    content = generator_content(judged, data, figures)
    write_shower_scores(folder / "scores.parquet", judged, data.keys(judged.test.row))
    write_histograms(folder / "histograms.root", shower_histograms(judged))
    write_text_atomic(folder / "report.html", render_html(content))
    write_text_atomic(folder / METRICS_FILE, document_to_json(generator_document(judged, data, pictures.latent)))
    return content


def _begin_report(output: str | Path) -> Path:
    """Claim the folder, and take out what an earlier evaluation, perhaps of other runs, has left."""
    folder = claim_folder(output, kind="report", marker=METRICS_FILE)
    remove_temporary(folder)
    with output_errors(folder):
        (folder / METRICS_FILE).unlink(missing_ok=True)
        if (folder / PLOTS).is_dir():
            shutil.rmtree(folder / PLOTS)
    return folder


def _judge_all(
    runs: Sequence[LoadedRun], data: Dataset, recipe: Recipe, progress: Progress
) -> tuple[list[JudgedRun], dict[str, MeanImage], list[Curve]]:
    """Return the judged runs, and the mean images and the curves of inputs, of each input once."""
    judged: list[JudgedRun] = []
    images: dict[str, MeanImage] = {}
    of_inputs: list[Curve] = []
    seen: set[str] = set()
    for run in runs:
        new = {name: spec for name, spec in run.info.arrays.items() if name not in seen}
        summed = MeanImages(new, data.manifest.classes)
        sampled = SampledTables(new, _n_test(run, data, recipe))
        judged.append(judge(run, data, recipe, on_test_batch=(summed.add, sampled.add), progress=progress))
        images |= summed.means()
        of_inputs += sampled.curves(run.info.task)
        seen |= set(new)
    return judged, images, of_inputs


def _n_test(run: LoadedRun, data: Dataset, recipe: Recipe) -> int:
    return n_rows_of_part(run, data, "test", recipe=recipe) if "test" in data.parts(recipe.split) else 0


def _drawable(
    judged: Sequence[JudgedRun],
    data: Dataset,
    metrics: Sequence[Metric],
    curves: Sequence[Curve],
    images: Mapping[str, MeanImage],
    seen: Sequence[Gallery],
    followed: Sequence[TrackPicture],
) -> Drawable:
    filled: dict[str, dict[str, hist.Hist]] = {}
    for place, histogram in read_histograms(data.folder / "histograms.root").items():
        source, _, name = place.partition("/")
        filled.setdefault(name, {})[source] = histogram
    return Drawable(
        classes=data.manifest.classes,
        estimators={each.run.info.name: each.run.info.estimator for each in judged},
        metrics=metrics,
        curves=curves,
        images=images,
        histograms=filled,
        galleries=seen,
        tracks=followed,
        maps=[picture for each in judged for picture in each.maps],
    )


def _histograms(judged: Sequence[JudgedRun]) -> dict[str, hist.Hist]:
    """Return the histograms of scores, or of predictions, of all runs and parts; see `stored_histograms`.

    Raises
    ------
    RunError
        Two runs have the same name but for what statistics tools do not take.
    """
    found: dict[str, hist.Hist] = {}
    for part in (part for each in judged for part in each.predictions.values()):
        histograms = stored_histograms(part)
        twice = next((place for place in histograms if place in found), None)
        if twice is not None:
            msg = f"run {part.run!r}: another run has histograms of the name {twice!r} too: rename its folder"
            raise RunError(msg)
        found |= histograms
    return found


def _document(
    judged: Sequence[JudgedRun], data: Dataset, metrics: Sequence[Metric], curves: Sequence[Curve]
) -> EvaluationDocument:
    return EvaluationDocument(
        task=judged[0].run.info.task.kind,
        dataset=data.manifest.digest,
        runs=tuple(each.run.info.name for each in judged),
        metrics=tuple(metrics),
        curves=tuple(curves),
    )
