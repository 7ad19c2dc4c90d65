"""The scores of examples as a processor makes them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Examples, Representation, batch_name
from hepml.errors import RunError, nearest
from hepml.inference.apply import apply_members, average, unseen_fold
from hepml.inference.loaded_run import LoadedRun
from hepml.inference.representation_difference import representation_difference
from hepml.inference.score_columns import no_scores, score_columns
from hepml.networks.fixed_batches import MOST_BATCH_ROWS
from hepml.processing import event_buckets

MOST_PIECE_ROWS = 128 * MOST_BATCH_ROWS
PIECE_BYTES = 24 * 2**20
"""Of the dense arrays that exist at once: the whole of a usual chunk of a table, some thousand jet images.

Below 32 MiB, from where on the C library would have the system clear new pages for every piece, and images, which are
mostly zeros, would take half as long again.
"""


def score_examples(run: LoadedRun, examples: Examples) -> dict[str, NDArray[np.float32]]:
    """Return the scores of a run for examples, by branch name; float32, shape (n,).

    An event of the run's own dataset is scored by the fold that did not see it.

    Raises
    ------
    RunError
        An input is missing, or the processor represents it in another way than in training.
    """
    stored = _encoded(run, examples)
    fold = _folds(run, examples)
    pieces = [no_scores(run.info.name, run.info.task)]
    for rows, arrays in _dense(run, stored, examples.n):
        outputs = average(run.info.task, apply_members(run, arrays, fold[rows]))
        pieces.append(score_columns(run.info.name, run.info.task, outputs))
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def _encoded(run: LoadedRun, examples: Examples) -> dict[str, ak.Array]:
    """Return the stored columns of each input that the run reads."""
    stored = {}
    for name, trained in run.representations.items():
        if name not in examples.inputs:
            hint = nearest(name, examples.inputs)
            msg = f"{run.folder}: the run reads input {name!r}, which the processor does not make: {hint}"
            raise RunError(msg)
        representation, columns = examples.inputs[name]
        if representation is not trained:
            _refuse_another(run, name, representation, trained)
        stored[name] = representation.encode(columns)
    return stored


def _refuse_another(run: LoadedRun, name: str, found: Representation, trained: Representation) -> None:
    if found.spec != trained.spec:
        msg = (
            f"{run.folder}: the processor makes input {name!r} with "
            f"{representation_difference(found.spec, trained.spec)}: use the processor and options of the training"
        )
        raise RunError(msg)


def _folds(run: LoadedRun, examples: Examples) -> NDArray[np.int64]:
    if not run.info.n_folds:
        return np.zeros(examples.n, np.int64)
    bucket = event_buckets(examples, event_key=run.recipe.event_key, split_column=run.recipe.split.column)
    return unseen_fold(run.info, bucket)


def _dense(run: LoadedRun, stored: Mapping[str, ak.Array], n: int) -> Iterator[tuple[slice, dict[str, NDArray[Any]]]]:
    """Yield rows and their batch arrays: dense pieces of bounded size, whatever the size of the chunk."""
    size = _piece_rows(run.info.arrays.values())
    for rows in (slice(start, start + size) for start in range(0, n, size)):
        yield (
            rows,
            {
                batch_name(name, suffix): dense
                for name, representation in run.representations.items()
                for suffix, dense in representation.decode(stored[name][rows] if n > size else stored[name]).items()
            },
        )


def _piece_rows(arrays: Iterable[ArraySpec]) -> int:
    """Return how many rows take `PIECE_BYTES`: at least one; where it is more than a batch of a model, whole ones."""
    row_bytes = sum(math.prod(spec.shape) * np.dtype(spec.dtype).itemsize for spec in arrays)
    rows = min(max(PIECE_BYTES // row_bytes, 1), MOST_PIECE_ROWS)
    return rows - rows % MOST_BATCH_ROWS if rows > MOST_BATCH_ROWS else rows
