"""Which run of a report is the simple one that another must not be worse than."""

from __future__ import annotations

from collections.abc import Mapping

LEVELS: Mapping[str, int] = {
    "beta_binomial": 0,
    "isolation_forest": 0,
    "likelihood": 0,
    "linear": 0,
    "line_fit": 0,
    "bdt": 1,
    "pca": 1,
    "xgboost": 1,
}
"""Estimator → how much it asks of the user, the least first; everything else comes after them."""

_HIGHEST = max(LEVELS.values()) + 1


def baselines(estimators: Mapping[str, str]) -> dict[str, str | None]:
    """Return, run by run, the first run of the next simpler kind that there is; None for the simplest.

    Parameters
    ----------
    estimators : mapping of str to str
        Run → its key in the table of estimators.

    Examples
    --------
    >>> baselines({"net": "dnn", "trees": "bdt", "line": "linear", "flow": "dnn"})
    {'net': 'trees', 'trees': 'line', 'line': None, 'flow': 'trees'}
    """
    levels = {run: LEVELS.get(estimator, _HIGHEST) for run, estimator in estimators.items()}
    return {run: _simpler(levels, level) for run, level in levels.items()}


def has_baseline(estimators: Mapping[str, str]) -> bool:
    """Return whether one of the estimators is simple."""
    return any(estimator in LEVELS for estimator in estimators.values())


def _simpler(levels: Mapping[str, int], level: int) -> str | None:
    below = [other for other in levels.values() if other < level]
    return next((run for run, other in levels.items() if other == max(below)), None) if below else None
