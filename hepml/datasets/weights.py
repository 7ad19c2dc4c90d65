"""Physics weights, and what becomes of negative ones in training.

The physics weight of a row is ``raw × factor``, times ``cross_section × luminosity / Σw`` for an input with a
cross-section.  Σw is taken over all its processed events before selection; a part is not scaled up to the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import InputSummary
from hepml.errors import DatasetError


def input_scale(summary: InputSummary, luminosity: float | None) -> float:
    """Return what a raw weight of this input is multiplied by to become its physics weight.

    Parameters
    ----------
    summary : InputSummary
        Cross-section in pb.
    luminosity : float, optional
        In 1/pb.

    Raises
    ------
    DatasetError
        There is a cross-section, but no luminosity or no Σw to divide by.
    """
    if summary.cross_section is None:
        return summary.factor
    if luminosity is None:
        msg = f"input {summary.name!r} has a cross-section but weights.luminosity is not set: give it in 1/pb"
        raise DatasetError(msg)
    sum_w = summary.cutflow.steps[0].sum_w if summary.cutflow and summary.cutflow.steps else 0.0
    if not sum_w > 0:
        msg = (
            f"input {summary.name!r}: Σw before selection is {sum_w:g}, a cross-section needs it positive: "
            "check its generator weights, or remove the cross_section"
        )
        raise DatasetError(msg)
    return summary.factor * summary.cross_section * luminosity / sum_w


def sized(physics_weight: NDArray[np.float64], training: str) -> NDArray[np.float64]:
    """Return the weights that training begins with: the physics weights, or with ``"none"`` their signs.

    Few events of large weight teach a model little, so where classes mix processes of very different weights, training
    without them may give the better result with them.
    """
    return np.sign(physics_weight) if training == "none" else physics_weight


def kept_rows(physics_weight: NDArray[np.float64], negative: str) -> NDArray[np.bool_]:
    """Return which rows the negative-weight policy keeps."""
    if negative in ("drop", "rebalance"):
        return physics_weight >= 0
    return np.ones(len(physics_weight), dtype=np.bool_)


def policy_weight(physics_weight: NDArray[np.float64], negative: str) -> NDArray[np.float64]:
    """Return the weights of rows that are kept; the scale of `rebalance` is a constant of the class."""
    return np.abs(physics_weight) if negative == "abs" else physics_weight
