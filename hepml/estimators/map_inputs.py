"""The batch arrays of maps that are to be reconstructed, and the response of their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BatchSource, ModelSpec, batch_name
from hepml.errors import DatasetError
from hepml.networks.input_targets import target_array

Maps = NDArray[np.float64]


@dataclass(frozen=True)
class MapInput:
    """Names in a batch of one map: the output that expects it, its counts and its exposure; and rows × columns."""

    output: str
    counts: str
    exposure: str
    shape: tuple[int, int]


def map_inputs(spec: ModelSpec) -> tuple[MapInput, ...]:
    """Return the maps of a model whose task is a reconstruction."""
    return tuple(
        MapInput(
            output.name, target_array(output), batch_name(output.name, "exposure"), (output.shape[0], output.shape[1])
        )
        for output in spec.task.outputs
    )


def counts_of(inputs: Mapping[str, NDArray[Any]], one: MapInput) -> Maps:
    """Return counts, shape (n, rows, columns); NaN in cells that are left out."""
    return np.asarray(inputs[one.counts][..., 0], np.float64)


def exposure_of(inputs: Mapping[str, NDArray[Any]], one: MapInput, rate: Maps) -> Maps:
    """Return the exposure of each map, shape (n,): as given, or where it is not known or 0 from its counts.

    Cells that are left out of a map, and those without a rate, are left out of both sums.
    """
    given = np.asarray(inputs[one.exposure][:, 0], np.float64)
    return np.where(given > 0, given, own_exposure(counts_of(inputs, one), rate))


def own_exposure(counts: Maps, rate: Maps) -> Maps:
    """Return the exposure at which the sum of the expected counts is that of a map; 0 where nothing can be summed."""
    live = np.isfinite(counts) & np.isfinite(rate)
    total = np.where(live, counts, 0.0).sum(axis=(1, 2))
    expected = np.where(live, rate, 0.0).sum(axis=(1, 2))
    return np.divide(total, expected, out=np.zeros(len(counts)), where=expected > 0)


@dataclass(frozen=True)
class Response:
    """Mean counts per exposure of each cell, shape (rows, columns), and the mean exposure of maps."""

    rate: Maps
    exposure: float


def fit_responses(train: BatchSource, maps: Sequence[MapInput]) -> dict[str, Response]:
    """Return the response of the cells of each map, by output: Σ counts / Σ exposure, the most likely rate.

    Rates are NaN in cells that are dead or were never hit.  Where no exposure is known, a map's mean count in live
    cells stands for it.

    Raises
    ------
    DatasetError
        A map is empty in all of the training part.
    """
    sums = {one.output: np.zeros((2, *one.shape)) for one in maps}
    known = {one.output: False for one in maps}
    for batch in train.ordered():
        for one in maps:
            exposure = np.asarray(batch.inputs[one.exposure][:, 0], np.float64)
            if (exposure > 0).any() and not known[one.output]:
                known[one.output], sums[one.output][:] = True, 0.0
            _add(sums[one.output], counts_of(batch.inputs, one), exposure, batch.weight, given=known[one.output])
    for one in maps:
        if not (sums[one.output][0] > 0).any():
            msg = f"the map {one.output!r} is empty in all of the training part: there is nothing to expect of it"
            raise DatasetError(msg)
    return {
        name: Response(np.where(n > 0, n / np.where(e > 0, e, 1.0), np.nan), float(e.max() / train.n_rows))
        for name, (n, e) in sums.items()
    }


def _add(sums: Maps, counts: Maps, exposure: Maps, weight: Maps, *, given: bool) -> None:
    """Add counts and exposure of each cell, of rows whose exposure is known or, where none is, of all."""
    if not given:
        exposure = own_exposure(counts, np.ones(counts.shape[1:]))
    use = exposure > 0
    counts, exposure = counts[use], (exposure[use] * weight[use])[:, None, None]
    live = np.isfinite(counts)
    sums[0] += (np.where(live, counts, 0.0) * weight[use][:, None, None]).sum(axis=0)
    sums[1] += (live * exposure).sum(axis=0)


def read_maps(train: BatchSource, maps: Sequence[MapInput], *, most: int) -> dict[str, NDArray[Any]]:
    """Return the batch arrays of up to `most` examples of a part, in the order of the first epoch."""
    names = [name for one in maps for name in (one.counts, one.exposure)]
    pieces: list[dict[str, NDArray[Any]]] = list(_pieces(train, names, most))
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in names}


def _pieces(train: BatchSource, names: Sequence[str], most: int) -> Iterator[dict[str, NDArray[Any]]]:
    left = most
    for batch in train.shuffled(0):
        yield {name: batch.inputs[name][:left] for name in names}
        left -= batch.n
        if left <= 0:
            return


def poisson_deviance(counts: Maps, expected: Maps) -> float:
    """Return the mean of twice the log likelihood ratio of counts to what was expected, over live cells: about 1."""
    live = np.isfinite(counts) & np.isfinite(expected) & (expected > 0)
    n, mean = counts[live], expected[live]
    log_ratio = np.log(np.where(n > 0, n, 1.0) / mean)
    return float(2 * (np.where(n > 0, n * log_ratio, 0.0) - (n - mean)).mean()) if live.any() else 0.0
