"""Applying a run to batches: every row by the fold that did not see it, and seeds averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import OutputSpec, TaskSpec
from hepml.errors import RunError
from hepml.inference.loaded_run import LoadedRun
from hepml.inference.member_info import MemberInfo
from hepml.inference.mixture import mixture_moments
from hepml.inference.run_info import RunInfo

Outputs = dict[str, NDArray[np.float32]]
"""Name of a kept output → array of shape (n, *OutputSpec.shape)."""


def apply_members(run: LoadedRun, inputs: Mapping[str, NDArray[Any]], fold: NDArray[Any]) -> dict[str, Outputs]:
    """Return the kept outputs of each seed.

    Parameters
    ----------
    run : LoadedRun
        The run.
    inputs : mapping of str to array, shape (n, …)
        Batch arrays.
    fold : array of int, shape (n,)
        Which fold's model to apply to each row (see `unseen_fold`); not read where the run has no folds.

    Returns
    -------
    dict
        ``"seed<s>"`` → output name → array of shape (n, *OutputSpec.shape).

    Raises
    ------
    RunError
        An array is missing or has another shape than in training.
    """
    _check_arrays(run, inputs)
    chosen = {name: inputs[name] for name in run.info.arrays}
    return {f"seed{seed}": _of_seed(run, seed, chosen, fold) for seed in run.info.seeds}


def unseen_fold(info: RunInfo, bucket: NDArray[Any]) -> NDArray[np.int64]:
    """Return, for events of these buckets, the fold that did not see them in training; zeros without folds.

    Of k folds, fold f trains on neither ``bucket % k == f`` nor those of the next fold.
    """
    return np.asarray(bucket).astype(np.int64) % max(info.n_folds, 1)


def average(task: TaskSpec, outputs: Mapping[str, Outputs]) -> Outputs:
    """Return one prediction from those of the seeds, as each output's `combine` says.

    Means are summed in float64, so that they do not depend on the order of seeds.
    """
    return {
        output.name: _combined(output, [of_seed[output.name] for of_seed in outputs.values()]) for output in task.kept
    }


def _combined(output: OutputSpec, values: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    if output.combine == "first" or len(values) == 1:
        return values[0]
    if output.combine == "moments":
        return mixture_moments(values, n_features=output.target_size or 1)
    return np.asarray(np.mean(values, axis=0, dtype=np.float64), np.float32)


def _of_seed(run: LoadedRun, seed: int, inputs: Mapping[str, NDArray[Any]], fold: NDArray[Any]) -> Outputs:
    members = [member for member in run.info.members if member.seed == seed]
    if run.info.n_folds:
        return _by_fold(run, members, inputs, fold)
    outputs = run.models[members[0].name].predict(inputs)
    return {output.name: outputs[output.name] for output in run.info.task.kept}


def _by_fold(
    run: LoadedRun, members: Sequence[MemberInfo], inputs: Mapping[str, NDArray[Any]], fold: NDArray[Any]
) -> Outputs:
    result = {output.name: np.full((len(fold), *output.shape), np.nan, np.float32) for output in run.info.task.kept}
    for member in members:
        rows = np.flatnonzero(fold == member.fold)
        if not len(rows):
            continue
        part = run.models[member.name].predict({name: array[rows] for name, array in inputs.items()})
        for name, values in result.items():
            values[rows] = part[name]
    return result


def _check_arrays(run: LoadedRun, inputs: Mapping[str, NDArray[Any]]) -> None:
    for name, spec in run.info.arrays.items():
        if name not in inputs:
            found = ", ".join(inputs)
            msg = f"{run.folder}: the run reads {name!r}, found {found}: use the processor that it was trained with"
            raise RunError(msg)
        shape = tuple(inputs[name].shape[1:])
        if shape != tuple(spec.shape):
            msg = (
                f"{run.folder}: {name!r} has shape {shape} and the run was trained on {tuple(spec.shape)}: "
                "use the representation's options of the training"
            )
            raise RunError(msg)
