"""``export``: run → ONNX files, for lighter workers and for code that has no Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from hepml.contracts import Exportable
from hepml.datasets import open_dataset
from hepml.errors import OutputError, RunError
from hepml.estimators import ESTIMATORS, estimator_class
from hepml.estimators.extras import require_extra
from hepml.inference import LoadedRun, MemberInfo, check_dataset, load_run
from hepml.inference.onnx_check import largest_difference
from hepml.inference.onnx_member import MEMBER, RUN_SHA256, onnx_path, run_sha256
from hepml.inference.synthetic_inputs import synthetic_inputs
from hepml.io.folder import replacing
from hepml.workflow.progress import SILENT, Progress

N_SYNTHETIC, N_REAL = 1000, 1000
"""Events on which a file is compared with its model."""


@dataclass(frozen=True)
class ExportedModel:
    """A file that was written: its member of the run, and the comparison with it.

    Attributes
    ----------
    path : str
        The file.
    member : str
        ``"seed1"``, ``"fold0_seed1"``, ….
    n_events : int
        Compared, one by one.
    largest_difference : float
        Of any output, in the units of `hepml.inference.onnx_check.TOLERANCE`.
    """

    path: str
    member: str
    n_events: int
    largest_difference: float


def export(
    run: str | Path,
    output: str | Path | None = None,
    *,
    format: Literal["onnx"] = "onnx",  # noqa: A002  (as on the command line; ONNX is the only one so far)
    dataset: str | Path | None = None,
    progress: Progress = SILENT,
) -> list[ExportedModel]:
    """Write the models of a run as ONNX, from raw inputs (NaN where missing) to outputs, verified event by event.

    There is one file for each member.  Scores of `predict` are the mean over the seeds of one fold.

    Parameters
    ----------
    run : path
        The run.
    output : path, optional
        Ends in ``.onnx``; the file of a run of one member, else files go to ``<output>_<member>``.  Default: into the
        run, as ``onnx/<member>.onnx``, where ``Scorer(run, backend="onnx")`` finds them.  A file is replaced where it
        exists, and only by what was verified.
    format : {"onnx"}
        The form.
    dataset : path, optional
        Of the training: events of its test part are compared too, besides synthetic ones.
    progress : Progress
        Where bars go.

    Raises
    ------
    RunError
        Models of a kind that has no such form, or a graph gives other numbers than its model: nothing is written.
    OutputError
        A file cannot be written, or has another ending.
    MissingExtraError
        The packages of the extra ``onnx`` are not installed.
    """
    path = None if output is None else Path(output).expanduser()
    if path is not None and path.suffix != f".{format}":
        msg = f"{path}: the name of a model in the form {format} ends in .{format}: choose another"
        raise OutputError(msg)
    loaded = load_run(run)
    models = _exportable(loaded)
    real = {} if dataset is None else _events_of(loaded, dataset)
    written = []
    with progress.step(f"export {loaded.info.name}", len(models)) as bar:
        for member, model in models.items():
            written.append(_export_member(loaded, member, model, _path(path, loaded, member), real))
            bar.advance(1, note=member.name)
    return written


def _exportable(run: LoadedRun) -> dict[MemberInfo, Exportable]:
    """Return the run's models, if they can be written here."""
    models: dict[MemberInfo, Exportable] = {}
    for member in run.info.members:
        model = run.models[member.name]
        if not isinstance(model, Exportable):
            able = [name for name in ESTIMATORS if issubclass(estimator_class(name), Exportable)]
            msg = (
                f"{run.folder}: the run is of {run.info.estimator!r}, which cannot be written as ONNX: apply it with "
                f"hepml.Scorer, or export a run of {', '.join(able)}"
            )
            raise RunError(msg)
        models[member] = model
        for package in (*model.onnx_packages, "onnxruntime"):
            require_extra(package, what="the export", extra="onnx")
    return models


def _path(path: Path | None, run: LoadedRun, member: MemberInfo) -> Path:
    if path is None:
        return onnx_path(run.folder, member)
    return path if len(run.info.members) == 1 else path.with_stem(f"{path.stem}_{member.name}")


def _export_member(
    run: LoadedRun, member: MemberInfo, model: Exportable, path: Path, real: Mapping[str, NDArray[Any]]
) -> ExportedModel:
    import onnx

    graph = model.as_onnx()
    onnx.helper.set_model_props(graph, _about(run, member))
    given = [synthetic_inputs(run.info.arrays, model.typical_inputs, n=N_SYNTHETIC, seed=1), *([real] if real else [])]
    with replacing(path) as temporary:
        onnx.save(graph, str(temporary))
        differences = [largest_difference(temporary, model, inputs, task=run.info.task) for inputs in given]
    n_events = sum(len(next(iter(inputs.values()))) for inputs in given)
    return ExportedModel(str(path), member.name, n_events, max(differences))


def _events_of(run: LoadedRun, folder: str | Path) -> dict[str, NDArray[Any]]:
    """Return the first events of the test part of the run's dataset."""
    dataset = open_dataset(folder)
    check_dataset(run, dataset)
    source = dataset.source(
        "test",
        inputs=list(run.info.representations),
        fold=0 if run.info.n_folds else None,
        training=False,
        weights=run.recipe.weights,
        split=run.recipe.split,
        seed=0,
    )
    batch = next(source.ordered())
    return {name: batch.inputs[name][:N_REAL] for name in run.info.arrays}


def _about(run: LoadedRun, member: MemberInfo) -> dict[str, str]:
    """Return what the file says about itself; every value is text or JSON."""
    info = run.info
    about = {
        "run": info.name,
        "estimator": info.estimator,
        MEMBER: member.name,
        RUN_SHA256: run_sha256(run.folder),
        "hepml_version": version("hepml"),
        "dataset_digest": info.dataset_digest,
        "signal": info.task.signal or "",
    }
    values = {
        "classes": list(info.task.classes),
        "outputs": [asdict(output) for output in info.task.kept],
        "features": {name: list(spec.features) for name, spec in info.arrays.items()},
        "representations": {
            name: {"kind": spec.kind, "options": dict(spec.options)} for name, spec in info.representations.items()
        },
    }
    return about | {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
