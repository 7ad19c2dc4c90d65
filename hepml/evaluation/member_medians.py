"""The medians of figures over the members of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hepml.contracts import Metric

MEDIAN = "median"
"""`Metric.member` of a median over members."""


def median_over_members(metrics: Sequence[Metric]) -> list[Metric]:
    """Return the median of each figure that several members of a run have, with the standard deviation over them.

    Examples
    --------
    >>> rows = [Metric("auc_cells", v, 0.1, "", run="gan", member=f"seed{v:g}") for v in (1.0, 2.0, 4.0)]
    >>> [(each.member, each.value, round(each.error, 2)) for each in median_over_members(rows)]
    [('median', 2.0, 1.53)]
    """
    groups: dict[tuple[str | None, ...], list[Metric]] = {}
    for each in metrics:
        if each.member not in (None, MEDIAN):
            groups.setdefault((each.run, each.name, each.output, each.selection, each.against), []).append(each)
    found = []
    for rows in groups.values():
        values = np.array([each.value for each in rows])
        if len(rows) < 2:
            continue
        error = float(np.std(values, ddof=1)) if not rows[0].name.endswith("p_value") else math.nan
        method = f"spread of {len(rows)} members"
        found.append(replace(rows[0], value=float(np.median(values)), error=error, method=method, member=MEDIAN))
    return found
