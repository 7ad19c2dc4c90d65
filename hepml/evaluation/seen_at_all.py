"""How far a number of showers goes: what differences it shows at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hepml.contracts import Metric
from hepml.evaluation.shower_sample import FULL_SIMULATION

_SIGMA = 2.0


def what_can_be_seen(metrics: Sequence[Metric], *, n: int, n_floor: int) -> str:
    """Return in words which differences the figures of truth against truth allow to see, at two standard errors.

    Parameters
    ----------
    metrics : sequence of Metric
        Rows with the run `FULL_SIMULATION`, and others.
    n, n_floor : int
        Showers that are compared, and those of full simulation that stand for a generator in the floor.

    Examples
    --------
    >>> rows = [Metric("auc_cells", 0.5, 0.02, "", run=FULL_SIMULATION)]
    >>> what_can_be_seen(rows, n=200, n_floor=200)
    'Compared are 200 showers; with these, a difference shows (2 standard errors) from an AUC on cells of 0.54 on.'
    """
    floor = [m for m in metrics if m.run == FULL_SIMULATION and np.isfinite(m.error)]
    texts = []
    separation = [m.error for m in floor if m.name == "separation"]
    if separation:
        texts.append(f"a separation power of {_SIGMA * float(np.median(separation)):.2g}")
    for name, words in (("response_ratio", "response"), ("resolution_ratio", "resolution")):
        errors = [m.error for m in floor if m.name == name]
        if errors:
            texts.append(f"{_SIGMA * 100 * max(errors):.2g}% of the {words} in every bin")
    for name, words in (("auc_shapes", "an AUC on shape variables"), ("auc_cells", "an AUC on cells")):
        found = next((m.error for m in floor if m.name == name), None)
        if found is not None:
            texts.append(f"{words} of {0.5 + _SIGMA * found:.2g}")
    more = "" if n_floor == n else f", of the floor {n_floor}"
    seen = ", ".join(texts)
    return f"Compared are {n} showers{more}; with these, a difference shows (2 standard errors) from {seen} on."
