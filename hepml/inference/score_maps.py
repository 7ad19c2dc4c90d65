"""A reconstruction run applied to maps: what it expects, how far off the maps are, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import FittedModel, MapDetector, OutputSpec, ScoredHistograms, batch_name
from hepml.errors import RunError
from hepml.evaluation import MapScores, pull_maps, score_maps
from hepml.inference.loaded_run import LoadedRun
from hepml.inference.map_block import MapBlock
from hepml.tasks.reconstruction import COUNTS, ReconstructionOptions

Maps = NDArray[np.float64]

_PASSES = 2
"""How often a fault is left out of what is read, and the map scored again."""

_MOST_LEFT_OUT = 0.5
"""Fraction of the live cells up to which the rest still says what is to be expected."""


def score_block(run: LoadedRun, block: MapBlock) -> list[ScoredHistograms]:
    """Return what a run says about each map of a block; seeds are averaged in what they expect.

    Raises
    ------
    RunError
        The run has learnt another task.
    """
    return score_with(list(run.models.values()), run, block)


def score_members(run: LoadedRun, block: MapBlock) -> dict[str, list[ScoredHistograms]]:
    """Return what each seed alone says, by ``"seed<s>"``."""
    return {f"seed{member.seed}": score_with([run.models[member.name]], run, block) for member in run.info.members}


def score_with(models: Sequence[FittedModel], run: LoadedRun, block: MapBlock) -> list[ScoredHistograms]:
    """Return what some members of a run say together."""
    options = reconstruction_options(run)
    outputs = [output for output in run.info.task.outputs if output.name in block.names]
    expected = _expected(models, block.inputs)
    # One rectangle first: where the sum of a map is what is known of its exposure, a fault moves all other cells.
    first = options.model_copy(update={"rectangles": 1})
    found = {o.name: _scored(block.inputs, o, expected[o.name], first) for o in outputs}
    inputs = dict(block.inputs)
    for _ in range(_PASSES):
        again = _leave_faults_out(inputs, block.inputs, outputs, found, options)
        if not again.any():
            break
        rows = {name: values[again] for name, values in inputs.items()}
        _score_again(models, block.inputs, rows, again, outputs, expected, found, options)
    own = _own_scores(models, block.inputs)
    return [_joined(block, o, expected[o.name], found[o.name], own.get(o.name), options) for o in outputs]


def reconstruction_options(run: LoadedRun) -> ReconstructionOptions:
    """Return how a run's maps are scored.

    Raises
    ------
    RunError
        It has learnt another task, or has folds.
    """
    if run.info.task.kind != "reconstruction" or run.info.n_folds:
        what = "folds" if run.info.n_folds else f"learnt a {run.info.task.kind} task"
        msg = f"{run.folder}: the run has {what}, and maps are scored by a reconstruction run without folds: train one"
        raise RunError(msg)
    return ReconstructionOptions.model_validate(run.info.task.options)


def _expected(models: Sequence[FittedModel], inputs: Mapping[str, NDArray[Any]]) -> dict[str, Maps]:
    """Return the expected counts of each output, shape (n, rows, columns), averaged over models."""
    each = [model.predict(inputs) for model in models]
    return {name: np.mean([one[name][..., 0] for one in each], axis=0, dtype=np.float64) for name in each[0]}


def _own_scores(models: Sequence[FittedModel], inputs: Mapping[str, NDArray[Any]]) -> dict[str, Maps]:
    each = [model.map_scores(inputs) for model in models if isinstance(model, MapDetector)]
    return {name: np.mean([one[name] for one in each], axis=0) for name in each[0]} if each else {}


def _counts(inputs: Mapping[str, NDArray[Any]], output: OutputSpec) -> Maps:
    return np.asarray(inputs[batch_name(output.name, COUNTS)][..., 0], np.float64)


def _scored(
    inputs: Mapping[str, NDArray[Any]], output: OutputSpec, expected: Maps, options: ReconstructionOptions
) -> MapScores:
    counts = _counts(inputs, output)
    return score_maps(
        counts,
        expected,
        _masked(counts, expected),
        tolerance=options.tolerance,
        rectangles=options.rectangles,
        mark_score=options.mark_score,
    )


def _masked(counts: Maps, expected: Maps) -> NDArray[np.bool_]:
    return ~(np.isfinite(counts) & (expected > 0))


def _leave_faults_out(
    inputs: dict[str, NDArray[Any]],
    given: Mapping[str, NDArray[Any]],
    outputs: Sequence[OutputSpec],
    found: Mapping[str, MapScores],
    options: ReconstructionOptions,
) -> NDArray[np.bool_]:
    """Take marked cells of bad maps out of what models read; return the rows in which something was taken out."""
    changed = np.zeros(len(next(iter(given.values()))), np.bool_)
    for output in outputs:
        array, scores = batch_name(output.name, COUNTS), found[output.name]
        n_live = np.maximum(np.isfinite(given[array][..., 0]).sum(axis=(1, 2)), 1)
        few = scores.marked.sum(axis=(1, 2)) <= _MOST_LEFT_OUT * n_live
        with np.errstate(invalid="ignore"):
            bad = (scores.score > options.mark_score) & few
        out = scores.marked & bad[:, None, None]
        new = np.where(out[..., None], np.float32(np.nan), given[array])
        changed |= (np.isnan(new) != np.isnan(inputs[array])).any(axis=(1, 2, 3))
        inputs[array] = new
    return changed


def _score_again(
    models: Sequence[FittedModel],
    given: Mapping[str, NDArray[Any]],
    read: Mapping[str, NDArray[Any]],
    rows: NDArray[np.bool_],
    outputs: Sequence[OutputSpec],
    expected: dict[str, Maps],
    found: Mapping[str, MapScores],
    options: ReconstructionOptions,
) -> None:
    """Expect anew what is in some rows, and score all of their cells by it, in place."""
    of_rows = {name: values[rows] for name, values in given.items()}
    for name, maps in _expected(models, read).items():
        expected[name][rows] = maps
    for output in outputs:
        scores = _scored(of_rows, output, expected[output.name][rows], options)
        found[output.name].score[rows], found[output.name].marked[rows] = scores.score, scores.marked


def _joined(
    block: MapBlock,
    output: OutputSpec,
    expected: Maps,
    found: MapScores,
    own: Maps | None,
    options: ReconstructionOptions,
) -> ScoredHistograms:
    counts = _counts(block.inputs, output)
    masked = _masked(counts, expected) if own is None else ~np.isfinite(counts)
    entries = np.where(masked, 0.0, counts).sum(axis=(1, 2))
    enough = entries >= options.least_entries
    pull = pull_maps(counts, expected, masked, options.tolerance) if own is None else np.full(counts.shape, np.nan)
    return ScoredHistograms(
        name=output.name,
        run=block.run,
        lumi=block.lumi,
        entries=entries,
        score=np.where(enough, found.score if own is None else own, np.nan),
        enough=enough,
        observed=counts.astype(np.float32),
        expected=expected.astype(np.float32),
        pull=pull.astype(np.float32),
        masked=masked,
        marked=found.marked if own is None else np.zeros(counts.shape, np.bool_),
    )
