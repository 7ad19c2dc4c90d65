"""The cut with the largest s/√(s + b), and the efficiency and purity that it leaves."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Metric
from hepml.evaluation.case import Case
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.significance import Expected, Significance
from hepml.evaluation.significance_scan import SignificanceScan

NO_CUT = undefined("no cut has an s/√(s + b)")


def best_cut(scan: SignificanceScan) -> int | None:
    """Return the cut with the largest s/√(s + b); None where it is undefined at all cuts.

    Unlike AMS it does not grow without limit where a fluctuation leaves no background, so that cuts with any number of
    background events may win.
    """
    value = scan.s_over_sqrt_sb.value
    return int(np.nanargmax(value)) if np.isfinite(value).any() else None


def purity_of(expected: Expected) -> Significance:
    """Return s/(s + b) of each selection with its error; NaN where s < 0, b < 0 or s + b = 0."""
    s, b, total = expected.signal, expected.background, expected.signal + expected.background
    allowed = (s >= 0) & (b >= 0) & (total > 0)
    whole = np.where(allowed, total, np.nan)
    error = np.hypot(b * expected.signal_error, s * expected.background_error) / np.square(whole)
    return Significance(s / whole, error)


def efficiency_error(scan: SignificanceScan) -> NDArray[np.float64]:
    """Return the error of the signal efficiency at each cut."""
    s = scan.expected.signal
    relative = np.divide(scan.expected.signal_error, s, out=np.full(len(s), np.nan), where=s != 0)
    return np.abs(relative * scan.signal_efficiency)


def best_selection(test: SignificanceScan, best: int | None, case: Case, *, remark: str) -> list[Metric]:
    """Return ``s_over_sqrt_sb``, ``efficiency`` and ``purity``, each ``_at_best_cut``, of a scan of the test part.

    Parameters
    ----------
    test : SignificanceScan
        At the cuts among which another part chose.
    best : int or None
        Which of them it chose.
    case : Case
        Run, part and class.
    remark : str
        How the cut was chosen, for the method.
    """
    purity = purity_of(test.expected)
    figures = {
        "s_over_sqrt_sb": (test.s_over_sqrt_sb.value, test.s_over_sqrt_sb.error, "linear propagation"),
        "efficiency": (test.signal_efficiency, efficiency_error(test), "binomial"),
        "purity": (purity.value, purity.error, "linear propagation"),
    }
    return [
        case.metric(f"{name}_at_best_cut", NO_CUT if best is None else _at(test, best, *figure, remark))
        for name, figure in figures.items()
    ]


def largest(scan: SignificanceScan, case: Case) -> Metric:
    """Return ``s_over_sqrt_sb_max``, the largest on a scan's own events."""
    best = best_cut(scan)
    how = f"linear propagation, largest of {len(scan.threshold)} cuts on the same events: biased upward"
    maximum = NO_CUT if best is None else _estimate(scan.s_over_sqrt_sb, best, how)
    return case.metric("s_over_sqrt_sb_max", maximum)


def chosen_threshold(scan: SignificanceScan, case: Case) -> Metric:
    """Return ``s_over_sqrt_sb_threshold``, the cut that a scan chooses."""
    best = best_cut(scan)
    how = f"largest s/√(s + b) of {len(scan.threshold)} cuts"
    chosen = NO_CUT if best is None else Estimate(float(scan.threshold[best]), math.nan, how)
    return case.metric("s_over_sqrt_sb_threshold", chosen)


def _at(
    scan: SignificanceScan, at: int, value: NDArray[np.float64], error: NDArray[np.float64], how: str, remark: str
) -> Estimate:
    if math.isnan(value[at]):
        return undefined("the events that pass have a negative sum of weights, or none pass")
    return _estimate(Significance(value, error), at, f"{how}, at the cut {scan.threshold[at]:.4g} that is {remark}")


def _estimate(figure: Significance, at: int, method: str) -> Estimate:
    return Estimate(float(figure.value[at]), float(figure.error[at]), method)
