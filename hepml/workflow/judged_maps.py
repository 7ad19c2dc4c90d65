"""Maps of the parts of a dataset, scored by a reconstruction run beside the truth about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, OutputSpec, Predictions, ScoredHistograms, TaskSpec
from hepml.datasets import Dataset
from hepml.errors import DatasetError
from hepml.evaluation.map_sample import UNKNOWN
from hepml.inference import LoadedRun, check_dataset
from hepml.inference.map_block import MapBlock
from hepml.inference.score_maps import score_block, score_members
from hepml.plots import MapPicture
from hepml.recipe import Recipe
from hepml.workflow.fault_truth import FaultTruth

_ROWS = 128
"""Lumisections of which maps are in memory at once."""


@dataclass(frozen=True)
class ScoredPart:
    """Predictions of a part, and one example of each kind of fault."""

    predictions: Predictions
    examples: tuple[MapPicture, ...]


def score_part(
    run: LoadedRun,
    data: Dataset,
    part: str,
    *,
    recipe: Recipe,
    truth: FaultTruth | None,
    on_batch: Callable[[Batch], None] = lambda _batch: None,
) -> ScoredPart:
    """Score the maps of one part; the outputs of the predictions are scores, NaN where there are too few entries.

    Raises
    ------
    RunError
        The run was trained on another dataset.
    DatasetError
        The dataset has no run and lumisection numbers, or a lumisection twice.
    """
    check_dataset(run, data)
    _check_keys(data)
    source = data.source(
        part,
        inputs=list(run.representations),
        training=False,
        weights=recipe.weights,
        split=recipe.split,
        seed=0,
        piece_rows=_ROWS,
    )
    collected = _Collected(run, truth, recipe.evaluation.kinds_of_faults)
    for batch in source.ordered():
        keys = data.keys(batch.row)
        block = MapBlock(keys["run"], keys["lumi"], batch.inputs, tuple(run.representations))
        members = score_members(run, block) if len(run.info.members) > 1 else {}
        collected.add(batch, score_block(run, block), members)
        on_batch(batch)
    return collected.joined(part)


def _check_keys(data: Dataset) -> None:
    for name in ("run", "lumi"):
        if name not in data.manifest.keys:
            msg = f"{data.folder}: has no key {name!r}, and lumisections are told apart by it: list it in event_key"
            raise DatasetError(msg)


class _Collected:
    """What is kept of each block: numbers, and a few maps."""

    def __init__(self, run: LoadedRun, truth: FaultTruth | None, kinds: Mapping[int, str]) -> None:
        self._run, self._truth, self._kinds = run, truth, kinds
        self._names = [output.name for output in run.info.task.outputs]
        self._columns: dict[str, list[NDArray[Any]]] = {}
        self._examples: dict[tuple[str, int], MapPicture] = {}

    def add(self, batch: Batch, scored: Sequence[ScoredHistograms], members: Mapping[str, Any]) -> None:
        """Take what is said about one block."""
        self._put({"row": batch.row, "weight": batch.weight, "label": batch.label})
        self._put({"run_number": scored[0].run})
        for one in scored:
            kind, injected = self._faults(one)
            live = ~one.masked
            self._put(
                {
                    one.name: one.score[:, None],
                    f"{one.name}_entries": one.entries,
                    f"{one.name}_fault": kind,
                    f"{one.name}_live": live.sum(axis=(1, 2)),
                    f"{one.name}_injected": (injected & live).sum(axis=(1, 2)),
                    f"{one.name}_marked": one.marked.sum(axis=(1, 2)),
                    f"{one.name}_found": (one.marked & injected).sum(axis=(1, 2)),
                }
            )
            self._keep_examples(one, kind, injected)
        for member, of_member in members.items():
            self._put({f"{member}/{one.name}": one.score[:, None] for one in of_member})

    def _put(self, columns: Mapping[str, NDArray[Any]]) -> None:
        for name, values in columns.items():
            self._columns.setdefault(name, []).append(values)

    def _faults(self, one: ScoredHistograms) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if self._truth is None:
            return np.full(len(one.run), UNKNOWN), np.zeros(one.marked.shape, np.bool_)
        shape = (one.marked.shape[1], one.marked.shape[2])
        return self._truth.kind(one.name, one.run, one.lumi), self._truth.cells(one.name, one.run, one.lumi, shape)

    def _keep_examples(self, one: ScoredHistograms, kind: NDArray[np.int64], injected: NDArray[np.bool_]) -> None:
        for index, code in enumerate(kind.tolist()):
            if code <= 0 or (one.name, code) in self._examples or not np.isfinite(one.expected[index]).any():
                continue
            observed = np.where(one.masked[index], np.float32(np.nan), one.observed[index])
            self._examples[one.name, code] = MapPicture(
                run=self._run.info.name,
                output=one.name,
                kind=self._kinds.get(code, f"kind {code}"),
                title=f"run {one.run[index]}, lumisection {one.lumi[index]}, score {one.score[index]:.1f}",
                observed=observed,
                expected=np.where(one.masked[index], np.float32(np.nan), one.expected[index]),
                pull=one.pull[index],
                marked=one.marked[index],
                injected=injected[index],
            )

    def joined(self, part: str) -> ScoredPart:
        """Return everything that was taken, in the order of rows."""
        columns = {name: np.concatenate(pieces) for name, pieces in self._columns.items()}
        order = np.argsort(columns["row"], kind="stable")
        columns = {name: values[order] for name, values in columns.items()}
        facts = [f"{name}_{what}" for name in self._names for what in ("entries", "fault")]
        cells = [f"{name}_{what}" for name in self._names for what in ("live", "injected", "marked", "found")]
        seeds = [f"seed{seed}" for seed in self._run.info.seeds]
        predictions = Predictions(
            run=self._run.info.name,
            part=part,
            task=score_task(self._run.info.task),
            outputs={name: columns[name] for name in self._names},
            label=columns["label"],
            weight=columns["weight"],
            spectators={name: columns[name] for name in ("run_number", *facts)},
            row=columns["row"],
            members={
                seed: {name: columns.get(f"{seed}/{name}", columns[name]) for name in self._names} for seed in seeds
            },
            targets={name: columns[name] for name in cells},
        )
        return ScoredPart(predictions, tuple(self._examples.values()))


def score_task(task: TaskSpec) -> TaskSpec:
    """Return what predictions of a reconstruction hold: a score per map."""
    outputs = tuple(OutputSpec(output.name, 1, "linear", output.loss, output.target) for output in task.outputs)
    return TaskSpec(task.kind, outputs, options=task.options)
