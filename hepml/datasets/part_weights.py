"""How many rows a part delivers, and with which weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Manifest
from hepml.datasets.part_reader import read_weighted
from hepml.datasets.row_groups import RowGroup
from hepml.datasets.survey import Survey, survey
from hepml.datasets.training_weights import TrainingWeights, binning_of, training_weights
from hepml.datasets.weights import input_scale
from hepml.errors import DatasetError
from hepml.recipe import Weights


@dataclass(frozen=True)
class PartWeights:
    """What a part delivers.

    Attributes
    ----------
    n_rows : int
        Rows of a pass.
    scale : mapping of str to float
        Input of the recipe → factor from raw to physics weight; inputs with rows only.
    training : TrainingWeights, optional
        None for evaluation.
    """

    n_rows: int
    scale: Mapping[str, float]
    training: TrainingWeights | None


def evaluation_part(manifest: Manifest, weights: Weights, *, part: str, buckets: NDArray[np.bool_]) -> PartWeights:
    """Return the physics weights of a part; the manifest's counts are all that is needed.

    Raises
    ------
    DatasetError
        All weights of the part are zero, or a cross-section cannot be applied.
    """
    scale = _scales(manifest, weights)
    filled = [summary for summary in manifest.inputs if summary.name in scale]
    n_rows = sum(int(summary.counts.n[:, buckets].sum()) for summary in filled)
    sum_w2 = sum(scale[summary.name] ** 2 * float(summary.counts.sum_w2[:, buckets].sum()) for summary in filled)
    if n_rows and sum_w2 == 0:
        msg = f"all weights of part {part!r} are zero: check the processor's weight and the input's `weight`"
        raise DatasetError(msg)
    return PartWeights(n_rows, scale, None)


def training_part(
    manifest: Manifest,
    groups: tuple[RowGroup, ...],
    weights: Weights,
    *,
    part: str,
    buckets: NDArray[np.bool_],
    training_buckets: NDArray[np.bool_],
) -> PartWeights:
    """Return the training weights of a part, from one pass over the scalar columns of its rows.

    Where the part is not the training part itself, the kinematic reweighting takes another pass over that.

    Raises
    ------
    DatasetError
        The part, or a class that is to be balanced, has no events; or its weights cannot be used.
    """
    scale = _scales(manifest, weights)

    def surveyed(chosen: NDArray[np.bool_]) -> Survey:
        binning = binning_of(weights.reweight)
        rows = read_weighted(groups, buckets=chosen, spectators=list(binning.edges), scale=scale)
        n_classes = len(manifest.classes)
        return survey(rows, binning=binning, negative=weights.negative, n_classes=n_classes, training=weights.training)

    of_part = surveyed(buckets)
    n_rows = int(of_part.n.sum())
    if n_rows == 0:
        msg = f"part {part!r} has no events to train with: process more events, or change the split"
        raise DatasetError(msg)
    reused = weights.reweight is None or np.array_equal(buckets, training_buckets)
    of_training = of_part if reused else surveyed(training_buckets)
    classes = manifest.classes
    constants = training_weights(weights, part=part, classes=classes, of_part=of_part, of_training=of_training)
    return PartWeights(n_rows, scale, constants)


def _scales(manifest: Manifest, weights: Weights) -> dict[str, float]:
    """Return the factor of each input that has rows; the others cannot say what their Σw is."""
    return {s.name: input_scale(s, weights.luminosity) for s in manifest.inputs if s.counts.n.any()}
