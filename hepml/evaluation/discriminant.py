"""One signal among several classes: the ratio of its probability to that of the backgrounds, and each of them alone.

ATLAS's taggers are judged like this (arXiv:1512.01094 and arXiv:2211.16345): b jets by ln(p_b / (f p_c + (1 − f) p_l)),
against c and light jets apart.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.contracts import TaskSpec
from hepml.errors import RecipeError, nearest
from hepml.evaluation.labelled import LabelledScores, SignalView, signal_index

_LOWEST = 1e-38  # of a probability in single precision: nothing is infinite


def log_ratio(probability: ArrayLike, signal: int, shares: ArrayLike) -> NDArray[np.float64]:
    """Return ln(p_s / Σ_k f_k p_k), shape (n,).

    Parameters
    ----------
    probability : array, shape (n, n_classes)
        Of each class.
    signal : int
        Index of the signal.
    shares : array, shape (n_classes,)
        f of each class; that of the signal is not used.

    Examples
    --------
    >>> log_ratio([[0.5, 0.25, 0.25]], 0, [0.0, 0.2, 0.8]).round(4).tolist()
    [0.6931]
    """
    values, weights = np.asarray(probability, np.float64), np.array(shares, np.float64)
    weights[signal] = 0.0
    numerator, denominator = np.maximum(values[:, signal], _LOWEST), np.maximum(values @ weights, _LOWEST)
    ratio: NDArray[np.float64] = np.log(numerator) - np.log(denominator)
    return ratio


def has_backgrounds(task: TaskSpec) -> bool:
    """Return whether one of three or more classes is named as the signal, so that each other is a background."""
    return task.signal is not None and len(task.classes) > 2


def background_shares(task: TaskSpec, shares: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the share of each class in the background, of sum 1; equal ones where none are given.

    Raises
    ------
    RecipeError
        A name is no background.
    """
    backgrounds = [name for name in task.classes if name != task.signal]
    wrong = next((name for name in shares if name not in backgrounds), None)
    if wrong is not None:
        msg = f"evaluation.background_shares: {wrong!r} is no background: {nearest(wrong, backgrounds)}"
        raise RecipeError(msg)
    found = np.array([shares.get(name, 0.0) if shares else float(name in backgrounds) for name in task.classes])
    return found / found.sum()


def discriminant_view(sample: LabelledScores, member: str | None, shares: Mapping[str, float]) -> SignalView:
    """Return the named signal against all other classes, by its discriminant."""
    index = signal_index(sample.task)
    score = log_ratio(sample.scores[member], index, background_shares(sample.task, shares))
    name = sample.task.classes[index]
    return SignalView(name, f"not {name}", sample.label == index, score)


def background_samples(sample: LabelledScores) -> dict[str, LabelledScores]:
    """Return the events of the signal and of one background, for each background; none where no signal is named."""
    if not has_backgrounds(sample.task):
        return {}
    signal = signal_index(sample.task)
    return {
        name: sample.select((sample.label == index) | (sample.label == signal))
        for index, name in enumerate(sample.task.classes)
        if index != signal
    }
