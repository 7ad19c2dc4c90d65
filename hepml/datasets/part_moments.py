"""Moments of a part: those of its buckets, summed over the inputs of the recipe."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Manifest, Moments
from hepml.io.moments import read_moments


def part_moments(
    folder: Path, manifest: Manifest, buckets: NDArray[np.bool_], names: Container[str]
) -> dict[str, Moments]:
    """Return the moments of a part by batch name, one group each.

    Parameters
    ----------
    folder : Path
        The dataset; ``moments/<input>.npz`` is read for each input with rows.
    manifest : Manifest
        Its manifest.
    buckets : array of bool, shape (100,)
        Those of the part.
    names : container of str
        Batch names wanted.

    Raises
    ------
    DatasetError
        Moments are missing or damaged.
    """
    result: dict[str, Moments] = {}
    for summary in manifest.inputs:
        if not summary.counts.n.any():
            continue
        for name, moments in read_moments(folder / "moments" / f"{summary.name}.npz").items():
            if name in names:
                chosen = moments.select(buckets)
                result[name] = result[name] + chosen if name in result else chosen
    return result
