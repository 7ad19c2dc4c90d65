"""``export``: run → ONNX files, for code that has no Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Normalisation
from hepml.datasets import open_dataset
from hepml.errors import OutputError, RunError
from hepml.estimators.extras import require_extra
from hepml.estimators.network import Network
from hepml.inference import LoadedRun, MemberInfo, check_dataset, load_run
from hepml.inference.onnx_check import largest_difference
from hepml.inference.synthetic_inputs import synthetic_inputs
from hepml.io.folder import replacing
from hepml.networks.backbone import standardise_name
from hepml.recipe import thaw_recipe
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
    output: str | Path,
    *,
    format: Literal["onnx"] = "onnx",  # noqa: A002  (as on the command line; ONNX is the only one so far)
    dataset: str | Path | None = None,
    progress: Progress = SILENT,
) -> list[ExportedModel]:
    """Write the networks of a run as ONNX, from raw inputs (NaN where missing) to outputs, verified event by event.

    There is one file for each member: `output` for a run of one, else ``<output>_<member>``.  Scores of `predict` are
    the mean over the seeds of one fold.

    Parameters
    ----------
    run : path
        The run.
    output : path
        Ends in ``.onnx``; it is replaced where it exists, and only by what was verified.
    format : {"onnx"}
        The form.
    dataset : path, optional
        Of the training: events of its test part are compared too, besides synthetic ones.
    progress : Progress
        Where bars go.

    Raises
    ------
    RunError
        Not a run of networks, or the graph gives other numbers than the model: nothing is written.
    OutputError
        The file cannot be written, or has another ending.
    MissingExtraError
        The packages of the extra ``onnx`` are not installed.
    """
    path = Path(output).expanduser()
    if path.suffix != f".{format}":
        msg = f"{path}: the name of a model in the form {format} ends in .{format}: choose another"
        raise OutputError(msg)
    loaded = load_run(run)
    _refuse_others(loaded)
    for package in ("onnx", "onnxruntime", "tf2onnx"):
        require_extra(package, what="the export", extra="onnx")
    real = {} if dataset is None else _events_of(loaded, dataset)
    written = []
    with progress.step(f"export {loaded.info.name}", len(loaded.info.members)) as bar:
        for member in loaded.info.members:
            written.append(_export_member(loaded, member, _path(path, loaded, member), real))
            bar.advance(1, note=member.name)
    return written


def _refuse_others(run: LoadedRun) -> None:
    if not all(isinstance(model, Network) for model in run.models.values()):
        msg = (
            f"{run.folder}: the run is of {run.info.estimator!r} and ONNX files are made of networks only, because no "
            "converter gives all values of trees back: apply it with hepml.Scorer, or export a network"
        )
        raise RunError(msg)


def _path(path: Path, run: LoadedRun, member: MemberInfo) -> Path:
    return path if len(run.info.members) == 1 else path.with_stem(f"{path.stem}_{member.name}")


def _export_member(run: LoadedRun, member: MemberInfo, path: Path, real: Mapping[str, NDArray[Any]]) -> ExportedModel:
    import onnx

    from hepml.networks.onnx_graph import network_as_onnx

    estimator = run.models[member.name]
    assert isinstance(estimator, Network)
    graph = network_as_onnx(estimator.model)
    onnx.helper.set_model_props(graph, _about(run, member))
    given = [synthetic_inputs(run.info.arrays, _constants(estimator), n=N_SYNTHETIC, seed=1), *([real] if real else [])]
    with replacing(path) as temporary:
        onnx.save(graph, str(temporary))
        differences = [largest_difference(temporary, estimator, inputs, task=run.info.task) for inputs in given]
    n_events = sum(len(next(iter(inputs.values()))) for inputs in given)
    return ExportedModel(str(path), member.name, n_events, max(differences))


def _constants(network: Network) -> dict[str, Normalisation]:
    """Return what the network normalises its inputs with."""
    layers = {layer.name: layer for layer in network.model.layers}
    found = {name: layers[standardise_name(name)] for name in network.spec.arrays if standardise_name(name) in layers}
    return {
        name: Normalisation(np.asarray(layer.offset.numpy()), np.asarray(layer.scale.numpy()))
        for name, layer in found.items()
    }


def _events_of(run: LoadedRun, folder: str | Path) -> dict[str, NDArray[Any]]:
    """Return the first events of the test part of the run's dataset."""
    dataset = open_dataset(folder)
    check_dataset(run, dataset)
    recipe = thaw_recipe(run.info.recipe, source=str(run.folder))
    source = dataset.source(
        "test",
        inputs=list(run.info.representations),
        fold=0 if run.info.n_folds else None,
        training=False,
        weights=recipe.weights,
        split=recipe.split,
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
        "member": member.name,
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
