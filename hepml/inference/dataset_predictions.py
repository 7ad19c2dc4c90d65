"""What a run says about a part of the dataset it was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, Predictions
from hepml.datasets import Dataset
from hepml.errors import RunError
from hepml.inference.apply import Outputs, apply_members, average
from hepml.inference.choice import judged_outputs
from hepml.inference.loaded_run import LoadedRun
from hepml.inference.representation_difference import representation_difference
from hepml.inference.run_info import RunInfo
from hepml.networks.input_targets import INPUT, input_target
from hepml.recipe import Recipe
from hepml.representations import rebuild


def predict_part(
    run: LoadedRun,
    dataset: Dataset,
    part: str,
    *,
    recipe: Recipe,
    spectators: Sequence[str] = (),
    fraction: float | None = None,
    on_batch: Callable[[Batch], None] = lambda _batch: None,
) -> Predictions:
    """Apply a run to one part of a dataset, in bounded memory but for what is judged of the outputs.

    With folds, the test (validation) parts of all folds are put together: each row is there once, by the fold that did
    not train on it.  The train part is that of fold 0.

    Parameters
    ----------
    run : LoadedRun
        The run.
    dataset : Dataset
        The dataset.
    part : str
        ``"train"``, ``"validation"``, ``"test"`` or another of the split's parts.
    recipe : Recipe
        Gives the split and the physics weights.
    spectators : sequence of str
        Which to keep.
    fraction : float, optional
        Of the part ``"train"``: a subset of it, as in `Dataset.source`.
    on_batch : callable
        Called with each batch, for progress and for mean images.

    Raises
    ------
    RunError
        The run was trained on another dataset, or on other representations.
    """
    check_dataset(run, dataset)
    task, pieces = run.info.task, []
    for fold, batch in _batches(run, dataset, part, recipe, spectators, fraction):
        members = apply_members(run, batch.inputs, np.full(batch.n, fold))
        on_batch(batch)
        targets = {o.name: input_target(task, o, batch) for o in task.kept if o.target.startswith(INPUT)}
        outputs = judged_outputs(task, average(task, members), targets)
        of_members = {seed: judged_outputs(task, each, targets) for seed, each in members.items()}
        pieces.append(_Piece(replace(batch, inputs={}), outputs, of_members, targets))
    return _joined(run.info, part, pieces, spectators)


def n_rows_of_part(run: LoadedRun, dataset: Dataset, part: str, *, recipe: Recipe) -> int:
    """Return how many rows `predict_part` delivers."""
    return sum(dataset.n_rows(part, recipe.split, fold=fold) for fold in _folds(run, part))


def check_dataset(run: LoadedRun, dataset: Dataset) -> None:
    """Refuse a dataset that is not the run's own.

    What is stored may be the same where what batches hold is not: calibration and scale are applied in between.

    Raises
    ------
    RunError
        Names the digests, or what differs in a representation, and the remedy.
    """
    if run.info.dataset_digest != dataset.manifest.digest:
        msg = (
            f"{run.folder}: trained on dataset {run.info.dataset_digest[:12]}…, but {dataset.folder} is "
            f"{dataset.manifest.digest[:12]}…: its test part may hold training events; evaluate on the dataset of the "
            "training, or use `hepml predict` for new files"
        )
        raise RunError(msg)
    for name, trained in run.representations.items():
        # Rebuilt, so that options which are younger than the dataset or the run have their defaults in both.
        found = rebuild(dataset.manifest.representations[name])
        if found.spec != trained.spec:
            msg = (
                f"{run.folder}: {dataset.folder} holds input {name!r} with "
                f"{representation_difference(found.spec, trained.spec)}: evaluate on the dataset of the training"
            )
            raise RunError(msg)


@dataclass(frozen=True)
class _Piece:
    """What is kept of a batch: all but its inputs, what is judged of the average and each seed, and what that is of."""

    batch: Batch
    outputs: Outputs
    members: dict[str, Outputs]
    targets: dict[str, NDArray[Any]]


def _folds(run: LoadedRun, part: str) -> Sequence[int | None]:
    if not run.info.n_folds:
        return [None]
    return [0] if part == "train" else range(run.info.n_folds)


def _batches(
    run: LoadedRun,
    dataset: Dataset,
    part: str,
    recipe: Recipe,
    spectators: Sequence[str],
    fraction: float | None,
) -> Iterator[tuple[int, Batch]]:
    """Yield the fold to apply and a batch."""
    for fold in _folds(run, part):
        source = dataset.source(
            part,
            inputs=list(dict.fromkeys([*run.info.representations, *run.info.task.target_inputs])),
            spectators=spectators,
            fold=fold,
            fraction=fraction,
            training=False,
            weights=recipe.weights,
            split=recipe.split,
            seed=0,
        )
        for batch in source.ordered():
            yield fold or 0, batch


def _joined(info: RunInfo, part: str, pieces: Sequence[_Piece], spectators: Sequence[str]) -> Predictions:
    row = _stacked([piece.batch.row for piece in pieces], np.empty(0, np.int64))
    order = np.argsort(row, kind="stable")  # folds come one after the other

    def column(values: Iterable[NDArray[Any]], empty: NDArray[Any]) -> NDArray[Any]:
        return _stacked(list(values), empty)[order]

    def outputs(values: Sequence[Outputs]) -> Outputs:
        empty = {output.name: np.empty((0, *output.judged_shape), np.float32) for output in info.task.kept}
        return {name: column((each[name] for each in values), empty[name]) for name in empty}

    seeds, nothing = [f"seed{seed}" for seed in info.seeds], np.empty(0)
    compared = [output.name for output in info.task.kept if output.target.startswith(INPUT)]
    return Predictions(
        run=info.name,
        part=part,
        task=info.task,
        outputs=outputs([piece.outputs for piece in pieces]),
        label=column((piece.batch.label for piece in pieces), nothing.astype(np.int32)),
        weight=column((piece.batch.weight for piece in pieces), nothing),
        spectators={name: column((piece.batch.spectators[name] for piece in pieces), nothing) for name in spectators},
        row=row[order],
        members={seed: outputs([piece.members[seed] for piece in pieces]) for seed in seeds},
        targets={name: column((piece.targets[name] for piece in pieces), nothing) for name in compared},
    )


def _stacked(pieces: Sequence[NDArray[Any]], empty: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate(pieces) if pieces else empty
