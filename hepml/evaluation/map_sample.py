"""Scores of monitored maps beside the truth about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Predictions

UNKNOWN, GOOD = -1, 0
"""Of the kind of a fault: nothing is known of the lumisection, or that it is good."""


@dataclass(frozen=True)
class MapSample:
    """Lumisections of one map as one run scores them; those with too few entries are left out.

    Attributes
    ----------
    run, part, output : str
        Which.
    scores : mapping of str or None to array of float64, shape (n,)
        By member; None is all of them together.
    fault : array of int64, shape (n,)
        Kind; `GOOD` or `UNKNOWN`.
    entries : array of float64, shape (n,)
        Counts in live cells.
    run_number, row : array of int64, shape (n,)
        Of the data taking, and in the dataset.
    live, injected, marked, found : array of float64, shape (n,)
        Live cells, those with the fault, cells that are marked, and how many of these have it.
    n_few : int
        Lumisections with too few entries.
    """

    run: str
    part: str
    output: str
    scores: Mapping[str | None, NDArray[np.float64]]
    fault: NDArray[np.int64]
    entries: NDArray[np.float64]
    run_number: NDArray[np.int64]
    row: NDArray[np.int64]
    live: NDArray[np.float64]
    injected: NDArray[np.float64]
    marked: NDArray[np.float64]
    found: NDArray[np.float64]
    n_few: int

    @property
    def good(self) -> NDArray[np.bool_]:
        """Which are known to be good."""
        return self.fault == GOOD

    @property
    def kinds(self) -> list[int]:
        """Kinds of faults that there are."""
        return [int(kind) for kind in np.unique(self.fault) if kind > GOOD]


def map_samples(predictions: Predictions) -> list[MapSample]:
    """Return a sample for each map of a run in one part."""
    return [_sample(predictions, output.name) for output in predictions.task.outputs]


def _sample(predictions: Predictions, output: str) -> MapSample:
    scores: dict[str | None, NDArray[np.float64]] = {None: _flat(predictions.outputs[output])}
    scores |= {member: _flat(of_member[output]) for member, of_member in predictions.members.items()}
    known = np.isfinite(scores[None])
    facts, cells = predictions.spectators, predictions.targets
    return MapSample(
        run=predictions.run,
        part=predictions.part,
        output=output,
        scores={member: values[known] for member, values in scores.items()},
        fault=np.asarray(facts[f"{output}_fault"], np.int64)[known],
        entries=_flat(facts[f"{output}_entries"])[known],
        run_number=np.asarray(facts["run_number"], np.int64)[known],
        row=predictions.row[known],
        live=_flat(cells[f"{output}_live"])[known],
        injected=_flat(cells[f"{output}_injected"])[known],
        marked=_flat(cells[f"{output}_marked"])[known],
        found=_flat(cells[f"{output}_found"])[known],
        n_few=int(np.count_nonzero(~known)),
    )


def _flat(values: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.asarray(values, np.float64).reshape(len(values))
