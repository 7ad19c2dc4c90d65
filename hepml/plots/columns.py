"""What a curve must have to be drawn."""

from __future__ import annotations

from collections.abc import Sequence

from hepml.contracts import Curve
from hepml.errors import ShapeError


def require_columns(curves: Sequence[Curve], columns: Sequence[str], *, what: str) -> None:
    """Check that there is a curve, and that each has `columns` and a point.

    Raises
    ------
    ShapeError
        Names the run and what is missing.
    """
    if not curves:
        msg = f"{what} needs one curve or more, found none: evaluate a run first"
        raise ShapeError(msg)
    for curve in curves:
        missing = sorted(set(columns) - set(curve.columns))
        if missing:
            found = sorted(curve.columns)
            msg = f"{what} needs the columns {missing}, which the curve of run {curve.run!r} lacks: it has {found}"
            raise ShapeError(msg)
        if not len(curve.columns[columns[0]]):
            msg = f"{what} needs points, but the curve of run {curve.run!r} has none: leave it out"
            raise ShapeError(msg)
